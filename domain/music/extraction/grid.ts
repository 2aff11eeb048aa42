/**
 * Moves the notes of a file onto the grid of sixteenths, straightens its swing, and measures how far they were moved. A
 * bar in which too many notes do not belong on the grid is unusable.
 */
import { type ModelNote, onSteps } from "../melody";
import { endTick, type MidiNote } from "../midi-note";
import type { MidiTrack, Song } from "../song";
import { barShapes, stepsPerQuarter } from "../time-signatures";
import { type PieceBar, pieceBarAt, type PieceBars } from "./piece-bars";

/** A track on the grid. The onsets of its notes count the sixteenths of all piece bars. */
export interface PlacedTrack {
  readonly track: MidiTrack;
  /** In order of their onsets, then of their pitches. */
  readonly notes: readonly ModelNote[];
}

export interface Grid {
  readonly tracks: readonly PlacedTrack[];
  /** For each piece bar, whether its notes belong on the grid. */
  readonly usable: readonly boolean[];
  /** True if the file swings: its off-beat eighths were moved from two thirds of a beat to the half. */
  readonly swing: boolean;
  /** The number of notes that were placed. */
  readonly notes: number;
  /** The number of notes that begin in bars in which no piece can stand. */
  readonly notesElsewhere: number;
  /** The number of notes that were a quarter of a sixteenth or more away from the grid, after swing was straightened. */
  readonly notesOff: number;
  /** How far notes were moved, in sixteenths. */
  readonly meanMove: number;
  readonly maxMove: number;
}

/** A note that is so far from the grid, in sixteenths, is off it. */
const offFrom = 0.25;
/** A bar in which a larger share of notes is off the grid is unusable. */
const maxShareOff = 0.2;

/** Notes of a swinging file by the place in their beat. */
interface BeatPlaces {
  onGrid: number;
  firstThird: number;
  secondThird: number;
  elsewhere: number;
}

const isNear = (place: number, other: number): boolean => Math.abs(place - other) < 0.07;
const distanceToStep = (steps: number): number => Math.abs(steps - Math.round(steps));

/** Returns true if off-beats lie at two thirds of a beat, and hardly any note in triplets or anywhere else. */
function isSwing({ onGrid, firstThird, secondThird, elsewhere }: BeatPlaces): boolean {
  const all = onGrid + firstThird + secondThird + elsewhere;
  return secondThird > 0.08 * all && firstThird < 0.5 * secondThird && elsewhere < 0.12 * all;
}

/** Returns a place in beats as if it were played straight: the first two thirds of a beat become its first half. */
function straight(beats: number): number {
  const beat = Math.floor(beats);
  const inBeat = beats - beat;
  return beat + (inBeat < 2 / 3 ? inBeat * 0.75 : 0.5 + (inBeat - 2 / 3) * 1.5);
}

/** A note with the index of the piece bar in which it begins. */
interface NoteInBar {
  readonly note: MidiNote;
  readonly bar: number;
}

const hasThreeEighths = ({ timeSignature }: PieceBar): boolean => barShapes[timeSignature].beatSteps === 6;

/** Places all notes of a song that begin in bars of pieces. */
export function placeOnGrid({ ticksPerBeat, tracks }: Pick<Song, "ticksPerBeat" | "tracks">, map: PieceBars): Grid {
  const { bars, steps } = map;
  const found = tracks.map((track) => ({ track, notes: notesInBars(track.notes, bars) }));
  const places: BeatPlaces = { onGrid: 0, firstThird: 0, secondThird: 0, elsewhere: 0 };
  for (const { note, bar } of found.flatMap(({ notes }) => notes)) {
    const pieceBar = bars[bar];
    // A beat of three eighths has its thirds on the grid.
    if (pieceBar === undefined || hasThreeEighths(pieceBar)) continue;
    const inBeat = ((note.startTick - pieceBar.startTick) % ticksPerBeat) / ticksPerBeat;
    if (distanceToStep(inBeat * stepsPerQuarter) < offFrom) places.onGrid += 1;
    else if (isNear(inBeat, 2 / 3)) places.secondThird += 1;
    else if (isNear(inBeat, 1 / 3)) places.firstThird += 1;
    else places.elsewhere += 1;
  }
  const swing = isSwing(places);

  /** Returns the place of a tick in all piece bars, in sixteenths. Between two piece bars it is the end of the first. */
  const placeOf = (tick: number, bar: PieceBar): number => {
    const beats = Math.min(tick - bar.startTick, bar.ticks) / ticksPerBeat;
    return bar.firstStep + (swing && !hasThreeEighths(bar) ? straight(beats) : beats) * stepsPerQuarter;
  };
  const notesOfBar = new Uint32Array(bars.length);
  const offOfBar = new Uint32Array(bars.length);
  let moved = 0;
  let maxMove = 0;
  const place = ({ note, bar }: NoteInBar): ModelNote[] => {
    const startBar = bars[bar];
    const endBar = bars[pieceBarAt(bars, endTick(note) - 1)];
    if (startBar === undefined || endBar === undefined) return [];
    const from = placeOf(note.startTick, startBar);
    const move = distanceToStep(from);
    moved += move;
    maxMove = Math.max(maxMove, move);
    notesOfBar[bar] = (notesOfBar[bar] ?? 0) + 1;
    if (move >= offFrom) offOfBar[bar] = (offOfBar[bar] ?? 0) + 1;
    const { onset, end } = onSteps(from, placeOf(endTick(note), endBar), steps);
    return [{ onset, duration: end - onset, pitch: note.pitch, velocity: note.velocity }];
  };
  const placed = found.map(({ track, notes }) => ({
    track,
    notes: notes.flatMap(place).sort((one, other) => one.onset - other.onset || one.pitch - other.pitch),
  }));
  const notes = placed.reduce((sum, track) => sum + track.notes.length, 0);
  return {
    tracks: placed,
    usable: bars.map((_, bar) => (offOfBar[bar] ?? 0) <= maxShareOff * (notesOfBar[bar] ?? 0)),
    swing,
    notes,
    notesElsewhere: tracks.reduce((sum, track) => sum + track.notes.length, 0) - notes,
    notesOff: offOfBar.reduce((sum, count) => sum + count, 0),
    meanMove: notes === 0 ? 0 : moved / notes,
    maxMove,
  };
}

/** Returns the notes that begin in piece bars. The notes must be in order of their beginnings. */
function notesInBars(notes: readonly MidiNote[], bars: readonly PieceBar[]): NoteInBar[] {
  let bar = -1;
  return notes.flatMap((note) => {
    while ((bars[bar + 1]?.startTick ?? Infinity) <= note.startTick) bar += 1;
    const found = bars[bar];
    return found !== undefined && note.startTick < found.startTick + found.ticks ? [{ note, bar }] : [];
  });
}
