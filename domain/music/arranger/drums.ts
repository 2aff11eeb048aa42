/** Writes the drums. */
import type { ModelNote } from "../melody";
import { loudnessOf, velocityNear } from "./loudness";
import { hitsOf } from "./rhythm";
import { type Drum, drumPitches, type DrumRhythm } from "./styles";
import type { Span } from "./tune";

export interface DrumsParams {
  /** From the entry of the band to the last note of the tune. */
  readonly span: Span;
  /** The rhythm of each bar. */
  readonly rhythms: readonly DrumRhythm[];
  /** The bars that begin with the accent. */
  readonly accentedBars: ReadonlySet<number>;
  readonly accent: Drum;
  readonly barSteps: number;
  readonly random: () => number;
}

const drumNames = Object.keys(drumPitches) as Drum[];

/** Returns the notes of the drums. Each lasts a sixteenth; no drum is struck twice at once. */
export function drumPart(params: DrumsParams): ModelNote[] {
  const { span, rhythms, accentedBars, accent, barSteps, random } = params;
  const struck = new Map<string, ModelNote>();
  const strike = (drum: Drum, onset: number, level: number): void => {
    const pitch = drumPitches[drum];
    struck.set(`${onset}/${pitch}`, { onset, duration: 1, pitch, velocity: velocityNear(level, random) });
  };
  for (const [bar, rhythm] of rhythms.entries()) {
    for (const drum of drumNames) {
      for (const { start, mark } of hitsOf(rhythm[drum] ?? "")) {
        const onset = start + bar * barSteps;
        if (onset >= span.start && onset < span.end) strike(drum, onset, loudnessOf(mark));
      }
    }
    const begin = bar * barSteps;
    if (accentedBars.has(bar) && begin >= span.start && begin < span.end) strike(accent, begin, 96);
  }
  strike("kick", span.end, 100);
  strike(accent, span.end, 104);
  return [...struck.values()].sort((one, other) => one.onset - other.onset || one.pitch - other.pitch);
}
