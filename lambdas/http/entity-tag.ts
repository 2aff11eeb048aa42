/**
 * Makes and compares entity tags (RFC 9110, 8.8.3 and 13.1). They are strong: a row's version, or a digest of bytes.
 */
import { sha256Of } from "../../domain/digest";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import type { Request } from "./request";
import { type Headers, jsonResponse, type Response } from "./response";

export const versionTag = (row: { readonly version: number }): string => `"${row.version}"`;
export const digestTag = (sha256: string): string => `"${sha256}"`;
/** Returns the ETag of a response that has no version: the digest of its body. */
export const contentTag = (body: string): string => digestTag(sha256Of(body));

function tagsIn(header: string): string[] {
  return header.match(/\*|(?:W\/)?"[^"]*"/g) ?? [];
}

/** Returns true if If-None-Match names the tag. It compares weakly: `W/"3"` names `"3"` too. */
export function isNotModified(request: Request, tag: string): boolean {
  const header = request.header("if-none-match");
  return header !== undefined && tagsIn(header).some((given) => given === "*" || given.replace(/^W\//, "") === tag);
}

/**
 * Requires that If-Match names the tag, if the request has that header. It compares strongly.
 * @throws Problem VERSION_MISMATCH
 */
export function requireMatch(request: Request, tag: string): void {
  const header = request.header("if-match");
  if (header === undefined || tagsIn(header).some((given) => given === "*" || given === tag)) return;
  throw new Problem("VERSION_MISMATCH", {
    detail: `The resource has changed: its ETag is now ${tag}, and If-Match named another one.`,
    errors: [{ pointer: "If-Match:", reason: "does not name the present ETag", ...shortValue(header), allowed: tag }],
  });
}

/**
 * Requires that a request has If-Match, where a change to a version that its sender has not seen would lose work.
 * @throws Problem PRECONDITION_REQUIRED
 */
export function requireIfMatch(request: Request): void {
  if (request.header("if-match") !== undefined) return;
  throw new Problem("PRECONDITION_REQUIRED", {
    detail: "The request needs If-Match with the ETag of the resource that it changes.",
    errors: [{ pointer: "If-Match:", reason: "is required", allowed: "the ETag of the resource as it was read" }],
  });
}

export interface TaggedResponseParams {
  readonly request: Request;
  readonly tag: string;
  /** Headers that are sent with 304 as well, because Retry-After must not be lost while a client polls. */
  readonly headers?: Headers;
  /** Called only if the client does not have the response yet. */
  readonly response: () => Response | Promise<Response>;
}

/** Returns the response with its ETag, or 304 if the client has it. */
export async function taggedResponse({
  request,
  tag,
  headers = {},
  response,
}: TaggedResponseParams): Promise<Response> {
  if (isNotModified(request, tag)) return { status: 304, headers: { ...headers, etag: tag } };
  const full = await response();
  return { ...full, headers: { ...full.headers, ...headers, etag: tag } };
}

export interface TaggedByContentParams {
  readonly request: Request;
  readonly body: unknown;
  readonly headers?: Headers;
}

/** Returns a body with the digest of its JSON as its ETag, or 304 if the client has the same one. */
export async function taggedByContent({ request, body, headers = {} }: TaggedByContentParams): Promise<Response> {
  const full = jsonResponse({ status: 200, body });
  return await taggedResponse({ request, tag: contentTag(full.body), headers, response: () => full });
}
