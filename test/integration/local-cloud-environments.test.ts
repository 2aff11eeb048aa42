import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findPython, makeEnvironments } from "../../tools/python/environments";

const python = findPython();
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-venv-"));
  mkdirSync(join(folder, "locks"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A lock without packages: what is tested is when an environment is made, not pip. */
const lock = (text: string): void => {
  const file = join(folder, "locks", "sagemaker-containers/serving/requirements.txt");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};
const make = async (): Promise<string[]> => {
  const lines: string[] = [];
  await makeEnvironments({
    names: ["inference"],
    python,
    directory: join(folder, "venv"),
    locks: join(folder, "locks"),
    report: (line) => lines.push(line),
  });
  return lines;
};
const environment = (): string => join(folder, "venv", "inference");

describe("Python environments", () => {
  it("are made once, by one of several makers, and again when their lock changes", async () => {
    lock("# one\n");
    const [first, second] = await Promise.all([make(), make()]);
    expect([...first, ...second].filter((line) => line.includes("ready after"))).toHaveLength(1);
    const made = statSync(join(environment(), "stamp.json")).mtimeMs;

    // Our own packages can be imported, from where they are.
    const where = execFileSync(
      join(environment(), "bin", "python"),
      ["-c", "import sys; print('\\n'.join(sys.path))"],
      {
        encoding: "utf8",
      },
    );
    expect(where).toMatch(/sagemaker-containers\/music\/src/);

    expect(await make()).toEqual([]);
    expect(statSync(join(environment(), "stamp.json")).mtimeMs).toBe(made);

    lock("# two\n");
    expect((await make()).join("\n")).toMatch(/changed[^]*ready after/);

    // Whatever it was made from: without its stamp, which is written last, it is not whole.
    rmSync(join(environment(), "stamp.json"));
    // Not a name but a file that is not there: pip asks no registry.
    lock(`opencomposer-missing @ file://${folder}/missing-1.0-py3-none-any.whl --hash=sha256:${"0".repeat(64)}\n`);
    await expect(make()).rejects.toThrow(/pip could not install the packages of inference/);
    expect(readdirSync(environment())).not.toContain("stamp.json");
  });

  it("are not made from a package whose hash is not the lock's", async () => {
    const wheel = join(folder, "other-1.0-py3-none-any.whl");
    writeFileSync(wheel, "not what was locked");
    lock(`other @ file://${wheel} --hash=sha256:${"0".repeat(64)}\n`);
    await expect(make()).rejects.toThrow(/Expected sha256 0{64}/);
    expect(readdirSync(environment())).not.toContain("stamp.json");
  });

  it("say which lock file is missing, before anything is made", async () => {
    await expect(make()).rejects.toThrow(/lock file .*serving\/requirements\.txt .* is missing/);
    expect(readdirSync(folder)).toEqual(["locks"]);
  });
});
