/** A data set in memory whose files were read, and what freezes its versions. */
import { gzipSync } from "node:zlib";
import type { FilePieces } from "../../domain/datasets/ingest-file";
import { sha256Of } from "../../domain/digest";
import type { BarsByTimeSignature } from "../../domain/schemas/dataset-parts";
import { freezeVersion, type FreezeVersionParams } from "../../lambdas/datasets/freeze-version";
import type { DatasetFileItem, DatasetItem } from "../../lambdas/stores/items";
import { datasetPiecesKey, type OwnedBy } from "../../naming/object-keys";
import { datasetFileKey } from "../../naming/table-keys";
import { freezeLeaseSeconds } from "../../naming/time-limits";
import type { MemoryObjectStore } from "../fakes/memory-object-store";
import type { MemoryStores } from "../fakes/memory-stores";
import { CollectingLog, CollectingMetrics } from "../fakes/telemetry";
import { madeUpPiece, ofBand } from "./made-up-pieces";

export interface GivenFile {
  readonly name: string;
  readonly pieces: FilePieces;
  readonly tags?: Readonly<Record<string, string[]>>;
}

/** Files of a band, each with other notes, in two genres. */
export const bandFiles = (count: number): GivenFile[] =>
  Array.from({ length: count }, (_, seed) => ({
    ...{ name: `song ${seed}`, pieces: ofBand(madeUpPiece({ seed })) },
    tags: { genre: [seed % 4 === 0 ? "jazz" : "rock"], album: [`Album ${seed}`.toLowerCase().replace(" ", "-")] },
  }));

export interface FilledDatasetParams {
  readonly stores: MemoryStores;
  readonly artifacts: MemoryObjectStore;
  readonly dataset: DatasetItem;
  readonly now: () => Date;
}

/** Returns the rows and objects of files that were accepted, as the reader of files leaves them. */
export const acceptedFiles = (dataset: OwnedBy, files: readonly GivenFile[]) =>
  files.map(({ name, pieces, tags = {} }) => {
    const sha256 = sha256Of(name);
    const all = Object.entries(pieces.lineUps);
    const bars: BarsByTimeSignature = {};
    for (const piece of all[0]?.[1] ?? []) bars[piece.timeSignature] = (bars[piece.timeSignature] ?? 0) + piece.bars;
    const row: DatasetFileItem = {
      ...{ schemaVersion: 1, kind: "DATASET_FILE", state: "ACCEPTED", sha256, path: `${name}.mid`, bytes: 100, tags },
      ...{ notesSha256: sha256Of(JSON.stringify(pieces.lineUps)), bars },
      lineUps: Object.fromEntries(
        all.map(([lineUp, given]) => {
          const sum = given.reduce((total, piece) => total + piece.bars, 0);
          return [lineUp, { files: 1, pieces: given.length, bars: sum }];
        }),
      ),
    };
    return {
      ...{ key: datasetFileKey(dataset, row), row, objectKey: datasetPiecesKey(dataset, sha256) },
      body: gzipSync(JSON.stringify({ schemaVersion: 1, pieces })),
    };
  });

/** Puts such files into a data set. */
export function fill({ stores, artifacts, dataset }: FilledDatasetParams, files: readonly GivenFile[]): void {
  for (const { key, row, objectKey, body } of acceptedFiles(dataset, files)) {
    stores.table.put(key, row);
    artifacts.put(objectKey, body);
  }
}

/** Freezes a version as the worker does. */
export async function freeze(
  { stores, artifacts, dataset, now }: FilledDatasetParams,
  versionId: string,
  more: Partial<FreezeVersionParams> = {},
): Promise<void> {
  await freezeVersion({
    ...{ ...stores, artifacts, now, version: { dataset, versionId }, leaseSeconds: freezeLeaseSeconds },
    ...{ log: new CollectingLog(), metrics: new CollectingMetrics(), ...more },
  });
}
