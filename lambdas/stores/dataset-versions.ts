/**
 * The store of the versions of data sets. A row says what a version is to be, then what it is; whoever finds it ready finds
 * all its objects.
 */
import * as z from "zod";
import type { VersionContent } from "../../domain/schemas/dataset-parts";
import type { Failure } from "../../domain/schemas/failure";
import { ulidSchema } from "../../domain/schemas/ids";
import { type OwnedBy, versionIdPattern } from "../../naming/object-keys";
import {
  datasetVersionKey,
  datasetVersionPrefix,
  freezingMark,
  openWorkIndex,
  openWorkOwner,
  ownedKey,
  sortKey,
  userPartition,
} from "../../naming/table-keys";
import { absent, allOf, anyOf, equals, lessThan, rowExists, rowIsAbsent } from "./conditions";
import { readItem, writeItem } from "./item-codec";
import { type DatasetItem, type DatasetVersionItem, datasetVersionItemSchema } from "./items";
import { openRowAttributes } from "./open-rows";
import { doneWith, isDone, type Outcome, type Stale } from "./outcome";
import { nextVersion } from "./owned-rows";
import type { Table, Write } from "./table";
import { changeRow, transact, writeRow } from "./transaction";

/** Names a version: its data set, and its id. */
export interface VersionOf {
  readonly dataset: OwnedBy;
  readonly versionId: string;
}

/** What a version that is asked for has from the beginning. */
export type WantedVersion = Pick<DatasetVersionItem, "id" | "lineUp" | "metre" | "tags" | "licenseKind" | "files">;

export type VersionEnd =
  | { readonly state: "READY"; readonly content: VersionContent }
  | { readonly state: "FAILED"; readonly failure: Failure };

export interface DatasetVersions {
  get(version: VersionOf): Promise<DatasetVersionItem | undefined>;
  /** Returns all versions of a data set, the newest first. They are few: a data set has a limit. */
  list(dataset: OwnedBy): Promise<readonly DatasetVersionItem[]>;
  /**
   * Asks for a version that there is not yet, of a data set that is still as it was read. The stream sends it to be frozen.
   */
  begin(dataset: DatasetItem, wanted: WantedVersion): Promise<Outcome<DatasetVersionItem, Stale>>;
  /** Asks again for a version that has failed. The reconciler sends it to be frozen. */
  beginAgain(failed: DatasetVersionItem): Promise<Outcome<DatasetVersionItem, Stale>>;
  /** Takes a version to freeze it; stale while another worker has it, and when it is not to be frozen. */
  claim(version: VersionOf, until: Date): Promise<Outcome<DatasetVersionItem, Stale>>;
  /** Gives up the lease of a version that could not be frozen now. */
  release(version: VersionOf): Promise<void>;
  /** Ends the freezing; stale when it has ended, or the data set was deleted. */
  end(version: VersionOf, end: VersionEnd): Promise<Outcome<undefined, Stale>>;
  /** Yields every version that is being frozen, from the index, which follows the table within moments. */
  listFreezing(): AsyncIterable<VersionOf>;
  /** Deletes all versions of a data set whose row is gone. It may be called again after it was cut off. */
  removeAll(dataset: OwnedBy): Promise<void>;
}

const entrySchema = z.object({ sub: z.string(), datasetId: ulidSchema, id: z.string() });
const isFreezing = equals("state", "FREEZING");

/** Returns the sort key of a version in the index of open work. */
const ownerOf = ({ dataset: { sub, id }, versionId }: VersionOf): string => openWorkOwner(sub, `${id}#${versionId}`);

export function createDatasetVersions({
  table,
  now,
}: {
  readonly table: Table;
  readonly now: () => Date;
}): DatasetVersions {
  const keyOf = ({ dataset, versionId }: VersionOf) => datasetVersionKey(dataset, versionId);
  return {
    get: async (version) => {
      if (!versionIdPattern.test(version.versionId)) return undefined;
      const row = await table.read(keyOf(version));
      return row === undefined ? undefined : readItem(datasetVersionItemSchema, row);
    },

    list: async (dataset) => {
      const found: DatasetVersionItem[] = [];
      const query = { partition: userPartition(dataset.sub), prefix: datasetVersionPrefix(dataset.id) };
      for await (const row of table.all(query)) found.push(readItem(datasetVersionItemSchema, row));
      return found.sort((one, other) => (one.createdAt > other.createdAt ? -1 : 1));
    },

    begin: async (dataset, wanted) => {
      const createdAt = now().toISOString();
      const item: DatasetVersionItem = {
        ...{ schemaVersion: 1, kind: "DATASET_VERSION", sub: dataset.sub, datasetId: dataset.id },
        ...{ ...wanted, version: 1, createdAt, updatedAt: createdAt, state: "FREEZING" },
        ...{ openWork: freezingMark, openWorkOwner: ownerOf({ dataset, versionId: wanted.id }) },
      };
      const key = keyOf({ dataset, versionId: wanted.id });
      const set = { versions: (dataset.versions ?? 0) + 1, version: dataset.version + 1, updatedAt: createdAt };
      const outcome = await transact<Stale>(table, [
        {
          write: {
            kind: "UPDATE",
            key: ownedKey("DATASET", dataset.sub, dataset.id),
            changes: { set },
            condition: equals("version", dataset.version),
          },
        },
        {
          write: {
            ...{ kind: "PUT", key, condition: rowIsAbsent },
            row: writeItem(datasetVersionItemSchema, key, item),
          },
        },
      ]);
      return isDone(outcome) ? doneWith(item) : outcome;
    },

    beginAgain: async ({ sub, datasetId, id, version }) => {
      const again = { dataset: { sub, id: datasetId }, versionId: id };
      const open = { [openWorkIndex.partitionKey]: freezingMark, [openWorkIndex.sortKey]: ownerOf(again) };
      return await changeRow(table, datasetVersionItemSchema, {
        key: keyOf(again),
        changes: { ...nextVersion(now(), { state: "FREEZING", ...open }), remove: ["failure", "runningUntil"] },
        condition: allOf(equals("state", "FAILED"), equals("version", version)),
      });
    },

    claim: async (version, until) => {
      const isFree = anyOf(absent("runningUntil"), lessThan("runningUntil", now().toISOString()));
      return await changeRow(table, datasetVersionItemSchema, {
        key: keyOf(version),
        // For its owner nothing has changed.
        changes: { set: { runningUntil: until.toISOString() } },
        condition: allOf(isFreezing, isFree),
      });
    },

    release: async (version) => {
      const changes = { remove: ["runningUntil"] };
      await writeRow(table, { kind: "UPDATE", key: keyOf(version), changes, condition: isFreezing });
    },

    end: async (version, end) => {
      const { sub, id } = version.dataset;
      const changes = { ...nextVersion(now(), { ...end }), remove: [...openRowAttributes, "runningUntil"] };
      return await transact<Stale>(table, [
        { write: { kind: "UPDATE", key: keyOf(version), changes, condition: isFreezing } },
        { write: { kind: "CHECK", key: ownedKey("DATASET", sub, id), condition: rowExists } },
      ]);
    },

    async *listFreezing() {
      for await (const row of table.all({ index: "OpenWork", partition: freezingMark })) {
        const { sub, datasetId, id } = entrySchema.parse(row);
        yield { dataset: { sub, id: datasetId }, versionId: id };
      }
    },

    removeAll: async ({ sub, id }) => {
      const partition = userPartition(sub);
      const writes: Write[] = [];
      for await (const row of table.all({ partition, prefix: datasetVersionPrefix(id), attributes: [sortKey] })) {
        writes.push({ kind: "DELETE", key: { pk: partition, sk: String(row[sortKey]) } });
      }
      // There are at most as many as a transaction may have writes.
      if (writes.length > 0) await table.write(writes);
    },
  };
}
