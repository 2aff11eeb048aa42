/**
 * `npm start` starts the whole of OpenComposer on this machine and makes a first composition.
 */
import { existsSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { type CommandUsage, exitCodeOf, HelpRequest, readOptions, UsageError } from "../tools/command-line";
import { outliveReaders } from "../tools/processes/closed-output";
import { datasetsOption, readDatasetsOnRequest } from "../tools/seeding/stock-dataset";
import { bringUp } from "./bring-up";
import { DisposalStack } from "./disposal-stack";
import { takeInstanceLock } from "./instance-lock";
import { removeOutputs } from "./outputs";
import { localPaths, makeRoot } from "./paths";
import { messageOf, startProgress } from "./progress";

const progress = startProgress();

const usage = {
  command: "npm start",
  does: "Starts the whole of OpenComposer on this machine and makes a first composition. Ctrl-C ends it.",
  options: {
    once: { type: "boolean", default: false, does: "ends after the first composition" },
    datasets: datasetsOption,
    fresh: { type: "boolean", default: false, does: "forgets what an earlier start kept" },
  },
  examples: [
    { given: "--fresh", does: "begins with an empty cloud" },
    { given: "--datasets string-quartets", does: "has music for string quartets to train on, too" },
  ],
} as const satisfies CommandUsage;

async function main(): Promise<number> {
  // All files that this process and its children write are for this user alone: they hold passwords, signing keys and
  // everybody's music.
  process.umask(0o077);
  outliveReaders();
  const { datasets, ...options } = readOptions(usage);
  const asked = readDatasetsOnRequest(datasets);
  const paths = localPaths();
  const parts = new DisposalStack();
  const ending = new AbortController();
  const { signal } = ending;

  let releaseLock: () => void;
  try {
    makeRoot(paths);
    releaseLock = takeInstanceLock(paths.lock);
  } catch (error) {
    // This process owns nothing in the folder yet, so there is nothing to undo.
    console.error(messageOf(error));
    return 1;
  }
  const shutDown = shutDownOnce(async () => {
    ending.abort();
    removeOutputs(paths.outputs);
    let failures = 0;
    await parts.disposeAll({
      onFailure: (problem) => {
        failures += 1;
        console.error(`While ending: ${messageOf(problem)}`);
      },
    });
    rmSync(paths.temporary, { recursive: true, force: true });
    releaseLock();
    return failures === 0;
  });
  const interrupt: { signal?: NodeJS.Signals } = {};
  const interrupted = new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      // The terminal sends Ctrl-C to this process, and npm passes the same Ctrl-C on: the second signal asks for
      // nothing new.
      process.on(name, () => {
        if (interrupt.signal !== undefined) return;
        interrupt.signal = name;
        progress.warn("ending: the cloud's state is kept, which may take a minute");
        ending.abort();
        resolve();
      });
    }
  });
  process.on("uncaughtException", (error) => {
    console.error(error);
    process.exitCode = 1;
    void shutDown().finally(() => process.exit(1));
  });

  try {
    removeOutputs(paths.outputs);
    const { failed } = await bringUp({ options: { ...options, datasets: asked }, paths, parts, progress, signal });
    if (!options.once) await Promise.race([interrupted, failed]);
    return (await shutDown()) ? 0 : 1;
  } catch (error) {
    if (interrupt.signal !== undefined) {
      const isUp = existsSync(paths.outputs);
      if (!(await shutDown())) return 1;
      // The start was ended before it was up, or with `--once` before it had composed: the exit code names the signal.
      return isUp && !options.once ? 0 : 128 + constants.signals[interrupt.signal];
    }
    console.error(`\nnpm start failed: ${messageOf(error)}`);
    console.error(`Logs: ${paths.logs} and ${join(paths.cloud, "ministack.log")}`);
    await shutDown();
    return 1;
  }
}

/**
 * Returns a function that does the work once, however often it is called. It resolves to true if everything ended as it
 * should.
 */
function shutDownOnce(work: () => Promise<boolean>): () => Promise<boolean> {
  let running: Promise<boolean> | undefined;
  return async () => {
    running ??= work();
    return await running;
  };
}

main()
  .then((code) => {
    process.exit(code);
  })
  .catch((problem: unknown) => {
    if (problem instanceof HelpRequest) console.log(problem.message);
    else console.error(problem instanceof UsageError ? problem.message : problem);
    process.exit(exitCodeOf(problem));
  });
