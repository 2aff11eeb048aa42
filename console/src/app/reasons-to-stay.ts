/** While something is under way that a reload would lose, the browser asks before it leaves the console. */
import { useEffect } from "react";

const reasons = new Set<string>();

// Browsers ask in words of their own. They take the question as a hint that the page cannot be kept for "back", so nobody
// listens while there is nothing to lose.
const ask = (event: BeforeUnloadEvent): void => {
  event.preventDefault();
};

export function setReasonToStay(reason: string, holds: boolean): void {
  if (holds) reasons.add(reason);
  else reasons.delete(reason);
  if (reasons.size > 0) addEventListener("beforeunload", ask);
  else removeEventListener("beforeunload", ask);
}

/** Holds for as long as the component is shown and the condition is true. */
export function useReasonToStay(reason: string, holds: boolean): void {
  useEffect(() => {
    setReasonToStay(reason, holds);
    return () => {
      setReasonToStay(reason, false);
    };
  }, [holds, reason]);
}
