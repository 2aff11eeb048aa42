import { environmentPython, makeEnvironments, waitingCommand } from "../../tools/python/environments";
import { repository } from "../../tools/repository";
import { type BackgroundWork, startInBackground } from "../background-work";
import { type AssemblyHashes, hashOfAssembly } from "../cloud/assembly";
import { synthesize } from "../cloud/deployment";
import { localRegion } from "../cloud/ministack";
import { buildConsole } from "../console/build-console";
import type { LocalPaths } from "../paths";
import type { Progress } from "../progress";

/** The interpreters and commands that start each kind of program. */
export interface Interpreters {
  readonly cloud: string;
  readonly inference: string;
  /** This command waits for the trainer's environment while that is being made. */
  readonly trainingCommand: readonly string[];
}

/** Makes the Python environments that composing needs, and the templates of the stacks. Both need no other phase. */
export async function prepareEnvironments(params: {
  readonly python: string;
  readonly paths: LocalPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): Promise<{ readonly interpreters: Interpreters; readonly assembly: AssemblyHashes }> {
  const { python, paths, progress, signal } = params;
  await Promise.all([
    progress.step("Python environments cloud and inference", async () => {
      await makeEnvironments({ names: ["cloud", "inference"], python, report: progress.report, signal });
    }),
    progress.step("console (vite build)", async () =>
      (await buildConsole({ repository, signal })) ? undefined : "unchanged",
    ),
    progress.step("templates of the stacks (cdk synth)", async () =>
      (await synthesize({ paths, region: localRegion, signal })) ? undefined : "unchanged",
    ),
  ]);
  return {
    interpreters: {
      cloud: environmentPython("cloud"),
      inference: environmentPython("inference"),
      trainingCommand: waitingCommand({ basePython: python, name: "training" }),
    },
    assembly: hashOfAssembly(paths.assembly),
  };
}

/**
 * Makes the trainer's environment, which contains PyTorch and takes minutes when it is not there. Jobs that start
 * before wait for it.
 */
export function prepareTrainer(params: {
  readonly python: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): BackgroundWork {
  const { python, progress, signal } = params;
  return startInBackground({
    signal,
    warn: progress.warn,
    work: async () => {
      await makeEnvironments({ names: ["training"], python, report: progress.warn, signal });
    },
  });
}
