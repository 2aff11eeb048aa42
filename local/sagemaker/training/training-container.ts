import { constants } from "node:os";
import type { EntryPoint, LocalSageMakerConfig } from "../config";
import { containerEnvironment } from "../container/container-environment";
import { ContainerLog } from "../container/container-log";
import { type ContainerExit, type ContainerProcess, startContainer } from "../container/container-process";
import { failureReason, readFailure, type TrainingFolders } from "./folder-contract";
import { now } from "./time-limits";
import type { TrainingJob } from "./training-job";

interface TrainingContainerParams {
  readonly job: TrainingJob;
  readonly folders: TrainingFolders;
  readonly entryPoint: EntryPoint;
  readonly config: LocalSageMakerConfig;
  readonly logFile: string;
  readonly namespaceCommand: readonly string[] | undefined;
}

/** The end of a container, with everything that was measured until then. */
interface TrainingContainerEnd {
  readonly exit: ContainerExit;
  readonly seconds: number;
  readonly metrics: TrainingJob["finalMetrics"];
}

/** The container that runs a job's algorithm on one machine. */
export class TrainingContainer {
  readonly startedAt: number;
  /** Resolves when the algorithm has ended. Never rejects. */
  readonly ended: Promise<TrainingContainerEnd>;
  private readonly container: ContainerProcess;
  private killTimer: NodeJS.Timeout | undefined;

  constructor(params: TrainingContainerParams) {
    const { job, folders, entryPoint, logFile, namespaceCommand } = params;
    const { AlgorithmSpecification: algorithm, EnableNetworkIsolation: isIsolated } = job.request;
    const log = new ContainerLog({ file: logFile, metricDefinitions: algorithm.MetricDefinitions ?? [] });
    this.startedAt = now();
    this.container = startContainer({
      command: entryPoint.command,
      environment: environmentOf(params),
      workingDirectory: folders.root,
      onOutput: log.write,
      ...(isIsolated === true && namespaceCommand !== undefined ? { namespaceCommand } : {}),
    });
    this.ended = this.container.exited.then((exit) => {
      clearTimeout(this.killTimer);
      return { exit, seconds: now() - this.startedAt, metrics: log.close() };
    });
  }

  get identity(): TrainingJob["process"] {
    return this.container.identity;
  }

  /** Sends SIGTERM now, and SIGKILL after the grace. If it is called again, the last call's grace counts. */
  end(graceSeconds: number): void {
    this.container.terminate();
    clearTimeout(this.killTimer);
    this.killTimer = setTimeout(this.container.kill, graceSeconds * 1_000);
  }
}

/** Returns the FailureReason of an algorithm that has ended by itself; undefined where it went well. */
export async function algorithmFailure(exit: ContainerExit, folders: TrainingFolders): Promise<string | undefined> {
  if (exit.code === 0) return undefined;
  if (exit.startError !== undefined) {
    return failureReason({ kind: "AlgorithmError", text: `the container could not be started: ${exit.startError}` });
  }
  // A shell's number for a death by signal, which Docker and the service show, too.
  const exitCode = exit.code ?? 128 + (exit.signal === null ? 0 : constants.signals[exit.signal]);
  const killed = exit.signal === null ? "" : `the training process was killed by ${exit.signal}`;
  const said = await readFailure(folders);
  const text = [said, killed].filter((part) => part !== undefined && part !== "").join("; ");
  return failureReason({
    kind: "AlgorithmError",
    text: text === "" ? "the training process ended without a failure file; see its log" : text,
    suffix: `, exit code: ${exitCode}`,
  });
}

function environmentOf({ job, folders, config, entryPoint }: TrainingContainerParams): Record<string, string> {
  return {
    ...containerEnvironment({
      config,
      entryPoint,
      isIsolated: job.request.EnableNetworkIsolation === true,
      requested: job.request.Environment,
      root: folders.root,
      scratch: folders.scratch,
    }),
    TRAINING_JOB_NAME: job.request.TrainingJobName,
    TRAINING_JOB_ARN: job.arn,
  };
}
