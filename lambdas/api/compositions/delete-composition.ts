import { isFinalCompositionState } from "../../../domain/states/composition-state";
import { pollAfterSeconds } from "../../compositions/poll-interval";
import { changeOwned } from "../../http/change-owned";
import { inUse, Problem } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import { ownedItem } from "../../http/refusals";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";
import { deleteWithFiles } from "../../resources/delete-with-files";
import type { Compositions } from "../../stores/compositions";
import type { ObjectStore } from "../../stores/objects";
import type { OpenWork } from "../../stores/open-work";
import type { PendingChanges } from "../../stores/pending-changes";
import type { Log } from "../../telemetry/logger";

export interface DeleteCompositionParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get" | "remove">;
  readonly openWork: Pick<OpenWork, "compositionsOf">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly files: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly now: () => Date;
  readonly log: Log;
}

export async function deleteComposition(params: DeleteCompositionParams): Promise<Response> {
  const { request, compositions, openWork, pendingChanges, files, now, log } = params;
  const of = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  await changeOwned({
    request,
    load: async () => await ownedItem("COMPOSITION", compositions, of),
    change: async (item) => {
      if (!isFinalCompositionState(item.state)) {
        const wait = pollAfterSeconds(item, now());
        throw new Problem("NOT_FINAL", {
          detail: `The composition is ${item.state}; it can be deleted when it is COMPLETED or FAILED.`,
          ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
        });
      }
      const users = (await openWork.compositionsOf(of.sub)).filter(
        ({ input }) => "compositionId" in input && input.compositionId === of.id,
      );
      if (users.length > 0) throw inUse("composition", users);
      return await deleteWithFiles({ item, items: compositions, pendingChanges, removal: { artifacts: files }, log });
    },
  });
  return noContent;
}
