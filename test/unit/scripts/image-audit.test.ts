/** What `npm run images:verify` finds in the files of an image, on images of a few files. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { auditImage, lockedVersions } from "../../../scripts/images/image-audit";

const scratch = mkdtempSync(join(tmpdir(), "image-audit-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const packages = "usr/local/lib/python3.11/site-packages";
const good: Readonly<Record<string, string>> = {
  [`${packages}/numpy/__init__.py`]: "import this",
  [`${packages}/numpy-2.4.6.dist-info/METADATA`]: "Name: numpy",
  "opt/opencomposer/src/opencomposer_serving/__init__.py": "",
  "opt/opencomposer/src/opencomposer_serving/__pycache__/__init__.cpython-311.pyc": "compiled",
};
const baseFiles: Readonly<Record<string, string>> = { "usr/bin/python3": "python", "root/.cache/of-the-base": "" };

/** Writes an image and the base below it. Paths with a leading `!` are left out. */
function imageWith(more: Readonly<Record<string, string>>, without: readonly string[] = []) {
  const folder = mkdtempSync(join(scratch, "image-"));
  const write = (root: string, files: Readonly<Record<string, string>>): string => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return root;
  };
  const base = write(join(folder, "base"), baseFiles);
  const kept = Object.fromEntries(Object.entries(good).filter(([path]) => !without.includes(path)));
  return { base, root: write(join(folder, "root"), { ...baseFiles, ...kept, ...more }) };
}

const audit = (more: Readonly<Record<string, string>> = {}, without: readonly string[] = []) =>
  auditImage({
    ...imageWith(more, without),
    locked: new Map([["numpy", "2.4.6"]]),
    forbidden: ["torch", "opencomposer_training"],
  });

test("a good image has no findings, and weighs what it adds to its base", () => {
  const bytes = Object.values(good).reduce((sum, text) => sum + text.length, 0);
  expect(audit()).toEqual({ findings: [], addedBytes: bytes, compiledBytes: "compiled".length });
});

test("what a package carries along of others is under the package's own hash", () => {
  expect(audit({ [`${packages}/numpy/_vendor/tomli-2.4.0.dist-info/METADATA`]: "" }).findings).toEqual([]);
});

test.each([
  ["a compiler", { "usr/bin/gcc": "" }, "It has a compiler or build tool: /usr/bin/gcc."],
  ["pip's cache", { "root/.cache/pip/http/a": "" }, "A build left /root/.cache/pip/http/a behind."],
  ["a wheel", { "opt/opencomposer/torch.whl": "" }, "A build left /opt/opencomposer/torch.whl behind."],
  ["a temporary file", { "tmp/a": "" }, "A build left /tmp/a behind."],
  [
    "a forbidden package",
    { [`${packages}/torch/__init__.py`]: "" },
    `It has the Python package torch (/${packages}/torch).`,
  ],
  [
    "training code",
    { "opt/opencomposer/src/opencomposer_training/loop.py": "" },
    "It has the Python package opencomposer_training (/opt/opencomposer/src/opencomposer_training).",
  ],
  [
    "a package that no lock names",
    { [`${packages}/Left_Pad-1.0.dist-info/METADATA`]: "" },
    "left-pad 1.0 is installed, and no lock names it.",
  ],
  [
    "something under /opt/ml",
    { "opt/ml/model/a": "" },
    "/opt/ml/model/a would be hidden: SageMaker mounts its folders over /opt/ml.",
  ],
  [
    "credentials by their name",
    { "root/.aws/credentials": "" },
    "/root/.aws/credentials has the name of a file with secrets.",
  ],
  [
    "credentials in our files",
    { "opt/opencomposer/src/a.py": `key = "${["AKIA", "IOSFODNN7EXAMPLE"].join("")}"` },
    "/opt/opencomposer/src/a.py looks as if it had a secret in it.",
  ],
])("finds %s", (_, more, finding) => {
  expect(audit(more).findings).toContain(finding);
});

test("finds a locked package that is missing or of another version", () => {
  const metadata = `${packages}/numpy-2.4.6.dist-info/METADATA`;
  expect(audit({}, [metadata]).findings).toEqual(["numpy is locked at 2.4.6, and the image has none."]);
  expect(audit({ [`${packages}/numpy-2.4.5.dist-info/METADATA`]: "" }, [metadata]).findings).toEqual([
    "numpy is locked at 2.4.6, and the image has 2.4.5.",
  ]);
});

test("finds what another user cannot read", () => {
  const { base, root } = imageWith({});
  const file = "opt/opencomposer/src/opencomposer_serving/__init__.py";
  chmodSync(join(root, file), 0o600);
  chmodSync(join(root, packages, "numpy"), 0o700);
  const { findings } = auditImage({ base, root, locked: new Map([["numpy", "2.4.6"]]), forbidden: [] });
  expect([...findings].sort()).toEqual([
    `Only its owner can open the folder /${packages}/numpy.`,
    `Only its owner can read /${file}.`,
  ]);
});

test("reads the versions that locks pin", () => {
  const locks = ["# a comment\nnumpy==2.4.6 \\\n    --hash=sha256:0\n", "torch==2.13.0\n"];
  expect(lockedVersions(locks)).toEqual(
    new Map([
      ["numpy", "2.4.6"],
      ["torch", "2.13.0"],
    ]),
  );
});
