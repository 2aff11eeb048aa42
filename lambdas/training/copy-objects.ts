import pMap from "p-map";
import type { CopyParams, ObjectStore } from "../stores/objects";

export interface CopyObjectsParams {
  readonly to: Pick<ObjectStore, "copy">;
  readonly copies: readonly CopyParams[];
  /** Is told of a copy that failed, and the others go on; without it the first one that fails ends the copying. */
  readonly onFault?: (error: unknown) => void;
}

/** Enough to hide S3's latency; more would only be throttled. */
const atOnce = 8;

/** Copies all; what has disappeared meanwhile is left out. @returns how many were copied */
export async function copyObjects({ to, copies, onFault }: CopyObjectsParams): Promise<number> {
  const one = async (copy: CopyParams): Promise<boolean> => {
    try {
      return await to.copy(copy);
    } catch (error) {
      if (onFault === undefined) throw error;
      onFault(error);
      return false;
    }
  };
  const done = await pMap(copies, one, { concurrency: atOnce });
  return done.filter(Boolean).length;
}
