import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { localAccountId } from "../../naming/resource-names";
import { freePort, loopback } from "../../tools/processes/free-port";
import { type ProcessExit, startProcessGroup } from "../../tools/processes/process-group";
import { isProcessAlive, processStartTime } from "../../tools/processes/process-identity";
import { findSnapshots, restoreState, stateFolders, writingProgress } from "./snapshots";

/**
 * The credentials that sign requests to the local cloud, which checks no signature. An access key of 12 digits would
 * select another account.
 */
export const localCredentials = { accessKeyId: "test", secretAccessKey: "test" } as const;

/** The AWS region in which the local stacks are deployed. */
export const localRegion = "eu-west-1";

export interface MiniStackParams {
  /** The interpreter of the `cloud` environment. */
  readonly python: string;
  /**
   * The folder of everything that MiniStack writes: `state/`, `snapshots/`, `s3/`, `tmp/`, `ministack.log`. Two
   * instances must never share it.
   */
  readonly directory: string;
  readonly region: string;
  /** The port that is tried first; if it is in use, another free port is taken. */
  readonly port?: number;
  /**
   * If true, MiniStack begins with the newest snapshot in the folder, and `snapshot` may be called. Objects in S3 are
   * on disk at once; everything else is kept only in snapshots.
   */
  readonly persist: boolean;
  /**
   * Additional environment variables for MiniStack and so for every Lambda, because its workers inherit its whole
   * environment.
   */
  readonly environment?: Readonly<Record<string, string>>;
  readonly startDeadlineMilliseconds?: number;
  /** Ends the waiting for MiniStack's start. */
  readonly signal?: AbortSignal;
}

export interface MiniStack {
  readonly endpointUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<ProcessExit>;
  /**
   * Takes a snapshot of the present state, unless nothing has changed since the last one. After the first call,
   * stopping takes a last snapshot, too; before the first call nothing is kept.
   * @param record the caller's own data, kept with the snapshots
   * @returns the snapshot's name
   * @throws Error with the reason where it could not be written; the snapshots before are as they were
   */
  readonly snapshot: (record: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Stops MiniStack and all Lambda workers. It waits for the last snapshot as long as the snapshot makes progress. */
  readonly stop: () => Promise<MiniStackExit>;
}

export interface MiniStackExit extends ProcessExit {
  /**
   * The reason why the last snapshot is missing. It is undefined if it was taken, or if `snapshot` was never called.
   */
  readonly notKept: string | undefined;
}

const serve = resolve(__dirname, "serve.py");

/** The exit codes of serve.py that mean that the last snapshot could not be taken. */
const noSpace = 11;
const notTaken = 12;

/** Milliseconds after which a stop, or the process of an earlier start, is given up if none of its files has grown. */
const silenceMilliseconds = 60_000;

const snapshotResponseSchema = z.object({ snapshot: z.string() });
const errorSchema = z.object({ message: z.string() });
const servingSchema = z.object({ pid: z.int().positive(), startedAt: z.string() });

/**
 * The number of requests that the gateway sends to MiniStack at once. More processes than that would only make all of
 * them slow.
 */
export const requestsAtOnce = 4 * availableParallelism();

/**
 * The number of function executions at once, whoever starts them. MiniStack starts a process for each, so that without
 * a limit a hundred queued jobs that wake together would be a hundred processes. The limit leaves room for all that the
 * gateway lets in, and for as many executions of workflows, streams, queues and the reconciler. Those beyond it are
 * throttled and try again, as they do on AWS.
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
  // A folder that an earlier version made may be open to other users.
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
  // The request has no time limit, because serve.py itself gives a snapshot up when it makes no progress.
  const response = await fetch(`${params.endpointUrl}/_local/snapshot`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params.record),
  });
  const content: unknown = await response.json();
  if (response.ok) return snapshotResponseSchema.parse(content).snapshot;
  const { message } = errorSchema.parse(content);
  throw new Error(response.status === 507 ? `the disk is full (${message})` : message);
}

function whyNotKept({ code, signal }: ProcessExit, logFile: string): string | undefined {
  if (code === 0) return undefined;
  if (code === noSpace) return "the disk is full";
  if (code === notTaken) return `its last snapshot failed for the reason at the end of ${logFile}`;
  return `MiniStack ended by ${signal ?? `code ${code ?? "?"}`} before its last snapshot was whole (${logFile})`;
}

/**
 * Returns the path of the file that names the process which serves from the folder. If that process outlives its
 * starter and still writes, the next start finds it by this file.
 */
function servingFile(directory: string): string {
  return join(directory, "serving.json");
}

function writeServing(directory: string, pid: number): void {
  const startedAt = processStartTime(pid);
  // The process has ended already, so nobody has to wait for it.
  if (startedAt === undefined) return;
  writeFileSync(servingFile(directory), JSON.stringify({ pid, startedAt }), { mode: 0o600 });
}

/**
 * Waits until the process of an earlier start, whose starter was killed, has taken its last snapshot and ended.
 * @throws Error naming it when it neither ends nor writes
 */
export async function waitForEarlier(directory: string): Promise<void> {
  let serving: z.infer<typeof servingSchema>;
  try {
    serving = servingSchema.parse(JSON.parse(readFileSync(servingFile(directory), "utf8")));
  } catch {
    // There is no such process, or its record was cut off while it was written. At that time the process cannot have
    // had anything to keep.
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

/**
 * Returns the whole environment of MiniStack. Nothing of this process's environment is passed on, because every Lambda
 * inherits what is in MiniStack's.
 */
export function miniStackEnvironment(
  params: Pick<MiniStackParams, "directory" | "region" | "persist" | "environment"> & { readonly port: number },
): Record<string, string> {
  const { directory, region, persist, port } = params;
  const temporary = join(directory, "tmp");
  const flag = persist ? "1" : "0";
  return {
    // Lambda workers are started as `node`. PATH makes that the Node.js that runs this process, not an older one that
    // may stand first in the user's PATH.
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
    MINISTACK_ACCOUNT_ID: localAccountId,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    STATE_DIR: join(directory, "state"),
    S3_DATA_DIR: join(directory, "s3"),
    PERSIST_STATE: flag,
    S3_PERSIST: flag,
    // Without these two, MiniStack would listen on ports 8883 and 2222 of every interface.
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
  // The callback above changes `ended` while this loop waits.
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
