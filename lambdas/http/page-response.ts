/**
 * Lists items, a page at a time, with a cursor to the next one. The summaries of all of a user's items are filtered and
 * sorted here, and only those on the page are read whole. The user's quotas bound that work.
 */
import type * as z from "zod";
import type { ListQuery } from "../../domain/schemas/api/shared";
import type { OwnedKind } from "../../naming/table-keys";
import {
  decodeCursor,
  encodeCursor,
  foreignCursor,
  type ListFilters,
  type ListPlace,
  requireFiltersOf,
} from "./cursor";
import { taggedByContent } from "./entity-tag";
import { isFound, type ListedRow, placeIn, placeOrder } from "./list-order";
import type { Request } from "./request";
import type { Response } from "./response";
import { parseQuery } from "./validation";

type ListQuerySchema = z.ZodObject & z.ZodType<ListQuery>;

export interface PageResponseParams<Schema extends ListQuerySchema, Row extends ListedRow> {
  readonly request: Request;
  readonly kind: OwnedKind;
  /** The list's query: the one that every list takes, with filters of its own, whose values are texts. */
  readonly query: Schema;
  /** Returns the summaries of everything that the caller can see in this list. */
  readonly summaries: (sub: string) => Promise<readonly Row[]>;
  /** Returns true if a row passes the list's own filters. */
  readonly passes?: (row: Row, filters: z.output<Schema>) => boolean;
  /** Returns true for the ids of those rows that come first in every order. */
  readonly leads?: (id: string) => boolean;
  /** Reads the rows of the page, in their order, in the shape of the API. Rows that were deleted meanwhile are missing. */
  readonly resources: (params: {
    readonly sub: string;
    readonly ids: readonly string[];
  }) => Promise<readonly unknown[]>;
}

/** Returns true if a filter is not given, or has this value. */
export const isWanted = (value: string | undefined, filter: string | undefined): boolean =>
  filter === undefined || filter === value;

/** Returns the filters and the order that a query gives. All of them are texts; the size of the page is a number. */
const filtersOf = ({ cursor: _cursor, ...query }: ListQuery): ListFilters =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]: [string, unknown]) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );

export async function pageResponse<Schema extends ListQuerySchema, Row extends ListedRow>({
  request,
  kind,
  query: schema,
  summaries,
  passes = () => true,
  leads = () => false,
  resources,
}: PageResponseParams<Schema, Row>): Promise<Response> {
  const sub = request.subject();
  const scope = { kind, sub };
  const given = parseQuery(request, schema);
  const { limit, cursor } = given;
  let query = given;
  let after: ListPlace | undefined;
  if (cursor !== undefined) {
    const content = decodeCursor(scope, cursor);
    requireFiltersOf(content, filtersOf(given));
    const kept = schema.safeParse(content.filters);
    if (!kept.success) throw foreignCursor(cursor);
    query = kept.data;
    after = content.after;
  }
  const { q } = query;
  const compare = placeOrder(query, leads);
  const found = (await summaries(sub))
    .filter((row) => (q === undefined || isFound(row.name, q)) && passes(row, query))
    .map((row) => placeIn(query, row))
    .sort(compare);
  const left = after === undefined ? found : found.filter((place) => compare(place, after) > 0);
  const page = left.slice(0, limit);
  const last = page.at(-1);
  const items = await resources({ sub, ids: page.map(({ id }) => id) });
  return await taggedByContent({
    request,
    body: {
      items,
      total: found.length,
      ...(left.length > page.length && last !== undefined
        ? { nextCursor: encodeCursor(scope, { filters: filtersOf(query), after: last }) }
        : {}),
    },
  });
}
