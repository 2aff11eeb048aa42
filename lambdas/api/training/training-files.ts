/** A training job's progress and samples: in the work bucket while the container writes them, kept as artefacts after. */
import { checkpointsPrefix, trainingJobPrefix, type OwnedBy } from "../../../domain/names/object-keys";
import type { TrainingJobItem } from "../../../domain/schemas/items";
import { isFinalTrainingJobState } from "../../../domain/states/training-job-state";
import type { StoredFiles } from "../../aws/stored-files";

export interface TrainingFilesParams {
  readonly item: Pick<TrainingJobItem, "sub" | "id" | "state">;
  readonly artefacts: Pick<StoredFiles, "read" | "list" | "presign">;
  readonly work: Pick<StoredFiles, "read" | "list" | "presign">;
}

interface Place {
  readonly files: Pick<StoredFiles, "read" | "list" | "presign">;
  readonly prefix: string;
}

/** Both places, the likelier one first: the copy is made just before the state becomes final. */
function places({ item, artefacts, work }: TrainingFilesParams): readonly [Place, Place] {
  const of: OwnedBy = item;
  const kept = { files: artefacts, prefix: trainingJobPrefix(of) };
  const written = { files: work, prefix: checkpointsPrefix(of) };
  return isFinalTrainingJobState(item.state) ? [kept, written] : [written, kept];
}

/**
 * @param name - inside the checkpoint folder, for example `progress.jsonl`
 * @param longest - in bytes; ObjectTooLargeError for what is longer
 */
export async function readTrainingFile(
  params: TrainingFilesParams,
  name: string,
  longest?: number,
): Promise<{ readonly bytes: Uint8Array; readonly presign: () => ReturnType<StoredFiles["presign"]> } | undefined> {
  for (const { files, prefix } of places(params)) {
    const key = `${prefix}${name}`;
    const bytes = await files.read(key, longest);
    if (bytes !== undefined) return { bytes, presign: async () => await files.presign(key) };
  }
  return undefined;
}

/** @param folder - inside the checkpoint folder, ends with a slash */
export async function listTrainingFiles(params: TrainingFilesParams, folder: string): Promise<string[]> {
  for (const { files, prefix } of places(params)) {
    const keys = await files.list(`${prefix}${folder}`);
    if (keys.length > 0) return keys;
  }
  return [];
}
