import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
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
  readonly whyRefused: (holder: LockHolder) => string;
  /** Returns true if the process lives that has the lock. Tests hand in one that lets other processes work meanwhile. */
  readonly isAlive?: (holder: LockHolder) => boolean;
}

/** Number of times that a process tries to get a lock whose holder is dead while others try it, too. */
const maxTries = 500;
const maxWaitMilliseconds = 20;

/**
 * Takes a lock file for as long as this process lives. A killed process loses the lock at once; a live one never loses
 * it, however long it is silent.
 *
 * A dead lock is replaced by one process at a time. A process that wants to replace it first makes a claim, a file whose
 * name nobody uses again, and only then reads the claims of others. So of two processes at least one sees the other,
 * and whoever sees another living claim replaces nothing.
 *
 * @returns a function that gives the lock back
 * @throws Error with `whyRefused`'s message while another process, or this one, has the lock
 */
export function takeProcessLock({ file, whyRefused, isAlive = isHolderAlive }: TakeProcessLockParams): () => void {
  mkdirSync(dirname(file), { recursive: true });
  const holder: LockHolder = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    processStart: processStartTime(process.pid),
  };
  const own = ownFile(file, holder);
  writeFileSync(own, JSON.stringify(holder), { flag: "wx" });
  try {
    for (let tries = 0; tries < maxTries; tries += 1) {
      // The lock is a link to a finished file, so nobody ever reads a lock that is half written.
      if (linkUnlessThere(own, file) || takeOver({ file, own, whyRefused, isAlive })) {
        return () => {
          rmSync(file, { force: true });
        };
      }
      waitAWhile();
    }
    throw new Error(`The lock ${file} is taken again and again by other processes.`);
  } finally {
    rmSync(own, { force: true });
  }
}

/** Returns the living process that has the lock; undefined if nobody has it. */
export function lockHolder(
  file: string,
  isAlive: (holder: LockHolder) => boolean = isHolderAlive,
): LockHolder | undefined {
  const text = readLock(file);
  const holder = text === undefined ? undefined : readHolder(text);
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

interface TakeOverParams extends Required<TakeProcessLockParams> {
  /** The file of this process that becomes the lock. */
  readonly own: string;
}

/**
 * Takes the lock of a holder that died without giving it back.
 * @returns false if another process is about to do so, or was quicker
 * @throws Error with `whyRefused`'s message if the holder lives
 */
function takeOver({ file, own, whyRefused, isAlive }: TakeOverParams): boolean {
  if (stateOf({ file, whyRefused, isAlive }) === "free") return false;
  const claim = `${own}${claimEnding}`;
  linkSync(own, claim);
  try {
    if (hasOtherClaims({ file, own, isAlive })) return false;
    // From here on nobody else takes over a dead lock. Another process may have done so before, so it is read again.
    if (stateOf({ file, whyRefused, isAlive }) === "free") return false;
    renameSync(claim, file);
    return true;
  } finally {
    rmSync(claim, { force: true });
  }
}

/** @throws Error with `whyRefused`'s message if the lock's holder lives */
function stateOf({ file, whyRefused, isAlive }: Omit<TakeOverParams, "own">): "free" | "dead" {
  const text = readLock(file);
  if (text === undefined) return "free";
  const holder = readHolder(text);
  if (holder !== undefined && isAlive(holder)) throw new Error(whyRefused(holder));
  return "dead";
}

const claimEnding = ".claim";

/** Returns a name that no process uses again. It says which process made it. */
function ownFile(file: string, { pid, processStart = "" }: LockHolder): string {
  return [file, pid, encodeURIComponent(processStart).replaceAll(".", "%2E"), randomUUID()].join(".");
}

/** Returns true if another living process has a claim, and removes the files that dead processes have left. */
function hasOtherClaims({ file, own, isAlive }: Omit<TakeOverParams, "whyRefused">): boolean {
  const folder = dirname(file);
  let hasOthers = false;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!name.startsWith(`${basename(file)}.`) || path.startsWith(own)) continue;
    const [pid, processStart, id] = name.slice(basename(file).length + 1).split(".");
    const maker = holderSchema.safeParse({
      pid: Number(pid),
      startedAt: "",
      ...(processStart === "" ? {} : { processStart: decodeURIComponent(processStart ?? "") }),
    });
    // Other files may lie beside the lock.
    if (!maker.success || id === undefined) continue;
    if (!isAlive(maker.data)) rmSync(path, { force: true });
    else if (name.endsWith(claimEnding)) hasOthers = true;
  }
  return hasOthers;
}

/** Stops this process for a few milliseconds, for another number of them each time. */
function waitAWhile(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + Math.random() * maxWaitMilliseconds);
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

/** Returns the text of a lock file; undefined if there is none. */
function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function readHolder(text: string): LockHolder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Returns true if the process runs that wrote itself into a lock. */
export function isHolderAlive({ pid, processStart }: LockHolder): boolean {
  if (processStart !== undefined) return isProcessAlive({ pid, startedAt: processStart });
  return pid !== process.pid && processStartTime(pid) !== undefined;
}

/** Returns the system's name of an error, such as `EEXIST`. */
function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
