/** Looks through the files of an image for what must not be in it, and weighs it. */
import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";

export interface AuditParams {
  /** The folder with all files of the image. */
  readonly root: string;
  /** The folder with the files of the image below it. */
  readonly base: string;
  /** Version by name of each distribution of the image's locks. */
  readonly locked: ReadonlyMap<string, string>;
  /** Python packages and modules that the image must not have. */
  readonly forbidden: readonly string[];
}

export interface Audit {
  /** Bytes of the files that the base has not, and of compiled Python among them. */
  readonly addedBytes: number;
  readonly compiledBytes: number;
  /** Whole sentences; none for a good image. */
  readonly findings: readonly string[];
}

const compilers = ["as", "c++", "cargo", "cc", "clang", "g++", "gcc", "go", "ld", "make", "rustc"];
const programFolders = ["bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"];
/** What a build leaves behind when it is not told otherwise. */
const leftovers = [
  /^root\/\.cache\//,
  /^tmp\/./,
  /^var\/cache\/apt\/archives\/.*\.deb$/,
  /\.whl$/,
  /^root\/\.config\/pip\//,
];
const secretFiles = /(?:^|\/)(?:\.aws|\.git|\.netrc|\.npmrc|\.pypirc|\.env|\.docker|id_[a-z0-9]+|credentials)(?:\/|$)/;
const secretTexts = [
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\baws_secret_access_key\s*[=:]\s*\S/i,
];
const ourFolder = "opt/opencomposer/";

/** Returns the entries below a folder that are no folders. */
function entriesOf(folder: string): Dirent[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true });
}

/** Returns a distribution's name as every tool writes it: `Foo_Bar` and `foo-bar` are one. */
const canonical = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, "-");

/** Looks through an image. It runs nothing of it. */
export function auditImage({ root, base, locked, forbidden }: AuditParams): Audit {
  const findings: string[] = [];
  let addedBytes = 0;
  let compiledBytes = 0;
  const installed = new Map<string, string>();

  for (const folder of programFolders) {
    for (const name of compilers) {
      if (existsSync(join(root, folder, name))) findings.push(`It has a compiler or build tool: /${folder}/${name}.`);
    }
  }
  for (const entry of entriesOf(root)) {
    const path = join(entry.parentPath, entry.name);
    const inside = relative(root, path);
    if (existsSync(join(base, inside))) continue;
    const { size, mode, uid, gid } = lstatSync(path);
    const isOurs = inside.startsWith(ourFolder);
    if (entry.isDirectory()) {
      if ((mode & 0o005) !== 0o005) findings.push(`Only its owner can open the folder /${inside}.`);
      // Deeper down lies what a package carries along of others, under its own hash.
      const distribution = isOnPythonPath(inside) ? /^(.+)-([^-]+)\.dist-info$/.exec(entry.name) : null;
      const [, name, version] = distribution ?? [];
      if (name !== undefined && version !== undefined) installed.set(canonical(name), version);
    } else {
      addedBytes += size;
      if (entry.name.endsWith(".pyc")) compiledBytes += size;
      if (entry.isFile() && (mode & 0o004) === 0) findings.push(`Only its owner can read /${inside}.`);
      if ((mode & 0o6000) !== 0 && entry.isFile()) findings.push(`/${inside} runs with the rights of its owner.`);
      if (leftovers.some((pattern) => pattern.test(inside))) findings.push(`A build left /${inside} behind.`);
      if (
        isOurs &&
        entry.isFile() &&
        size < 1_000_000 &&
        secretTexts.some((text) => text.test(readFileSync(path, "latin1")))
      ) {
        findings.push(`/${inside} looks as if it had a secret in it.`);
      }
    }
    if (uid !== 0 || gid !== 0) findings.push(`/${inside} belongs to user ${uid}, group ${gid}, not to root.`);
    if (secretFiles.test(inside)) findings.push(`/${inside} has the name of a file with secrets.`);
    if (inside.startsWith("opt/ml/"))
      findings.push(`/${inside} would be hidden: SageMaker mounts its folders over /opt/ml.`);
    if (forbidden.includes(basename(inside, ".py")) && isOnPythonPath(inside)) {
      findings.push(`It has the Python package ${basename(inside, ".py")} (/${inside}).`);
    }
  }
  for (const [name, version] of locked) {
    const found = installed.get(canonical(name));
    if (found !== version) findings.push(`${name} is locked at ${version}, and the image has ${found ?? "none"}.`);
  }
  const lockedNames = new Set([...locked.keys()].map(canonical));
  for (const [name, version] of installed) {
    if (!lockedNames.has(name)) {
      findings.push(`${name} ${version} is installed, and no lock names it.`);
    }
  }
  return { addedBytes, compiledBytes, findings };
}

/** Returns true for an entry of a folder on Python's path, where `import` looks. */
function isOnPythonPath(inside: string): boolean {
  return /^(?:usr\/local\/lib\/python[0-9.]+\/site-packages|opt\/opencomposer\/src)\/[^/]+$/.test(inside);
}

/** Returns version by name of what locks pin; a build's own suffix such as `+cpu` is not part of a lock. */
export function lockedVersions(locks: readonly string[]): Map<string, string> {
  const pinned = locks.flatMap((text) => [...text.matchAll(/^([A-Za-z0-9._-]+)==([^ \\\n]+)/gm)]);
  return new Map(pinned.map(([, name = "", version = ""]) => [name, version]));
}
