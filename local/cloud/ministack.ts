import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { freePort, loopback } from "../../tools/processes/free-port";
import { type ProcessExit, startProcessGroup } from "../../tools/processes/process-group";
import { isProcessAlive, processStartTime } from "../../tools/processes/process-identity";
import { findSnapshots, restoreState, stateFolders, writingProgress } from "./snapshots";

/** What signs requests to the local cloud, which checks no signature. A key of 12 digits would be another account. */
export const localCredentials = { accessKeyId: "test", secretAccessKey: "test" } as const;

/** The region that the local stacks believe to be in. */
export const localRegion = "eu-west-1";

/** The account that MiniStack answers as. */
export const localAccount = "000000000000";

export interface MiniStackParams {
  /** The interpreter of the `cloud` environment. */
  readonly python: string;
  /** Holds everything that it writes: `state/`, `snapshots/`, `s3/`, `tmp/`, `ministack.log`. Never of two instances. */
  readonly directory: string;
  readonly region: string;
  /** Tried first; another free port is taken where it is in use. */
  readonly port?: number;
  /**
   * Begin with the newest snapshot in the folder, and let `snapshot` be called. Objects in S3 are on disk at once, all
   * else only in snapshots.
   */
  readonly persist: boolean;
  /** More variables for MiniStack, and so for every Lambda: its workers inherit its whole environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly startDeadlineMilliseconds?: number;
  /** Gives up waiting for it. */
  readonly signal?: AbortSignal;
}

export interface MiniStack {
  readonly endpointUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<ProcessExit>;
  /**
   * Takes a snapshot of now, unless nothing has changed since the last one. From the first call on the stop takes one,
   * too; before it nothing is kept.
   *
   * @param record the caller's own, kept with the snapshots
   * @returns the snapshot's name
   * @throws Error with the reason where it could not be written; the snapshots before are as they were
   */
  readonly snapshot: (record: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Stops it and all Lambda workers. It waits for the last snapshot as long as that makes progress. */
  readonly stop: () => Promise<MiniStackExit>;
}

export interface MiniStackExit extends ProcessExit {
  /** Why the last snapshot is missing, where `snapshot` was called before and it is. */
  readonly notKept: string | undefined;
}

const serve = resolve(__dirname, "serve.py");

/** The exit codes of serve.py for a last snapshot that could not be taken. */
const noSpace = 11;
const notTaken = 12;

/** A stop, or a process that an earlier start left, whose files have not grown for so long is given up. */
const silenceMilliseconds = 60_000;

const snapshotResponseSchema = z.object({ snapshot: z.string() });
const refusalSchema = z.object({ message: z.string() });
const servingSchema = z.object({ pid: z.int().positive(), startedAt: z.string() });

/** Requests that the gateway has at MiniStack at once: more processes than that only make all of them slow. */
export const requestsAtOnce = 4 * availableParallelism();

/**
 * Executions of functions at once, from everywhere. MiniStack starts a process for each, so that without a limit a
 * hundred queued jobs that wake together are a hundred processes. What the gateway lets in always finds room beside
 * as much of workflows, streams, queues and the reconciler; those are throttled, and try again as they do on AWS.
 */
const executionsAtOnce = 2 * requestsAtOnce + 8;

/**
 * Starts the local cloud (MiniStack, unpatched, under uvicorn) on 127.0.0.1 and returns when it is healthy.
 *
 * @throws Error naming the log when it ended or was not healthy before the deadline; nothing is left running then
 */
export async function startMiniStack(params: MiniStackParams): Promise<MiniStack> {
  const { directory, startDeadlineMilliseconds = 60_000 } = params;
  const temporary = join(directory, "tmp");
  const folders = stateFolders(directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await waitForEarlier(directory);
  // Worker code and pid files of an earlier run are of no use to this one.
  rmSync(temporary, { recursive: true, force: true });
  for (const folder of ["s3", "tmp"]) mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 });
  // One of an earlier version may be open to others.
  chmodSync(directory, 0o700);
  restoreState(params.persist ? findSnapshots(folders.snapshots).newest : undefined, folders.state);

  const port = await freePort(params.port);
  const endpointUrl = `http://${loopback}:${port}`;
  const logFile = join(directory, "ministack.log");
  const group = await startProcessGroup({
    name: "MiniStack",
    command: params.python,
    args: [serve, String(port)],
    cwd: temporary,
    environment: miniStackEnvironment({ ...params, port }),
    logFile,
  });
  writeServing(directory, group.pid);

  const healthy = await waitUntilHealthy({
    endpointUrl,
    exited: group.exited,
    deadline: Date.now() + startDeadlineMilliseconds,
    signal: params.signal,
  });
  if (!healthy) {
    const ended = !group.isRunning();
    await group.stop({ graceMilliseconds: 2_000 });
    throw new Error(
      ended
        ? `MiniStack ended while it started. Its log: ${logFile}\n${lastLines(logFile)}`
        : `MiniStack was not healthy after ${startDeadlineMilliseconds / 1000} s. Its log: ${logFile}\n${lastLines(logFile)}`,
    );
  }
  let isKept = false;
  return {
    endpointUrl,
    port,
    pid: group.pid,
    logFile,
    exited: group.exited,
    snapshot: async (record) => {
      if (!params.persist) throw new Error("This cloud was started without `persist`: no state of it is kept.");
      isKept = true;
      return await takeSnapshot({ endpointUrl, record });
    },
    stop: async () => {
      const exit = await group.stop(
        isKept
          ? { graceMilliseconds: silenceMilliseconds, progress: () => writingProgress(folders) }
          : { graceMilliseconds: 5_000 },
      );
      rmSync(temporary, { recursive: true, force: true });
      rmSync(servingFile(directory), { force: true });
      return { ...exit, notKept: isKept ? whyNotKept(exit, logFile) : undefined };
    },
  };
}

async function takeSnapshot(params: {
  readonly endpointUrl: string;
  readonly record: Readonly<Record<string, unknown>>;
}): Promise<string> {
  // No limit in time: it is given up over there when it makes no progress.
  const response = await fetch(`${params.endpointUrl}/_local/snapshot`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params.record),
  });
  const content: unknown = await response.json();
  if (response.ok) return snapshotResponseSchema.parse(content).snapshot;
  const { message } = refusalSchema.parse(content);
  throw new Error(response.status === 507 ? `the disk is full (${message})` : message);
}

function whyNotKept({ code, signal }: ProcessExit, logFile: string): string | undefined {
  if (code === 0) return undefined;
  if (code === noSpace) return "the disk is full";
  if (code === notTaken) return `its last snapshot failed for the reason at the end of ${logFile}`;
  return `MiniStack ended by ${signal ?? `code ${code ?? "?"}`} before its last snapshot was whole (${logFile})`;
}

/** Says which process serves from the folder, for a start that finds its starter gone and it still writing. */
function servingFile(directory: string): string {
  return join(directory, "serving.json");
}

function writeServing(directory: string, pid: number): void {
  const startedAt = processStartTime(pid);
  // It has ended already: nobody has to wait for it.
  if (startedAt === undefined) return;
  writeFileSync(servingFile(directory), JSON.stringify({ pid, startedAt }), { mode: 0o600 });
}

/**
 * Waits for the process of an earlier start whose starter was killed: it takes its last snapshot and ends.
 *
 * @throws Error naming it when it neither ends nor writes
 */
export async function waitForEarlier(directory: string): Promise<void> {
  let serving: z.infer<typeof servingSchema>;
  try {
    serving = servingSchema.parse(JSON.parse(readFileSync(servingFile(directory), "utf8")));
  } catch {
    // None is there, or its record was cut off in writing, before it could have had anything to keep.
    return;
  }
  const folders = stateFolders(directory);
  let last = writingProgress(folders);
  let since = Date.now();
  while (isProcessAlive(serving)) {
    const now = writingProgress(folders);
    if (now !== last) {
      last = now;
      since = Date.now();
    } else if (Date.now() - since > silenceMilliseconds + 5_000) {
      throw new Error(
        `MiniStack of an earlier start (process ${serving.pid}) still has ${directory} and does not end. End it: kill -9 ${serving.pid}`,
      );
    }
    await sleep(100);
  }
}

/** All of MiniStack's environment: a clean one, because every Lambda inherits what stands in it. */
export function miniStackEnvironment(
  params: Pick<MiniStackParams, "directory" | "region" | "persist" | "environment"> & { readonly port: number },
): Record<string, string> {
  const { directory, region, persist, port } = params;
  const temporary = join(directory, "tmp");
  const flag = persist ? "1" : "0";
  return {
    // Lambda workers are started as `node`: the one that runs us, not an older one that may stand first in PATH.
    PATH: [dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    HOME: temporary,
    TMPDIR: temporary,
    LANG: "C.UTF-8",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUNBUFFERED: "1",
    GATEWAY_PORT: String(port),
    // Queue addresses and outputs name this host; "localhost" would make S3 addresses that Node cannot resolve.
    MINISTACK_HOST: loopback,
    MINISTACK_REGION: region,
    MINISTACK_ACCOUNT_ID: localAccount,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    STATE_DIR: join(directory, "state"),
    S3_DATA_DIR: join(directory, "s3"),
    PERSIST_STATE: flag,
    S3_PERSIST: flag,
    // Else it binds 8883 and 2222, on every interface.
    IOT_MTLS_ENABLED: "0",
    SFTP_ENABLED: "0",
    LAMBDA_EXECUTOR: "local",
    LAMBDA_ACCOUNT_CONCURRENCY: String(executionsAtOnce),
    LOG_LEVEL: "INFO",
    ...params.environment,
  };
}

async function waitUntilHealthy(params: {
  readonly endpointUrl: string;
  readonly exited: Promise<ProcessExit>;
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}): Promise<boolean> {
  let ended = false;
  void params.exited.then(() => {
    ended = true;
  });
  // `ended` changes in the callback above while we wait.
  const goOn = (): boolean => !ended && Date.now() < params.deadline && params.signal?.aborted !== true;
  while (goOn()) {
    try {
      const response = await fetch(`${params.endpointUrl}/_ministack/health`, { signal: AbortSignal.timeout(2_000) });
      if (response.ok) return goOn();
    } catch {
      // Nobody listens yet.
    }
    await sleep(50);
  }
  return false;
}

function lastLines(file: string): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-8).join("\n");
  } catch {
    return "";
  }
}
