/** What the repository consists of, as its documents may name it: no packages, no build results, no state. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const repository = resolve(__dirname, "../../../..");

const generatedFolders = new Set(["node_modules", "cdk.out", "coverage", "__pycache__"]);
/** All other folders that begin with a dot are made on the machine: environments, caches, the local cloud. */
const hiddenFolders = new Set([".ci", ".github"]);

function filesBelow(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    const isOurs = entry.name.startsWith(".") ? hiddenFolders.has(entry.name) : !generatedFolders.has(entry.name);
    return isOurs ? filesBelow(path) : [];
  });
}

/** Every file, by its path from the repository's root. */
export const repositoryFiles: readonly string[] = filesBelow("");

/** Every file and every folder. */
export const repositoryPaths: ReadonlySet<string> = new Set(
  repositoryFiles.flatMap((file) => {
    const segments = file.split("/");
    return segments.map((_, index) => segments.slice(0, index + 1).join("/"));
  }),
);

export const read = (file: string): string => readFileSync(join(repository, file), "utf8");
