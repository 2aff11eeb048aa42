import Button from "@cloudscape-design/components/button";
import type { ReactNode } from "react";
import { texts } from "../texts/en";
import type { ListFilters } from "./list-filters";
import type { ListView } from "./list-view";

/** In the place of a list without items: how to get the first one, or that the filters let none through. */
export function EmptyList<Filters extends ListFilters>(props: {
  readonly view: ListView<Filters>;
  readonly text: string;
  /** What to press to make the first item. */
  readonly children: ReactNode;
}) {
  const { view, text, children } = props;
  return (
    <div className="card empty">
      <p role="status">{view.isFiltered ? texts.lists.nothingFound : text}</p>
      {view.isFiltered ? <Button onClick={view.clear}>{texts.lists.clearFilters}</Button> : children}
    </div>
  );
}
