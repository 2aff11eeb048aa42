import { join } from "node:path";

/** Returns the absolute path of a file or folder of this repository. */
export function repositoryPath(...segments: string[]): string {
  return join(__dirname, "..", "..", ...segments);
}
