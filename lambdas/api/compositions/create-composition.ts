import {
  type CompositionListResource,
  type CompositionResource,
  createCompositionSchema,
} from "../../../domain/schemas/api/compositions";
import { pollAfterSeconds } from "../../compositions/poll-interval";
import { submitComposition, type SubmitCompositionParams, type Submitted } from "../../compositions/submit-composition";
import { contentTag, versionTag } from "../../http/entity-tag";
import { respondOnce } from "../../http/idempotency";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { seedErrors } from "../../http/seed-range";
import { allTracksErrors, extendedTracksErrors, modelIdErrors, techniqueErrors } from "../../http/technique-values";
import { parseBody } from "../../http/validation";
import type { IdempotencyRecords } from "../../stores/idempotency-records";
import { compositionResource } from "./composition-resource";

export interface CreateCompositionParams extends Omit<SubmitCompositionParams, "sub" | "body" | "idempotency"> {
  readonly request: Request;
  readonly idempotencyRecords: IdempotencyRecords;
}

/** Accepts a composition, or variations, and returns 202 with the composition, or with the list of all. */
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
      ...seedErrors(raw),
    ],
  });
  return await respondOnce({
    request,
    records: idempotencyRecords,
    now: ports.now,
    create: async (idempotency) => await submitComposition({ ...ports, sub, body, idempotency }),
    respond: (items: Submitted) => {
      const [item] = items;
      const response = jsonResponse({ status: 202, body: resourceOf(items) });
      return {
        ...response,
        headers: {
          ...response.headers,
          ...retryAfter(pollAfterSeconds(item, ports.now())),
          ...(item.variationGroup === undefined
            ? { location: `/compositions/${item.id}`, etag: versionTag(item) }
            : { location: `/compositions?variationGroup=${item.variationGroup}`, etag: contentTag(response.body) }),
        },
      };
    },
  });
}

/** Returns the composition, or the list of all variations as `Location` lists them. */
function resourceOf(items: Submitted): CompositionResource | CompositionListResource {
  const [item] = items;
  return item.variationGroup === undefined
    ? compositionResource(item)
    : { items: items.map(compositionResource), total: items.length };
}
