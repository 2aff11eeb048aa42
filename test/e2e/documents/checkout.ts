/** A checkout of this repository as somebody has it who has just cloned it. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repository } from "../../../tools/repository";

export interface Checkout {
  readonly folder: string;
  remove(): void;
}

/** Makes links to everything in a folder. Down to `depth` its folders are folders, in which other things may be put. */
function mirror(from: string, to: string, depth: number): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.isDirectory() && depth > 0) mirror(source, target, depth - 1);
    else symlinkSync(source, target);
  }
}

/**
 * Gives the checkout the Python environments of this repository, which take minutes to make. Each has a file of its own
 * that names the folders of our packages: what the checkout writes there must not reach the tests that run beside it.
 */
function linkEnvironments(folder: string): void {
  const from = join(repository, ".venv");
  const to = join(folder, ".venv");
  mkdirSync(to);
  for (const { name } of readdirSync(from, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const stamp = join(from, name, "stamp.json");
    if (!existsSync(stamp)) continue;
    // NAME/lib/python3.11/site-packages
    mirror(join(from, name), join(to, name), 3);
    rmSync(join(to, name, "stamp.json"));
    writeFileSync(join(to, name, "stamp.json"), readFileSync(stamp, "utf8").replaceAll(from, to));
  }
}

/**
 * Returns a folder with all files that Git knows or would add, as they are now, with the Python environments, and with
 * the built data set. `npm ci` adds the packages (stand-ins/npm).
 */
export function checkOut(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), "opencomposer-checkout-"));
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const files = execFileSync("git", list, { cwd: repository, encoding: "utf8", maxBuffer: 1 << 26 }).split("\0");
  for (const file of files) {
    // A file that was removed is still listed until the removal is committed.
    if (file === "" || !existsSync(join(repository, file))) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(repository, file), join(folder, file));
  }
  linkEnvironments(folder);
  mkdirSync(join(repository, ".cache"), { recursive: true });
  symlinkSync(join(repository, ".cache"), join(folder, ".cache"));
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
