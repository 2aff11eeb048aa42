/**
 * Finds the browser of the tests: Debian's Chromium, driven by playwright-core. Before `npm test` it is installed if
 * there is none and we may install it (root, with apt). Elsewhere the tests that need it report that they are skipped.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];

/** Returns the browser's program: the one in the variable CHROMIUM, or the one where distributions put it. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = environment["CHROMIUM"];
  return [...(named === undefined || named === "" ? [] : [named]), ...places].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Installs Chromium if there is none and we may.
 * @returns a sentence that says what was done
 */
function installChromium(): string {
  const found = findChromium();
  if (found !== undefined) return `The browser tests use ${found}.`;
  const skipped = "The browser tests are skipped";
  if (process.getuid?.() !== 0)
    return `${skipped}: there is no Chromium, and only root may install one. Set CHROMIUM to its path.`;
  const apt = (...args: readonly string[]): boolean =>
    spawnSync("apt-get", ["-qq", "-y", ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "ignore", "inherit"],
    }).status === 0;
  const isInstalled = apt("update") && apt("install", "--no-install-recommends", "chromium");
  return isInstalled && findChromium() !== undefined
    ? "Debian's chromium was installed for the browser tests."
    : `${skipped}: there is no Chromium, and apt-get could not install the package chromium. Set CHROMIUM to its path.`;
}

if (require.main === module) console.log(installChromium());
