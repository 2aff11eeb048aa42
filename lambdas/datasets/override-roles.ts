/** Has a file read again with what its owner says of its tracks. */
import { setTimeout as wait } from "node:timers/promises";
import { datasetLimits } from "../../domain/datasets/limits";
import { sha256Of } from "../../domain/digest";
import type { TrackOverride } from "../../domain/music/extraction/role-overrides";
import { datasetFileObjectKey, type OwnedBy } from "../../naming/object-keys";
import { fileLost } from "../problems/lost-file";
import { Problem } from "../problems/problem";
import type { DatasetFiles } from "../stores/dataset-files";
import type { Datasets } from "../stores/datasets";
import type { DatasetFileItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { isDone } from "../stores/outcome";
import { TableBusy } from "../stores/table";
import { withReplaced } from "./count-files";
import { findFile } from "./find-file";
import { type FileWithReport, readFile } from "./read-file";

export interface OverrideRolesParams {
  readonly dataset: OwnedBy;
  readonly sha256: string;
  readonly overrides: readonly TrackOverride[];
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "find" | "replace">;
  readonly artifacts: Pick<ObjectStore, "read" | "write">;
}

export interface OverriddenFile {
  readonly file: DatasetFileItem;
  readonly report?: FileWithReport["report"];
}

const maxTries = 8;

/**
 * Returns the file as it is with these overrides, which take the place of earlier ones. A pending file is read with them
 * when it arrives.
 * @throws Problem NOT_FOUND; UNREADABLE_MIDI; FILE_LOST
 */
export async function overrideRoles(params: OverrideRolesParams): Promise<OverriddenFile> {
  const { datasetFiles, overrides } = params;
  for (let tries = 1; ; tries += 1) {
    const { item, file } = await findFile(params);
    const next = await becomes(params, file, overrides);
    const counts = withReplaced(item, { before: [file], after: [next.file] });
    const outcome = await datasetFiles.replace({ dataset: item, before: [file], after: [next.file], counts });
    if (isDone(outcome)) return next;
    if (tries === maxTries) throw new TableBusy("the data set changed with every try to read a file again");
    await wait(Math.random() * 20 * 2 ** tries);
  }
}

async function becomes(
  { dataset, artifacts }: OverrideRolesParams,
  known: DatasetFileItem,
  overrides: readonly TrackOverride[],
): Promise<OverriddenFile> {
  if (known.state === "PENDING") {
    const { overrides: _before, ...others } = known;
    return { file: overrides.length === 0 ? others : { ...others, overrides: [...overrides] } };
  }
  const { sha256, path, tags } = known;
  const bytes = await artifacts.read(datasetFileObjectKey(dataset, sha256), datasetLimits.fileBytes.max);
  if (bytes === undefined && known.state === "REJECTED") {
    throw new Problem("UNREADABLE_MIDI", {
      detail: `The file has no tracks that can be read, so nothing can be said of them. ${known.reason}`,
    });
  }
  if (bytes === undefined || sha256Of(bytes) !== sha256) {
    throw fileLost({
      ...{ file: "MIDI file", resource: `file ${sha256}` },
      advice: "Take the file out of the data set, and send it again.",
      damage: bytes === undefined ? undefined : new Error("its bytes are not those that were sent"),
    });
  }
  const { read, report } = await readFile({ dataset, file: { path, tags, overrides }, bytes, artifacts });
  return { file: read, report };
}
