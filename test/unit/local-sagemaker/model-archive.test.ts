import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

import fc from "fast-check";

import { packFolder, unpackArchive } from "../../../local/sagemaker/model-archive";

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

it.each([
  ["a name that leaves the folder", { name: "../outside.txt", content: "x" }, "not a safe file name"],
  ["a hidden way out", { name: "a/../../outside.txt", content: "x" }, "not a safe file name"],
  ["an absolute name", { name: "/tmp/outside.txt", content: "x" }, "not a safe file name"],
  ["a folder that leaves", { name: "../out/", kind: "5" }, "not a safe file name"],
  ["a link", { name: "link", kind: "2" }, "link or a device"],
  ["a device", { name: "device", kind: "3" }, "link or a device"],
  ["a size beyond the content", { name: "short", content: "x", size: 100_000 }, "ends too early"],
  ["a bomb", { name: "bomb", size: 6 * 1024 ** 3 }, "too large"],
])("refuses %s", async (_, hostile, reason) => {
  await expect(unpack(entry(hostile))).rejects.toThrow(reason);
  expect(readdirSync(folder).filter((file) => file.includes("outside"))).toEqual([]);
});

it("refuses what is no archive", async () => {
  await expect(unpack(Buffer.alloc(512, "x"))).rejects.toThrow(/broken/);
  writeFileSync(join(folder, "text.tar.gz"), "not gzip");
  await expect(unpackArchive(join(folder, "text.tar.gz"), folder)).rejects.toThrow();
});

it("takes the names that GNU tar writes", async () => {
  await unpack(entry({ name: "./", kind: "5" }), entry({ name: "./model.onnx", content: "weights" }));
  expect(readFileSync(join(folder, "model", "model.onnx"), "utf8")).toBe("weights");
});
