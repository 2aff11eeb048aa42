/**
 * The synthesized stacks of the stage `local`, kept from one cloud of the tests to the next: a synthesis takes ten
 * seconds of a core, and its result is the same for all of them. A start uses what it finds only if it was made from the
 * sources that are there now, so an old copy does no harm.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hashOfSources } from "../../local/cloud/assembly";
import { localPaths } from "../../local/paths";
import { repository } from "../../tools/repository";

const kept = join(repository, ".cache", "synthesized-stacks");
/** Names a folder that is being filled, maybe by another process. */
const copyPrefix = "copy-";
const assemblyOf = (directory: string): string => localPaths({ OPENCOMPOSER_LOCAL_DIR: directory }).assembly;

/** Gives the folder of a cloud that is to be started the stacks that an earlier one has synthesized, if there are any. */
export function lendStacks(directory: string): void {
  const [from, to] = [join(kept, hashOfSources(repository)), assemblyOf(directory)];
  if (existsSync(from) && !existsSync(to)) cpSync(from, to, { recursive: true });
}

/** Keeps the stacks of a cloud that is up for the next one, in place of those that were made from other sources. */
export function keepStacks(directory: string): void {
  const name = hashOfSources(repository);
  if (existsSync(join(kept, name))) return;
  mkdirSync(kept, { recursive: true });
  const older = readdirSync(kept).filter((found) => found !== name && !found.startsWith(copyPrefix));
  const copy = mkdtempSync(join(kept, copyPrefix));
  cpSync(assemblyOf(directory), copy, { recursive: true });
  try {
    renameSync(copy, join(kept, name));
  } catch {
    // A cloud that was started at the same time has kept its stacks in the meantime.
    rmSync(copy, { recursive: true });
  }
  for (const found of older) rmSync(join(kept, found), { recursive: true, force: true });
}
