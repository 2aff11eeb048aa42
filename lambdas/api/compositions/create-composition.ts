import { createCompositionSchema } from "../../../domain/schemas/api/compositions";
import { pollAfterSeconds } from "../../compositions/poll-interval";
import { submitComposition, type SubmitCompositionParams } from "../../compositions/submit-composition";
import { versionTag } from "../../http/entity-tag";
import { respondOnce } from "../../http/idempotency";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { allTracksErrors, extendedTracksErrors, modelIdErrors, techniqueErrors } from "../../http/technique-values";
import { parseBody } from "../../http/validation";
import type { IdempotencyRecords } from "../../stores/idempotency-records";
import type { CompositionItem } from "../../stores/items";
import { compositionResource } from "./composition-resource";

export interface CreateCompositionParams extends Omit<SubmitCompositionParams, "sub" | "body" | "idempotency"> {
  readonly request: Request;
  readonly idempotencyRecords: IdempotencyRecords;
}

/** Accepts a composition, and returns 202 with the composition. */
export async function createComposition({
  request,
  idempotencyRecords,
  ...ports
}: CreateCompositionParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  const body = parseBody({
    request,
    schema: createCompositionSchema,
    alsoCheck: (raw) => [
      ...modelIdErrors(raw),
      ...techniqueErrors(raw, "parameters"),
      ...allTracksErrors(raw),
      ...extendedTracksErrors(raw),
    ],
  });
  return await respondOnce({
    request,
    records: idempotencyRecords,
    now: ports.now,
    create: async (idempotency) => await submitComposition({ ...ports, sub, body, idempotency }),
    respond: (item: CompositionItem) => {
      const response = jsonResponse({ status: 202, body: compositionResource(item) });
      return {
        ...response,
        headers: {
          ...response.headers,
          ...retryAfter(pollAfterSeconds(item, ports.now())),
          location: `/compositions/${item.id}`,
          etag: versionTag(item),
        },
      };
    },
  });
}
