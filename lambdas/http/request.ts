/**
 * Reads a request from an event of an HTTP API (payload 2.0), once, and refuses what no operation reads: a body that is
 * too large or compressed, and a query that is not UTF-8.
 */
import * as z from "zod";
import type { FieldError } from "../../domain/schemas/api/problem";
import { beginningOf } from "../../domain/schemas/text";
import { pointerName } from "../problems/json-pointer";
import { Problem } from "../problems/problem";
import { requireNoContentEncoding } from "./content-encoding";

/**
 * The part of the event that is read. Its type is loose, because API Gateway and the local cloud differ (absent or null
 * path parameters, claims as strings or native values), and because nothing of it is trusted before it is checked.
 */
export interface HttpEvent {
  readonly routeKey?: string | undefined;
  readonly rawPath?: string | undefined;
  readonly rawQueryString?: string | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly pathParameters?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
  readonly requestContext?:
    | {
        readonly requestId?: string | undefined;
        readonly routeKey?: string | undefined;
        readonly http?: { readonly method?: string | undefined; readonly path?: string | undefined } | undefined;
        readonly authorizer?:
          | { readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> | undefined } | undefined }
          | undefined;
      }
    | undefined;
}

/** The largest body that is read: 1 MiB. API Gateway's own limit is 10 MB. */
export const bodyLimitBytes = 1_048_576;

export interface Request {
  readonly requestId: string;
  /** `GET /tracks/{trackId}`, or `$default`. */
  readonly routeKey: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly rawQuery: string;
  /** Returns a path parameter of the route; "" if the route has none of this name. */
  pathParameter(name: string): string;
  /** Returns a header by its lower-case name. */
  header(name: string): string | undefined;
  /** The body's bytes. */
  readonly body: Uint8Array;
  /** Returns the user whose token it is. @throws Problem UNAUTHENTICATED if the request has no access token */
  subject(): string;
}

const claimsSchema = z.object({
  // The subject becomes part of table and object keys.
  sub: z.string().regex(/^[A-Za-z0-9-]{1,128}$/),
  token_use: z.literal("access"),
});

function subjectOf(event: HttpEvent): string {
  const claims = claimsSchema.safeParse(event.requestContext?.authorizer?.jwt?.claims);
  if (!claims.success) {
    const detail = "Send an access token of this deployment's user pool as `Authorization: Bearer …`.";
    throw new Problem("UNAUTHENTICATED", { detail });
  }
  return claims.data.sub;
}

function bodyOf({ body, isBase64Encoded }: HttpEvent): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array();
  const encoding = isBase64Encoded === true ? "base64" : "utf8";
  // The size is checked before the body is decoded.
  const size = Buffer.byteLength(body, encoding);
  if (size > bodyLimitBytes) {
    const detail = `The body has ${size} bytes; at most ${bodyLimitBytes} are allowed.`;
    throw new Problem("BODY_TOO_LARGE", { detail });
  }
  return Buffer.from(body, encoding);
}

/**
 * Returns true if the percent-encoded bytes of a text are UTF-8. All other characters came as text and need no check.
 */
function isEncodedUtf8(text: string): boolean {
  return (text.match(/(?:%[0-9a-f]{2})+/gi) ?? []).every((escapes) => {
    try {
      decodeURIComponent(escapes);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Returns the query's names and values. URLSearchParams alone would put U+FFFD in place of bytes that are not UTF-8.
 * @throws Problem INVALID_REQUEST that names every parameter that is not UTF-8
 */
function queryOf(rawQuery: string): URLSearchParams {
  const errors = rawQuery
    .split("&")
    .filter((pair) => !isEncodedUtf8(pair))
    .map((pair): FieldError => {
      const [[name, value] = ["", ""]] = new URLSearchParams(pair);
      const raw = pair.includes("=") ? pair.slice(pair.indexOf("=") + 1) : value;
      return {
        pointer: `?${pointerName(name)}`,
        reason: "is not UTF-8",
        value: beginningOf(raw, 100),
        allowed: "text in UTF-8, percent-encoded",
      };
    });
  if (errors.length === 0) return new URLSearchParams(rawQuery);
  throw new Problem("INVALID_REQUEST", { detail: "The query is not UTF-8, see `errors`.", errors });
}

/** Returns the parts of an event that every response needs, even to a request that cannot be read. */
export function describeEvent(event: HttpEvent): { requestId: string; routeKey: string; path: string } {
  return {
    requestId: event.requestContext?.requestId ?? "unknown",
    routeKey: event.routeKey ?? event.requestContext?.routeKey ?? "$default",
    path: event.rawPath ?? event.requestContext?.http?.path ?? "/",
  };
}

/**
 * Reads a request.
 * @throws Problem BODY_TOO_LARGE; UNSUPPORTED_CONTENT_ENCODING; INVALID_REQUEST for a query that is not UTF-8
 */
export function readRequest(event: HttpEvent): Request {
  const headers = new Map(
    Object.entries(event.headers ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value] as const],
    ),
  );
  const rawQuery = event.rawQueryString ?? "";
  const body = bodyOf(event);
  if (body.length > 0) requireNoContentEncoding(headers.get("content-encoding"), "The body");
  return {
    ...describeEvent(event),
    query: queryOf(rawQuery),
    rawQuery,
    pathParameter: (name) => event.pathParameters?.[name] ?? "",
    header: (name) => headers.get(name),
    body,
    subject: () => subjectOf(event),
  };
}
