/** Finds one file of a data set, and what was read from it. */
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { datasetFileReportSchema } from "../../domain/schemas/api/datasets";
import { datasetPiecesKey, type OwnedBy } from "../../naming/object-keys";
import { DamagedFile, fileLost, isDamage, parseStoredJson } from "../problems/lost-file";
import { ownedItem } from "../problems/owned-item";
import { notFound } from "../problems/problem";
import type { DatasetFiles } from "../stores/dataset-files";
import type { Datasets } from "../stores/datasets";
import type { DatasetFileItem, DatasetItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";

export interface FindFileParams {
  readonly dataset: OwnedBy;
  readonly sha256: string;
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "find">;
}

export interface FoundFile {
  /** The data set as it was before the file was looked for. */
  readonly item: DatasetItem;
  readonly file: DatasetFileItem;
}

const digestPattern = /^[0-9a-f]{64}$/;

/** Returns a file with its data set. @throws Problem NOT_FOUND */
export async function findFile({ dataset, sha256, datasets, datasetFiles }: FindFileParams): Promise<FoundFile> {
  const item = await ownedItem("DATASET", datasets, dataset);
  const found = digestPattern.test(sha256) ? await datasetFiles.find(dataset, [sha256]) : undefined;
  const file = found?.get(sha256);
  if (file === undefined) throw notFound("file", sha256);
  return { item, file };
}

/** What is kept of a file, as far as its owner is told of it. */
const keptSchema = z.object({ report: datasetFileReportSchema });
export type KeptReport = z.output<typeof keptSchema>["report"];

/** The largest that we write has 3 MB, and unpacks to 7. */
const maxKeptBytes = 16_777_216;
const maxUnpackedBytes = 67_108_864;

/**
 * Returns the report of a file; undefined if it has none, because it is pending or could not be read.
 * @throws Problem FILE_LOST
 */
export async function readReport(
  dataset: OwnedBy,
  { state, sha256 }: DatasetFileItem,
  artifacts: Pick<ObjectStore, "read">,
): Promise<KeptReport | undefined> {
  if (state === "PENDING") return undefined;
  const lost = (damage?: Error) =>
    fileLost({
      ...{ file: "report", resource: `file ${sha256}` },
      advice: "Take the file out of the data set, and send it again.",
      damage,
    });
  try {
    const packed = await artifacts.read(datasetPiecesKey(dataset, sha256), maxKeptBytes);
    if (packed !== undefined) return parseStoredJson(unpacked(packed), keptSchema).report;
  } catch (error) {
    if (isDamage(error)) throw lost(error);
    throw error;
  }
  if (state === "ACCEPTED") throw lost();
  return undefined;
}

function unpacked(packed: Uint8Array): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: maxUnpackedBytes });
  } catch (error) {
    throw new DamagedFile("the file is not packed by gzip", { cause: error });
  }
}
