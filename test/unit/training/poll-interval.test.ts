import { pollAfterSeconds } from "../../../lambdas/training/poll-interval";

const createdAt = "2026-01-31T12:00:00.000Z";
const after = (minutes: number): Date => new Date(Date.parse(createdAt) + minutes * 60_000);
const trained = (trainingSeconds: number) => ({ trainingSeconds, billableSeconds: trainingSeconds });

test.each([
  ["a new job", "PENDING", 9, 0, 3],
  ["a job that waits long", "QUEUED", 11, 0, 30],
  ["a job that begins to train after a long wait", "STARTING", 60, 0, 3],
  ["a job whose first samples are due after a long wait", "TRAINING", 62, 70, 3],
  ["a job that has trained for long", "TRAINING", 75, 700, 30],
  ["a job that has waited again after an interruption", "QUEUED", 62, 70, 30],
  ["a job that has ended", "READY", 5, 70, undefined],
] as const)("%s is polled often only while much happens", (_, state, minutes, seconds, expected) => {
  expect(pollAfterSeconds({ state, createdAt, usage: trained(seconds) }, after(minutes))).toBe(expected);
});
