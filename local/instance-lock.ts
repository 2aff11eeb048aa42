import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import * as z from "zod";

const lockSchema = z.object({ pid: z.int().positive(), startedAt: z.string() });

/**
 * Takes the folder of a local cloud for this process. Returns what gives it back.
 *
 * @throws Error naming the process that has it
 */
export function takeInstanceLock(file: string): () => void {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, startedAt: new Date().toISOString() }));
  try {
    for (let tries = 0; tries < 3; tries += 1) {
      try {
        // A link to a finished file: nobody ever reads a lock that is half written.
        linkSync(own, file);
        return () => {
          rmSync(file, { force: true });
        };
      } catch (problem) {
        if (codeOf(problem) !== "EEXIST") throw problem;
      }
      const holder = readHolder(file);
      if (holder !== undefined && holder.pid !== process.pid && isAlive(holder.pid)) {
        throw new Error(
          `A local cloud already runs on this folder (${dirname(file)}): process ${holder.pid}, started ` +
            `${holder.startedAt}. Use it, end it (Ctrl-C in its terminal, or kill ${holder.pid}), or start another one ` +
            `beside it: OPENCOMPOSER_LOCAL_DIR=/some/folder npm start`,
        );
      }
      // Its holder died without giving it back.
      rmSync(file, { force: true });
    }
    throw new Error(`The lock ${file} is taken again and again by other processes.`);
  } finally {
    rmSync(own, { force: true });
  }
}

function readHolder(file: string): z.infer<typeof lockSchema> | undefined {
  try {
    const parsed = lockSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    // It lives but is not ours to signal.
    return codeOf(problem) === "EPERM";
  }
}

/** The system's name of an error, as `EEXIST`. */
function codeOf(problem: unknown): unknown {
  return typeof problem === "object" && problem !== null && "code" in problem ? problem.code : undefined;
}
