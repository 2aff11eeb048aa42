/**
 * Writes and reads the opaque cursors of lists. A cursor says after which item a list of one kind goes on, with which
 * filters and in which order, and for whom it was made. The partition itself always comes from the token, so a forged
 * cursor reads only the caller's items.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { FieldError } from "../../domain/schemas/api/problem";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";

const cursorSchema = z.strictObject({
  v: z.literal(2),
  /** The kind of list. */
  k: z.string(),
  /** A digest of the user for whom it was made, so that the cursor does not show an id. */
  o: z.string(),
  /** The filters and the order, as names of query parameters with their values. */
  f: z.record(z.string(), z.string()),
  /** The last id of the page before. */
  a: z.string().min(1).max(128),
  /** The text by which that item was sorted. The item itself may be gone. */
  t: z.string(),
});

export interface CursorScope {
  readonly kind: string;
  readonly sub: string;
}

/** Query parameters of a list with their values, apart from the size of the page and the cursor. */
export type ListFilters = Readonly<Record<string, string>>;

/** The place of an item in its list. */
export interface ListPlace {
  readonly id: string;
  /** The text by which the item is sorted: its name, or the instant at which it was created. */
  readonly sortText: string;
}

export interface CursorContent {
  readonly filters: ListFilters;
  /** The last item of the page before. */
  readonly after: ListPlace;
}

const ownerDigest = (sub: string): string => createHash("sha256").update(sub).digest("base64url").slice(0, 12);

export function encodeCursor({ kind, sub }: CursorScope, { filters, after }: CursorContent): string {
  const sorted = Object.fromEntries(Object.entries(filters).sort(([one], [other]) => (one < other ? -1 : 1)));
  const content = { v: 2, k: kind, o: ownerDigest(sub), f: sorted, a: after.id, t: after.sortText };
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the problem of a cursor that this list did not give. */
export function foreignCursor(cursor: string): Problem {
  return new Problem("INVALID_CURSOR", {
    detail: "Send `nextCursor` of the same list as it was given, or no cursor to begin at the first page.",
    errors: [
      {
        pointer: "?cursor",
        reason: "was not given by this list",
        ...shortValue(cursor),
        allowed: "`nextCursor` of the same list",
      },
    ],
  });
}

/**
 * Returns where the list goes on, with which filters.
 * @throws Problem INVALID_CURSOR for anything that {@link encodeCursor} did not make for this list and this user
 */
export function decodeCursor(scope: CursorScope, cursor: string): CursorContent {
  const parsed = cursorSchema.safeParse(readJson(Buffer.from(cursor, "base64url").toString("utf8")));
  if (!parsed.success) throw foreignCursor(cursor);
  const content = { filters: parsed.data.f, after: { id: parsed.data.a, sortText: parsed.data.t } };
  // Decoding is lenient (padding, stray characters), so a cursor is ours only if we would write the same text.
  if (encodeCursor(scope, content) !== cursor) throw foreignCursor(cursor);
  return content;
}

/**
 * Requires that a request with a cursor asks for no other list than the cursor's. Filters that are not sent again are
 * the cursor's.
 * @throws Problem INVALID_CURSOR that names every filter that differs
 */
export function requireFiltersOf({ filters }: CursorContent, given: ListFilters): void {
  const errors = Object.entries(given)
    .filter(([name, value]) => filters[name] !== value)
    .map(([name, value]): FieldError => {
      const kept = filters[name];
      return {
        pointer: `?${name}`,
        reason: "differs from the list that gave the cursor",
        ...shortValue(value),
        allowed: kept === undefined ? "no value, as in the list that gave the cursor" : `\`${kept}\`, or no value`,
      };
    });
  if (errors.length === 0) return;
  throw new Problem("INVALID_CURSOR", {
    detail: "The cursor goes on with its own list, see `errors`. Begin another list without a cursor.",
    errors,
  });
}
