/**
 * Puts the piece that a model re-wrote on the grid in the melody's place. What the model left alone stays as it was
 * played.
 */
import { cellOf } from "./edit-events";
import { gridPlace, type Melody, type ModelNote, stepsOf, stepsPerBeat, withWholeSteps } from "./melody";
import { endTick, type MidiNote } from "./midi-note";

/** The notes of the melody that begin on one step and have one pitch. To the model they are one note. */
interface PlayedTogether {
  readonly pitch: number;
  /** Step at which the latest of them ends. */
  readonly end: number;
  readonly notes: readonly MidiNote[];
}

/** The played notes, found by their pitch and onset, and by their pitch and end. */
interface PlayedPlaces {
  readonly byOnset: ReadonlyMap<number, PlayedTogether>;
  readonly byEnd: ReadonlyMap<number, PlayedTogether>;
}

function playedPlaces(melody: Melody): PlayedPlaces {
  const byOnset = new Map<number, PlayedTogether>();
  const steps = stepsOf(melody);
  for (const note of melody.notes) {
    const { onset, end } = gridPlace(note, melody.ticksPerBeat, steps);
    const place = cellOf(onset, note.pitch);
    const known = byOnset.get(place);
    byOnset.set(place, {
      pitch: note.pitch,
      end: Math.max(end, known?.end ?? 0),
      notes: [...(known?.notes ?? []), note],
    });
  }
  return {
    byOnset,
    byEnd: new Map([...byOnset.values()].map((together) => [cellOf(together.end, together.pitch), together])),
  };
}

const earliest = (notes: readonly MidiNote[]): number => Math.min(...notes.map(({ startTick }) => startTick));
const latest = (notes: readonly MidiNote[]): number => Math.max(...notes.map(endTick));

/**
 * Returns the re-written piece as a melody with the name, instrument and tempo of the one that it replaces.
 *
 * A note that the model left alone (same pitch, step and length) keeps the ticks and velocity with which it was played.
 * If the model moved only the beginning or only the end of a note, the other one stays as it was played. Everything
 * else stands on the grid.
 * @param notes - the whole piece, in which no two notes of one pitch sound at once
 */
export function rewrittenMelody(given: Melody, notes: readonly ModelNote[]): Melody {
  const melody = withWholeSteps(given);
  const stepTicks = melody.ticksPerBeat / stepsPerBeat;
  const { byOnset, byEnd } = playedPlaces(melody);
  const rewritten = notes.flatMap(({ onset, duration, pitch, velocity }): readonly MidiNote[] => {
    const end = onset + duration;
    const beginning = byOnset.get(cellOf(onset, pitch));
    const ending = byEnd.get(cellOf(end, pitch));
    // The end alone does not identify a note: another note of the pitch may have ended with it.
    if (beginning?.end === end) return beginning.notes;
    const startTick = beginning === undefined ? Math.round(onset * stepTicks) : earliest(beginning.notes);
    const playedEnd = ending === undefined ? undefined : latest(ending.notes);
    // A note shorter than a step may end before the step that it has on the grid.
    const keepsEnd = playedEnd !== undefined && playedEnd > startTick && Math.round(playedEnd / stepTicks) === end;
    const endsAt = keepsEnd ? playedEnd : Math.round(end * stepTicks);
    return [{ startTick, durationTicks: endsAt - startTick, pitch, velocity }];
  });
  rewritten.sort((one, other) => one.startTick - other.startTick || one.pitch - other.pitch);
  return { ...melody, notes: rewritten };
}
