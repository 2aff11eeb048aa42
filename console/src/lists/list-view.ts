/** What a list shows, kept in the page's address: a link leads to the same view, and Back leads to the one before. */
import { useCallback, useState } from "react";
import { useSearchParams } from "wouter";
import { type AllowedFilters, type FiltersOf, type ListFilters, readFilters } from "./list-filters";

export const itemsPerPage = 20;

/** New values of some filters. The empty text and undefined take a filter away. */
export type Changes<Filters extends ListFilters> = { readonly [Name in keyof Filters]?: string | undefined };

export interface ListView<Filters extends ListFilters> {
  readonly filters: Filters;
  readonly isFiltered: boolean;
  /** Changes some of the filters. The list begins at its first page again. */
  readonly choose: (changes: Changes<Filters>) => void;
  readonly clear: () => void;
  readonly limit: number;
  readonly cursor: string | undefined;
  /** The place of the page, from 0. */
  readonly page: number;
  readonly toNext: (nextCursor: string) => void;
  readonly toPrevious: () => void;
}

interface Pages {
  /** The filters that the cursors belong to. */
  readonly of: string;
  /** The cursor of each page that was reached; the first page has none. */
  readonly cursors: readonly (string | undefined)[];
}

/** The order is no filter: a list that is only sorted shows everything. */
const orderNames: readonly string[] = ["sort", "order"];

export function useListView<const Allowed extends AllowedFilters>(allowed: Allowed): ListView<FiltersOf<Allowed>> {
  const [search, setSearch] = useSearchParams();
  const filters = readFilters(allowed, search);
  const key = JSON.stringify(filters);
  const [pages, setPages] = useState<Pages>({ of: key, cursors: [undefined] });
  const cursors = pages.of === key ? pages.cursors : [undefined];
  const choose = useCallback(
    (changes: Changes<FiltersOf<Allowed>>) => {
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries<string | undefined>(changes)) {
            if (value === undefined || value === "") next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  return {
    filters,
    isFiltered: Object.entries(filters).some(([name, value]) => value !== undefined && !orderNames.includes(name)),
    choose,
    clear: () => {
      setSearch(new URLSearchParams(), { replace: true });
    },
    limit: itemsPerPage,
    cursor: cursors.at(-1),
    page: cursors.length - 1,
    toNext: (nextCursor) => {
      setPages({ of: key, cursors: [...cursors, nextCursor] });
    },
    toPrevious: () => {
      setPages({ of: key, cursors: cursors.length > 1 ? cursors.slice(0, -1) : cursors });
    },
  };
}
