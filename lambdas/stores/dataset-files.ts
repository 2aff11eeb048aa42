/**
 * The store of the files of data sets. Every change of a file is one transaction with the counts of its data set, so the
 * counts are right at every moment, and a file is never in two states.
 */
import * as z from "zod";
import { barsByTimeSignatureSchema, lineUpsSchema, tagsSchema } from "../../domain/schemas/dataset-parts";
import { sha256Schema } from "../../domain/schemas/ids";
import type { OwnedBy } from "../../naming/object-keys";
import {
  datasetFileKey,
  datasetFilePrefix,
  type DatasetFileState,
  datasetFileStates,
  ownedKey,
  sortKey,
  userPartition,
} from "../../naming/table-keys";
import { equals, rowExists, rowIsAbsent } from "./conditions";
import { readItem, writeItem } from "./item-codec";
import {
  type ArchiveItem,
  type DatasetFileItem,
  datasetFileItemSchema,
  type DatasetItem,
  datasetItemSchema,
} from "./items";
import { doneWith, isDone, type Outcome, type Stale } from "./outcome";
import type { Row, Table, Write } from "./table";
import { transact, writeRow } from "./transaction";

export type PendingFile = Extract<DatasetFileItem, { state: "PENDING" }>;
/** A file that was read. */
export type ReadFile = Exclude<DatasetFileItem, PendingFile>;

/** What a version needs to know of a file. */
const acceptedFileSchema = z.object({
  sha256: sha256Schema,
  notesSha256: sha256Schema,
  tags: tagsSchema,
  bars: barsByTimeSignatureSchema,
  lineUps: lineUpsSchema,
});
export type AcceptedFile = z.infer<typeof acceptedFileSchema>;

/** What is counted of all files of a data set together. */
export type DatasetCounts = Pick<DatasetItem, "files" | "bytes" | "bars" | "lineUps" | "reasons">;

export interface ChangeFilesParams<File> {
  /** The row as it was read. If it has changed since, nothing is written. */
  readonly dataset: DatasetItem;
  readonly files: readonly File[];
  /** What the data set has afterwards. */
  readonly counts: DatasetCounts;
}

export interface ReplaceFilesParams {
  /** The row as it was read, before the files were looked for. If it has changed since, nothing is written. */
  readonly dataset: DatasetItem;
  /** The files as they were read; those that are not among `after` are gone afterwards. */
  readonly before: readonly DatasetFileItem[];
  readonly after: readonly DatasetFileItem[];
  readonly counts: DatasetCounts;
  /** The data set's archive as it is afterwards, if it changes. */
  readonly archive?: ArchiveItem;
}

export interface FilePage {
  readonly dataset: OwnedBy;
  readonly state?: DatasetFileState | undefined;
  /** The file after which the page begins. */
  readonly after?: Pick<DatasetFileItem, "state" | "sha256"> | undefined;
  readonly limit: number;
}

/** A transaction has at most 100 writes. A new file takes three of them. */
export const maxOffersTogether = 33;

export interface DatasetFiles {
  /** Returns those of the files that the data set knows, by their digests. */
  find(dataset: OwnedBy, sha256s: readonly string[]): Promise<ReadonlyMap<string, DatasetFileItem>>;
  /** Adds at most {@link maxOffersTogether} files that the data set does not know in any state. */
  offer(params: ChangeFilesParams<PendingFile>): Promise<Outcome<DatasetItem, Stale>>;
  /** Notes that the owner of a pending file was told again where to send it. */
  offerAgain(dataset: OwnedBy, file: PendingFile): Promise<void>;
  /** Puts files that were read in the place of pending ones, at most 49. */
  settle(params: ChangeFilesParams<ReadFile>): Promise<Outcome<DatasetItem, Stale>>;
  /** Yields all accepted files in the order of their digests: what decides of which files a version is. */
  accepted(dataset: OwnedBy): AsyncIterable<AcceptedFile>;
  /** Puts files in the place of others, at most 49 of each. No other change of a file can come between. */
  replace(params: ReplaceFilesParams): Promise<Outcome<DatasetItem, Stale>>;
  /** Returns a page of files in the order of their states and digests. */
  page(params: FilePage): Promise<readonly DatasetFileItem[]>;
  /** Deletes all files of a data set whose row is gone. It may be called again after it was cut off. */
  removeAll(dataset: OwnedBy): Promise<void>;
}

const maxWritesOfTransaction = 100;

export function createDatasetFiles({ table, now }: { readonly table: Table; readonly now: () => Date }): DatasetFiles {
  /** Returns the write that changes the counts of a data set that is still as it was read, and the row after it. */
  const change = (
    dataset: DatasetItem,
    counts: DatasetCounts,
    archive?: ArchiveItem,
  ): { readonly write: Write; readonly after: DatasetItem } => {
    const { files, bytes, bars, lineUps, reasons } = counts;
    const archiveChange = archive === undefined ? {} : { archive };
    const set = {
      ...{ files, bytes, bars, lineUps, reasons, ...archiveChange },
      version: dataset.version + 1,
      updatedAt: now().toISOString(),
    };
    const after = datasetItemSchema.parse({ ...dataset, ...set });
    const condition = equals("version", dataset.version);
    return {
      write: { kind: "UPDATE", key: ownedKey("DATASET", dataset.sub, dataset.id), changes: { set }, condition },
      after,
    };
  };
  const put = (dataset: OwnedBy, file: DatasetFileItem, condition?: Write["condition"]): Write => {
    const key = datasetFileKey(dataset, file);
    return { kind: "PUT", key, row: writeItem(datasetFileItemSchema, key, file), condition };
  };

  return {
    find: async (dataset, sha256s) => {
      const keys = sha256s.flatMap((sha256) =>
        datasetFileStates.map((state) => datasetFileKey(dataset, { state, sha256 })),
      );
      const found = (await table.readMany(keys)).map((row) => readItem(datasetFileItemSchema, row));
      return new Map(found.map((file) => [file.sha256, file]));
    },

    offer: async ({ dataset, files, counts }) => {
      const { write, after } = change(dataset, counts);
      const outcome = await transact<Stale>(table, [
        { write },
        ...files.flatMap((file) => [
          { write: put(dataset, file, rowIsAbsent) },
          // The file may have been read since it was looked for.
          ...(["ACCEPTED", "REJECTED"] as const).map((state) => ({
            write: {
              kind: "CHECK" as const,
              key: datasetFileKey(dataset, { ...file, state }),
              condition: rowIsAbsent,
            },
          })),
        ]),
      ]);
      return isDone(outcome) ? doneWith(after) : outcome;
    },

    offerAgain: async (dataset, file) => {
      const changes = { set: { offeredAt: file.offeredAt } };
      // A file that was read meanwhile is pending no more, and nothing needs to be noted.
      await writeRow(table, { kind: "UPDATE", key: datasetFileKey(dataset, file), changes, condition: rowExists });
    },

    settle: async ({ dataset, files, counts }) => {
      const { write, after } = change(dataset, counts);
      const outcome = await transact<Stale>(table, [
        { write },
        ...files.flatMap((file) => [
          {
            write: {
              kind: "DELETE" as const,
              key: datasetFileKey(dataset, { ...file, state: "PENDING" }),
              condition: rowExists,
            },
          },
          { write: put(dataset, file) },
        ]),
      ]);
      return isDone(outcome) ? doneWith(after) : outcome;
    },

    async *accepted(dataset) {
      const partition = userPartition(dataset.sub);
      const prefix = datasetFilePrefix(dataset.id, "ACCEPTED");
      const attributes = Object.keys(acceptedFileSchema.shape);
      for await (const row of table.all({ partition, prefix, attributes })) yield acceptedFileSchema.parse(row);
    },

    replace: async ({ dataset, before, after, counts, archive }) => {
      const { write, after: row } = change(dataset, counts, archive);
      const kept = new Set(after.map((file) => datasetFileKey(dataset, file).sk));
      const gone = before.map((file) => datasetFileKey(dataset, file)).filter(({ sk }) => !kept.has(sk));
      const outcome = await transact<Stale>(table, [
        { write },
        ...gone.map((key) => ({ write: { kind: "DELETE" as const, key, condition: rowExists } })),
        ...after.map((file) => ({ write: put(dataset, file) })),
      ]);
      return isDone(outcome) ? doneWith(row) : outcome;
    },

    page: async ({ dataset, state, after, limit }) => {
      const rows: Row[] = [];
      const query = {
        partition: userPartition(dataset.sub),
        prefix: datasetFilePrefix(dataset.id, state),
        ...(after === undefined ? {} : { after: datasetFileKey(dataset, after).sk }),
      };
      for await (const row of table.all(query)) {
        rows.push(row);
        if (rows.length === limit) break;
      }
      return rows.map((row) => readItem(datasetFileItemSchema, row));
    },

    removeAll: async (dataset) => {
      const partition = userPartition(dataset.sub);
      const prefix = datasetFilePrefix(dataset.id);
      let writes: Write[] = [];
      const send = async (): Promise<void> => {
        await table.write(writes);
        writes = [];
      };
      for await (const row of table.all({ partition, prefix, attributes: [sortKey] })) {
        writes.push({ kind: "DELETE", key: { pk: partition, sk: String(row[sortKey]) } });
        if (writes.length === maxWritesOfTransaction) await send();
      }
      await send();
    },
  };
}
