/**
 * Writes and reads the opaque cursors of lists. A cursor says after which sort key a list of one kind goes on, and for
 * whom it was made. The partition itself always comes from the token, so a forged cursor reads only the caller's items.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";

const cursorSchema = z.strictObject({
  v: z.literal(1),
  /** The kind of list. */
  k: z.string(),
  /** A digest of the user for whom it was made, so that the cursor does not show an id. */
  o: z.string(),
  /** The last id of the page before. */
  a: z.string().min(1).max(128),
});

export interface CursorScope {
  readonly kind: string;
  readonly sub: string;
}

const ownerDigest = (sub: string): string => createHash("sha256").update(sub).digest("base64url").slice(0, 12);

export function encodeCursor({ kind, sub }: CursorScope, after: string): string {
  return Buffer.from(JSON.stringify({ v: 1, k: kind, o: ownerDigest(sub), a: after })).toString("base64url");
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Returns the id after which the list goes on.
 * @throws Problem INVALID_CURSOR for anything that {@link encodeCursor} did not make for this list and this user
 */
export function decodeCursor(scope: CursorScope, cursor: string): string {
  const parsed = cursorSchema.safeParse(readJson(Buffer.from(cursor, "base64url").toString("utf8")));
  // Decoding is lenient (padding, stray characters), so a cursor is ours only if we would write the same text.
  if (!parsed.success || encodeCursor(scope, parsed.data.a) !== cursor) {
    const detail = "Send `nextCursor` of the same list as it was given, or no cursor to begin at the newest.";
    const reason = "was not given by this list";
    throw new Problem("INVALID_CURSOR", {
      detail,
      errors: [{ pointer: "?cursor", reason, ...shortValue(cursor), allowed: "`nextCursor` of the same list" }],
    });
  }
  return parsed.data.a;
}
