/** Arranges a tune for a band, by rule: the chords that fit it, and a style's rhythms on them. */
import * as z from "zod";
import type { ModelNote } from "../melody";
import { type AccompanimentParams, brokenChords, heldChords, struckChords } from "./accompaniment";
import { bassLine } from "./bass-line";
import { chooseChords, chordRhythms, type ChordSpan } from "./chord-progression";
import { drumPart } from "./drums";
import { findKey, type Key } from "./key";
import { chosenBy, seededRandom } from "./seeded-random";
import { type DrumRhythm, type Groove, type Instrument, styleNames, styles, stylesIn } from "./styles";
import { withSwing } from "./swing";
import { barShapeOf, entryStep, lastOnset, type Tune } from "./tune";
import { voiceChords } from "./voicing";

/** How many instruments play besides the drums: two, three or four. */
export const densities = ["sparse", "normal", "full"] as const;

/** What a composition may choose (contracts/techniques/arranger.json). */
export const arrangerSettingsSchema = z.object({
  style: z.enum(styleNames),
  density: z.enum(densities),
  chordRhythm: z.enum(chordRhythms),
  drums: z.boolean(),
  swing: z.boolean(),
});
export type ArrangerSettings = z.infer<typeof arrangerSettingsSchema>;

export interface ArrangedTrack extends Instrument {
  /** True if its pitches stand for drums. */
  readonly isDrums: boolean;
  /** Values of the controllers channel volume and pan, 0-127. */
  readonly mix: { readonly volume: number; readonly pan: number };
  /** In order of their onsets. Swung notes lie between the sixteenths. */
  readonly notes: readonly ModelNote[];
}

export interface Arrangement {
  readonly key: Key;
  readonly chords: readonly ChordSpan[];
  readonly tracks: readonly ArrangedTrack[];
}

export interface ArrangeParams {
  readonly tune: Tune;
  readonly settings: ArrangerSettings;
  /** The same tune, settings and seed give the same arrangement. */
  readonly seed: number;
}

/** A rhythm is kept for so many bars, and the drums have a fill at the end of so many. */
const barsOfSection = 4;
const barsOfPeriod = 8;

const mixes = {
  bass: { volume: 98, pan: 64 },
  chords: { volume: 84, pan: 46 },
  pad: { volume: 70, pan: 82 },
  figure: { volume: 72, pan: 96 },
  drums: { volume: 88, pan: 64 },
} as const;

/** Returns a rhythm for each bar: one of the choices for each section. */
function rhythmsBySection<Rhythm>(
  choices: readonly [Rhythm, ...Rhythm[]],
  bars: number,
  random: () => number,
): Rhythm[] {
  const sections = Math.ceil(bars / barsOfSection);
  const bySection = Array.from({ length: sections }, () => chosenBy(random, choices));
  return Array.from({ length: bars }, (_, bar) => bySection[Math.floor(bar / barsOfSection)] ?? choices[0]);
}

interface DrumPlan {
  readonly rhythms: readonly DrumRhythm[];
  readonly accentedBars: ReadonlySet<number>;
}

/** Returns what the drums play in each bar. Periods are counted from the bar in which the band enters. */
function drumPlan({ drums, fills }: Groove, bars: number, firstBar: number, random: () => number): DrumPlan {
  const accentedBars = new Set([firstBar]);
  const rhythms = rhythmsBySection(drums, bars, random).map((rhythm, bar) => {
    const isFill = (bar - firstBar) % barsOfPeriod === barsOfPeriod - 1 && bar < bars - 1;
    if (!isFill) return rhythm;
    accentedBars.add(bar + 1);
    return chosenBy(random, fills);
  });
  return { rhythms, accentedBars };
}

/**
 * Arranges a tune. Every instrument but the drums plays below the tune's upper line, the bass below all others; where the
 * tune is so low that it is the bass, chords lie above it, and no bass plays. The band enters with the tune or at the bar
 * line after its upbeat, and ends with it, on a chord that is held. No track is empty.
 *
 * @throws Error if the style cannot be played in the tune's time signature; {@link stylesIn} says which can
 */
export function arrange({ tune, settings, seed }: ArrangeParams): Arrangement {
  const style = styles[settings.style];
  const groove = style.grooves[tune.timeSignature];
  if (groove === undefined) {
    const allowed = stylesIn(tune.timeSignature).join(", ");
    throw new Error(`${settings.style} cannot be played in ${tune.timeSignature} (allowed: ${allowed})`);
  }
  const { steps: barSteps } = barShapeOf(tune);
  const random = seededRandom(seed);
  const key = findKey(tune.notes);
  const chords = chooseChords({ tune, key, rhythm: settings.chordRhythm });
  const spans = voiceChords({ tune, key, spans: chords, hasSevenths: style.hasSevenths });

  const bassRhythms = rhythmsBySection(groove.bass, tune.bars, random);
  const bass = bassLine({ tune, key, spans, rhythms: bassRhythms, barSteps, random });
  const accompaniment = (rhythms: Groove["chords"]): AccompanimentParams => ({
    tune,
    spans,
    rhythms: rhythmsBySection(rhythms, tune.bars, random),
    barSteps,
    random,
  });
  const parts: ArrangedTrack[] = [
    { ...style.chords, isDrums: false, mix: mixes.chords, notes: struckChords(accompaniment(groove.chords)) },
  ];
  if (settings.density !== "sparse") {
    parts.push({ ...style.pad, isDrums: false, mix: mixes.pad, notes: heldChords(accompaniment(groove.chords)) });
  }
  if (settings.density === "full") {
    parts.push({
      ...style.figure,
      isDrums: false,
      mix: mixes.figure,
      notes: brokenChords(accompaniment(groove.figure)),
    });
  }
  if (bass.length > 0) parts.push({ ...style.bass, isDrums: false, mix: mixes.bass, notes: bass });
  if (settings.drums) {
    const entry = entryStep(tune);
    const plan = drumPlan(groove, tune.bars, Math.floor(entry / barSteps), random);
    const span = { start: entry, end: lastOnset(tune) };
    const notes = drumPart({ ...plan, span, accent: style.accent, barSteps, random });
    parts.push({ name: "Drums", program: 0, isDrums: true, mix: mixes.drums, notes });
  }
  const isSwung = settings.swing && tune.timeSignature !== "6/8";
  const tracks = isSwung ? parts.map((part) => ({ ...part, notes: withSwing(part.notes, lastOnset(tune)) })) : parts;
  return { key, chords, tracks };
}
