import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { type ReactNode, useEffect, useState } from "react";
import { texts } from "../texts/en";
import { searchText } from "./search-text";

/** The wait after the last key before the list is asked for again, in milliseconds. */
const typingPause = 300;

/** The row over a list: find by name, and the filters beside it. */
export function ListTools(props: {
  readonly q: string | undefined;
  readonly find: (q: string) => void;
  readonly children?: ReactNode;
}) {
  const { q = "", find, children } = props;
  const [typed, setTyped] = useState(q);
  const [shown, setShown] = useState(q);
  // The address has changed by another way, such as Back or "Clear the filters".
  if (shown !== q) {
    setShown(q);
    setTyped(q);
  }
  useEffect(() => {
    if (typed === q) return undefined;
    const timer = setTimeout(() => {
      find(typed);
    }, typingPause);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, q, find]);
  return (
    <div className="list-tools" role="search">
      <div className="list-find">
        <Input
          type="search"
          value={typed}
          placeholder={texts.lists.find}
          ariaLabel={texts.lists.find}
          clearAriaLabel={texts.lists.clear}
          onChange={({ detail }) => {
            setTyped(searchText(detail.value));
          }}
        />
      </div>
      {children}
    </div>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A filter with few values, or the list's order. The first choice has the empty value: no filter, the usual order. */
export function ListChoice(props: {
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly value: string | undefined;
  readonly choose: (value: string) => void;
}) {
  const { label, choices, value = "", choose } = props;
  const selected = choices.find((choice) => choice.value === value) ?? choices[0];
  return (
    <div className="list-choice">
      <Select
        inlineLabelText={label}
        selectedOption={selected ?? null}
        options={choices}
        onChange={({ detail }) => {
          choose(detail.selectedOption.value ?? "");
        }}
      />
    </div>
  );
}

/** A filter of a list. Its first choice lets everything through. */
export function ListFilter(props: Parameters<typeof ListChoice>[0]) {
  return <ListChoice {...props} choices={[{ value: "", label: texts.lists.all }, ...props.choices]} />;
}
