/** Reads the files with the pieces of a data set, `pieces-NNNN.jsonl.gz`. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";

/**
 * Returns the digest that a manifest has of the lines of all shards, unpacked and in their order.
 * @throws Error if a shard is no whole gzip file
 */
export function digestOfShards(shards: readonly Uint8Array[]): string {
  const digest = createHash("sha256");
  for (const shard of shards) digest.update(gunzipSync(shard));
  return digest.digest("hex");
}
