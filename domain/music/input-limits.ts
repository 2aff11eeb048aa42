/**
 * Decides whether a model can take an input melody with the options of a composition. The API and the worker both ask
 * here.
 */
import type { InputOptions } from "../schemas/composition-parts";
import {
  type OtherTimeSignature,
  otherTimeSignaturesInWords,
  touchedTimeSignatures,
  usableBarsInWords,
} from "./bar-lines";

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
export interface MelodyFacts {
  readonly bars: number;
  /** The bar in which the first note begins; undefined while it is not known. */
  readonly firstBarWithNotes?: number | undefined;
  /** The bars that do not have four quarter notes. */
  readonly otherTimeSignatures?: readonly OtherTimeSignature[] | undefined;
}

/** A rule that an input melody and its options break, with the option that is to be changed. */
export interface InputIssue {
  readonly code:
    "BARS_OUT_OF_RANGE" | "MELODY_TOO_LONG" | "TIME_SIGNATURE_NOT_SUPPORTED" | "MELODY_EMPTY" | "PITCH_OUT_OF_RANGE";
  /** The option that is wrong, or that can be changed so that the rule holds. */
  readonly option: "startBar" | "bars" | "transpose";
  /** The end of a sentence that the caller begins, so it has no capital at its start and no full stop. */
  readonly message: string;
  readonly reason: string;
  readonly value: number;
  readonly allowed: string;
}

/** The bars of a melody that its options choose, or the issue because of which they cannot be used. */
export type BarChoice =
  | { readonly kind: "CHOSEN"; readonly startBar: number; readonly bars: number }
  | { readonly kind: "REFUSED"; readonly issue: InputIssue };

const barsInWords = (startBar: number, bars: number): string => `bars ${startBar} to ${startBar + bars - 1}`;

const refused = (issue: InputIssue): BarChoice => ({ kind: "REFUSED", issue });

/** Returns the issue of chosen bars in which no note begins. It names the allowed start if that is known. */
export const emptyBarsIssue = (startBar: number, bars: number, firstBarWithNotes?: number): InputIssue => ({
  code: "MELODY_EMPTY",
  option: "startBar",
  message: `no note begins in ${barsInWords(startBar, bars)}`,
  reason: "begins bars that are all rests",
  value: startBar,
  allowed:
    firstBarWithNotes === undefined ? "a bar from which notes begin" : `the notes begin in bar ${firstBarWithNotes}`,
});

export interface ChooseBarsParams {
  readonly melody: MelodyFacts;
  readonly options: Pick<InputOptions, "startBar" | "bars">;
  /** The maximum number of bars that the model takes. {@link maxMelodyBars} applies, too, where it is smaller. */
  readonly maxBars: number;
}

/** Returns the bars that the options choose, or the first rule that they break. */
export function chooseBars({ melody, options, maxBars }: ChooseBarsParams): BarChoice {
  const { firstBarWithNotes = 1, otherTimeSignatures = [] } = melody;
  const { startBar = 1 } = options;
  if (startBar > melody.bars) {
    return refused({
      code: "BARS_OUT_OF_RANGE",
      option: "startBar",
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
      option: "bars",
      message: `bars is ${bars}; from bar ${startBar} the melody has ${available}`,
      reason: "reaches past the melody's end",
      value: bars,
      allowed: `1 to ${available}`,
    });
  }
  const max = Math.min(maxBars, maxMelodyBars);
  if (bars > max) {
    const advice = "choose a part of it with inputOptions.startBar and inputOptions.bars";
    const rests =
      firstBarWithNotes > startBar ? `. Its notes begin in bar ${firstBarWithNotes}: begin with that startBar` : "";
    return refused({
      code: "MELODY_TOO_LONG",
      option: "bars",
      message: `the melody has ${bars} bars; at most ${max} can be given to the model: ${advice}${rests}`,
      reason: "is more bars than the model takes",
      value: bars,
      allowed: `1 to ${max}`,
    });
  }
  const touched = touchedTimeSignatures(otherTimeSignatures, startBar, bars);
  if (touched.length > 0) {
    const usable = usableBarsInWords(melody.bars, otherTimeSignatures);
    const advice = `choose ${usable} with inputOptions.startBar and inputOptions.bars`;
    return refused({
      code: "TIME_SIGNATURE_NOT_SUPPORTED",
      option: "bars",
      message: `of the chosen ${barsInWords(startBar, bars)}, ${otherTimeSignaturesInWords(touched)}: ${advice}`,
      reason: "reaches into bars of another time signature",
      value: bars,
      allowed: usable,
    });
  }
  if (startBar + bars <= firstBarWithNotes) return refused(emptyBarsIssue(startBar, bars, firstBarWithNotes));
  return { kind: "CHOSEN", startBar, bars };
}

/** Returns an issue if one of the chosen notes would leave the pitches 0 to 127. */
export function transposeIssue({ lowest, highest }: PitchSpan, transpose: number): InputIssue | undefined {
  const isInRange = lowest + transpose >= 0 && highest + transpose <= highestPitch;
  if (isInRange) return undefined;
  const pitch = lowest + transpose < 0 ? lowest : highest;
  return {
    code: "PITCH_OUT_OF_RANGE",
    option: "transpose",
    message: `transposed by ${transpose}, pitch ${pitch} becomes ${pitch + transpose}; allowed are 0 to ${highestPitch}`,
    reason: "moves notes out of range",
    value: transpose,
    allowed: `${Math.max(-octave, -lowest)} to ${Math.min(octave, highestPitch - highest)}`,
  };
}
