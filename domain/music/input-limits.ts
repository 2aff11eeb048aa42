/**
 * Decides whether a technique can take an input melody with the options of a composition. The API and the worker both
 * ask here.
 */
import type { TechniqueId } from "../../naming/resource-names";
import type { InputOptions } from "../schemas/composition-parts";
import { techniques } from "../techniques/registry";
import { techniquesTaking, timeSignaturesTakenBy } from "../techniques/time-signatures";
import { type BarRange, barRanges, choicesInWords, timeSignaturesInWords, touchedBars, usableBars } from "./bar-lines";
import { fromFirstNotes, nextBarWithNotes, type NoteBars, runsWithNotes, togetherWithNotes } from "./bars-with-notes";
import { type PieceTimeSignature, pieceTimeSignatures } from "./time-signatures";

/** The maximum number of bars of a melody that a technique takes in one composition. */
export const maxMelodyBars = 64;

const highestPitch = 127;
/** Semitones by which `transpose` may move a melody up or down. */
const octave = 12;

/** The lowest and the highest pitch of a melody. */
export interface PitchSpan {
  readonly lowest: number;
  readonly highest: number;
}

/** The facts of a melody that decide whether it can be used. */
export interface MelodyFacts extends NoteBars {
  readonly bars: number;
  /** All bars by their time signatures; absent if all are in 4/4. */
  readonly ranges?: readonly BarRange[];
}

/** A rule that an input melody and its options break, with the field that is to be changed. */
export interface InputIssue {
  readonly code:
    "BARS_OUT_OF_RANGE" | "MELODY_TOO_LONG" | "TIME_SIGNATURE_NOT_SUPPORTED" | "MELODY_EMPTY" | "PITCH_OUT_OF_RANGE";
  /** The input option that is wrong, or that can be changed so that the rule holds; else the model or the technique. */
  readonly field: "startBar" | "bars" | "transpose" | "extendedTracks" | "technique" | "modelId";
  /** The end of a sentence that the caller begins, so it has no capital at its start and no full stop. */
  readonly message: string;
  readonly reason: string;
  readonly value: number | string;
  readonly allowed: string;
}

/** The bars of a melody that its options choose, or the issue because of which they cannot be used. */
export type BarChoice =
  | {
      readonly kind: "CHOSEN";
      readonly startBar: number;
      readonly bars: number;
      /** The time signature of all of them. */
      readonly timeSignature: PieceTimeSignature;
    }
  | { readonly kind: "REFUSED"; readonly issue: InputIssue };

const barsInWords = (startBar: number, bars: number): string => `bars ${startBar} to ${startBar + bars - 1}`;

const refused = (issue: InputIssue): BarChoice => ({ kind: "REFUSED", issue });

export interface ChooseBarsParams {
  readonly melody: MelodyFacts;
  readonly options: Pick<InputOptions, "startBar" | "bars">;
  readonly technique: TechniqueId;
  /** The maximum number of bars that the model takes. {@link maxMelodyBars} applies, too, where it is smaller. */
  readonly maxBars: number;
  /** The time signature in which the model was trained. Without it, any that the technique takes is allowed. */
  readonly modelTimeSignature?: PieceTimeSignature | undefined;
}

/**
 * Returns the maximum number of bars of an input. A technique that goes on with it adds at least one.
 * @param maxBars - the maximum number of bars that the model takes
 */
export function maxGivenBars(technique: TechniqueId, maxBars: number): number {
  return Math.min(maxBars, maxMelodyBars) - (techniques[technique].extends ? 1 : 0);
}

/** Returns the bars that the options choose, or the first rule that they break. */
export function chooseBars(params: ChooseBarsParams): BarChoice {
  const { melody, options, technique, maxBars, modelTimeSignature } = params;
  const { ranges = barRanges(melody.bars, []) } = melody;
  const taken = modelTimeSignature === undefined ? timeSignaturesTakenBy(technique) : [modelTimeSignature];
  const takenRanges = usableBars(ranges, taken);
  const { startBar = 1 } = options;
  if (startBar > melody.bars) {
    return refused({
      code: "BARS_OUT_OF_RANGE",
      field: "startBar",
      message: `startBar is ${startBar}; the melody has ${melody.bars} bars`,
      reason: "lies after the melody's end",
      value: startBar,
      allowed: `1 to ${melody.bars}`,
    });
  }
  const available = melody.bars - startBar + 1;
  const { bars = available } = options;
  if (bars > available) {
    return refused({
      code: "BARS_OUT_OF_RANGE",
      field: "bars",
      message: `bars is ${bars}; from bar ${startBar} the melody has ${available}`,
      reason: "reaches past the melody's end",
      value: bars,
      allowed: `1 to ${available}`,
    });
  }
  const max = maxGivenBars(technique, maxBars);
  if (bars > max) {
    const room = techniques[technique].extends ? `, because the piece has at most ${max + 1} with what is added` : "";
    const advice = "choose a part of it with inputOptions.startBar and inputOptions.bars";
    const next = nextBarWithNotes(melody, startBar) ?? startBar;
    const isTaken = takenRanges.some(({ firstBar, lastBar }) => firstBar <= next && next <= lastBar);
    const rests = next > startBar && isTaken ? `. Notes begin in bar ${next}: begin with that startBar` : "";
    return refused({
      code: "MELODY_TOO_LONG",
      field: "bars",
      message: `the melody has ${bars} bars; at most ${max} can be given to the model${room}: ${advice}${rests}`,
      reason: "is more bars than the model takes",
      value: bars,
      allowed: `1 to ${max}`,
    });
  }
  const firstWithNotes = nextBarWithNotes(melody, startBar) ?? Infinity;
  if (firstWithNotes >= startBar + bars) {
    const choices = choicesInWords(runsWithNotes(takenRanges, melody));
    return refused({
      code: "MELODY_EMPTY",
      field: "startBar",
      message: `no note begins in ${barsInWords(startBar, bars)}`,
      reason: "begins bars that are all rests or held notes",
      value: startBar,
      allowed: choices === "" ? `none: no note begins in bars that ${technique} takes` : `notes begin in ${choices}`,
    });
  }
  const touched = touchedBars(ranges, startBar, bars);
  const [chosen] = usableBars(touched, taken);
  if (chosen === undefined || touched.length > 1) {
    return refused(
      timeSignatureIssue({ ranges, known: melody, touched, startBar, bars, technique, modelTimeSignature }),
    );
  }
  return { kind: "CHOSEN", startBar, bars, timeSignature: chosen.timeSignature };
}

/** The bars in which notes of one track begin, as `barsWithNotes` tells of them. */
export interface TrackBars {
  readonly index: number;
  readonly barsWithNotes: string;
}

export interface ExtendedTracksIssueParams {
  /** All tracks with notes that are not drums. */
  readonly tracks: readonly TrackBars[];
  /** The indices of those that go on. */
  readonly extendedTracks: readonly number[];
  readonly chosen: Pick<Extract<BarChoice, { kind: "CHOSEN" }>, "startBar" | "bars">;
  /** All bars of the piece by their time signatures. */
  readonly ranges: readonly BarRange[];
  readonly technique: TechniqueId;
}

/** Returns an issue if no note of a track that goes on begins in the chosen bars, in which notes of others do. */
export function extendedTracksIssue(params: ExtendedTracksIssueParams): InputIssue | undefined {
  const { tracks, extendedTracks, chosen, ranges, technique } = params;
  const { startBar, bars } = chosen;
  const beginsThere = (barsWithNotes: string): boolean =>
    (nextBarWithNotes({ barsWithNotes }, startBar) ?? Infinity) < startBar + bars;
  const own = togetherWithNotes(
    tracks.filter(({ index }) => extendedTracks.includes(index)).map(({ barsWithNotes }) => barsWithNotes),
  );
  if (beginsThere(own)) return undefined;
  const others = tracks.filter(({ barsWithNotes }) => beginsThere(barsWithNotes)).map(({ index }) => index);
  const taken = usableBars(ranges, timeSignaturesTakenBy(technique));
  const ownBars = choicesInWords(runsWithNotes(taken, { barsWithNotes: own }));
  const value = extendedTracks.join(", ");
  const found = `begins in ${barsInWords(startBar, bars)}`;
  const advice = ownBars === "" ? "" : `, or choose other bars: notes of these tracks begin in ${ownBars}`;
  return {
    code: "MELODY_EMPTY",
    field: "extendedTracks",
    message: `no note of a track that goes on (${value}) ${found}; choose a track with notes there${advice}`,
    reason: `names only tracks of which no note ${found}`,
    value,
    allowed: `at least one of ${others.sort((one, other) => one - other).join(", ")}`,
  };
}

interface TimeSignatureIssueParams {
  /** All bars of the melody. */
  readonly ranges: readonly BarRange[];
  readonly known: NoteBars;
  /** Those that the chosen bars touch. */
  readonly touched: readonly BarRange[];
  readonly startBar: number;
  readonly bars: number;
  readonly technique: TechniqueId;
  readonly modelTimeSignature: PieceTimeSignature | undefined;
}

/**
 * Returns the issue of chosen bars that are in several time signatures, or in one that the model or the technique does
 * not take. It names the bars with notes that it takes, and what else takes the chosen bars, if there is anything.
 */
function timeSignatureIssue({
  ranges,
  known,
  touched,
  startBar,
  bars,
  technique,
  modelTimeSignature: trained,
}: TimeSignatureIssueParams): InputIssue {
  const taken = trained === undefined ? timeSignaturesTakenBy(technique) : [trained];
  // A technique that takes one time signature is told where the others are, and any other where they change.
  const told = taken.length === 1 ? touched.filter(({ timeSignature }) => timeSignature !== taken[0]) : touched;
  const found = `of the chosen ${barsInWords(startBar, bars)}, ${timeSignaturesInWords(told)}`;
  const rule =
    trained === undefined
      ? `${technique} takes bars in ${taken.length > 1 && touched.length > 1 ? "one time signature" : taken.join(", ")}`
      : `the model was trained in ${trained} and takes no other bars`;
  const withOptions = "with inputOptions.startBar and inputOptions.bars";

  const own = choicesInWords(fromFirstNotes(usableBars(ranges, taken), known));
  const usable = fromFirstNotes(usableBars(ranges), known);
  const [whole] = touched.length === 1 ? usableBars(touched) : [];
  const wanted = whole ?? usable[0];
  if (wanted === undefined) return noUsableBarsIssue(found, bars);
  const others = techniquesTaking(wanted.timeSignature)
    .filter((id) => id !== technique)
    .join(", ");
  const advice = own === "" ? [] : [`${own} ${withOptions}`];
  const isTaken = timeSignaturesTakenBy(technique).includes(wanted.timeSignature);
  if (trained !== undefined && isTaken)
    advice.push(`a model of ${technique} that was trained in ${wanted.timeSignature}`);
  if (whole !== undefined) advice.push(`the technique ${others}, which takes ${whole.timeSignature}`);
  else if (own === "") advice.push(`the technique ${others} and ${choicesInWords(usable)} ${withOptions}`);
  const message = `${found}; ${rule}: choose ${advice.join(", or ")}`;
  const code = "TIME_SIGNATURE_NOT_SUPPORTED";
  if (own !== "") {
    const reason = "reaches into bars of another time signature";
    return { code, field: "bars", message, reason, value: bars, allowed: own };
  }
  if (trained !== undefined && isTaken) {
    const reason = `was trained in ${trained}, and the chosen bars are in ${wanted.timeSignature}`;
    const allowed = `a model of ${technique} that was trained in ${wanted.timeSignature}`;
    return { code, field: "modelId", message, reason, value: technique, allowed };
  }
  const reason = `takes ${taken.join(", ")}`;
  return { code, field: "technique", message, reason, value: technique, allowed: others };
}

/** Returns the issue of a track of which no bars are known that can be composed with. It lists only so many time signatures. */
const noUsableBarsIssue = (found: string, bars: number): InputIssue => ({
  code: "TIME_SIGNATURE_NOT_SUPPORTED",
  field: "bars",
  message: `${found}; the track lists no bars with notes that can be composed with`,
  reason: "is in time signatures that cannot be composed with",
  value: bars,
  allowed: `bars in ${pieceTimeSignatures.join(", ")}`,
});

/** Returns an issue if one of the chosen notes would leave the pitches 0 to 127. */
export function transposeIssue({ lowest, highest }: PitchSpan, transpose: number): InputIssue | undefined {
  const isInRange = lowest + transpose >= 0 && highest + transpose <= highestPitch;
  if (isInRange) return undefined;
  const pitch = lowest + transpose < 0 ? lowest : highest;
  return {
    code: "PITCH_OUT_OF_RANGE",
    field: "transpose",
    message: `transposed by ${transpose}, pitch ${pitch} becomes ${pitch + transpose}; allowed are 0 to ${highestPitch}`,
    reason: "moves notes out of range",
    value: transpose,
    allowed: `${Math.max(-octave, -lowest)} to ${Math.min(octave, highestPitch - highest)}`,
  };
}
