import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { localImageUri, type TechniqueId, techniqueIds } from "../../naming/resource-names";
import { loopback } from "../../tools/processes/free-port";
import { type ProcessGroup, startProcessGroup } from "../../tools/processes/process-group";
import { repository } from "../../tools/repository";
import type { LocalPaths } from "../paths";
import { localAccount, localCredentials } from "./ministack";

/** The Python package of a technique's container, named after its folder: what its image's entry point starts. */
const containerPackage = (technique: TechniqueId): string => `opencomposer_${technique.replaceAll("-", "_")}`;

export interface SageMakerServerParams {
  readonly paths: LocalPaths;
  readonly port: number;
  readonly region: string;
  readonly awsEndpointUrl: string;
  /** Runs a module under the trainer's environment: its interpreter, or what waits for it while it is being made. */
  readonly trainingCommand: readonly string[];
  readonly inferencePython: string;
  /** Told of a crash and of the start that follows it. */
  readonly report: (line: string) => void;
  /** Gives up waiting for it. */
  readonly signal: AbortSignal;
}

export interface SageMakerServer {
  readonly endpointUrl: string;
  readonly pid: () => number;
  /** Calls back with the pid of each server that takes the place of one that crashed. */
  readonly onRestart: (listener: (pid: number) => void) => void;
  readonly stop: (graceMilliseconds: number) => Promise<void>;
}

/** After so many crashes within a minute it stays down: something is wrong that another start will not mend. */
const crashesAMinute = 5;

/**
 * Starts the local SageMaker server and starts it again, on the same port, when it crashes: its job table is on disk
 * and it takes up what it finds there.
 *
 * @throws Error naming its log where it does not come up
 */
export async function startSageMakerServer(params: SageMakerServerParams): Promise<SageMakerServer> {
  const { paths, port, report } = params;
  const endpointUrl = `http://${loopback}:${port}`;
  const logFile = join(paths.logs, "sagemaker.log");
  const configFile = join(paths.temporary, "sagemaker.json");
  mkdirSync(paths.sageMaker, { recursive: true });
  mkdirSync(paths.temporary, { recursive: true });
  writeFileSync(configFile, JSON.stringify(sageMakerConfiguration(params), null, 2), { mode: 0o600 });

  const start = async (): Promise<ProcessGroup> =>
    await startProcessGroup({
      name: "the SageMaker server",
      command: process.execPath,
      args: ["--import", "tsx", join(repository, "local", "sagemaker", "main.ts"), configFile],
      cwd: repository,
      environment: {
        PATH: process.env["PATH"] ?? "/usr/bin:/bin",
        HOME: process.env["HOME"] ?? paths.temporary,
        LANG: "C.UTF-8",
        TMPDIR: paths.temporary,
        NODE_NO_WARNINGS: "1",
      },
      logFile,
    });

  const listeners: ((pid: number) => void)[] = [];
  let stopping = false;
  let group = await start();
  await waitForResponse({ endpointUrl, group, logFile, signal: params.signal });

  const crashes: number[] = [];
  const watch = (watched: ProcessGroup): void => {
    void watched.exited.then(async ({ code, signal }) => {
      if (stopping) return;
      crashes.push(Date.now());
      const recent = crashes.filter((at) => at > Date.now() - 60_000).length;
      const how = signal ?? `code ${code ?? "?"}`;
      if (recent > crashesAMinute) {
        report(
          `The SageMaker server ended ${recent} times within a minute (${how}): it stays down. Its log: ${logFile}`,
        );
        return;
      }
      report(`The SageMaker server ended (${how}): starting it again on port ${port}`);
      await sleep(250 * recent);
      // `stop` may have been called while we slept.
      if (isStopping()) return;
      try {
        group = await start();
        watch(group);
        for (const listener of listeners) listener(group.pid);
      } catch (error) {
        report(`The SageMaker server could not be started again: ${String(error)}`);
      }
    });
  };
  const isStopping = (): boolean => stopping;
  watch(group);

  return {
    endpointUrl,
    pid: () => group.pid,
    onRestart: (listener) => {
      listeners.push(listener);
    },
    stop: async (graceMilliseconds) => {
      stopping = true;
      await group.stop({ graceMilliseconds });
    },
  };
}

/** See local/sagemaker/config.ts. */
export function sageMakerConfiguration(params: SageMakerServerParams): unknown {
  const { paths, port, region, awsEndpointUrl, trainingCommand, inferencePython } = params;
  const images: Record<string, unknown> = {};
  for (const technique of techniqueIds) {
    const name = containerPackage(technique);
    const common = { PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1" };
    images[localImageUri(technique, "training")] = {
      train: { command: [...trainingCommand, "-m", `${name}.train`], environment: common },
    };
    images[localImageUri(technique, "inference")] = {
      serve: {
        command: [inferencePython, "-m", `${name}.serve`],
        environment: {
          ...common,
          // What is in the image on AWS.
          OPENCOMPOSER_STOCK_MODELS_DIR: join(repository, "models"),
          OPENCOMPOSER_MODEL_ORIGINS: awsEndpointUrl,
          OPENCOMPOSER_MODEL_CACHE_DIR: join(paths.sageMaker, "model-cache", technique),
        },
      },
    };
  }
  return {
    host: loopback,
    port,
    region,
    accountId: localAccount,
    stateDirectory: paths.sageMaker,
    aws: { endpointUrl: awsEndpointUrl, ...localCredentials },
    images,
    // Its standard input ends when we do, however that happens.
    endWithStandardInput: true,
  };
}

async function waitForResponse(params: {
  readonly endpointUrl: string;
  readonly group: ProcessGroup;
  readonly logFile: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { endpointUrl, group, logFile, signal } = params;
  const deadline = Date.now() + 60_000;
  while (group.isRunning() && Date.now() < deadline && !signal.aborted) {
    try {
      // Any answer will do: it is listening.
      await fetch(endpointUrl, { signal: AbortSignal.timeout(2_000) });
      return;
    } catch {
      await sleep(50);
    }
  }
  const ended = !group.isRunning();
  await group.stop({ graceMilliseconds: 1_000 });
  throw new Error(
    `The SageMaker server ${ended ? "ended while it started" : "did not answer within 60 s"}. Its log: ${logFile}`,
  );
}
