import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Identifies a process even after its starter was killed. A pid alone may by then be another program's. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** Returns true if exactly this process runs. A dead process that waits for its parent does not count. */
export function isProcessAlive({ pid, startedAt }: ProcessIdentity): boolean {
  return processStartTime(pid) === startedAt && !isZombie(pid);
}

/**
 * Returns the fields of Linux's `/proc/PID/stat` from the third on, which is the state.
 * @throws Error when there is no such process
 */
function processStatus(pid: number): string[] | undefined {
  if (process.platform !== "linux") return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name and may hold spaces and brackets, so fields are counted from behind it.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/**
 * Returns when a process was started, in a form that is only good for comparing; nothing when there is no such process.
 */
export function processStartTime(pid: number): string | undefined {
  try {
    // The start time is field 22.
    if (process.platform === "linux") return processStatus(pid)?.[19];
    const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return started === "" ? undefined : started;
  } catch {
    return undefined;
  }
}

/** Returns true for a process that is dead and waits for its parent to notice. */
function isZombie(pid: number): boolean {
  try {
    return processStatus(pid)?.[0] === "Z";
  } catch {
    return false;
  }
}
