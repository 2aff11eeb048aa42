import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { killGroup } from "./kill-group";

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A long-running program and all that it starts, in a process group of its own. */
export interface ProcessGroup {
  readonly name: string;
  /** Of the leader; also the group's id. */
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the leader has ended, for whatever reason. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  readonly isRunning: () => boolean;
  /**
   * Asks the leader to end (SIGTERM), then ends the whole group (SIGKILL): at once when the leader has gone, or when
   * the grace is over. Safe to call twice.
   */
  readonly stop: (params?: StopParams) => Promise<ProcessExit>;
}

export interface StopParams {
  readonly graceMilliseconds?: number;
  /** The grace begins anew whenever this gives another value: a program that still writes is not cut off. */
  readonly progress?: () => string;
}

/** How often a program that is being stopped is asked for its progress. */
const progressMilliseconds = 250;

export interface ProcessGroupParams {
  /** In messages and in the file of outputs. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Standard output and error are appended here. */
  readonly logFile: string;
}

const live = new Set<number>();
let watching = false;

/**
 * Starts a program as the leader of a new process group, so that a Ctrl-C in the terminal reaches only us and we end
 * the parts in order, and so that what the program itself started can be ended with it.
 *
 * Its standard input is a pipe that we never write to: a program that wants to end when we die (even by SIGKILL, when
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
    // A program that could not be started ends here; the caller gets the reason from the promise below.
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
  // A broken pipe is how a program that has ended looks from here: nobody waits for that write.
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

/** The last net under every way that this process can end but SIGKILL (see the pipe above for that one). */
function endGroupsWithThisProcess(): void {
  if (watching) return;
  watching = true;
  process.on("exit", () => {
    for (const pid of live) killGroup({ pid });
  });
}
