/**
 * Takes a lock in a process of its own and holds it until standard input ends.
 *
 *   node --import tsx hold-lock.ts LOCK REPORT [DIE_AT]
 *
 * The lines of REPORT say which processes it judged (`judges PID`), and then `holds` or `refused PID`. With DIE_AT the
 * process kills itself at that judgment, counted from 1.
 */
import { appendFileSync } from "node:fs";
import { isHolderAlive, type LockHolder, takeProcessLock } from "../../../../tools/processes/process-lock";

const [file = "", report = "", dieAt = ""] = process.argv.slice(2);
const write = (line: string): void => {
  appendFileSync(report, `${line}\n`);
};

let judgments = 0;
const isAlive = (holder: LockHolder): boolean => {
  judgments += 1;
  write(`judges ${holder.pid}`);
  if (String(judgments) === dieAt) process.kill(process.pid, "SIGKILL");
  return isHolderAlive(holder);
};

try {
  takeProcessLock({ file, whyRefused: ({ pid }) => `refused ${pid}`, isAlive });
  write("holds");
} catch (error) {
  write(error instanceof Error ? error.message : String(error));
}
process.stdin.resume();
