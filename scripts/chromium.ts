/**
 * The browser of the tests: Debian's Chromium, driven by playwright-core. Before `npm test` it is installed where none is
 * there and we may do so (root, with apt); elsewhere the tests that need it say that they are skipped.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];

/** The executable: of the variable CHROMIUM, or where distributions put it. */
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

/** @returns what became of it, in a sentence */
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
