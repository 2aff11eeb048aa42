import { join, resolve } from "node:path";
import { repository } from "../tools/repository";

/** Where a local cloud keeps everything. OPENCOMPOSER_LOCAL_DIR sets another folder, so that tests run side by side. */
export interface LocalPaths {
  readonly root: string;
  /** Says that all is ready and where; absent at every other time. */
  readonly outputs: string;
  readonly lock: string;
  /** MiniStack's state and its snapshots, objects, log. */
  readonly cloud: string;
  readonly sageMaker: string;
  readonly assembly: string;
  readonly compositions: string;
  readonly logs: string;
  readonly temporary: string;
}

export function localPaths(environment: NodeJS.ProcessEnv = process.env): LocalPaths {
  const asked = environment["OPENCOMPOSER_LOCAL_DIR"];
  const root = asked === undefined || asked === "" ? join(repository, ".local") : resolve(asked);
  return {
    root,
    outputs: join(root, "outputs.json"),
    lock: join(root, "running.json"),
    cloud: join(root, "cloud"),
    sageMaker: join(root, "sagemaker"),
    assembly: join(root, "assembly"),
    compositions: join(root, "compositions"),
    logs: join(root, "logs"),
    temporary: join(root, "tmp"),
  };
}
