import { useState } from "react";
import { ageOf, dateOf } from "../texts/age";

/** How long ago something was made. The date is told where the pointer rests, and to programs. */
export function Age({ instant }: { readonly instant: string }) {
  // The age is that of the moment in which the list was drawn.
  const [now] = useState(Date.now);
  return (
    <time dateTime={instant} title={dateOf(instant)}>
      {ageOf(instant, now)}
    </time>
  );
}
