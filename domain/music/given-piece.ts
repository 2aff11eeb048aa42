/** What a composition is given: one melody, or all tracks of a piece. */
import type { TechniqueId } from "../../naming/resource-names";
import type { InputOptions } from "../schemas/composition-parts";
import { barAt } from "./bar-lines";
import { barsWithNotes } from "./bars-with-notes";
import { choosePart } from "./chosen-part";
import type { PitchSpan } from "./input-limits";
import { type Bars, type Melody, MelodyError, pitchSpan, type TrackMelody, withWholeSteps } from "./melody";
import type { MidiNote } from "./midi-note";
import { type Score, sharedMembers } from "./score";
import type { MidiTrack, Song } from "./song";
import { timeSignatureOf } from "./time-signatures";

/** A track that was given. */
export interface GivenTrack extends Pick<
  Score["tracks"][number],
  "name" | "program" | "isDrums" | "isWritten" | "mix"
> {
  readonly notes: readonly MidiNote[];
  /** Present if the track stays as it is although others go on. It is not heard. */
  readonly rests?: true;
}

/** Tracks that have their bars in common. A melody is a piece of one track. */
export interface GivenPiece extends Pick<Melody, "ticksPerBeat" | "tempo" | "bars" | "timeSignature"> {
  /** The tracks. The first is the tune. */
  readonly tracks: readonly GivenTrack[];
}

/** The maximum number of tracks that a technique hears (contracts/invocation-request: the melody and 15 others). */
export const maxHeardTracks = 16;

/** The maximum number of tracks of a piece that is given. With those that enter it, a piece has at most 64. */
export const maxGivenTracks = 48;

/** Returns a melody as a piece of one track. */
export function pieceOfMelody({ name, program, notes, ticksPerBeat, tempo, bars, timeSignature }: Melody): GivenPiece {
  return { ticksPerBeat, tempo, bars, timeSignature, tracks: [{ name, program, notes }] };
}

/** Returns one track of a piece as a melody. */
export function trackOfPiece(piece: GivenPiece, index: number): Melody {
  const track = piece.tracks[index];
  if (track === undefined) throw new RangeError(`the piece has no track ${index}; it has ${piece.tracks.length}`);
  const { ticksPerBeat, tempo, bars, timeSignature } = piece;
  return { name: track.name, program: track.program, notes: track.notes, ticksPerBeat, tempo, bars, timeSignature };
}

/** Returns what was given as a score of its own, before anything is made of it. */
export function scoreOfPiece({ name, piece }: { readonly name: string; readonly piece: GivenPiece }): Score {
  return {
    ...sharedMembers({ ...piece, name }),
    tracks: piece.tracks.map(({ notes, rests: _, ...track }) => ({
      ...track,
      source: "input" as const,
      notes: [...notes],
    })),
  };
}

/**
 * Returns the indices of the tracks that a technique hears, in the piece's order: those with notes that are not drums,
 * and do not rest by choice.
 * Of more than {@link maxHeardTracks}, the first and those with the most notes are heard.
 */
export function heardTracks({ tracks }: Pick<GivenPiece, "tracks">): number[] {
  const noteCount = (index: number): number => tracks[index]?.notes.length ?? 0;
  const sounding = tracks.flatMap((track, index) =>
    track.notes.length > 0 && track.isDrums !== true && track.rests !== true ? [index] : [],
  );
  const [first, ...others] = sounding;
  if (first === undefined) return [];
  const fullest = others.sort((one, other) => noteCount(other) - noteCount(one) || one - other);
  return [first, ...fullest.slice(0, maxHeardTracks - 1)].sort((one, other) => one - other);
}

/** The error for a piece of more tracks than {@link maxGivenTracks}. Its message is for the music's owner. */
export class TooManyTracks extends Error {
  override readonly name = "TooManyTracks";
}

/** A track with the index that it has in its file or composition. */
interface TrackToChooseFrom extends GivenTrack {
  readonly index: number;
}

/** A piece before the options of a composition are applied. */
interface PieceToChooseFrom {
  readonly bars: Bars;
  readonly tempo: number;
  readonly tracks: readonly TrackToChooseFrom[];
}

/**
 * Returns the piece as the options ask for it. They change all tracks alike, but drums are not transposed, because their
 * pitches are no tones. A note must begin in the chosen bars, in whichever track that goes on and is not drums.
 * @throws MelodyError for what the options of a melody can break, too
 * @throws TooManyTracks
 */
export function choosePiece(
  { bars: allBars, tempo, tracks }: PieceToChooseFrom,
  options: InputOptions,
  technique: TechniqueId,
): GivenPiece {
  if (tracks.length > maxGivenTracks) {
    throw new TooManyTracks(`The input has ${tracks.length} tracks with notes; allowed are at most ${maxGivenTracks}.`);
  }
  const tones = tracks.filter(({ isDrums }) => isDrums !== true).flatMap(({ notes }) => notes);
  const { bars, timeSignature, notesOf } = choosePart({ ...allBars, notes: tones }, options, technique);
  const { extendedTracks } = options;
  const chosen = tracks.map(({ index, ...track }): GivenTrack => ({
    ...track,
    ...(extendedTracks?.includes(index) === false ? { rests: true } : {}),
    notes: notesOf(track.notes, track.isDrums === true ? 0 : options.transpose),
  }));
  if (extendedTracks !== undefined && heardTracks({ tracks: chosen }).length === 0) {
    const words = `no note of a track that goes on (${extendedTracks.join(", ")}) begins in the chosen bars`;
    throw new MelodyError("MELODY_EMPTY", words);
  }
  return {
    ticksPerBeat: allBars.ticksPerBeat,
    tempo: options.tempo ?? tempo,
    bars,
    timeSignature,
    tracks: chosen,
  };
}

/** Returns all tracks of a finished piece. */
export function wholeScore(score: Score): PieceToChooseFrom {
  const { ticksPerBeat, bars, tempo } = score;
  return {
    bars: { ticksPerBeat, bars, timeSignature: timeSignatureOf(score) },
    tempo,
    tracks: score.tracks.map(({ name, program, source, isDrums, isWritten, mix, notes }, index) => ({
      index,
      name,
      program,
      ...(isDrums === undefined ? {} : { isDrums }),
      ...(source === "generated" || isWritten === true ? { isWritten: true as const } : {}),
      ...(mix === undefined ? {} : { mix }),
      notes,
    })),
  };
}

/** Returns all tracks of a file, the chosen one first. The bars and the tempo are those of the chosen one. */
export function wholeFile(
  song: Song,
  chosen: { readonly index: number; readonly line: TrackMelody },
): PieceToChooseFrom {
  const others = song.tracks.filter(({ index }) => index !== chosen.index);
  const given = ({ index, name, program, isDrums, notes }: MidiTrack): TrackToChooseFrom => ({
    index,
    name,
    program,
    ...(isDrums ? { isDrums } : {}),
    notes,
  });
  const { name, program, notes, tempo } = chosen.line;
  return { bars: chosen.line, tempo, tracks: [{ index: chosen.index, name, program, notes }, ...others.map(given)] };
}

/** What is known of a file whose tracks may all be given, apart from what is known of the chosen one. */
export interface WholeFileFacts extends PitchSpan {
  /** The bars of the chosen track in which notes of any track that is not drums begin. */
  readonly barsWithNotes: string;
  /** The indices of the tracks that are not drums and have such notes. */
  readonly withNotes: number[];
  /** The bars in which notes of each of these tracks begin, in their order. */
  readonly barsOfTracks: string[];
}

/** Returns the facts of a whole file. Notes that begin after the bars of the chosen track are never given. */
export function wholeFileFacts(
  song: Song,
  chosen: { readonly index: number; readonly line: TrackMelody },
): WholeFileFacts {
  const { bars, barLines: stretches } = chosen.line;
  const tracks = wholeFile(song, chosen)
    .tracks.filter(({ isDrums }) => isDrums !== true)
    .map(({ index, notes }) => ({
      index,
      notes: notes.filter(({ startTick }) => barAt(stretches, startTick) <= bars),
    }));
  const tones = tracks.flatMap(({ notes }) => notes);
  // A file of more tracks is never given as a whole.
  const withNotes = tracks.filter(({ notes }) => notes.length > 0).slice(0, maxGivenTracks);
  return {
    barsWithNotes: barsWithNotes(stretches, tones),
    ...pitchSpan(tones),
    withNotes: withNotes.map(({ index }) => index),
    barsOfTracks: withNotes.map(({ notes }) => barsWithNotes(stretches, notes)),
  };
}

/** Returns the piece with a finer division where a sixteenth is not a whole number of ticks. */
export function pieceWithWholeSteps(piece: GivenPiece): GivenPiece {
  const lines = piece.tracks.map((_, index) => withWholeSteps(trackOfPiece(piece, index)));
  return {
    ...piece,
    ticksPerBeat: lines[0]?.ticksPerBeat ?? piece.ticksPerBeat,
    tracks: piece.tracks.map((track, index) => ({ ...track, notes: lines[index]?.notes ?? track.notes })),
  };
}
