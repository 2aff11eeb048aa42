/**
 * Refuses compressed bodies, which the API does not read. Without this check, such a body would be refused for an error
 * in its content.
 */
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";

const allowed = "identity, or no such header";

/** Returns true if a list of content codings (RFC 9110, 8.4) leaves the bytes as they are. */
const isIdentity = (codings: string): boolean =>
  codings.trim() === "" || codings.split(",").every((coding) => coding.trim().toLowerCase() === "identity");

/**
 * Requires that a body or a part of a form is not compressed.
 * @param codings - the Content-Encoding header, if there is one
 * @param what - the beginning of a sentence that names what has the header: "The body"
 * @throws Problem UNSUPPORTED_CONTENT_ENCODING
 */
export function requireNoContentEncoding(codings: string | undefined, what: string): void {
  if (codings === undefined || isIdentity(codings)) return;
  const shown = shortValue(codings);
  throw new Problem("UNSUPPORTED_CONTENT_ENCODING", {
    detail: `${what} has the Content-Encoding "${String(shown.value)}"; allowed are ${allowed}. Send it uncompressed.`,
    errors: [{ pointer: "Content-Encoding:", reason: "is not supported", ...shown, allowed }],
  });
}
