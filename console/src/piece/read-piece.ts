import {
  barLines,
  choicesInWords,
  rangesOf,
  startOfBar,
  timeSignaturesInWords,
  type UsableBars,
  usableBars,
} from "../../../domain/music/bar-lines";
import { barsWithNotes, fromFirstNotes } from "../../../domain/music/bars-with-notes";
import { midiLimits, UnreadableMidiError } from "../../../domain/music/byte-reader";
import type { MidiNote } from "../../../domain/music/midi-note";
import { parseMidi, type Song, tempoAt } from "../../../domain/music/song";
import {
  type PieceTimeSignature,
  pieceTimeSignatureOf,
  pieceTimeSignatures,
} from "../../../domain/music/time-signatures";
import { barsIn, barTicks, type Piece, PieceError, type PieceNote } from "./piece";

/** Returns a reason as a sentence: it begins with a capital letter and ends with a full stop. */
const sentence = (reason: string): string => `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}.`;

function parse(bytes: ArrayBuffer): Song {
  try {
    return parseMidi(new Uint8Array(bytes));
  } catch (error) {
    if (error instanceof UnreadableMidiError) throw new PieceError(sentence(error.message), { cause: error });
    throw error;
  }
}

/** Which part of a file is read, where its time signature changes. */
export interface ReadOptions {
  /**
   * A track of an uploaded file, by its place among those with notes: the bars are those in which it has notes, as the
   * server counts them. Without it, they are those of the whole file.
   */
  readonly track?: number | undefined;
  /** A bar that the part must have. Without it, the longest part in which notes begin is read. */
  readonly bar?: number | undefined;
}

/** The bars of a file that are read, because its time signature changes. Bars count from 1. */
export interface TakenBars {
  readonly firstBar: number;
  readonly lastBar: number;
  /** All parts that can be read, in words: "bars 1 to 8, or bars 10 to 17". */
  readonly choices: string;
}

export interface ReadMusic {
  readonly piece: Piece;
  /** Absent where all bars are alike. */
  readonly taken?: TakenBars;
}

interface PieceBars {
  readonly timeSignature: PieceTimeSignature;
  readonly startTick: number;
  readonly bars: number;
  readonly taken?: TakenBars;
}

/** Returns the bars that are read, by the rules by which the server chooses bars. @throws PieceError if there are none */
function chooseBars({ timeSignatures, ticksPerBeat, tracks, end }: Song, { track, bar }: ReadOptions): PieceBars {
  const notes = tracks[track ?? -1]?.notes ?? tracks.flatMap((one) => one.notes);
  const stretches = barLines({ timeSignatures, ticksPerBeat, notes });
  const [first, second] = stretches;
  if (first === undefined) throw new PieceError("The file has no bars.");
  if (second === undefined) {
    const timeSignature = pieceTimeSignatureOf(first.timeSignature);
    if (timeSignature === undefined) {
      const known = pieceTimeSignatures.join(", ");
      throw new PieceError(`The bars are in ${first.timeSignature}; they must be in one of ${known}.`);
    }
    // Bars without notes at the end are part of the piece. What overhangs by less than a sixteenth is not.
    const silentEnd = Math.min(midiLimits.bars, Math.ceil(end / first.barTicks));
    const isFull = track !== undefined || end - first.bars * first.barTicks < ticksPerBeat / 4;
    return { timeSignature, startTick: 0, bars: isFull ? first.bars : silentEnd };
  }
  const all = rangesOf(stretches);
  const usable = usableBars(all);
  const begun = fromFirstNotes(usable, { barsWithNotes: barsWithNotes(stretches, notes) });
  const longest = begun.reduce<UsableBars | undefined>(
    (found, one) => (found === undefined || lengthOf(one) > lengthOf(found) ? one : found),
    undefined,
  );
  const chosen =
    bar === undefined ? longest : usable.find(({ firstBar, lastBar }) => firstBar <= bar && bar <= lastBar);
  if (longest === undefined || chosen === undefined) {
    const advice = longest === undefined ? "" : ` Choose ${choicesInWords(begun)}.`;
    throw new PieceError(`${sentence(timeSignaturesInWords(all))}${advice}`);
  }
  const { firstBar, lastBar, timeSignature } = chosen;
  const taken = { firstBar, lastBar, choices: choicesInWords(begun) };
  // After a bar of eighths in an odd division, a bar line lies between two ticks.
  return { timeSignature, startTick: Math.ceil(startOfBar(stretches, firstBar)), bars: lengthOf(chosen), taken };
}

const lengthOf = ({ firstBar, lastBar }: UsableBars): number => lastBar - firstBar + 1;

/** Returns the notes that begin in the bars, cut where the bars end. */
function notesFrom(notes: readonly MidiNote[], { startTick: from, taken }: PieceBars, length: number): PieceNote[] {
  return notes.flatMap(({ startTick, durationTicks, pitch, velocity }) => {
    const start = startTick - from;
    if (taken === undefined) return [{ start, duration: durationTicks, pitch, velocity }];
    if (start < 0 || start >= length) return [];
    return [{ start, duration: Math.min(durationTicks, length - start), pitch, velocity }];
  });
}

/**
 * Reads the bytes of a MIDI file by the server's own code, so that what the server refuses is refused here, in the same
 * words. Of a file whose time signature changes, bars of one time signature are read.
 * @throws PieceError when the bytes are no MIDI file, exceed the limits, or have no bars that the stage can show
 */
export function readMusic(bytes: ArrayBuffer, options: ReadOptions = {}): ReadMusic {
  const song = parse(bytes);
  const chosen = chooseBars(song, options);
  const { timeSignature, startTick, bars, taken } = chosen;
  const { ticksPerBeat, tempos, tracks } = song;
  const bar = { ...barsIn(timeSignature), ticksPerBeat };
  const length = bars * barTicks(bar);
  const later = tempos
    .filter(({ tick }) => tick > startTick && (taken === undefined || tick < startTick + length))
    .map((sign) => ({ ...sign, tick: sign.tick - startTick }));
  const piece = {
    tempo: tempoAt(song, startTick),
    ...(later.length === 0 ? {} : { tempos: later }),
    ...bar,
    bars,
    tracks: tracks.map(({ name, program, isDrums, mix, notes }) => ({
      name,
      program,
      isDrums,
      ...(mix.volume === undefined && mix.pan === undefined ? {} : { mix }),
      notes: notesFrom(notes, chosen, length),
    })),
  };
  return { piece, ...(taken === undefined ? {} : { taken }) };
}

/** Returns the piece of {@link readMusic}, with its errors. */
export const readPiece = (bytes: ArrayBuffer): Piece => readMusic(bytes).piece;
