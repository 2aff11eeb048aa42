/** Puts together a piece that goes on: what was given, and what was written after it. */
import type { InvocationResponse } from "../schemas/invocation";
import { type GivenPiece, heardTracks, pieceWithWholeSteps } from "./given-piece";
import { type ModelNote, tickOfStep } from "./melody";
import { endTick, type MidiNote } from "./midi-note";
import { type GeneratedTrack, type Score, sharedMembers } from "./score";
import { ticksPerBar } from "./time-signatures";

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
 * Returns the piece that goes on. Every given note stays as it was, tick for tick, with its velocity; drums and tracks
 * that were not heard end where they ended. A voice that enters is a track of its own after the given ones. A model
 * writes new notes as loud as those before them, so their velocities stay, too.
 */
export function extendScore({ name, piece: given, continuation, written }: ExtendScoreParams): Score {
  const piece = pieceWithWholeSteps(given);
  const { ticksPerBeat, tempo, timeSignature } = piece;
  const tickOf = (step: number): number => tickOfStep(step, ticksPerBeat);
  const placed = (notes: readonly ModelNote[]): MidiNote[] =>
    notes.map(({ onset, duration, pitch, velocity }) => ({
      startTick: tickOf(onset),
      durationTicks: tickOf(onset + duration) - tickOf(onset),
      pitch,
      velocity,
    }));
  const heard = heardTracks(piece);
  const generatedFromTick = tickOf(continuation.firstStep);
  // Drums and tracks that are not heard may last longer than the new music.
  const lastTick = Math.max(0, ...piece.tracks.map(({ notes }) => latestEnd(notes)));
  const givenBars = Math.min(piece.bars, Math.ceil(lastTick / ticksPerBar(timeSignature, ticksPerBeat)));
  return {
    ...sharedMembers({ name, ticksPerBeat, tempo, bars: Math.max(continuation.bars, givenBars), timeSignature }),
    tracks: [
      ...piece.tracks.map(({ notes, ...track }, index) => {
        const position = heard.indexOf(index);
        const added = placed(position === -1 ? [] : (written[position]?.notes ?? []));
        return added.length === 0
          ? { ...track, source: "input" as const, notes: [...notes] }
          : { ...track, source: "extended" as const, generatedFromTick, notes: [...notes, ...added] };
      }),
      ...written.slice(heard.length).map((track) => ({
        name: track.name,
        program: track.program,
        source: "generated" as const,
        generatedFromTick,
        notes: placed(track.notes),
      })),
    ],
  };
}

/** Returns the tick at which the last of the notes ends; 0 if there are none. */
function latestEnd(notes: readonly MidiNote[]): number {
  return notes.reduce((latest, note) => Math.max(latest, endTick(note)), 0);
}
