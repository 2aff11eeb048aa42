import { ObjectTooLargeError } from "../../../../lambdas/stores/objects";
import type { StoredFiles } from "../../../../lambdas/aws/stored-files";

/** A bucket in memory. */
export class FakeFiles implements StoredFiles {
  readonly objects = new Map<string, Uint8Array>();

  readonly exists: StoredFiles["exists"] = async (key) => this.objects.has(key);
  readonly read: StoredFiles["read"] = async (key, longest = 4 * 1024 * 1024) => {
    const bytes = this.objects.get(key);
    if (bytes !== undefined && bytes.byteLength > longest)
      throw new ObjectTooLargeError(key, bytes.byteLength, longest);
    return bytes;
  };
  readonly write: StoredFiles["write"] = async ({ key, bytes }) => {
    this.objects.set(key, bytes);
  };
  readonly remove: StoredFiles["remove"] = async (keys) => {
    for (const key of keys) this.objects.delete(key);
  };
  readonly removeAllUnder: StoredFiles["removeAllUnder"] = async (prefix) => {
    for (const key of this.objects.keys()) if (key.startsWith(prefix)) this.objects.delete(key);
  };
  readonly list: StoredFiles["list"] = async (prefix) =>
    [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  readonly presign: StoredFiles["presign"] = async (key) => ({
    url: `https://bucket.example/${key}?signature=secret`,
    expiresAt: "2026-01-31T12:05:00.000Z",
  });
}
