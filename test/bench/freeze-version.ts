/**
 * Freezes a data set of so many made-up files of one piece (64 bars, 1,024 notes), and writes the version into a folder.
 * The pieces are unpacked and parsed at each reading, as the worker does with what the bucket has.
 *
 *   node --import tsx test/bench/freeze-version.ts FILES FOLDER
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { FilePieces } from "../../domain/datasets/ingest-file";
import { planVersion, writeVersion } from "../../domain/datasets/version";
import { sha256Of } from "../../domain/digest";
import { madeUpPiece, ofBand } from "../support/made-up-pieces";

async function main(): Promise<void> {
  const [count = "20000", folder = "."] = process.argv.slice(2);
  // A few hundred pieces in many files: what is measured is the freezing, not the making of notes.
  const pieces = Array.from({ length: 400 }, (_, seed) =>
    gzipSync(JSON.stringify(ofBand(madeUpPiece({ seed, bars: 64 })))),
  );
  const piecesOf = new Map(
    Array.from({ length: Number(count) }, (_, index) => [sha256Of(`${index}`), pieces[index % 400]]),
  );
  const files = [...piecesOf.keys()].map((sha256, index) => ({
    ...{ sha256, notesSha256: sha256, tags: { genre: [`genre-${index % 12}`], folder: [`folder-${index % 800}`] } },
  }));
  const source = {
    ...{ lineUp: "band" as const, files },
    readPieces: (sha256: string) =>
      Promise.resolve(JSON.parse(gunzipSync(piecesOf.get(sha256) ?? "").toString("utf8")) as FilePieces),
  };
  mkdirSync(folder, { recursive: true });
  const before = process.cpuUsage();
  const plan = await planVersion(source);
  if (plan.kind === "REFUSED") throw new Error(plan.reason);
  const { manifest, catalogue } = await writeVersion({
    ...{ plan, source, about: { datasetId: "made-up", name: "Made up", licence: "CC0-1.0", source: "made up" } },
    writeShard: (file, bytes) => {
      writeFileSync(join(folder, file), bytes);
      return Promise.resolve();
    },
  });
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  const { user, system } = process.cpuUsage(before);
  console.log(
    JSON.stringify({
      ...{
        pieces: plan.pieces,
        cpuSeconds: (user + system) / 1e6,
        peakMegabytes: process.resourceUsage().maxRSS / 1024,
      },
      ...{ ids: catalogue.ids.length, shards: manifest.shards.length },
    }),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
