import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { repository } from "../tools/repository";

/**
 * The paths of everything that a local cloud keeps. OPENCOMPOSER_LOCAL_DIR sets another folder, so that tests run side
 * by side.
 */
export interface LocalPaths {
  readonly root: string;
  /** The file that says that all parts are ready and where they listen; it is absent at every other time. */
  readonly outputs: string;
  readonly lock: string;
  /** The lock of the start that builds the data set in the background. */
  readonly datasetLock: string;
  /** The folder of MiniStack's state, snapshots, S3 objects and log. */
  readonly cloud: string;
  readonly sageMaker: string;
  readonly assembly: string;
  readonly compositions: string;
  readonly logs: string;
  readonly temporary: string;
}

/** Returns the paths of the local cloud that the environment variables select. */
export function localPaths(environment: NodeJS.ProcessEnv = process.env): LocalPaths {
  const asked = environment["OPENCOMPOSER_LOCAL_DIR"];
  const root = asked === undefined || asked === "" ? join(repository, ".local") : resolve(asked);
  return {
    root,
    outputs: join(root, "outputs.json"),
    lock: join(root, "running.json"),
    datasetLock: join(root, "building-dataset.json"),
    cloud: join(root, "cloud"),
    sageMaker: join(root, "sagemaker"),
    assembly: join(root, "assembly"),
    compositions: join(root, "compositions"),
    logs: join(root, "logs"),
    temporary: join(root, "tmp"),
  };
}

/**
 * Makes the folder of a local cloud.
 *
 * @throws Error that names OPENCOMPOSER_LOCAL_DIR and its value, where no folder can be made there
 */
export function makeRoot({ root }: Pick<LocalPaths, "root">): void {
  try {
    mkdirSync(root, { recursive: true });
  } catch (error) {
    const reasons: Readonly<Record<string, string>> = {
      EEXIST: "which is a file",
      ENOTDIR: "and a part of this path is a file",
      EACCES: "where this user may not make a folder",
      EROFS: "which is on a disk that cannot be written to",
    };
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reason = reasons[code];
    if (reason === undefined) throw error;
    throw new Error(
      `The folder of the local cloud is ${root}, ${reason}. It must be a folder, or a path at which one can be made. ` +
        "OPENCOMPOSER_LOCAL_DIR chooses it; without this variable it is .local in the repository.",
      { cause: error },
    );
  }
}
