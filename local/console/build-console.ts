import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lockHolder, takeProcessLock } from "../../tools/processes/process-lock";
import { runToEnd } from "../../tools/processes/run-to-end";
import { addSources } from "../source-files";
import { refreshExcerpts } from "./refresh-excerpts";

/** What the console is built from. The lock file names the packages. */
const sources = [
  "console/build",
  "console/src",
  "console/index.html",
  "console/package.json",
  "console/tsconfig.json",
  "console/vite.config.ts",
  "client",
  "domain/music",
  "naming",
  "package-lock.json",
] as const;

/** The file that keeps the digest of the sources of the last build. */
const stampFile = "built-from";

/** Returns the folder of the console's build, `console/dist`. */
export const consoleFolder = (repository: string): string => join(repository, "console", "dist");

const generatedFolder = (repository: string): string => join(repository, "console", ".generated");

/** Says whether the console was built, and from the sources that are there now. */
function buildOf(repository: string): { readonly digest: string; readonly isBuilt: () => boolean } {
  const stamp = join(generatedFolder(repository), stampFile);
  const hash = createHash("sha256");
  addSources(hash, repository, sources);
  const digest = hash.digest("hex");
  return { digest, isBuilt: () => existsSync(stamp) && readFileSync(stamp, "utf8") === digest };
}

/** Returns true if {@link consoleFolder} holds what {@link buildConsole} would build. */
export const isConsoleBuilt = (repository: string): boolean => buildOf(repository).isBuilt();

/**
 * Builds the console if it is not built, or was built from other sources. Two starts at the same time build it once. A
 * console that stays gets the excerpts of the data set that is there now.
 *
 * @returns true if it was built now
 */
export async function buildConsole(params: {
  readonly repository: string;
  readonly signal: AbortSignal;
}): Promise<boolean> {
  const { repository, signal } = params;
  const generated = generatedFolder(repository);
  const lock = join(generated, "building.json");
  const { digest, isBuilt } = buildOf(repository);
  if (isBuilt()) {
    refreshExcerpts(repository, consoleFolder(repository));
    return false;
  }

  mkdirSync(generated, { recursive: true });
  const release = await takeInTurn(lock, signal);
  try {
    if (isBuilt()) return false;
    await runToEnd({
      name: "npm run build:console",
      command: process.execPath,
      args: ["--import", "tsx", "console/build/build.ts"],
      cwd: repository,
      signal,
    });
    writeFileSync(join(generated, stampFile), digest);
    return true;
  } finally {
    release();
  }
}

/** Takes the lock as soon as no other process has it. */
async function takeInTurn(file: string, signal: AbortSignal): Promise<() => void> {
  for (;;) {
    while (lockHolder(file) !== undefined) await sleep(250, undefined, { signal });
    try {
      return takeProcessLock({ file, whyRefused: ({ pid }) => `Process ${pid} builds the console.` });
    } catch (error) {
      // Another process was quicker, or its lock cannot be taken at all.
      if (lockHolder(file) === undefined) throw error;
    }
  }
}
