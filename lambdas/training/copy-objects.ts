import pMap from "p-map";
import type { CopyParams, ObjectStore } from "../stores/objects";

export interface CopyObjectsParams {
  readonly to: Pick<ObjectStore, "copy">;
  readonly copies: readonly CopyParams[];
  /**
   * Receives the error of a copy that failed, while the others go on. Without this function, the first error ends the
   * copying.
   */
  readonly onFault?: (error: unknown) => void;
}

/** The maximum number of copies at the same time. It is enough to hide S3's latency; more would only be throttled. */
const maxConcurrency = 8;

/**
 * Copies all objects, except those that have disappeared meanwhile.
 * @returns the number of objects that were copied
 */
export async function copyObjects({ to, copies, onFault }: CopyObjectsParams): Promise<number> {
  const copyOne = async (copy: CopyParams): Promise<boolean> => {
    try {
      return await to.copy(copy);
    } catch (error) {
      if (onFault === undefined) throw error;
      onFault(error);
      return false;
    }
  };
  const results = await pMap(copies, copyOne, { concurrency: maxConcurrency });
  return results.filter(Boolean).length;
}
