import { pollAfterSeconds } from "../../../lambdas/datasets/poll-interval";

const updatedAt = "2026-01-31T12:00:00.000Z";
const after = (seconds: number): Date => new Date(Date.parse(updatedAt) + seconds * 1000);

test.each([
  ["whose files are being read, soon", 3, 1, 2],
  ["in which nothing has happened for a minute, later", 3, 60, 30],
  ["without pending files, not at all", 0, 1, undefined],
])("a data set is polled again: one %s", (_, pending, seconds, expected) => {
  expect(pollAfterSeconds({ files: { pending, accepted: 5, rejected: 1 }, updatedAt }, after(seconds))).toBe(expected);
});
