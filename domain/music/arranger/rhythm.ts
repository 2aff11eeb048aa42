/** Reads the rhythms of one bar that styles.ts has as text. */
import type { Span } from "./tune";

export interface Hit extends Span {
  /** The character that begins it. */
  readonly mark: string;
}

/** Returns the hits of a rhythm. Their steps count from the beginning of the bar. */
export function hitsOf(rhythm: string): Hit[] {
  const hits: { start: number; end: number; mark: string }[] = [];
  let isHeld = false;
  for (const [step, mark] of Array.from(rhythm).entries()) {
    const last = hits.at(-1);
    if (mark === "." || (mark === "-" && !isHeld)) isHeld = false;
    else if (mark === "-" && last !== undefined) last.end = step + 1;
    else {
      hits.push({ start: step, end: step + 1, mark });
      isHeld = true;
    }
  }
  return hits;
}
