/** Reads the files with the pieces of a data set, `pieces-NNNN.jsonl.gz`. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { type CataloguedDataset, type CatalogueFile, catalogueFile } from "../../domain/datasets/catalogue-file";
import type { CataloguePiece } from "../../domain/datasets/columnar-catalogue";
import { splits } from "../../domain/training/selection";

/**
 * Returns the digest that a manifest has of the lines of all shards, unpacked and in their order.
 * @throws Error if a shard is no whole gzip file
 */
export function digestOfShards(shards: readonly Uint8Array[]): string {
  const digest = createHash("sha256");
  for (const shard of shards) digest.update(gunzipSync(shard));
  return digest.digest("hex");
}

/** The members of a piece (contracts/dataset-piece) that a catalogue has. */
const pieceSchema = z.object({
  id: z.string(),
  tags: z.record(z.string(), z.array(z.string())),
  bars: z.int().min(1),
  split: z.enum(splits),
  voices: z.array(z.object({ name: z.string() })),
});

/** Returns the catalogue of the pieces in shards. All pieces of a data set have the voices of its first. */
export function catalogueOfShards(dataset: CataloguedDataset, shards: readonly Uint8Array[]): CatalogueFile {
  const pieces: CataloguePiece[] = [];
  let voices: readonly string[] | undefined;
  for (const shard of shards) {
    for (const line of gunzipSync(shard).toString("utf8").trimEnd().split("\n")) {
      const piece = pieceSchema.parse(JSON.parse(line));
      voices ??= piece.voices.map(({ name }) => name);
      const { id, bars, split, tags } = piece;
      pieces.push({ id, bars, split, tags });
    }
  }
  return catalogueFile({ dataset, voices: voices ?? [], pieces });
}
