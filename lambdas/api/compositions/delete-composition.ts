import type { CompositionItem } from "../../../domain/schemas/items";
import { isFinalCompositionState } from "../../../domain/states/composition-state";
import type { OpenWorkOfUser } from "../../aws/table/open-work-of-user";
import type { OwnedItems } from "../../aws/table/owned-items";
import type { PendingChanges } from "../../aws/table/pending-changes";
import { noContent, type Answer } from "../../http/answer";
import { changeOwned } from "../../http/change-owned";
import { inUse, Problem } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { deleteWithFiles } from "../../resources/delete-with-files";
import type { ObjectStore } from "../../stores/objects";
import type { Log } from "../../telemetry/logger";
import { pollAfterSeconds } from "./poll-interval";

export interface DeleteCompositionParams {
  readonly request: Request;
  readonly compositions: Pick<OwnedItems<CompositionItem>, "load" | "remove">;
  readonly openWork: Pick<OpenWorkOfUser, "compositions">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly files: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly now: () => Date;
  readonly log: Log;
}

export async function deleteComposition(params: DeleteCompositionParams): Promise<Answer> {
  const { request, compositions, openWork, pendingChanges, files, now, log } = params;
  const of = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  await changeOwned({
    request,
    load: async () => await compositions.load(of),
    change: async (item) => {
      if (!isFinalCompositionState(item.state)) {
        const wait = pollAfterSeconds(item, now());
        throw new Problem("NOT_FINAL", {
          detail: `The composition is ${item.state}; it can be deleted when it is COMPLETED or FAILED.`,
          ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
        });
      }
      const users = (await openWork.compositions(of.sub)).filter(
        ({ input }) => "compositionId" in input && input.compositionId === of.id,
      );
      if (users.length > 0) throw inUse("composition", users);
      await deleteWithFiles({ item, items: compositions, pendingChanges, removal: { artefacts: files }, now, log });
    },
  });
  return noContent;
}
