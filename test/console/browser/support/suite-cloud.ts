/** The cloud of the suite, between its start and its end, which jest runs in one process. */
import type { RunningCloud } from "../../../e2e/running-cloud";

/** Names the folder of the cloud to the files of tests, which run in processes of their own. */
export const cloudVariable = "OPENCOMPOSER_CONSOLE_CLOUD";

let kept: RunningCloud | undefined;

export function keepCloud(cloud: RunningCloud): void {
  kept = cloud;
}

export function takeCloud(): RunningCloud | undefined {
  const cloud = kept;
  kept = undefined;
  return cloud;
}
