/** Tokens of shares. A token is told once, when a piece is shared; the table has its digest only. */
import { createHash, randomBytes } from "node:crypto";
import { shareTokenBytes, shareTokenPattern } from "../../domain/schemas/share-link";

export const newShareToken = (): string => randomBytes(shareTokenBytes).toString("base64url");

/** Returns the digest under which a token is kept; undefined for a text that cannot be a token of ours. */
export function digestOfShareToken(text: string): string | undefined {
  return shareTokenPattern.test(text) ? createHash("sha256").update(text).digest("hex") : undefined;
}
