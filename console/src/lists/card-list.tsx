import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemAlert } from "../app/problem-alert";
import { texts } from "../texts/en";
import { EmptyList } from "./empty-list";
import type { ListFilters } from "./list-filters";
import { ListPages } from "./list-pages";
import { ListTools } from "./list-tools";
import type { ListView } from "./list-view";
import { SortChoice } from "./sort-choice";

/** The filters that every list has. */
interface SharedFilters extends ListFilters {
  readonly q: string | undefined;
  readonly sort: string | undefined;
  readonly order: string | undefined;
}

/** A page of a list, as the API gives it. */
interface ListedPage<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly nextCursor?: string;
}

/** A list of cards with what belongs to each list: find, filters, order, what is shown where nothing is, and pages. */
export function CardList<Item, Filters extends SharedFilters>(props: {
  readonly label: string;
  readonly view: ListView<Filters>;
  readonly list: UseQueryResult<ListedPage<Item>>;
  /** The list's own filters. */
  readonly filters?: ReactNode;
  readonly empty: string;
  /** What to press to make the first item. */
  readonly first: ReactNode;
  /** Returns the card of an item, with a key. */
  readonly card: (item: Item) => ReactNode;
}) {
  const { label, view, list, filters, empty, first, card } = props;
  const { items = [], total = 0, nextCursor } = list.data ?? {};
  const { q, sort, order } = view.filters;
  return (
    <>
      <ListTools
        q={q}
        find={(found) => {
          view.choose({ q: found });
        }}
      >
        {filters}
        <SortChoice filters={{ sort, order }} choose={view.choose} />
      </ListTools>
      {list.isError && <ProblemAlert error={list.error} />}
      {list.isPending && <p role="status">{texts.loading}</p>}
      {list.isSuccess && items.length === 0 && (
        <EmptyList view={view} text={empty}>
          {first}
        </EmptyList>
      )}
      <ul className="piece-cards" aria-label={label} aria-busy={list.isPlaceholderData}>
        {items.map(card)}
      </ul>
      <ListPages
        view={view}
        count={items.length}
        total={total}
        nextCursor={nextCursor}
        isTurning={list.isPlaceholderData}
      />
    </>
  );
}
