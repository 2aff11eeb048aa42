import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { killGroup } from "../../../tools/processes/kill-group";
import { isProcessAlive, type ProcessIdentity, processStartTime } from "../../../tools/processes/process-identity";

const goneAfterKillMilliseconds = 5_000;

/** The end of a container's main process: its exit code, or the signal that killed it. */
export interface ContainerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The reason why it could not be started at all. */
  readonly startError?: string;
}

export interface ContainerProcess {
  readonly identity: ProcessIdentity | undefined;
  /** Resolves when the main process has ended and all of its output was read. Never rejects. */
  readonly exited: Promise<ContainerExit>;
  /** Sends SIGTERM to the main process alone, as PID 1 of a container gets it. */
  readonly terminate: () => void;
  /** Sends SIGKILL to everything that the container started. */
  readonly kill: () => void;
}

export interface ContainerParams {
  readonly command: readonly string[];
  /** The whole environment of the container, which inherits nothing. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly onOutput: (chunk: Buffer) => void;
  /**
   * The command that runs the container in a network namespace of its own; ask {@link networkNamespaceCommand} first.
   */
  readonly namespaceCommand?: readonly string[];
}

/**
 * A script that `sh` runs as the leader of a new process group. The container's program then replaces the shell
 * (`exec`), and so keeps its pid, its parent and its exit status.
 *
 * The script leaves a watcher behind, which makes sure that the group ends. The watcher blocks on descriptor 3, a pipe
 * whose other end only this server holds. However the server ends, by SIGKILL too, the pipe closes and the watcher
 * kills the group, itself last. The server closes the pipe also when the program has ended, so that nothing that the
 * program started outlives it, as in a container. While the watcher lives, its group's number cannot be given to
 * another process. It is forked twice, so that the program does not find a child that it never made, and it ignores
 * SIGTERM. The script is plain POSIX and runs on Linux and macOS alike.
 */
const guard = `
( ( trap '' TERM INT HUP; exec </dev/null >/dev/null 2>&1; read -r _ <&3; kill -KILL -$$ ) & )
exec "$@" 3<&-
`;

/** Starts a container's main process in a process group of its own, which cannot outlive this server. */
export function startContainer(params: ContainerParams): ContainerProcess {
  const { command, environment, workingDirectory, onOutput, namespaceCommand = [] } = params;
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", ["-c", guard, "container", ...namespaceCommand, ...command], {
      cwd: workingDirectory,
      env: { ...environment },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
    });
  } catch (error) {
    // This happens, for example, if the environment or an argument contains a NUL byte.
    return notStarted(error instanceof Error ? error.message : String(error));
  }
  const { pid } = child;
  const lifeline = child.stdio[3];
  lifeline?.on("error", () => undefined);
  const kill = (): void => {
    killGroup({ pid });
  };
  const letGo = (): void => {
    if (lifeline && "destroy" in lifeline) lifeline.destroy();
  };
  readAll(child.stdout, onOutput);
  readAll(child.stderr, onOutput);

  const exited = new Promise<ContainerExit>((resolve) => {
    let startError: string | undefined;
    child.once("error", (error) => {
      startError = error.message;
      letGo();
      resolve({ code: null, signal: null, startError });
    });
    child.once("exit", () => {
      // Processes that it left running may hold its output open. Killing them ends that.
      kill();
      letGo();
    });
    child.once("close", (code, signal) => {
      resolve({ code, signal, ...(startError === undefined ? {} : { startError }) });
    });
  });
  const startedAt = pid === undefined ? undefined : processStartTime(pid);
  return {
    identity: pid === undefined || startedAt === undefined ? undefined : { pid, startedAt },
    exited,
    terminate: () => {
      child.kill("SIGTERM");
    },
    kill,
  };
}

function notStarted(startError: string): ContainerProcess {
  return {
    identity: undefined,
    exited: Promise.resolve({ code: null, signal: null, startError }),
    terminate: () => undefined,
    kill: () => undefined,
  };
}

function readAll(stream: Readable | null, onOutput: (chunk: Buffer) => void): void {
  stream?.on("data", onOutput);
  stream?.on("error", () => undefined);
}

/**
 * Ends a process that an earlier server left running, if the pid still belongs to the process that was recorded, and
 * waits until it is gone, so that its successor does not meet it.
 * @throws Error where it does not go away
 */
export async function endRecordedProcess(identity: ProcessIdentity): Promise<void> {
  if (!isProcessAlive(identity)) return;
  killGroup(identity);
  const deadline = Date.now() + goneAfterKillMilliseconds;
  while (isProcessAlive(identity)) {
    if (Date.now() > deadline) throw new Error(`process ${identity.pid} of an earlier server cannot be ended`);
    await sleep(10);
  }
}

/**
 * Returns the command that puts a program in an empty network namespace, or undefined where this host does not permit
 * one (it is not Linux, or the right is missing). The command replaces itself by the program, so the pid stays.
 */
export function networkNamespaceCommand(): readonly string[] | undefined {
  if (process.platform !== "linux") return undefined;
  const candidates = [
    ["unshare", "--net"],
    ["unshare", "--map-current-user", "--net"],
  ];
  return candidates.find(
    ([program = "", ...args]) =>
      spawnSync(program, [...args, "true"], { stdio: "ignore", timeout: 5_000 }).status === 0,
  );
}
