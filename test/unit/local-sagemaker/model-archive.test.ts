import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { packFolder, unpackArchive } from "../../../local/sagemaker/s3/model-archive";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-archive-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A tar entry as an attacker would write it. */
function entry(params: { name: string; kind?: string; content?: string; size?: number }): Buffer {
  const { name, kind = "0", content = "" } = params;
  const block = Buffer.alloc(512);
  block.write(name, 0, 100);
  block.write("0000644\0", 100);
  block.write(`${(params.size ?? content.length).toString(8).padStart(11, "0")}\0`, 124);
  block.write(`        ${kind}`, 148);
  if (kind === "2") block.write("/etc/passwd", 157);
  block.write("ustar\0" + "00", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([block, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

async function unpack(...parts: Buffer[]): Promise<void> {
  const archive = join(folder, "hostile.tar.gz");
  writeFileSync(archive, gzipSync(Buffer.concat([...parts, Buffer.alloc(1_024)])));
  await unpackArchive(archive, join(folder, "model"));
}

it("unpacks what it packed, whatever the files' names and sizes", async () => {
  const name = fc.stringMatching(/^[a-z0-9 äπ🎵_-]{1,12}$/u).map((text) => `f${text.trim()}`);
  const path = fc
    .array(name, { minLength: 1, maxLength: 4 })
    .map((parts) => parts.map((part, depth) => `${depth}${part}`).join("/"));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(path, fc.uint8Array({ maxLength: 1_500 }), { maxKeys: 5 }), async (files) => {
      const base = mkdtempSync(join(folder, "case-"));
      const used = Object.entries(files).filter(
        ([one]) => !Object.keys(files).some((other) => other.startsWith(`${one}/`)),
      );
      for (const [file, content] of used) {
        await mkdir(dirname(join(base, "in", file)), { recursive: true });
        await writeFile(join(base, "in", file), content);
      }
      const packed = await packFolder(join(base, "in"), join(base, "a.tar.gz"));
      expect(packed).toBe(used.length);
      if (packed === 0) return;
      await unpackArchive(join(base, "a.tar.gz"), join(base, "out"));
      for (const [file, content] of used) expect(readFileSync(join(base, "out", file))).toEqual(Buffer.from(content));
    }),
    { numRuns: 25 },
  );
});

/** A record of a pax header, which states its own length. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  return `${rest.length + 2}${rest}`;
}

it.each<[string, Parameters<typeof entry>[0], string]>([
  ["a name that leaves the folder", { name: "../outside.txt", content: "x" }, "not a safe file name"],
  ["a hidden way out", { name: "a/../../outside.txt", content: "x" }, "not a safe file name"],
  ["an absolute name", { name: "/tmp/outside.txt", content: "x" }, "not a safe file name"],
  ["a folder that leaves", { name: "../out/", kind: "5" }, "not a safe file name"],
  ["a link", { name: "link", kind: "2" }, "link or a device"],
  ["a device", { name: "device", kind: "3" }, "link or a device"],
  ["a size beyond the content", { name: "short", content: "x", size: 100_000 }, "ends too early"],
  ["a bomb", { name: "bomb", size: 6 * 1024 ** 3 }, "too large"],
  [
    "a long name that leaves the folder",
    { name: "x", kind: "x", content: paxRecord("path", "../outside.txt") },
    "safe",
  ],
  ["GNU's long name that leaves the folder", { name: "x", kind: "L", content: "a/../../outside.txt\0" }, "safe"],
  ["a name that no file system holds", { name: "x", kind: "L", content: "n".repeat(300) }, "not a safe file name"],
  ["a name with a NUL", { name: "x", kind: "x", content: paxRecord("path", "a\0b") }, "not a safe file name"],
])("refuses %s", async (_, hostile, reason) => {
  const named = hostile.kind === "x" || hostile.kind === "L" ? [entry({ name: "named-before", content: "x" })] : [];
  await expect(unpack(entry(hostile), ...named)).rejects.toThrow(reason);
  expect(readdirSync(folder).filter((file) => file.includes("outside"))).toEqual([]);
});

it("says that an archive ends too early also when the machine is busy", async () => {
  // Between two turns of the event loop there is other work, so that the end of the file comes before its content is read.
  const busy = setInterval(() => {
    const end = performance.now() + 2;
    while (performance.now() < end);
  }, 0);
  try {
    for (let round = 0; round < 20; round += 1) {
      await expect(unpack(entry({ name: "short", content: "x", size: 100_000 }))).rejects.toThrow("ends too early");
    }
  } finally {
    clearInterval(busy);
  }
});

it("refuses what is no archive", async () => {
  await expect(unpack(Buffer.alloc(512, "x"))).rejects.toThrow(/broken/);
  writeFileSync(join(folder, "text.tar.gz"), "not gzip");
  await expect(unpackArchive(join(folder, "text.tar.gz"), folder)).rejects.toThrow();
});

it("refuses sizes that are no size", async () => {
  const pax = (size: string): Buffer => entry({ name: "pax", kind: "x", content: paxRecord("size", size) });
  await expect(unpack(pax("abcdefghij"), entry({ name: "file", content: "x" }))).rejects.toThrow();
  await expect(unpack(pax("-100000000"), entry({ name: "file", content: "x" }))).rejects.toThrow();
  expect(readdirSync(folder)).not.toContain("model");
});

it.each([
  ["one header", [entry({ name: "long", kind: "x", size: 400 * 1024 ** 2 })]],
  ["many headers", Array.from({ length: 4_000 }, () => entry({ name: "long", kind: "L", content: "name\0" }))],
])("refuses a flood of names before it fills the memory: %s", async (_, headers) => {
  const archive = join(folder, "flood.tar.gz");
  const flood = Array.from({ length: 40 }, () => Buffer.alloc(1024 ** 2, "x"));
  writeFileSync(archive, gzipSync(Buffer.concat([...headers, ...flood])));
  await expect(unpackArchive(archive, join(folder, "model"))).rejects.toThrow("oversized header");
});

it("refuses more files than any model has", async () => {
  const directory = entry({ name: "folder/", kind: "5" });
  await expect(unpack(...Array.from({ length: 100_001 }, () => directory))).rejects.toThrow("too large");
});

it("unpacks what the system's tar packs, with long names, and the system's tar what is packed here", async () => {
  const path = `${"deep/".repeat(40)}${"n".repeat(120)}.onnx`;
  await mkdir(dirname(join(folder, "in", path)), { recursive: true });
  await writeFile(join(folder, "in", path), "weights");
  for (const format of ["gnu", "pax"]) {
    const made = spawnSync("tar", [
      "-C",
      join(folder, "in"),
      `--format=${format}`,
      "-czf",
      join(folder, "a.tar.gz"),
      ".",
    ]);
    expect(made.status).toBe(0);
    await unpackArchive(join(folder, "a.tar.gz"), join(folder, format));
    expect(readFileSync(join(folder, format, path), "utf8")).toBe("weights");
  }
  await packFolder(join(folder, "in"), join(folder, "b.tar.gz"));
  mkdirSync(join(folder, "out"));
  expect(spawnSync("tar", ["-C", join(folder, "out"), "-xzf", join(folder, "b.tar.gz")]).status).toBe(0);
  expect(readFileSync(join(folder, "out", path), "utf8")).toBe("weights");
});

it("takes the names that GNU tar writes", async () => {
  await unpack(entry({ name: "./", kind: "5" }), entry({ name: "./model.onnx", content: "weights" }));
  expect(readFileSync(join(folder, "model", "model.onnx"), "utf8")).toBe("weights");
});
