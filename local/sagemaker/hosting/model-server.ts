import { mkdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pMap from "p-map";
import * as z from "zod";
import { freePort, loopback } from "../../../tools/processes/free-port";
import type { ProcessIdentity } from "../../../tools/processes/process-identity";
import { errorText } from "../api/service-error";
import type { EntryPoint, LocalSageMakerConfig } from "../config";
import { containerEnvironment } from "../container/container-environment";
import { appendPlatformLine, ContainerLog } from "../container/container-log";
import { type ContainerExit, type ContainerProcess, startContainer } from "../container/container-process";
import { unpackArchive } from "../s3/model-archive";
import { asFolder, parallelTransfers, parseS3Uri, pathBelowPrefix, type S3Objects } from "../s3/s3-objects";

/** The definition of a model server: the part of a model's container definition that is used here. */
export const servedContainer = z.strictObject({
  image: z.string(),
  environment: z.record(z.string(), z.string()),
  networkIsolation: z.boolean(),
  /** The place of the model's files, if they are not in the image. */
  modelData: z.strictObject({ s3Uri: z.string(), kind: z.enum(["archive", "folder", "object"]) }).optional(),
});

export type ServedContainer = z.infer<typeof servedContainer>;

export type ModelServerState = "starting" | "ready" | "restarting" | "failed" | "stopped";

export interface ModelServerParams {
  readonly container: ServedContainer;
  readonly entryPoint: EntryPoint;
  readonly config: LocalSageMakerConfig;
  readonly s3: S3Objects;
  readonly directory: string;
  readonly logFile: string;
  /** Seconds that the first start may take. */
  readonly startSeconds: number;
  /** Makes the start fail, for fault injection. */
  readonly neverHealthy: boolean;
  /** Called with each process that is started, so that the process can be found after this server was killed. */
  readonly onProcess: (identity: ProcessIdentity | undefined) => void;
  /** Called once if the server was in service and has been given up. */
  readonly onGivenUp: (reason: string) => void;
}

const pingTimeoutMilliseconds = 2_000;
const pingIntervalMilliseconds = 50;
const maxBackOffSeconds = 30;

/** The service's error message for a container that does not start. */
const pingFailed =
  "The primary container for production variant did not pass the ping health check. Please check the logs of this endpoint.";

/**
 * A model's `serve` process, which is kept running. When it ends, it is started again after a growing pause. It is
 * given up after `endpointCrashLimit` ends in a row without a successful /ping between them.
 */
export class ModelServer {
  /** Resolves at the first successful /ping; rejects with the reason when the server was given up before. */
  readonly started: Promise<void>;
  private readonly params: ModelServerParams;
  private readonly stopping = new AbortController();
  private readonly supervision: Promise<void>;
  private container: ContainerProcess | undefined;
  private current: ModelServerState = "starting";
  private servingPort = 0;
  private hasStarted = false;
  /** The number of times that the process has ended since the last successful /ping. */
  private crashes = 0;

  constructor(params: ModelServerParams) {
    this.params = params;
    let onStarted: () => void = () => undefined;
    let onNotStarted: (reason: Error) => void = () => undefined;
    this.started = new Promise((resolve, reject) => {
      onStarted = resolve;
      onNotStarted = reject;
    });
    // The owner may be gone by the time that this server is stopped. Then nobody handles the rejection.
    this.started.catch(() => undefined);
    this.supervision = this.supervise(onStarted).catch((error: unknown) => {
      const wasReady = this.current === "restarting";
      if (this.isStopping()) this.current = "stopped";
      else {
        this.current = "failed";
        appendPlatformLine(params.logFile, errorText(error));
        if (wasReady) params.onGivenUp(errorText(error));
      }
      onNotStarted(error instanceof Error ? error : new Error(String(error)));
    });
  }

  get state(): ModelServerState {
    return this.current;
  }

  /** The port on 127.0.0.1. It changes with each restart. */
  get port(): number {
    return this.servingPort;
  }

  /** Ends the process (SIGTERM, grace, SIGKILL) and removes its folders. */
  async stop(graceSeconds: number): Promise<void> {
    this.stopping.abort();
    const { container } = this;
    if (container !== undefined) {
      container.terminate();
      const timer = setTimeout(container.kill, graceSeconds * 1_000);
      await container.exited;
      clearTimeout(timer);
    }
    await this.supervision;
    this.current = "stopped";
    this.params.onProcess(undefined);
    await rm(this.params.directory, { recursive: true, force: true });
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async supervise(onStarted: () => void): Promise<void> {
    const { params } = this;
    const { config } = params;
    const root = join(params.directory, "ml");
    const scratch = join(params.directory, "tmp");
    mkdirSync(join(root, "model"), { recursive: true });
    mkdirSync(scratch, { recursive: true });
    await this.fetchModel(join(root, "model"));
    const deadline = Date.now() + params.startSeconds * 1_000;
    for (;;) {
      this.stopping.signal.throwIfAborted();
      const port = await freePort();
      const ended = await this.serveOnce({
        port,
        root,
        scratch,
        deadline: this.hasStarted ? Date.now() + params.startSeconds * 1_000 : deadline,
        onReady: () => {
          this.crashes = 0;
          this.hasStarted = true;
          this.servingPort = port;
          this.current = "ready";
          onStarted();
        },
      });
      this.stopping.signal.throwIfAborted();
      if (this.hasStarted) this.current = "restarting";
      this.crashes += 1;
      appendPlatformLine(params.logFile, `${ended}; ${this.crashes} of ${config.endpointCrashLimit} in a row`);
      if (this.crashes >= config.endpointCrashLimit || (!this.hasStarted && Date.now() >= deadline)) {
        throw new Error(`${pingFailed} (${ended})`);
      }
      const pause = Math.min(maxBackOffSeconds, 0.25 * 2 ** (this.crashes - 1));
      await sleep(pause * 1_000, undefined, { signal: this.stopping.signal });
    }
  }

  /**
   * Runs the process once, until it ends.
   * @returns how it ended, in words
   */
  private async serveOnce(params: {
    readonly port: number;
    readonly root: string;
    readonly scratch: string;
    readonly deadline: number;
    readonly onReady: () => void;
  }): Promise<string> {
    // Nothing is awaited from here to the assignment, so that a stop finds either no process or this one.
    this.stopping.signal.throwIfAborted();
    const log = new ContainerLog({ file: this.params.logFile });
    const container = startContainer({
      command: this.params.entryPoint.command,
      environment: this.environment(params),
      workingDirectory: params.root,
      onOutput: log.write,
    });
    this.container = container;
    this.params.onProcess(container.identity);
    let exit: ContainerExit | undefined;
    const hasEnded = (): boolean => exit !== undefined;
    const exited = container.exited.then((ended) => {
      exit = ended;
      return ended;
    });
    const isWaiting = (): boolean => !hasEnded() && !this.isStopping() && Date.now() < params.deadline;
    let ready = false;
    while (!ready && isWaiting()) {
      ready = !this.params.neverHealthy && (await isHealthy(params.port));
      if (!ready) await Promise.race([exited, sleep(pingIntervalMilliseconds, undefined, { ref: false })]);
    }
    const isUp = ready && !hasEnded();
    const isLate = !isUp && !hasEnded() && !this.isStopping();
    if (isUp) params.onReady();
    else if (isLate) container.kill();
    const ended = await exited;
    this.container = undefined;
    log.close();
    return isLate ? "it did not respond to /ping with 200 in time" : exitText(ended);
  }

  private environment(params: {
    readonly port: number;
    readonly root: string;
    readonly scratch: string;
  }): Record<string, string> {
    const { container, entryPoint, config } = this.params;
    return {
      ...containerEnvironment({
        config,
        entryPoint,
        isIsolated: container.networkIsolation,
        requested: container.environment,
        root: params.root,
        scratch: params.scratch,
      }),
      SAGEMAKER_BIND_TO_PORT: String(params.port),
      SAGEMAKER_BIND_HOST: loopback,
    };
  }

  private async fetchModel(folder: string): Promise<void> {
    const data = this.params.container.modelData;
    if (data === undefined) return;
    const location = parseS3Uri(data.s3Uri);
    if (location === undefined) throw new Error(`The model data '${data.s3Uri}' is not of the form s3://bucket/key.`);
    const { s3 } = this.params;
    const { signal } = this.stopping;
    try {
      if (data.kind === "archive") {
        const archive = join(this.params.directory, "model.tar.gz");
        await s3.downloadFile(location, archive, signal);
        await unpackArchive(archive, folder);
        await rm(archive);
        return;
      }
      const objects =
        data.kind === "object"
          ? [{ ...location, bytes: 0 }]
          : await s3.list({ ...location, key: asFolder(location.key) }, { signal });
      if (objects.length === 0) throw new Error("there is nothing under that prefix");
      await mkdir(folder, { recursive: true });
      await pMap(
        objects,
        async (object) => {
          const path = pathBelowPrefix(object.key, location.key);
          if (path !== undefined) await s3.downloadFile(object, join(folder, path), signal);
        },
        parallelTransfers,
      );
    } catch (error) {
      throw new Error(`Could not download the model data ${data.s3Uri}: ${errorText(error)}`, { cause: error });
    }
  }
}

function exitText(exit: ContainerExit): string {
  if (exit.startError !== undefined) return `it could not be started: ${exit.startError}`;
  return exit.signal === null ? `it ended with exit code ${exit.code ?? "?"}` : `it was killed by ${exit.signal}`;
}

/** Resolves to true if GET /ping gives 200 within 2 s, as the service requires. */
async function isHealthy(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const call = httpRequest(
      { host: loopback, port, path: "/ping", method: "GET", agent: false, timeout: pingTimeoutMilliseconds },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.on("timeout", () => {
      call.destroy();
    });
    call.on("error", () => {
      resolve(false);
    });
    call.end();
  });
}
