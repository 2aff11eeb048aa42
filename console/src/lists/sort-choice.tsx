import { texts } from "../texts/en";
import { ListChoice } from "./list-tools";

type Sorted = Readonly<Record<"sort" | "order", string | undefined>>;

/** The orders of every list, as `sort` and `order` of the API. The newest first is the usual one. */
const orders = [
  { value: "", sort: undefined, order: undefined, label: texts.lists.orders.newest },
  { value: "oldest", sort: undefined, order: "asc", label: texts.lists.orders.oldest },
  { value: "name", sort: "name", order: undefined, label: texts.lists.orders.name },
] as const;

export function SortChoice(props: { readonly filters: Sorted; readonly choose: (changes: Sorted) => void }) {
  const { filters, choose } = props;
  const present = orders.find(({ sort, order }) => sort === filters.sort && order === filters.order) ?? orders[0];
  return (
    <ListChoice
      label={texts.lists.sort}
      choices={orders.map(({ value, label }) => ({ value, label }))}
      value={present.value}
      choose={(value) => {
        const next = orders.find((order) => order.value === value) ?? orders[0];
        choose({ sort: next.sort, order: next.order });
      }}
    />
  );
}
