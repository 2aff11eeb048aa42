import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import { isProcessAlive, processStartTime } from "./process-identity";

const holderSchema = z.object({
  pid: z.int().positive(),
  /** For people. */
  startedAt: z.string(),
  /** What `processStartTime` says of the holder; a lock of an earlier release has none. */
  processStart: z.string().optional(),
});
export type LockHolder = z.infer<typeof holderSchema>;

export interface TakeProcessLockParams {
  readonly file: string;
  /** What to say to whoever comes while `holder` lives. */
  readonly refusal: (holder: LockHolder) => string;
}

/**
 * Takes a lock file for as long as this process lives: a killed process loses it at once, a live one never, however long
 * it is silent.
 *
 * @returns what gives the lock back
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
      // A link to a finished file: nobody ever reads a lock that is half written.
      if (linkUnlessThere(own, file)) {
        return () => {
          rmSync(file, { force: true });
        };
      }
      const current = readHolder(file);
      if (current !== undefined && isAlive(current)) throw new Error(refusal(current));
      // Its holder died without giving it back.
      removeDead(file);
    }
    throw new Error(`The lock ${file} is taken again and again by other processes.`);
  } finally {
    rmSync(own, { force: true });
  }
}

/** Another process may have removed the dead lock meanwhile, and taken its own: that one is put back. */
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

/** The system's name of an error, as `EEXIST`. */
function codeOf(problem: unknown): unknown {
  return typeof problem === "object" && problem !== null && "code" in problem ? problem.code : undefined;
}
