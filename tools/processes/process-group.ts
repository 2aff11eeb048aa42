import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { killGroup } from "./kill-group";

/** The way in which a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A long-running program and all that it starts, in a process group of its own. */
export interface ProcessGroup {
  readonly name: string;
  /** The pid of the leader, which is also the group's id. */
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the leader has ended, for whatever reason. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  readonly isRunning: () => boolean;
  /**
   * Asks the leader to end (SIGTERM), then ends the whole group (SIGKILL), either as soon as the leader has ended or
   * when the grace is over. It may be called twice.
   */
  readonly stop: (params?: StopParams) => Promise<ProcessExit>;
}

export interface StopParams {
  readonly graceMilliseconds?: number;
  /**
   * Returns the program's progress. Whenever it changes the grace begins anew, so that a program that still writes is
   * not cut off.
   */
  readonly progress?: () => string;
}

/** Milliseconds between two questions for the progress of a program that is being stopped. */
const progressMilliseconds = 250;

export interface ProcessGroupParams {
  /** The name in messages and in the file of outputs. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Standard output and error are appended here. */
  readonly logFile: string;
}

const live = new Set<number>();
let watching = false;

/**
 * Starts a program as the leader of a new process group. So a Ctrl-C in the terminal reaches only us, and we end the
 * parts in order; and all that the program itself started can be ended with it.
 *
 * Its standard input is a pipe to which we never write. A program that wants to end when we die (even by SIGKILL, when
 * no handler of ours runs) reads it and sees its end.
 */
export async function startProcessGroup(params: ProcessGroupParams): Promise<ProcessGroup> {
  const { name, command, args, cwd, environment, logFile } = params;
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "a");
  const child = spawn(command, [...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...environment },
    stdio: ["pipe", log, log],
    detached: true,
  });
  closeSync(log);

  const exited = new Promise<ProcessExit>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve({ code, signal });
    });
    // A program that could not be started ends here. The caller gets the reason from the promise below.
    child.once("error", () => {
      resolve({ code: null, signal: null });
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) => {
      reject(new Error(`${name} could not be started (${command}): ${cause.message}`, { cause }));
    });
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${name} could not be started (${command}).`);
  // Writing to a program that has ended gives a broken pipe. Nobody waits for that write.
  child.stdin?.on("error", () => undefined);

  live.add(pid);
  endGroupsWithThisProcess();
  let running = true;
  const ended = exited.then((exit) => {
    running = false;
    killGroup({ pid });
    live.delete(pid);
    return exit;
  });

  return {
    name,
    pid,
    logFile,
    exited: ended,
    isRunning: () => running,
    stop: async ({ graceMilliseconds = 5_000, progress = () => "" } = {}) => {
      if (running) {
        child.kill("SIGTERM");
        let last = progress();
        let since = Date.now();
        const watch = setInterval(
          () => {
            const now = progress();
            if (now !== last) {
              last = now;
              since = Date.now();
            } else if (Date.now() - since >= graceMilliseconds) killGroup({ pid });
          },
          Math.min(progressMilliseconds, graceMilliseconds),
        );
        await ended;
        clearInterval(watch);
      }
      return await ended;
    },
  };
}

/**
 * Ends all groups in whatever way this process ends. Only SIGKILL leaves no time for it; the pipe above is for that
 * case.
 */
function endGroupsWithThisProcess(): void {
  if (watching) return;
  watching = true;
  process.on("exit", () => {
    for (const pid of live) killGroup({ pid });
  });
}
