/** Compressed bodies are not taken: a body is what its bytes say. Such a body is refused for this, not for what it looks like. */
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";

const allowed = "identity, or no such header";

/** Whether a list of content codings (RFC 9110, 8.4) leaves the bytes as they are. */
const isIdentity = (codings: string): boolean =>
  codings.trim() === "" || codings.split(",").every((coding) => coding.trim().toLowerCase() === "identity");

/**
 * @param codings - the Content-Encoding header, where there is one
 * @param what - has the header, as a sentence begins: "The body"
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
