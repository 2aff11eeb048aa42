/** Checks the media type of a request's body. */
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import type { Request } from "./request";

/** Returns the media type without parameters, in lower case; "" if none is given. */
export function mediaType(request: Request): string {
  return (request.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/**
 * Returns the problem of a body whose media type the operation does not read.
 * @param allowed - the media types that it reads
 */
export function unsupportedMediaType(request: Request, allowed: readonly string[]): Problem {
  const type = mediaType(request);
  const inWords = allowed.join(", ");
  const given = type === "" ? "no content type" : `the content type ${String(shortValue(type).value)}`;
  return new Problem("UNSUPPORTED_MEDIA_TYPE", {
    detail: `The body has ${given}; ${allowed.length === 1 ? "send" : "allowed are"} ${inWords}.`,
    errors: [
      {
        pointer: "Content-Type:",
        reason: type === "" ? "is required" : "is not supported",
        ...shortValue(request.header("content-type")),
        allowed: inWords,
      },
    ],
  });
}

/** Names of charsets whose texts are UTF-8. ASCII is a part of it. */
const charsetsOfUtf8 = ["utf-8", "utf8", "us-ascii"];

/**
 * Requires that a content type names no charset but UTF-8, because JSON is UTF-8 (RFC 8259, 8.1).
 * @throws Problem UNSUPPORTED_MEDIA_TYPE
 */
export function requireUtf8(request: Request): void {
  const header = request.header("content-type") ?? "";
  for (const [, quoted, word] of header.matchAll(/;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]*))/gi)) {
    const charset = quoted ?? word ?? "";
    if (charsetsOfUtf8.includes(charset.toLowerCase())) continue;
    throw new Problem("UNSUPPORTED_MEDIA_TYPE", {
      detail: `The body has the charset "${String(shortValue(charset).value)}"; send UTF-8.`,
      errors: [
        {
          pointer: "Content-Type:",
          reason: "has a charset that is not supported",
          ...shortValue(header),
          allowed: `${mediaType(request)}, with no charset or with charset=utf-8`,
        },
      ],
    });
  }
}
