import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { runToEnd } from "../../tools/processes/run-to-end";
import { repository } from "../../tools/repository";

/** The programs that build, run and push images here, each with the Debian package that has it. */
const debianPackages = {
  buildah: "buildah",
  curl: "curl",
  debootstrap: "debootstrap",
  "docker-registry": "docker-registry",
  nsenter: "util-linux",
  runc: "runc",
} as const;
export type Program = keyof typeof debianPackages;

const folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Checks that this machine can build and run images.
 *
 * @throws Error that says what is missing and how to get it
 */
export function checkMachine(): void {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Error("Images are built and run here as root on Linux: buildah, chroot and namespaces need it.");
  }
  const missing = Object.entries(debianPackages).filter(
    ([program]) => !folders.some((folder) => existsSync(`${folder}/${program}`)),
  );
  if (missing.length > 0) {
    const packages = missing.map(([, name]) => name).join(" ");
    throw new Error(
      `These programs are missing: ${missing.map(([program]) => program).join(", ")}. ` +
        `On Debian: apt-get install --no-install-recommends ${packages}`,
    );
  }
}

/** Runs a program to its end, and returns what it has printed on standard output, without the last line break. */
export function outputOf(program: Program, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${program} ${args.join(" ")} ended with ${status ?? "a signal"}: ${stderr.trim()}`);
  return stdout.trimEnd();
}

/** Runs a program that takes minutes. All that it prints goes to the log file. */
export async function runLogged(
  program: Program | "docker" | "podman",
  args: readonly string[],
  logFile: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const environment = { ...process.env, ...variables };
  await runToEnd({ name: program, command: program, args, cwd: repository, logFile, environment });
}

/** Removes a folder, and first whatever an interrupted debootstrap may have left mounted in it. */
export function removeFolder(folder: string): void {
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse()) {
    spawnSync("umount", ["--lazy", mount]);
  }
  // Should one still be mounted, its files are not this folder's to remove.
  spawnSync("rm", ["--recursive", "--force", "--one-file-system", folder]);
}
