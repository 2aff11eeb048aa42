import type { Hash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What is made from the sources, and what packages bring. */
const madeFolders: ReadonlySet<string> = new Set(["node_modules", "__pycache__", "dist"]);

/**
 * Adds files to a digest, each with its path, so that it changes when one of them is changed, moved, added or removed.
 *
 * @param paths folders and files, from the repository's root; one that does not exist adds nothing
 */
export function addSources(hash: Hash, repository: string, paths: readonly string[]): void {
  for (const file of paths.flatMap((path) => filesAt(join(repository, path)))) {
    hash.update(`${file.slice(repository.length)}\0`);
    hash.update(readFileSync(file));
    hash.update("\0");
  }
}

function filesAt(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => !name.startsWith(".") && !madeFolders.has(name))
    .sort()
    .flatMap((name) => filesAt(join(path, name)));
}
