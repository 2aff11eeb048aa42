import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { runToEnd } from "../processes/run-to-end";
import { repository } from "../repository";

/** The environments that `tools/python/environments.py` makes. */
export const pythonEnvironments = [
  "cloud",
  "inference",
  "training",
  "dataset",
  "clients",
  "plots",
  "midi-files",
  "second-engine",
] as const;
export type PythonEnvironment = (typeof pythonEnvironments)[number];

const program = join(__dirname, "environments.py");
const oldest = { major: 3, minor: 11 } as const;

/** Returns the path of an environment's interpreter, whether it is made or not. */
export function environmentPython(name: PythonEnvironment): string {
  return join(repository, ".venv", name, "bin", "python");
}

/**
 * Returns a command that runs `program` in an environment that is still being made: it waits, then becomes its
 * interpreter.
 */
export function waitingCommand(params: { readonly basePython: string; readonly name: PythonEnvironment }): string[] {
  return [params.basePython, program, "run", "--wait", params.name];
}

/**
 * Returns the Python from which environments are made: OPENCOMPOSER_PYTHON, or else the first of python3.11 and python3
 * in PATH that is new enough.
 *
 * @throws Error that says what was found and what is needed
 */
export function findPython(environment: NodeJS.ProcessEnv = process.env): string {
  const asked = environment["OPENCOMPOSER_PYTHON"];
  const candidates = asked === undefined || asked === "" ? ["python3.11", "python3"] : [asked];
  const tooOld: string[] = [];
  for (const candidate of candidates) {
    const path = isAbsolute(candidate) ? candidate : inPath(candidate, environment["PATH"] ?? "");
    if (path === undefined) continue;
    const version = pythonVersion(path);
    if (version === undefined) continue;
    if (version.major > oldest.major || (version.major === oldest.major && version.minor >= oldest.minor)) return path;
    tooOld.push(`${path} is ${version.major}.${version.minor}`);
  }
  throw new Error(
    `OpenComposer needs Python ${oldest.major}.${oldest.minor} or newer (3.11 is what it is tested with): ` +
      (tooOld.length === 0
        ? `found none as ${candidates.join(" or ")}. Install it, or name it in OPENCOMPOSER_PYTHON.`
        : `${tooOld.join(", ")}. Install a newer one, or name it in OPENCOMPOSER_PYTHON.`),
  );
}

export interface MakeEnvironmentsParams {
  readonly names: readonly PythonEnvironment[];
  readonly python: string;
  /** Gets a line of progress now and then; it gets none if all environments are current. */
  readonly report: (line: string) => void;
  /** Other folders for tests: one instead of `.venv/`, and one instead of the repository for the lock files. */
  readonly directory?: string;
  readonly locks?: string;
  /** Ends the making. An environment that is half made is made again the next time. */
  readonly signal?: AbortSignal;
}

/**
 * Makes those environments that are not current with their lock files. Several processes may do so at once.
 *
 * @throws Error with a reason on which a person can act
 */
export async function makeEnvironments(params: MakeEnvironmentsParams): Promise<void> {
  const { names, python, report, directory, locks, signal } = params;
  const args = [
    program,
    ...(directory === undefined ? [] : ["--directory", directory]),
    ...(locks === undefined ? [] : ["--locks", locks]),
    "make",
    ...names,
  ];
  await runToEnd({
    name: "python3 tools/python/environments.py",
    command: python,
    args,
    cwd: repository,
    report,
    ...(signal === undefined ? {} : { signal }),
  });
}

function inPath(name: string, path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    if (folder === "") continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // The program is not in this folder.
    }
  }
  return undefined;
}

function pythonVersion(path: string): { readonly major: number; readonly minor: number } | undefined {
  const asked = spawnSync(path, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], {
    encoding: "utf8",
    timeout: 20_000,
  });
  const match = /^(\d+)\.(\d+)\s*$/.exec(asked.stdout);
  const [, major, minor] = match ?? [];
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
