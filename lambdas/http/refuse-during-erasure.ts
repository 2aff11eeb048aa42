/** Refuses requests that would add something for a user whose data are being erased. */
import { addsData, isOperationId, type OperationId } from "../../naming/api-routes";
import { Problem } from "../problems/problem";
import { type Erasures, isUnderWay } from "../stores/erasures";
import type { Operation } from "./with-http";

export interface RefuseDuringErasureParams {
  readonly erasures: Pick<Erasures, "get">;
}

const retryAfterSeconds = 60;

/**
 * Returns the operations, of which those that add something read first whether the user's data are being erased. A request
 * that has read it just before the erasure began still writes; the erasure waits for such requests and erases what they
 * wrote.
 */
export function refuseDuringErasure(
  operations: Readonly<Partial<Record<OperationId, Operation>>>,
  { erasures }: RefuseDuringErasureParams,
): Readonly<Partial<Record<OperationId, Operation>>> {
  const guarded = Object.entries(operations).map(([id, operation]): [string, Operation] => {
    if (!isOperationId(id) || !addsData(id)) return [id, operation];
    return [
      id,
      async (request) => {
        const erasure = await erasures.get(request.subject());
        if (!isUnderWay(erasure)) return await operation(request);
        throw new Problem("ERASURE_UNDER_WAY", {
          detail: `Everything of yours is being erased since ${erasure.createdAt}. New things can be made when the erasure has ended.`,
          retryAfterSeconds,
        });
      },
    ];
  });
  return Object.fromEntries(guarded);
}
