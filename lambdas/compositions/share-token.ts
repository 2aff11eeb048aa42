/** Tokens of shares. A token is told once, when a piece is shared; the table has its digest only. */
import { randomBytes } from "node:crypto";
import { sha256Of } from "../../domain/digest";
import { shareTokenBytes, shareTokenPattern } from "../../domain/schemas/share-link";

export const newShareToken = (): string => randomBytes(shareTokenBytes).toString("base64url");

/** Returns the digest under which a token is kept; undefined for a text that cannot be a token of ours. */
export function digestOfShareToken(text: string): string | undefined {
  return shareTokenPattern.test(text) ? sha256Of(text) : undefined;
}
