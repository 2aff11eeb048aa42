import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  localAccountId,
  localImageUri,
  type TrainedTechniqueId,
  trainedTechniqueIds,
} from "../../naming/resource-names";
import { loopback } from "../../tools/processes/free-port";
import { type ProcessGroup, startProcessGroup } from "../../tools/processes/process-group";
import { repository } from "../../tools/repository";
import type { LocalPaths } from "../paths";
import { localCredentials } from "./ministack";

/**
 * Returns the name of the Python package that the entry point of a technique's image starts. It follows from the name
 * of the container's folder.
 */
const containerPackage = (technique: TrainedTechniqueId): string => `opencomposer_${technique.replaceAll("-", "_")}`;

/** The variables that training containers get from the program that starts the cloud. On AWS nothing sets them. */
const passedOnToTrainings = ["OPENCOMPOSER_FIRST_SAMPLES_SECONDS"] as const;

export interface SageMakerServerParams {
  readonly paths: LocalPaths;
  readonly port: number;
  readonly region: string;
  readonly awsEndpointUrl: string;
  /**
   * The command that runs a module in the trainer's environment: the environment's interpreter, or a program that waits
   * for it while it is being made.
   */
  readonly trainingCommand: readonly string[];
  readonly inferencePython: string;
  /** Receives a line about each crash and about the start that follows it. */
  readonly report: (line: string) => void;
  /** Ends the waiting for the server's start. */
  readonly signal: AbortSignal;
}

export interface SageMakerServer {
  readonly endpointUrl: string;
  readonly pid: () => number;
  /** Calls the listener with the pid of each server that replaces one that has crashed. */
  readonly onRestart: (listener: (pid: number) => void) => void;
  readonly stop: (graceMilliseconds: number) => Promise<void>;
}

/**
 * The number of crashes within a minute after which the server stays down: something is wrong that another start will
 * not repair.
 */
const crashesAMinute = 5;

/**
 * Starts the local SageMaker server, and starts it again on the same port when it crashes. Its job table is on disk, so
 * the new server goes on with the jobs that it finds there.
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
      // `stop` may have been called during the pause.
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

/** Returns the configuration of the local SageMaker server, as local/sagemaker/config.ts describes it. */
export function sageMakerConfiguration(params: SageMakerServerParams): unknown {
  const { paths, port, region, awsEndpointUrl, trainingCommand, inferencePython } = params;
  const images: Record<string, unknown> = {};
  const ofTrainings = Object.fromEntries(
    passedOnToTrainings.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  for (const technique of trainedTechniqueIds) {
    const name = containerPackage(technique);
    const common = { PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1" };
    images[localImageUri(technique, "training")] = {
      train: { command: [...trainingCommand, "-m", `${name}.train`], environment: { ...common, ...ofTrainings } },
    };
    images[localImageUri(technique, "inference")] = {
      serve: {
        command: [inferencePython, "-m", `${name}.serve`],
        environment: {
          ...common,
          // On AWS the image contains the stock models.
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
    accountId: localAccountId,
    stateDirectory: paths.sageMaker,
    aws: { endpointUrl: awsEndpointUrl, ...localCredentials },
    images,
    // The server's standard input ends when this process ends, in whatever way that happens.
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
      // Any response shows that the server is listening.
      await fetch(endpointUrl, { signal: AbortSignal.timeout(2_000) });
      return;
    } catch {
      await sleep(50);
    }
  }
  const ended = !group.isRunning();
  await group.stop({ graceMilliseconds: 1_000 });
  throw new Error(
    `The SageMaker server ${ended ? "ended while it started" : "did not respond within 60 s"}. Its log: ${logFile}`,
  );
}
