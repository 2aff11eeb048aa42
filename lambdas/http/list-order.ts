/** Sorts lists, and says which names a search finds. */
import type { ListQuery } from "../../domain/schemas/api/shared";
import type { ListPlace } from "./cursor";

/** What a list is sorted by. */
export interface ListedRow {
  readonly id: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

type OrderQuery = Pick<ListQuery, "sort" | "order">;

/** Numbers in names are compared as numbers, so that "Take 9" comes before "Take 10". */
const byName = new Intl.Collator("en", { numeric: true });
const byText = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);

/** Returns the place of a row in a list with this order. */
export const placeIn = ({ sort }: OrderQuery, { id, name, createdAt }: ListedRow): ListPlace => ({
  id,
  sortText: sort === "name" ? name : createdAt,
});

/**
 * Returns the function that compares two places in a list with this order. No two items have the same place, because
 * their ids decide between equal texts.
 * @param leads - true for the ids of those items that come first in every order, sorted by their ids
 */
export function placeOrder(
  { sort, order }: OrderQuery,
  leads: (id: string) => boolean,
): (one: ListPlace, other: ListPlace) => number {
  const sign = (order ?? (sort === "name" ? "asc" : "desc")) === "asc" ? 1 : -1;
  const compareTexts = sort === "name" ? byName.compare.bind(byName) : byText;
  return (one, other) => {
    const leading = Number(leads(other.id)) - Number(leads(one.id));
    if (leading !== 0) return leading;
    if (leads(one.id)) return byText(one.id, other.id);
    return sign * (compareTexts(one.sortText, other.sortText) || byText(one.id, other.id));
  };
}

/** Returns a text without what makes no difference in a search: capitals, accents, and other forms of a character. */
const searched = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Returns true if a name contains the text of a search. */
export const isFound = (name: string, text: string): boolean => searched(name).includes(searched(text));
