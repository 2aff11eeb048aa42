/**
 * Erases everything that a user has, in turns. A turn begins from what is there, never from what an earlier turn did, so
 * that it may be cut off anywhere: docs/adr/0059-erasure.md.
 */
import type { ErasureState } from "../../domain/states/erasure-state";
import { prefixesOfUser } from "../../naming/object-keys";
import { userPartition } from "../../naming/table-keys";
import type { Erasures } from "../stores/erasures";
import type { ErasureItem } from "../stores/items";
import type { ObjectVersion, ObjectVersions } from "../stores/object-versions";
import { isDone } from "../stores/outcome";
import { kindOfRow, type RowOfUser, type RowsOfUser } from "../stores/rows-of-user";
import type { Slots } from "../stores/slots";
import type { Tickets } from "../stores/tickets";
import type { TrainingJobs } from "../stores/training-jobs";
import type { Log } from "../telemetry/logger";
import { requestStop } from "../training/request-stop";

export interface EraseUserDataParams {
  /** The erasure as it was read. */
  readonly erasure: ErasureItem;
  readonly erasures: Pick<Erasures, "note">;
  readonly rowsOfUser: RowsOfUser;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "change">;
  readonly slots: Pick<Slots, "order" | "held" | "release" | "forgetTurns">;
  readonly tickets: Pick<Tickets, "waiting" | "remove">;
  readonly buckets: Readonly<Record<"artifacts" | "work", ObjectVersions>>;
  /** Seconds for which nothing must come before the erasure has ended. */
  readonly quietSeconds: number;
  readonly now: () => Date;
  /** The instant after which the rest waits for the next turn. */
  readonly deadline: Date;
  readonly log: Log;
}

/**
 * Seconds after which nobody can write any more for a user whose requests are refused. On AWS, the longest are the URLs
 * for uploads, which hold for 15 minutes. A local cloud waits for its longest function alone (naming/time-limits.ts).
 */
export const quietSeconds = { aws: 960, local: 240 } as const;

/** The number of rows that are deleted at the same time. */
const maxConcurrentRemovals = 8;

/**
 * Takes one turn: asks running work to stop and waits for it; then deletes all rows and all versions of all objects; then
 * looks at what is left, and notes it. The erasure ends with a look that finds nothing, if nothing came for
 * `quietSeconds` before.
 * @returns the state after the turn; undefined if another turn was faster
 */
export async function eraseUserData(params: EraseUserDataParams): Promise<ErasureState | undefined> {
  const { erasure, erasures, rowsOfUser, now, deadline, log } = params;
  const { sub } = erasure;
  const rows = await everyRow(rowsOfUser, sub);
  const running = rows.filter((row) => isAtWork(row, now()));
  if (running.length > 0) {
    await stopJobs(params, running);
    const left = { items: countByKind(rows), objects: await countVersions(params) };
    return await noted(erasures, erasure, { state: "STOPPING", left });
  }

  await removeRows(params, rows);
  await leaveQueue(params);
  let versions = 0;
  for (const bucket of bucketNames) versions += await removeVersions(params, bucket);

  const rest = await everyRow(rowsOfUser, sub);
  const left = { items: countByKind(rest), objects: await countVersions(params) };
  const isEmpty = rest.length === 0 && left.objects.artifacts === 0 && left.objects.work === 0 && now() < deadline;
  const found = rows.length + versions;
  log.info("a turn of an erasure", { erasureId: erasure.id, rows: rows.length, versions, isEmpty });
  if (!isEmpty) return await noted(erasures, erasure, { state: "ERASING", left });

  const seenEmptyAt = now().toISOString();
  const emptySince = found > 0 ? seenEmptyAt : (erasure.emptySince ?? seenEmptyAt);
  const watchedUntil = new Date(Date.parse(emptySince) + params.quietSeconds * 1000).toISOString();
  if (seenEmptyAt < watchedUntil) {
    return await noted(erasures, erasure, { state: "WATCHING", left, emptySince, watchedUntil });
  }
  const prefixes = bucketNames.flatMap((bucket) => prefixesOfUser(bucket, sub).map((prefix) => ({ bucket, prefix })));
  const proof = { seenEmptyAt, partitions: [userPartition(sub)], prefixes };
  return await noted(erasures, erasure, { state: "ERASED", left, emptySince, proof });
}

const bucketNames = ["artifacts", "work"] as const;
type BucketName = (typeof bucketNames)[number];

async function everyRow(rowsOfUser: RowsOfUser, sub: string): Promise<readonly RowOfUser[]> {
  const rows: RowOfUser[] = [];
  for await (const row of rowsOfUser.all(sub)) rows.push(row);
  return rows;
}

/**
 * Returns true if a training that has not ended, or a worker that holds a lease, works on the row. A composition that
 * nobody has taken yet is not waited for: its message finds no row.
 */
function isAtWork(row: RowOfUser, now: Date): boolean {
  if (kindOfRow(row) === "TRAINING_JOB") return row.openWork !== undefined;
  return row.runningUntil !== undefined && Date.parse(row.runningUntil) >= now.getTime();
}

/**
 * Asks every training job to stop, as its owner would. The stream tells SageMaker, and the workflow ends the job. Whoever
 * repairs open work ends what cannot end by itself.
 */
async function stopJobs({ erasure, trainingJobs }: EraseUserDataParams, running: readonly RowOfUser[]): Promise<void> {
  for (const row of running) {
    if (kindOfRow(row) !== "TRAINING_JOB" || row.id === undefined) continue;
    const item = await trainingJobs.get({ sub: erasure.sub, id: row.id });
    // A job that has changed since it was read is asked at the next turn.
    if (item?.openWork !== undefined) await requestStop({ item, trainingJobs });
  }
}

async function removeRows(
  { rowsOfUser, now, deadline }: EraseUserDataParams,
  rows: readonly RowOfUser[],
): Promise<void> {
  const waiting = [...rows];
  const worker = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined && now() < deadline; row = waiting.shift()) {
      await rowsOfUser.remove(row);
    }
  };
  await Promise.all(Array.from({ length: maxConcurrentRemovals }, worker));
}

/** Removes the user from the queue for the training slots. These rows belong to everyone, and nothing else names a user. */
async function leaveQueue({ erasure: { sub }, slots, tickets }: EraseUserDataParams): Promise<void> {
  for (const ticket of await tickets.waiting()) if (ticket.sub === sub) await tickets.remove(ticket.jobId);
  for (const { index, holder } of await slots.held()) {
    if (holder.sub === sub) await slots.release({ index, jobId: holder.jobId });
  }
  await slots.forgetTurns(sub);
}

/** Returns the number of versions that were deleted. */
async function removeVersions(params: EraseUserDataParams, bucket: BucketName): Promise<number> {
  const { buckets, now, deadline } = params;
  let removed = 0;
  while (now() < deadline) {
    // Each page is listed from the beginning, because the versions after which a listing would go on are gone.
    const page = await firstPage(params, bucket);
    if (page.length === 0) break;
    await buckets[bucket].delete(page);
    removed += page.length;
  }
  return removed;
}

/** Yields all versions of the user's objects in a bucket, page by page. */
async function* pagesOfUser(
  { erasure, buckets }: EraseUserDataParams,
  bucket: BucketName,
): AsyncIterable<readonly ObjectVersion[]> {
  for (const prefix of prefixesOfUser(bucket, erasure.sub)) yield* buckets[bucket].pages(prefix);
}

async function firstPage(params: EraseUserDataParams, bucket: BucketName): Promise<readonly ObjectVersion[]> {
  for await (const page of pagesOfUser(params, bucket)) if (page.length > 0) return page;
  return [];
}

/** Counts the versions in both buckets, as far as the time goes. */
async function countVersions(params: EraseUserDataParams) {
  const { now, deadline } = params;
  const count = { artifacts: 0, work: 0 };
  for (const bucket of bucketNames) {
    for await (const page of pagesOfUser(params, bucket)) {
      count[bucket] += page.length;
      if (now() >= deadline) break;
    }
  }
  return count;
}

/** Returns the numbers of rows by their kind. */
function countByKind(rows: readonly RowOfUser[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(kindOfRow(row), (counts.get(kindOfRow(row)) ?? 0) + 1);
  return Object.fromEntries(counts);
}

async function noted(
  erasures: EraseUserDataParams["erasures"],
  erasure: ErasureItem,
  look: Parameters<Erasures["note"]>[1],
): Promise<ErasureState | undefined> {
  return isDone(await erasures.note(erasure, look)) ? look.state : undefined;
}
