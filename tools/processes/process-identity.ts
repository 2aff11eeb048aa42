import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What finds a process again after its starter was killed: a pid alone may by then be another program's. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** Whether that very process runs. One that is dead and waits for a parent that does not ask is as good as gone. */
export function isProcessAlive({ pid, startedAt }: ProcessIdentity): boolean {
  return processStartTime(pid) === startedAt && !isZombie(pid);
}

/** The fields of Linux's `/proc/PID/stat` from the third, which is the state. @throws Error when there is no such process */
function processStatus(pid: number): string[] | undefined {
  if (process.platform !== "linux") return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name and may hold spaces and brackets: count from behind it.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** When a process was started, in a form that is only good for comparing; nothing when there is no such process. */
export function processStartTime(pid: number): string | undefined {
  try {
    // Field 22.
    if (process.platform === "linux") return processStatus(pid)?.[19];
    const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return started === "" ? undefined : started;
  } catch {
    return undefined;
  }
}

/** Dead, and waiting for a parent that does not ask: as good as gone. */
function isZombie(pid: number): boolean {
  try {
    return processStatus(pid)?.[0] === "Z";
  } catch {
    return false;
  }
}
