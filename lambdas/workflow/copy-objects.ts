import type { CopyParams, ObjectStore } from "../aws/object-store";

export interface CopyObjectsParams {
  readonly to: Pick<ObjectStore, "copy">;
  readonly copies: readonly CopyParams[];
}

/** Enough to hide S3's latency; more would only be throttled. */
const atOnce = 8;

/** Copies all; what has disappeared meanwhile is left out. @returns how many were copied */
export async function copyObjects({ to, copies }: CopyObjectsParams): Promise<number> {
  let copied = 0;
  for (let start = 0; start < copies.length; start += atOnce) {
    const done = await Promise.all(copies.slice(start, start + atOnce).map(async (copy) => await to.copy(copy)));
    copied += done.filter(Boolean).length;
  }
  return copied;
}
