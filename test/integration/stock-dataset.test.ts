/** The stock data set as it was built here (`pretest` sees to that), against what is committed of it. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { unpackNotes } from "../../domain/datasets/packed-notes";
import { catalogueItem } from "../../lambdas/stores/catalogues";
import { datasetManifestFile } from "../../naming/object-keys";
import { datasetCache, repository } from "../../tools/repository";
import {
  builtDatasetFolder,
  committedCatalogueFile,
  committedDataset,
  committedFolder,
  datasetsWithPieces,
  isDatasetBuilt,
  readDataset,
} from "../../tools/seeding/stock-dataset";

const committed = (name: string): string => readFileSync(join(repository, "datasets", "bach-chorales", name), "utf8");
const manifest = committedDataset(repository);

test("the build gives the committed manifest", () => {
  expect(isDatasetBuilt(datasetCache, manifest)).toBe(true);
  const built = builtDatasetFolder(datasetCache, manifest);
  const readBuilt: unknown = JSON.parse(readFileSync(join(built, datasetManifestFile), "utf8"));
  expect(readBuilt).toMatchObject(manifest);
});

test("the pieces that are committed are those of their manifests, and small", () => {
  const sets = datasetsWithPieces(repository);
  expect(sets.map(({ id }) => id)).toEqual(["game-rock-band"]);
  for (const { id } of sets) {
    const folder = committedFolder(repository, id);
    const { shards, catalogue } = readDataset(folder);
    expect(catalogue.voices).toEqual(["Melody", "Chords", "Bass", "Drums"]);
    expect(shards.reduce((sum, { body }) => sum + body.byteLength, 0)).toBeLessThan(1_000_000);
    const counts = z.object({ pieces: z.int(), bars: z.int() });
    const stated = counts.parse(JSON.parse(readFileSync(join(folder, datasetManifestFile), "utf8")));
    expect(catalogueItem(catalogue)).toMatchObject(stated);
    // What the license asks for stands beside them.
    expect(readFileSync(join(folder, "COPYING"), "utf8")).toContain("Redistributions of source code must retain");
  }
});

/** Returns JSON as Python spells it for version 2: in ASCII, the members in alphabetical order. */
function spelled(value: unknown): string {
  const sorted = (inner: unknown): unknown =>
    Array.isArray(inner)
      ? inner.map(sorted)
      : typeof inner === "object" && inner !== null
        ? Object.fromEntries(
            Object.entries(inner)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, member]) => [name, sorted(member)]),
          )
        : inner;
  return JSON.stringify(sorted(value)).replaceAll(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const pieceSchema = z.looseObject({ bars: z.int(), voices: z.array(z.looseObject({ notes: z.string() })) });
const cardSchema = z.object({ dataset: z.object({ id: z.string(), version: z.string(), sha256: z.string() }) });

// The models were trained on version 2, which had the notes as lists, and no pieces in 3/4.
test.each(["unet-gan-bach", "ar-cnn-bach", "transformer-bach"])(
  "%s was trained on these very notes, which its card names by the digest of version 2",
  (model) => {
    const folder = builtDatasetFolder(datasetCache, manifest);
    const lines = manifest.shards.flatMap(({ file }) =>
      gunzipSync(readFileSync(join(folder, file)))
        .toString("utf8")
        .trimEnd()
        .split("\n"),
    );
    const digest = createHash("sha256");
    for (const line of lines) {
      const piece = pieceSchema.parse(JSON.parse(line));
      if (piece["timeSignature"] !== undefined) continue;
      const voices = piece.voices.map((voice) => ({
        ...voice,
        notes: unpackNotes(voice.notes, 16 * piece.bars).map(({ onset, duration, pitch }) => [onset, duration, pitch]),
      }));
      digest.update(`${spelled({ ...piece, voices })}\n`);
    }
    const card = cardSchema.parse(
      JSON.parse(readFileSync(join(repository, "models", model, "model-card.json"), "utf8")),
    );
    expect(card.dataset).toEqual({ id: "bach-chorales", version: "2", sha256: digest.digest("hex") });
  },
);

test("the committed catalogue is of this very data set", () => {
  const built = readDataset(builtDatasetFolder(datasetCache, manifest));
  // After a new version of the data set: npx tsx scripts/write-catalogue.ts
  expect(JSON.parse(committed(committedCatalogueFile))).toEqual(built.catalogue);
  const counts = z.object({ pieces: z.int(), bars: z.int() }).parse(JSON.parse(committed(datasetManifestFile)));
  expect(catalogueItem(built.catalogue)).toMatchObject(counts);
});
