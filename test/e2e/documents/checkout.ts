/** A checkout of this repository as somebody has it who has just cloned it. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repository } from "../../../tools/repository";

export interface Checkout {
  readonly folder: string;
  remove(): void;
}

/** What takes minutes to make and is the same in each checkout. `npm ci` adds the packages (stand-ins/npm). */
const shared = [".venv", ".cache"] as const;

/** Returns a folder with all files that Git knows or would add, as they are now, and with links to what is {@link shared}. */
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
  for (const name of shared) {
    mkdirSync(join(repository, name), { recursive: true });
    symlinkSync(join(repository, name), join(folder, name));
  }
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
