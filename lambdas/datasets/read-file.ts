/** Reads the bytes of one file of a data set, and keeps them with what was read. */
import { gzipSync } from "node:zlib";
import { type IngestedFile, ingestFile } from "../../domain/datasets/ingest-file";
import type { TrackOverride } from "../../domain/music/extraction/role-overrides";
import type { LineUpAmounts } from "../../domain/schemas/dataset-parts";
import { midiType } from "../../naming/media-types";
import { briefVersionsTag, datasetFileObjectKey, datasetPiecesKey, type OwnedBy } from "../../naming/object-keys";
import type { ReadFile } from "../stores/dataset-files";
import type { ObjectStore } from "../stores/objects";

/** What is known of a file before it is read. */
export interface FileToRead {
  readonly path: string;
  readonly tags: ReadFile["tags"];
  readonly overrides?: readonly TrackOverride[] | undefined;
}

export interface ReadFileParams {
  readonly dataset: OwnedBy;
  readonly file: FileToRead;
  readonly bytes: Uint8Array;
  readonly artifacts: Pick<ObjectStore, "write">;
}

/** What became of a file, with the report if its bytes could be read. */
export interface FileWithReport {
  readonly read: ReadFile;
  readonly report: IngestedFile["report"];
}

/** Reads the bytes, keeps them and their pieces, and returns the file's row. Whoever repeats it writes the same files. */
export async function readFile({ dataset, file, bytes, artifacts }: ReadFileParams): Promise<FileWithReport> {
  const { path, tags, overrides = [] } = file;
  const ingested = ingestFile(bytes, { path, tags, overrides });
  const { sha256, report } = ingested;
  await keep({ dataset, bytes, artifacts }, ingested);
  const common = {
    ...{ schemaVersion: 1 as const, kind: "DATASET_FILE" as const, sha256, path, tags, bytes: bytes.length },
    ...(overrides.length === 0 ? {} : { overrides: [...overrides] }),
  };
  const read: ReadFile =
    ingested.state === "REJECTED"
      ? { ...common, state: "REJECTED", code: ingested.code, reason: ingested.reason }
      : {
          ...{ ...common, state: "ACCEPTED", notesSha256: ingested.notesSha256 },
          ...{ bars: { ...ingested.barsByMetre }, lineUps: amountsOf(ingested) },
        };
  return { read, report };
}

/** Returns the keys under which files that were read are kept. */
export const keysOfKept = (dataset: OwnedBy, sha256s: readonly string[]): string[] =>
  sha256s.flatMap((sha256) => [datasetFileObjectKey(dataset, sha256), datasetPiecesKey(dataset, sha256)]);

function amountsOf({ lineUps, pieces }: Extract<IngestedFile, { state: "ACCEPTED" }>): LineUpAmounts {
  return Object.fromEntries(
    lineUps.map((lineUp) => {
      const given = pieces.lineUps[lineUp] ?? [];
      return [lineUp, { files: 1, pieces: given.length, bars: given.reduce((sum, { bars }) => sum + bars, 0) }];
    }),
  );
}

/**
 * Keeps the bytes of a file and what was read from it. A rejected file is kept if it could be read: a person's word on
 * its tracks, or a later rule, may find pieces in it.
 */
async function keep(
  { dataset, bytes, artifacts }: Omit<ReadFileParams, "file">,
  ingested: IngestedFile,
): Promise<void> {
  if (ingested.report === undefined) return;
  const { sha256, report } = ingested;
  // A message that comes twice writes both again.
  const tags = { [briefVersionsTag.key]: briefVersionsTag.value };
  const pieces = ingested.state === "ACCEPTED" ? ingested.pieces : undefined;
  const body = gzipSync(JSON.stringify({ schemaVersion: 1, report, ...(pieces === undefined ? {} : { pieces }) }));
  await artifacts.write({ key: datasetFileObjectKey(dataset, sha256), body: bytes, contentType: midiType, tags });
  await artifacts.write({ key: datasetPiecesKey(dataset, sha256), body, contentType: "application/gzip", tags });
}
