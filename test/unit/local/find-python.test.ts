import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython } from "../../../tools/python/environments";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-python-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const python = (name: string, version: string): string => {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho ${version}\n`);
  chmodSync(file, 0o755);
  return file;
};

describe("the Python that environments are made from", () => {
  it("is python3.11 before another one", () => {
    const wanted = python("python3.11", "3.11");
    python("python3", "3.13");
    expect(findPython({ PATH: folder })).toBe(wanted);
  });

  it("is python3 where that is new enough", () => {
    const wanted = python("python3", "3.12");
    expect(findPython({ PATH: folder })).toBe(wanted);
  });

  it("is the one that OPENCOMPOSER_PYTHON names, and no other", () => {
    python("python3", "3.12");
    const named = python("mine", "3.11");
    expect(findPython({ PATH: folder, OPENCOMPOSER_PYTHON: named })).toBe(named);
    expect(() => findPython({ PATH: folder, OPENCOMPOSER_PYTHON: join(folder, "gone") })).toThrow(
      /OPENCOMPOSER_PYTHON/,
    );
  });

  it("is asked for, with what was found, where it is too old or missing", () => {
    python("python3", "3.9");
    expect(() => findPython({ PATH: folder })).toThrow(/needs Python 3\.11 or newer[^]*python3 is 3\.9/);
    expect(() => findPython({ PATH: "" })).toThrow(/found none/);
  });
});
