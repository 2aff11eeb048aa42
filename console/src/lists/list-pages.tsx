import Button from "@cloudscape-design/components/button";
import { texts } from "../texts/en";
import type { ListFilters } from "./list-filters";
import type { ListView } from "./list-view";

/** Under a list: which of its items are shown, and the ways to the others. */
export function ListPages<Filters extends ListFilters>(props: {
  readonly view: ListView<Filters>;
  readonly count: number;
  readonly total: number;
  readonly nextCursor: string | undefined;
  /** True while the items of the page before stand there still. */
  readonly isTurning: boolean;
}) {
  const { view, count, total, nextCursor, isTurning } = props;
  if (view.page === 0 && nextCursor === undefined && !isTurning) return null;
  const first = view.page * view.limit + 1;
  return (
    <nav className="list-pages" aria-label={texts.lists.pages}>
      <Button disabled={view.page === 0} onClick={view.toPrevious}>
        {texts.lists.previous}
      </Button>
      <span className="figures" role="status">
        {isTurning ? texts.loading : texts.lists.range(first, first + count - 1, total)}
      </span>
      <Button
        disabled={isTurning || nextCursor === undefined}
        onClick={() => {
          if (nextCursor !== undefined) view.toNext(nextCursor);
        }}
      >
        {texts.lists.next}
      </Button>
    </nav>
  );
}
