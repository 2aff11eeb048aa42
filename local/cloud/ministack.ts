import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { LOOPBACK, freePort } from "../processes/free-port";
import { type ProcessExit, startProcessGroup } from "../processes/process-group";

/** What signs requests to the local cloud, which checks no signature. A key of 12 digits would be another account. */
export const LOCAL_CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" } as const;

/** The account that MiniStack answers as. */
export const LOCAL_ACCOUNT = "000000000000";

export interface MiniStackParams {
  /** The interpreter of the `cloud` environment. */
  readonly python: string;
  /** Holds everything that it writes: `state/`, `s3/`, `tmp/` and `ministack.log`. Never shared by two instances. */
  readonly directory: string;
  readonly region: string;
  /** Tried first; another free port is taken where it is in use. */
  readonly port?: number;
  /** Keep state over a clean stop. Objects in S3 are written at once, all else when it stops. */
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
  /** Stops it and all Lambda workers; with `persist` the state is on disk afterwards. */
  readonly stop: () => Promise<ProcessExit>;
}

const SERVE = resolve(__dirname, "serve.py");

/**
 * Starts the local cloud (MiniStack, unpatched, under uvicorn) on 127.0.0.1 and returns when it is healthy.
 *
 * @throws Error naming the log when it ended or was not healthy before the deadline; nothing is left running then
 */
export async function startMiniStack(params: MiniStackParams): Promise<MiniStack> {
  const { directory, startDeadlineMilliseconds = 60_000 } = params;
  const temporary = join(directory, "tmp");
  // Worker code and pid files of an earlier run are of no use to this one.
  rmSync(temporary, { recursive: true, force: true });
  for (const folder of ["state", "s3", "tmp"]) mkdirSync(join(directory, folder), { recursive: true });

  const port = await freePort(params.port);
  const endpointUrl = `http://${LOOPBACK}:${port}`;
  const logFile = join(directory, "ministack.log");
  const group = await startProcessGroup({
    name: "MiniStack",
    command: params.python,
    args: [SERVE, String(port)],
    cwd: temporary,
    environment: miniStackEnvironment({ ...params, port }),
    logFile,
  });

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
  return {
    endpointUrl,
    port,
    pid: group.pid,
    logFile,
    exited: group.exited,
    stop: async () => {
      const exit = await group.stop({ graceMilliseconds: 5_000 });
      rmSync(temporary, { recursive: true, force: true });
      return exit;
    },
  };
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
    MINISTACK_HOST: LOOPBACK,
    MINISTACK_REGION: region,
    MINISTACK_ACCOUNT_ID: LOCAL_ACCOUNT,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    STATE_DIR: join(directory, "state"),
    S3_DATA_DIR: join(directory, "s3"),
    PERSIST_STATE: flag,
    S3_PERSIST: flag,
    // Else it binds 8883 and 2222, on every interface.
    IOT_MTLS_ENABLED: "0",
    SFTP_ENABLED: "0",
    LAMBDA_EXECUTOR: "local",
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
      const answer = await fetch(`${params.endpointUrl}/_ministack/health`, { signal: AbortSignal.timeout(2_000) });
      if (answer.ok) return goOn();
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
