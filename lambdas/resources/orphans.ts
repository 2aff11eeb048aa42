/** Finds orphans: objects of users that no row names and no pending change mentions. */
import {
  isNamedByRow,
  isWorkOfRow,
  type OwnedObject,
  ownedObjectsPrefix,
  parseOwnedObjectKey,
} from "../../naming/object-keys";
import { ownedKey, pendingChangeKey, type TableKey } from "../../naming/table-keys";
import type { ObjectStore, StoredObject } from "../stores/objects";
import type { RowByKey, RowsByKey } from "../stores/rows-by-key";

/**
 * The two buckets with objects of users. `artifacts` holds what is kept, `work` what running jobs need: see
 * naming/object-keys.ts.
 */
export type BucketOfObjects = "artifacts" | "work";

/** The orphans among the objects of one page of a bucket. */
export interface OrphansOnPage {
  readonly bucket: BucketOfObjects;
  /** The number of all objects on the page, young ones included. */
  readonly objects: number;
  readonly orphans: readonly StoredObject[];
}

export interface FindOrphansParams {
  readonly buckets: Readonly<Record<BucketOfObjects, Pick<ObjectStore, "pages">>>;
  readonly rows: RowsByKey;
  /** Objects that were written later may belong to work that is under way: they are no orphans yet. */
  readonly writtenBefore: Date;
}

/**
 * Yields the orphans of each page of objects. The rows are read after the objects, so that an object that was just
 * written has its row.
 */
export async function* findOrphans({ buckets, rows, writtenBefore }: FindOrphansParams): AsyncGenerator<OrphansOnPage> {
  for (const bucket of ["artifacts", "work"] as const) {
    for await (const page of buckets[bucket].pages(ownedObjectsPrefix)) {
      const old = page.filter(({ modifiedAt }) => modifiedAt.getTime() <= writtenBefore.getTime());
      yield { bucket, objects: page.length, orphans: await orphansOf(bucket, old, rows) };
    }
  }
}

const text = ({ pk, sk }: TableKey): string => `${pk} ${sk}`;
const rowKeyOf = ({ kind, sub, id }: OwnedObject): TableKey => ownedKey(kind, sub, id);
const changeKeyOf = ({ kind, sub, id }: OwnedObject): TableKey => pendingChangeKey(kind, sub, id);

/** Returns those of the objects that no row and no pending change names now. */
export async function orphansOf(
  bucket: BucketOfObjects,
  objects: readonly StoredObject[],
  rows: RowsByKey,
): Promise<readonly StoredObject[]> {
  const owned = objects.map((object) => ({ object, parsed: parseOwnedObjectKey(object.key) }));
  const keys = new Map<string, TableKey>();
  for (const { parsed } of owned) {
    if (parsed === undefined) continue;
    for (const key of [rowKeyOf(parsed), changeKeyOf(parsed)]) keys.set(text(key), key);
  }
  const found = new Map((await rows.find([...keys.values()])).map((row) => [text(row), row]));
  const isNamed = (row: RowByKey, parsed: OwnedObject): boolean =>
    bucket === "work" ? isWorkOfRow(parsed) : isNamedByRow(parsed, row);
  return owned
    .filter(({ parsed }) => {
      if (parsed === undefined) return true;
      if (found.has(text(changeKeyOf(parsed)))) return false;
      const row = found.get(text(rowKeyOf(parsed)));
      return row === undefined || !isNamed(row, parsed);
    })
    .map(({ object }) => object);
}
