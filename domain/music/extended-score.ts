/** Puts together a piece that goes on: what was given, and what was written after it. */
import type { InvocationResponse } from "../schemas/invocation";
import { beginningOf } from "../schemas/text";
import { type GivenPiece, heardTracks, pieceWithWholeSteps, trackOfPiece } from "./given-piece";
import { type ModelNote, tickOfStep, toGrid } from "./melody";
import { endTick, type MidiNote } from "./midi-note";
import { type GeneratedTrack, type Score, sharedMembers } from "./score";
import { barShapes } from "./time-signatures";

/** Where new music begins, and the bars of the piece with it. */
export type Continuation = NonNullable<InvocationResponse["continuation"]>;

export interface ExtendScoreParams {
  readonly name: string;
  readonly piece: GivenPiece;
  readonly continuation: Continuation;
  /** What was written: first for the heard tracks, in their order, then the voices that enter. */
  readonly written: readonly GeneratedTrack[];
}

/**
 * Returns the step from which a piece is gone on with: the first beat after the last note that is heard. Whole bars of
 * rests at the end stay, so the step lies as many bars later.
 */
export function seamOf(piece: GivenPiece): number {
  const { steps, beatSteps } = barShapes[piece.timeSignature];
  const ends = heardTracks(piece)
    .flatMap((index) => toGrid(trackOfPiece(piece, index)))
    .map(({ onset, duration }) => onset + duration);
  const beat = Math.ceil(ends.reduce((latest, end) => Math.max(latest, end), 0) / beatSteps) * beatSteps;
  return beat + steps * (piece.bars - Math.ceil(beat / steps));
}

/**
 * Returns the piece that goes on. Every given note stays as it was, tick for tick, with its velocity; drums and tracks
 * that were not heard end where they ended. A voice that enters is a track of its own after the given ones, with a name
 * that none of them has. A model writes new notes as loud as those before them, so their velocities stay, too. Where a
 * given note that is played off the grid ends after the seam, new notes begin with its end, so that no repeated pitch
 * cuts it.
 */
export function extendScore({ name, piece: given, continuation, written }: ExtendScoreParams): Score {
  const piece = pieceWithWholeSteps(given);
  const { ticksPerBeat, tempo, timeSignature } = piece;
  const heard = heardTracks(piece);
  const givenEnd = Math.max(...heard.map((index) => latestEnd(piece.tracks[index]?.notes ?? [])));
  const tickOf = (step: number): number => Math.max(tickOfStep(step, ticksPerBeat), givenEnd);
  const placed = (notes: readonly ModelNote[]): MidiNote[] =>
    notes.map(({ onset, duration, pitch, velocity }) => ({
      startTick: tickOf(onset),
      durationTicks: tickOf(onset + duration) - tickOf(onset),
      pitch,
      velocity,
    }));
  const generatedFromTick = tickOf(continuation.firstStep);
  const entering = written.slice(heard.length);
  const names = namesBeside(
    piece.tracks.map((track) => track.name),
    entering.map((track) => track.name),
  );
  return {
    ...sharedMembers({ name, ticksPerBeat, tempo, bars: continuation.bars, timeSignature }),
    tracks: [
      ...piece.tracks.map(({ notes, rests: _, ...track }, index) => {
        const position = heard.indexOf(index);
        const added = placed(position === -1 ? [] : (written[position]?.notes ?? []));
        return added.length === 0
          ? { ...track, source: "input" as const, notes: [...notes] }
          : { ...track, source: "extended" as const, generatedFromTick, notes: [...notes, ...added] };
      }),
      ...entering.map((track, position) => ({
        name: names[position] ?? track.name,
        program: track.program,
        source: "generated" as const,
        generatedFromTick,
        notes: placed(track.notes),
      })),
    ],
  };
}

/** Returns names, each of which is followed by a number where a track has it already: `Alto 2`. */
function namesBeside(taken: readonly string[], names: readonly string[]): string[] {
  const all = new Set(taken);
  return names.map((name) => {
    let free = name;
    for (let number = 2; all.has(free); number += 1) free = `${name} ${number}`;
    all.add(free);
    return free;
  });
}

/** Returns the tick at which the last of the notes ends; 0 if there are none. */
function latestEnd(notes: readonly MidiNote[]): number {
  return notes.reduce((latest, note) => Math.max(latest, endTick(note)), 0);
}

/** The maximum numbers of tracks that a remark names, and of UTF-16 code units that it shows of a name. */
const named = { tracks: 12, name: 24 };

/** Returns tracks in words, by their numbers in `output.tracks` and their names. */
function tracksInWords(score: Score, indices: readonly number[]): string {
  const words = indices.slice(0, named.tracks).map((index) => {
    const name = score.tracks[index]?.name ?? "";
    return name === "" ? String(index) : `${index} (${beginningOf(name, named.name)})`;
  });
  const others = indices.length - words.length;
  return [...words, ...(others > 0 ? [`${others} more`] : [])].join(", ");
}

/**
 * Returns sentences about a piece in which not every given track goes on: which tracks do, and which rest. Drums and
 * tracks without notes never go on, so there is nothing to say of them.
 */
export function restsInWords(score: Score): string[] {
  const given = score.tracks.flatMap(({ source, isDrums, notes }, index) =>
    source !== "generated" && isDrums !== true && notes.length > 0 ? [{ index, goesOn: source === "extended" }] : [],
  );
  const indices = (wanted: boolean): number[] =>
    given.filter(({ goesOn }) => goesOn === wanted).map(({ index }) => index);
  const resting = indices(false);
  if (resting.length === 0) return [];
  const rest = `These tracks rest in what is added: ${tracksInWords(score, resting)}.`;
  if (score.tracks.every(({ source }) => source === "input")) {
    return [`Nothing was added but rests. Another seed may change that. ${rest}`];
  }
  const extended = indices(true);
  const goOn = extended.length === 0 ? "No track goes on." : `These tracks go on: ${tracksInWords(score, extended)}.`;
  return [goOn, rest];
}
