import { pollAfterSeconds } from "../../../lambdas/datasets/poll-interval";
import { archiveItemSchema } from "../../../lambdas/stores/items";

const updatedAt = "2026-01-31T12:00:00.000Z";
const after = (seconds: number): Date => new Date(Date.parse(updatedAt) + seconds * 1000);

test.each([
  ["whose files are being read, soon", 3, 1, 2],
  ["in which nothing has happened for a minute, later", 3, 60, 30],
  ["without pending files, not at all", 0, 1, undefined],
])("a data set is polled again: one %s", (_, pending, seconds, expected) => {
  expect(pollAfterSeconds({ files: { pending, accepted: 5, rejected: 1 }, updatedAt }, after(seconds))).toBe(expected);
});

test.each([
  ["is being sent", "PENDING", 1, 2],
  ["is being read", "READING", 90, 30],
  ["is read", "READ", 1, undefined],
] as const)("a data set whose archive %s is polled as long as that lasts", (_, state, seconds, expected) => {
  const files = { pending: 0, accepted: 5, rejected: 1 };
  const sent = { sha256: "0".repeat(64), bytes: 100, tagsFrom: "folders" as const, offeredAt: updatedAt };
  const archive = archiveItemSchema.parse({
    ...{ ...sent, state },
    ...(state !== "PENDING" && { entries: { all: 6, read: 3, leftOut: 0, tagsWithoutFile: 0 } }),
    ...(state === "READING" && { readRanges: "0" }),
  });
  expect(pollAfterSeconds({ files, archive, updatedAt }, after(seconds))).toBe(expected);
});
