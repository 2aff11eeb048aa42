/** Takes a file back out of a data set. */
import { setTimeout as wait } from "node:timers/promises";
import { incomingFileKey } from "../../naming/object-keys";
import { Problem } from "../problems/problem";
import type { DatasetFiles } from "../stores/dataset-files";
import type { ObjectStore } from "../stores/objects";
import { isDone } from "../stores/outcome";
import { TableBusy } from "../stores/table";
import { withReplaced } from "./count-files";
import { findFile, type FindFileParams } from "./find-file";
import { keysOfKept } from "./read-file";

export interface WithdrawFileParams extends FindFileParams {
  readonly datasetFiles: Pick<DatasetFiles, "find" | "replace">;
  readonly work: Pick<ObjectStore, "delete">;
  readonly artifacts: Pick<ObjectStore, "delete">;
}

const maxTries = 8;

/**
 * Removes the file, and then what was kept of it. Whoever was cut off in between repeats the request: it ends in
 * NOT_FOUND, and nothing is left.
 * @throws Problem NOT_FOUND
 */
export async function withdrawFile(params: WithdrawFileParams): Promise<void> {
  const { datasetFiles } = params;
  for (let tries = 1; ; tries += 1) {
    const { item, file } = await findFile(params).catch(async (error: unknown) => {
      if (error instanceof Problem && (await isKnown(params))) await removeKept(params);
      throw error;
    });
    const counts = withReplaced(item, { before: [file], after: [] });
    if (isDone(await datasetFiles.replace({ dataset: item, before: [file], after: [], counts }))) break;
    if (tries === maxTries) throw new TableBusy("the data set changed with every try to take a file out of it");
    await wait(Math.random() * 20 * 2 ** tries);
  }
  await removeKept(params);
}

/** Returns true if the data set is the caller's, so that the file may have been taken out of it before. */
const isKnown = async ({ dataset, sha256, datasets }: WithdrawFileParams): Promise<boolean> =>
  /^[0-9a-f]{64}$/.test(sha256) && (await datasets.get(dataset)) !== undefined;

async function removeKept({ dataset, sha256, work, artifacts }: WithdrawFileParams): Promise<void> {
  await work.delete([incomingFileKey(dataset, sha256)]);
  await artifacts.delete(keysOfKept(dataset, [sha256]));
}
