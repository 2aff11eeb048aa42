/** Notes that a teacher of harmony would mark: dissonant pairs, parallels, and what lies outside the scale. */
import type { Piece, PieceNote, PieceTrack } from "../piece/piece";

/** Intervals, modulo the octave, that count as dissonant, as the measure `dissonantPairShare` has them. */
const dissonantIntervals: ReadonlySet<number> = new Set([1, 2, 6, 10, 11]);
const perfectIntervals: ReadonlySet<number> = new Set([0, 7]);
const majorScale = [0, 2, 4, 5, 7, 9, 11];
const pitchClasses = 12;
const noteNames = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

export type Mark = "dissonant" | "parallels" | "offScale";

export interface MarkedNotes {
  readonly notes: Readonly<Record<Mark, ReadonlySet<PieceNote>>>;
  /** The major scale that holds the most notes; a minor piece has that of its relative major. */
  readonly scale: string;
}

const tones = ({ tracks }: Piece): readonly PieceTrack[] => tracks.filter(({ isDrums }) => !isDrums);
const endOf = ({ start, duration }: PieceNote): number => start + duration;

function dissonances(voices: readonly PieceTrack[]): Set<PieceNote> {
  const marked = new Set<PieceNote>();
  const notes = voices.flatMap((voice) => voice.notes).sort((one, other) => one.start - other.start);
  for (const [index, note] of notes.entries()) {
    for (let next = index + 1; next < notes.length; next += 1) {
      const other = notes[next];
      if (other === undefined || other.start >= endOf(note)) break;
      if (!dissonantIntervals.has(Math.abs(note.pitch - other.pitch) % pitchClasses)) continue;
      marked.add(note);
      marked.add(other);
    }
  }
  return marked;
}

/** Two voices that move together, in one direction, from one perfect interval into the same. */
function parallels(voices: readonly PieceTrack[]): Set<PieceNote> {
  const marked = new Set<PieceNote>();
  for (const [index, upper] of voices.entries()) {
    for (const lower of voices.slice(index + 1)) {
      const lowerAt = new Map(lower.notes.map((note, place) => [note.start, place]));
      for (const [place, note] of upper.notes.entries()) {
        const before = upper.notes[place - 1];
        const otherPlace = lowerAt.get(note.start);
        const other = otherPlace === undefined ? undefined : lower.notes[otherPlace];
        const otherBefore = otherPlace === undefined ? undefined : lower.notes[otherPlace - 1];
        if (before === undefined || other === undefined || otherBefore === undefined) continue;
        const move = note.pitch - before.pitch;
        const otherMove = other.pitch - otherBefore.pitch;
        const interval = Math.abs(note.pitch - other.pitch) % pitchClasses;
        const intervalBefore = Math.abs(before.pitch - otherBefore.pitch) % pitchClasses;
        const isParallel =
          move !== 0 &&
          Math.sign(move) === Math.sign(otherMove) &&
          interval === intervalBefore &&
          perfectIntervals.has(interval) &&
          // Both pairs must really sound together.
          otherBefore.start < endOf(before) &&
          before.start < endOf(otherBefore);
        if (isParallel) for (const one of [before, note, otherBefore, other]) marked.add(one);
      }
    }
  }
  return marked;
}

/** Returns the root of the major scale that holds the most notes; of equals, the lowest. */
function bestScale(notes: readonly PieceNote[]): number {
  const held = Array.from({ length: pitchClasses }, (_, root) => {
    const scale = new Set(majorScale.map((degree) => (root + degree) % pitchClasses));
    return notes.filter(({ pitch }) => scale.has(pitch % pitchClasses)).length;
  });
  return held.indexOf(Math.max(...held));
}

export function markNotes(piece: Piece): MarkedNotes {
  const voices = tones(piece);
  const notes = voices.flatMap((voice) => voice.notes);
  const root = bestScale(notes);
  const scale = new Set(majorScale.map((degree) => (root + degree) % pitchClasses));
  return {
    notes: {
      dissonant: dissonances(voices),
      parallels: parallels(voices),
      offScale: new Set(notes.filter(({ pitch }) => !scale.has(pitch % pitchClasses))),
    },
    scale: `${noteNames[root] ?? ""} major`,
  };
}

/** Returns the piece with its marked notes as a track of its own, before those that keep the others. */
export function withMarkedTrack(piece: Piece, marked: ReadonlySet<PieceNote>, name: string): Piece {
  const tracks = piece.tracks.map((track) => ({ ...track, notes: track.notes.filter((note) => !marked.has(note)) }));
  const notes = piece.tracks.flatMap((track) => track.notes.filter((note) => marked.has(note)));
  const program = piece.tracks.find((track) => track.notes.some((note) => marked.has(note)))?.program ?? 0;
  const ordered = [...notes].sort((one, other) => one.start - other.start || one.pitch - other.pitch);
  return { ...piece, tracks: [{ name, program, isDrums: false, notes: ordered }, ...tracks] };
}
