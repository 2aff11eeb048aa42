/** Brings each error of a problem to the control that the user can mend it with. */
import type { Problem } from "../../../client/client";

/** A control of a form, and the parts of the request that are made from it. */
export interface ControlPlace {
  /** What the form calls the control. */
  readonly control: string;
  /** JSON pointers into the body, `?name` of query parameters, or `Name:` of headers. A pointer stands for all below it. */
  readonly pointers: readonly string[];
}

export interface PlacedErrors {
  /** The message of each control that has one. */
  readonly at: ReadonlyMap<string, string>;
  /** What belongs to no control: it stands over the form. */
  readonly rest: readonly string[];
  /** The broken control that stands first in the form, which gets the focus. */
  readonly first: string | undefined;
}

/** Returns how much of a pointer a place stands for: the longest match is the nearest control. */
function matchedLength(pointer: string, { pointers }: ControlPlace): number {
  const matching = pointers.filter((own) => pointer === own || pointer.startsWith(`${own}/`));
  return Math.max(-1, ...matching.map(({ length }) => length));
}

function placeOf(pointer: string, places: readonly ControlPlace[]): ControlPlace | undefined {
  let nearest: ControlPlace | undefined;
  let longest = -1;
  for (const place of places) {
    const length = matchedLength(pointer, place);
    if (length > longest) [nearest, longest] = [place, length];
  }
  return nearest;
}

/** @param places the form's controls in the order in which they stand */
export function placeErrors(problem: Problem | undefined, places: readonly ControlPlace[]): PlacedErrors {
  const messages = new Map<string, string[]>();
  const rest: string[] = [];
  for (const { pointer, reason, allowed } of problem?.errors ?? []) {
    const place = placeOf(pointer, places);
    const message = `${reason}; allowed: ${allowed}`;
    if (place === undefined) rest.push(`${pointer} ${message}`);
    else messages.set(place.control, [...(messages.get(place.control) ?? []), message]);
  }
  return {
    at: new Map([...messages].map(([control, all]) => [control, all.join(". ")])),
    rest,
    first: places.find(({ control }) => messages.has(control))?.control,
  };
}
