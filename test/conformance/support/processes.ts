import { execFileSync } from "node:child_process";

/** Processes in whose environment `variable` is `value`, from /proc (Linux only, as the CI is). */
export function processesWith(variable: string, value: string): number[] {
  const found = execFileSync("sh", ["-c", 'grep -lsz "^$0=$1$" /proc/[0-9]*/environ || true', variable, value], {
    encoding: "utf8",
  });
  return found.split("\n").flatMap((path) => {
    const pid = /^\/proc\/(\d+)\//.exec(path)?.[1];
    return pid === undefined ? [] : [Number(pid)];
  });
}
