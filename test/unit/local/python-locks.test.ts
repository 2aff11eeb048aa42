/** The lock files of the Python environments: each is the closure, with hashes, of the `requirements.in` beside it. */
import { dirname, join } from "node:path";
import { read, repositoryFiles } from "../documents/support/repository-files";

const locks = repositoryFiles.filter((file) => file.endsWith("/requirements.txt"));

interface LockedPackage {
  readonly version: string;
  readonly hashes: readonly string[];
}

function packagesOf(lock: string): ReadonlyMap<string, LockedPackage> {
  const entries = read(lock).replaceAll("\\\n", " ").split("\n");
  return new Map(
    entries.flatMap((entry) => {
      const [, name, version] = /^([\w.-]+)==([^\s;]+)/.exec(entry) ?? [];
      if (name === undefined || version === undefined) return [];
      return [[name, { version, hashes: entry.match(/--hash=sha256:[0-9a-f]{64}/g) ?? [] }] as const];
    }),
  );
}

/** The package names of a file as PyPI spells them, with the versions that it pins. */
function askedFor(file: string): readonly { readonly name: string; readonly version: string | undefined }[] {
  return read(file)
    .split("\n")
    .filter((line) => /^\w/.test(line))
    .map((line) => {
      // Without extras, as in "moto[stepfunctions]".
      const [name = "", version] = line
        .trim()
        .replace(/\[[^\]]*\]/, "")
        .split("==");
      return { name: name.toLowerCase().replaceAll(/[-_.]+/g, "-"), version };
    });
}

test("there is one beside each user, and none elsewhere", () => {
  expect(locks.map((lock) => dirname(lock)).sort()).toEqual([
    "datasets",
    "docs/plots",
    "local/cloud",
    "sagemaker-containers/serving",
    "sagemaker-containers/training",
    "test/conformance",
    "test/oracle",
    "test/workflow/second-engine",
    "tools/python",
  ]);
  expect(repositoryFiles.filter((file) => file.endsWith(".lock.txt"))).toEqual([]);
});

test.each(locks)("%s has what its requirements.in asks for, every package with hashes", (lock) => {
  const packages = packagesOf(lock);
  const asked = askedFor(join(dirname(lock), "requirements.in"));
  expect(asked.length).toBeGreaterThan(0);
  for (const { name, version } of asked) {
    const locked = packages.get(name)?.version;
    expect({ name, version: locked }).toEqual({ name, version: version ?? locked ?? "any that is locked" });
  }
  const withoutHash = [...packages].filter(([, { hashes }]) => hashes.length === 0).map(([name]) => name);
  expect(withoutHash).toEqual([]);
});

test("what is installed into one environment agrees on versions and hashes", () => {
  const layers = ["sagemaker-containers/training", "datasets", "tools/python"].map((folder) =>
    packagesOf(join(folder, "requirements.txt")),
  );
  const shared = layers.flatMap((upper, index) =>
    layers
      .slice(0, index)
      .flatMap((lower) =>
        [...upper]
          .filter(([name]) => lower.has(name))
          .map(([name, locked]) => ({ name, locked, below: lower.get(name) })),
      ),
  );
  expect(shared.length).toBeGreaterThan(0);
  for (const { name, locked, below } of shared) expect({ name, locked }).toEqual({ name, locked: below });
});

test("the locks of images hold nothing that only the data set's builder or the plots need", () => {
  const forOthers = ["music21", "matplotlib", "pillow", "requests"];
  for (const folder of ["sagemaker-containers/serving", "sagemaker-containers/training"]) {
    const packages = packagesOf(join(folder, "requirements.txt"));
    expect(forOthers.filter((name) => packages.has(name))).toEqual([]);
  }
  expect(packagesOf("datasets/requirements.txt").has("music21")).toBe(true);
});
