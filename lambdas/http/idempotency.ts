/**
 * Implements `Idempotency-Key` for requests that create (draft-ietf-httpapi-idempotency-key-header-07). The record of
 * the first response is written in the transaction that writes the resource, so there is never one without the other.
 */
import { createHash } from "node:crypto";
import { outcomeProblem } from "../problems/outcome-problem";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import type {
  IdempotencyClaim,
  IdempotencyOf,
  IdempotencyRecords,
  IdempotencyWrite,
} from "../stores/idempotency-records";
import type { IdempotencyRecord } from "../stores/items";
import type { Outcome, QuotaReached, Repeated, Stale } from "../stores/outcome";
import { TableBusy } from "../stores/table";
import type { Request } from "./request";
import { type Response, retryAfter } from "./response";

/** Seconds for which the first response is given again. */
export const keptForSeconds = 24 * 3600;

/**
 * The content that makes two requests the same although their bytes differ: a form has another boundary each time.
 */
export interface SameContent {
  readonly values: readonly string[];
  readonly bytes: Uint8Array;
}

/**
 * Returns the claim that a request's Idempotency-Key makes; undefined without that header.
 * @throws Problem INVALID_IDEMPOTENCY_KEY
 */
export function readIdempotencyClaim(request: Request, content?: SameContent): IdempotencyClaim | undefined {
  const key = request.header("idempotency-key");
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    const allowed = "1 to 255 visible ASCII characters";
    throw new Problem("INVALID_IDEMPOTENCY_KEY", {
      detail: `The Idempotency-Key header must be ${allowed}.`,
      errors: [{ pointer: "Idempotency-Key:", reason: "is not valid", ...shortValue(key), allowed }],
    });
  }
  const requestHash = createHash("sha256")
    .update(
      JSON.stringify([
        request.routeKey,
        ...(content?.values ?? [request.rawQuery, request.header("content-type") ?? ""]),
      ]),
    )
    .update(content?.bytes ?? request.body)
    .digest("hex");
  return { sub: request.subject(), route: request.routeKey, key, requestHash };
}

/** Returns the first response again. @throws Problem IDEMPOTENCY_KEY_REUSED for another request with the same key */
function firstResponse(record: IdempotencyRecord, claim: IdempotencyClaim): Response {
  if (record.requestHash !== claim.requestHash) {
    const detail = "This Idempotency-Key was sent with another request. Use a new key for a new request.";
    const reason = "was used for another request";
    throw new Problem("IDEMPOTENCY_KEY_REUSED", {
      detail,
      errors: [{ pointer: "Idempotency-Key:", reason, ...shortValue(claim.key), allowed: "a new key" }],
    });
  }
  return {
    status: record.status,
    headers: {
      "content-type": "application/json",
      location: record.location,
      ...(record.etag === undefined ? {} : { etag: record.etag }),
      "idempotent-replayed": "true",
      ...(record.status === 202 ? retryAfter(1) : {}),
    },
    body: record.body,
  };
}

export interface RespondOnceParams<Item> {
  readonly request: Request;
  readonly records: IdempotencyRecords;
  readonly now: () => Date;
  /** The content by which requests are compared. If it is absent, query, content type and body are compared. */
  readonly content?: SameContent | undefined;
  /** Returns the response to the request that has created the item. */
  readonly respond: (item: Item) => CreatedResponse;
  /** Creates the item. The transaction that writes it must also write what `idempotency` gives for it. */
  readonly create: (idempotency: IdempotencyOf<Item>) => Promise<Outcome<Item, Repeated | QuotaReached | Stale>>;
}

export interface CreatedResponse extends Response {
  readonly body: string;
  readonly headers: Response["headers"] & { readonly location: string };
}

/**
 * Creates a resource once. The same request again gets the first response; another request with the same key is
 * refused.
 * @throws Problem
 */
export async function respondOnce<Item>(params: RespondOnceParams<Item>): Promise<Response> {
  const { request, records, now, content, respond, create } = params;
  const claim = readIdempotencyClaim(request, content);
  const known = claim === undefined ? undefined : await records.find(claim);
  if (claim !== undefined && known !== undefined) return firstResponse(known, claim);
  const idempotency = (item: Item): IdempotencyWrite | undefined => {
    if (claim === undefined) return undefined;
    const { status, headers, body } = respond(item);
    return {
      claim,
      record: {
        schemaVersion: 1,
        kind: "IDEMPOTENCY",
        requestHash: claim.requestHash,
        status,
        location: headers.location,
        ...(headers["etag"] === undefined ? {} : { etag: headers["etag"] }),
        body,
        expiresAt: Math.floor(now().getTime() / 1000) + keptForSeconds,
      },
    };
  };
  const outcome = await create(idempotency).catch((error: unknown): never => {
    if (claim === undefined || !(error instanceof TableBusy)) throw error;
    const detail = "A request with this Idempotency-Key is still being worked on. Try again in a moment.";
    throw new Problem("IDEMPOTENCY_KEY_IN_FLIGHT", { detail, retryAfterSeconds: 1 });
  });
  if (outcome.kind === "DONE") return respond(outcome.value);
  if (outcome.kind === "REPEATED") {
    if (claim === undefined) throw new Error("a request without a key was taken for a repeated one");
    return firstResponse(outcome.record, claim);
  }
  if (claim !== undefined && outcome.kind === "QUOTA_REACHED") {
    // The same request, sent twice at once, may have taken the last place itself.
    const first = await records.find(claim);
    if (first !== undefined) return firstResponse(first, claim);
  }
  throw outcomeProblem(outcome);
}
