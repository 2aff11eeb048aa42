import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import { isProcessAlive, processStartTime } from "./process-identity";

const holderSchema = z.object({
  pid: z.int().positive(),
  /** The time, for people who read the file. */
  startedAt: z.string(),
  /** The holder's `processStartTime`; a lock of an earlier release has none. */
  processStart: z.string().optional(),
});
export type LockHolder = z.infer<typeof holderSchema>;

export interface TakeProcessLockParams {
  readonly file: string;
  /** Returns the message for other processes that want the lock while `holder` lives. */
  readonly refusal: (holder: LockHolder) => string;
}

/**
 * Takes a lock file for as long as this process lives. A killed process loses the lock at once; a live one never loses
 * it, however long it is silent.
 *
 * @returns a function that gives the lock back
 * @throws Error with the refusal while another process, or this one, has the lock
 */
export function takeProcessLock({ file, refusal }: TakeProcessLockParams): () => void {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}`;
  const holder: LockHolder = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    processStart: processStartTime(process.pid),
  };
  writeFileSync(own, JSON.stringify(holder));
  try {
    for (let tries = 0; tries < 10; tries += 1) {
      // The lock is a link to a finished file, so nobody ever reads a lock that is half written.
      if (linkUnlessThere(own, file)) {
        return () => {
          rmSync(file, { force: true });
        };
      }
      const current = readHolder(file);
      if (current !== undefined && isAlive(current)) throw new Error(refusal(current));
      // The lock's holder died without giving it back.
      removeDead(file);
    }
    throw new Error(`The lock ${file} is taken again and again by other processes.`);
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes a dead lock. If another process has meanwhile removed it and taken its own, that one is put back. */
function removeDead(file: string): void {
  const removed = `${file}.${process.pid}.dead`;
  try {
    renameSync(file, removed);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  const holder = readHolder(removed);
  if (holder !== undefined && isAlive(holder)) linkUnlessThere(removed, file);
  rmSync(removed, { force: true });
}

function linkUnlessThere(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function readHolder(file: string): LockHolder | undefined {
  try {
    const parsed = holderSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, processStart }: LockHolder): boolean {
  if (processStart !== undefined) return isProcessAlive({ pid, startedAt: processStart });
  return pid !== process.pid && processStartTime(pid) !== undefined;
}

/** Returns the system's name of an error, such as `EEXIST`. */
function codeOf(problem: unknown): unknown {
  return typeof problem === "object" && problem !== null && "code" in problem ? problem.code : undefined;
}
