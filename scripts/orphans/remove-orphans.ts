/** Removes objects that no row names, after somebody has read their list. */
import { type BucketOfObjects, findOrphans, orphansOf } from "../../lambdas/resources/orphans";
import type { ObjectStore, StoredObject } from "../../lambdas/stores/objects";
import type { RowsByKey } from "../../lambdas/stores/rows-by-key";

/**
 * Days after which a file that no row names may be removed. That is far longer than anything works on a file which its
 * row does not name yet: a presigned URL lives for 5 minutes, a creation that was cut off is undone after 15 minutes,
 * and a training runs for a day at most.
 */
export const minAgeDays = 7;

export interface FoundOrphan extends StoredObject {
  readonly bucket: BucketOfObjects;
}

export interface ListOrphansParams {
  readonly buckets: Readonly<Record<BucketOfObjects, Pick<ObjectStore, "pages">>>;
  readonly rows: RowsByKey;
  /** Days; younger orphans are left alone. @throws Error under {@link minAgeDays} */
  readonly ageDays: number;
  readonly now: Date;
}

/** Returns all orphans that are old enough, in the order of their keys. */
export async function listOrphans({ buckets, rows, ageDays, now }: ListOrphansParams): Promise<FoundOrphan[]> {
  if (!(ageDays >= minAgeDays)) {
    throw new Error(`The age is ${ageDays} days; allowed are ${minAgeDays} days or more.`);
  }
  const writtenBefore = new Date(now.getTime() - ageDays * 86_400_000);
  const found: FoundOrphan[] = [];
  for await (const { bucket, orphans } of findOrphans({ buckets, rows, writtenBefore })) {
    found.push(...orphans.map((orphan) => ({ ...orphan, bucket })));
  }
  return found;
}

export interface RemoveOrphansParams {
  readonly orphans: readonly FoundOrphan[];
  /** Number of orphans that somebody has seen and wants to remove. */
  readonly expected: number;
  readonly rows: RowsByKey;
  readonly stores: Readonly<Record<BucketOfObjects, Pick<ObjectStore, "delete">>>;
}

/**
 * Number of orphans that are removed at once. It is small, so that little time passes between the last check of their
 * rows and their removal.
 */
const atOnce = 100;

/**
 * Removes the orphans after checking once more that no row names them.
 * @returns how many were removed; an orphan that has a row by now stays
 * @throws Error, and removes nothing, when there are more or fewer than expected
 */
export async function removeOrphans({ orphans, expected, rows, stores }: RemoveOrphansParams): Promise<number> {
  if (orphans.length !== expected) {
    throw new Error(
      `There are ${orphans.length} orphans, not ${expected}: nothing was removed. Read the list again before you remove them.`,
    );
  }
  let removed = 0;
  for (const bucket of ["artifacts", "work"] as const) {
    const ofBucket = orphans.filter((orphan) => orphan.bucket === bucket);
    for (let start = 0; start < ofBucket.length; start += atOnce) {
      const still = await orphansOf(bucket, ofBucket.slice(start, start + atOnce), rows);
      await stores[bucket].delete(still.map(({ key }) => key));
      removed += still.length;
    }
  }
  return removed;
}
