import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sync as writeFileAtomically } from "write-file-atomic";
import { cutBachExcerpts } from "../../console/build/bach-excerpts";
import { consolePaths } from "../../naming/console-paths";

/**
 * Cuts the excerpts of the quiz "Which is Bach?" anew into the folder of a built console. The first start on a machine
 * builds the console long before the data set, and nothing else of the build knows the data set.
 *
 * @param folder the console's build; one that is not built is left alone
 * @returns true if the excerpts were others before
 */
export function refreshExcerpts(repository: string, folder: string): boolean {
  const file = join(folder, consolePaths.bachExcerpts);
  if (!existsSync(file)) return false;
  const excerpts = JSON.stringify(cutBachExcerpts(repository));
  if (readFileSync(file, "utf8") === excerpts) return false;
  writeFileAtomically(file, excerpts);
  return true;
}
