/** Compresses responses for clients that accept it, because API Gateway's HTTP APIs compress nothing. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { parseAccept } from "./accept";
import type { Request } from "./request";
import type { Response } from "./response";

export type ContentCoding = "gzip" | "identity";

const compress = promisify(gzip);

/**
 * Returns the content coding of a response (RFC 9110, 12.5.3): gzip if the client accepts it and does not like
 * uncompressed bytes better. A client that accepts neither gets them uncompressed, as the RFC allows.
 */
export function negotiateCoding(request: Request): ContentCoding {
  const codings = parseAccept(request.header("accept-encoding") ?? "");
  const qualityOf = (name: string): number | undefined => codings.find(({ type }) => type === name)?.quality;
  const ofGzip = qualityOf("gzip") ?? qualityOf("x-gzip") ?? qualityOf("*") ?? 0;
  return ofGzip > 0 && ofGzip >= (qualityOf("identity") ?? 0) ? "gzip" : "identity";
}

/** Returns a response with its body in a content coding. */
export async function inCoding(response: Response, coding: ContentCoding): Promise<Response> {
  if (coding === "identity" || response.body === undefined) return response;
  return {
    ...response,
    headers: { ...response.headers, "content-encoding": coding },
    body: await compress(response.body),
  };
}
