import type * as z from "zod";
import { performanceSchema, updateCompositionSchema } from "../../../domain/schemas/api/compositions";
import type { FieldError } from "../../../domain/schemas/api/problem";
import { pollAfterSeconds } from "../../compositions/poll-interval";
import { reviseComposition, type ReviseCompositionParams } from "../../compositions/revise-composition";
import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { parseBody } from "../../http/validation";
import { ownedItem } from "../../problems/owned-item";
import { shortValue } from "../../problems/short-value";
import { compositionResource } from "./composition-resource";

export interface UpdateCompositionParams extends Omit<ReviseCompositionParams, "item" | "update"> {
  readonly request: Request;
}

/** Returns the error of an object without members, which would change nothing. */
const changesNothing = (pointer: string, value: unknown, schema: z.ZodObject): FieldError[] =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
    ? [{ pointer, reason: "changes nothing", ...shortValue(value), allowed: Object.keys(schema.shape).join(", ") }]
    : [];

/** Renames a composition, and changes its instruments and its performance. */
export async function updateComposition({ request, ...ports }: UpdateCompositionParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  const update = parseBody({
    request,
    schema: updateCompositionSchema,
    alsoCheck: (body) => [
      ...changesNothing("", body, updateCompositionSchema),
      ...changesNothing("/performance", body["performance"], performanceSchema),
    ],
  });
  const changed = await changeOwned({
    request,
    load: async () => await ownedItem("COMPOSITION", ports.compositions, owned),
    change: async (item) => await reviseComposition({ ...ports, item, update }),
  });
  return jsonResponse({
    status: 200,
    body: compositionResource(changed),
    headers: { etag: versionTag(changed), ...retryAfter(pollAfterSeconds(changed, ports.now())) },
  });
}
