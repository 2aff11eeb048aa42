/** A version that the ingest freezes is what the containers read. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type AcceptedFile, ingestFile } from "../../domain/datasets/ingest-file";
import { planVersion, writeVersion } from "../../domain/datasets/version";
import { arrangedFiles } from "../support/arranged-files";

const python = resolve(__dirname, "../../.venv/training/bin/python");
const program = `
import json, sys
from pathlib import Path
from opencomposer_training.dataset import build_dataset, iterate_pieces
folder = Path(sys.argv[1])
dataset = build_dataset(iterate_pieces(folder))
pieces = [[piece.id, piece.split, piece.tune, piece.bars] for piece in dataset.pieces]
names = [name for name, _ in dataset.voices]
print(json.dumps({"voices": names, "drums": dataset.drums, "pieces": pieces}))
`;

test("the container reads every piece of a version of arranged files, with its split and its drums", async () => {
  const files = arrangedFiles({ count: 20, seed: 5 }).flatMap(({ bytes, name }): AcceptedFile[] => {
    const file = ingestFile(bytes, { path: `${name}.mid`, tags: { genre: ["rock"] } });
    return file.state === "ACCEPTED" ? [file] : [];
  });
  const kept = new Map(files.map(({ sha256, pieces }) => [sha256, pieces]));
  const source = {
    ...{ lineUp: "band" as const, files },
    readPieces: (sha256: string) => Promise.resolve(kept.get(sha256) ?? { rule: 0, swing: false, lineUps: {} }),
  };
  const plan = await planVersion(source);
  if (plan.kind === "REFUSED") throw new Error(plan.reason);
  const folder = mkdtempSync(join(tmpdir(), "frozen-version-"));
  try {
    const { manifest } = await writeVersion({
      ...{ plan, source, about: { datasetId: "mine", name: "Mine", licence: "CC0-1.0", source: "own work" } },
      writeShard: (file, bytes) => {
        writeFileSync(join(folder, file), bytes);
        return Promise.resolve();
      },
    });
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
    const read = JSON.parse(execFileSync(python, ["-c", program, folder], { encoding: "utf8" })) as {
      voices: string[];
      drums: boolean[];
      pieces: [string, string, string, number][];
    };
    expect(read.voices).toEqual(["Melody", "Chords", "Bass", "Drums"]);
    expect(read.drums).toEqual([false, false, false, true]);
    expect(read.pieces).toHaveLength(plan.pieces);
    const planned = new Map(plan.files.map(({ sha256, split, tune }) => [sha256.slice(0, 32), [split, tune]]));
    for (const [id, split, tune] of read.pieces) expect([split, tune]).toEqual(planned.get(id.split("-")[0] ?? ""));
    expect(read.pieces.reduce((sum, [, , , bars]) => sum + bars, 0)).toBe(plan.bars);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
