/** The quiz "Which is Bach?" of a console that was built before the data set was. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { packNotes } from "../../../domain/datasets/packed-notes";
import { refreshExcerpts } from "../../../local/console/refresh-excerpts";

let repository = "";
const write = (path: string, content: string | Buffer): void => {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), content);
};
const folder = (): string => join(repository, "console/dist");
const served = (): unknown => JSON.parse(readFileSync(join(folder(), "bach-excerpts.json"), "utf8"));
const none = { source: "", license: "", excerpts: [] };

function buildDataset(version: string, pitch: number): void {
  const notes = packNotes([
    { onset: 0, duration: 4, pitch, velocity: 80 },
    { onset: 12, duration: 8, pitch: pitch + 2, velocity: 80 },
    { onset: 20, duration: 4, pitch, velocity: 80 },
  ]);
  const piece = (id: string): string => JSON.stringify({ id, title: "Aus tiefer Not", bars: 2, voices: [{ notes }] });
  const place = `.cache/datasets/bach-chorales/${version}`;
  write(
    `${place}/manifest.json`,
    JSON.stringify({ licence: "L", source: "S", shards: [{ file: "pieces-0001.jsonl.gz" }] }),
  );
  write(`${place}/pieces-0001.jsonl.gz`, gzipSync([piece("bwv38.6"), piece("bwv1.6")].join("\n")));
}

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), "opencomposer-excerpts-"));
  write("console/src/learn/pieces/model-voices.json", JSON.stringify([{ id: "bwv38.6", bars: 1 }]));
});
afterEach(() => {
  rmSync(repository, { recursive: true, force: true });
});

test("the excerpts come as soon as the data set is there, and again with its next version", () => {
  write("console/dist/bach-excerpts.json", JSON.stringify(none));
  expect(refreshExcerpts(repository, folder())).toBe(false);
  expect(served()).toEqual(none);
  buildDataset("9", 60);
  expect(refreshExcerpts(repository, folder())).toBe(true);
  // One bar of the wanted piece: what begins later is left out, and what lasts longer is cut.
  const excerpt = {
    id: "bwv38.6",
    title: "Aus tiefer Not",
    bars: 1,
    voices: [
      [
        [0, 4, 60],
        [12, 4, 62],
      ],
    ],
  };
  expect(served()).toEqual({ source: "S", license: "L", excerpts: [excerpt] });
  expect(refreshExcerpts(repository, folder())).toBe(false);
  buildDataset("10", 48);
  expect(refreshExcerpts(repository, folder())).toBe(true);
  expect(served()).toMatchObject({
    excerpts: [
      {
        voices: [
          [
            [0, 4, 48],
            [12, 4, 50],
          ],
        ],
      },
    ],
  });
});

test("a console that is not built gets no file of its own", () => {
  buildDataset("9", 60);
  expect(refreshExcerpts(repository, folder())).toBe(false);
  expect(() => served()).toThrow("ENOENT");
});
