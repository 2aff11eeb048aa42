/** A melody after a model has re-written it on the grid: what the model left alone stays as it was played. */
import { cellOf } from "./edit-events";
import { gridPlace, type Melody, type ModelNote, stepsPerBar, stepsPerBeat, withWholeSteps } from "./melody";
import { endTick, type MidiNote } from "./midi-note";

/** The notes of the melody that begin on one step and have one pitch: to the model they are one note. */
interface PlayedTogether {
  readonly pitch: number;
  /** Where the latest of them ends. */
  readonly end: number;
  readonly notes: readonly MidiNote[];
}

/** What was played, by pitch and onset, and by pitch and end. */
interface PlayedPlaces {
  readonly byOnset: ReadonlyMap<number, PlayedTogether>;
  readonly byEnd: ReadonlyMap<number, PlayedTogether>;
}

function playedPlaces({ notes, ticksPerBeat, bars }: Melody): PlayedPlaces {
  const byOnset = new Map<number, PlayedTogether>();
  for (const note of notes) {
    const { onset, end } = gridPlace(note, ticksPerBeat, bars * stepsPerBar);
    const place = cellOf(onset, note.pitch);
    const known = byOnset.get(place);
    byOnset.set(place, {
      pitch: note.pitch,
      end: Math.max(end, known?.end ?? 0),
      notes: [...(known?.notes ?? []), note],
    });
  }
  return { byOnset, byEnd: new Map([...byOnset.values()].map((each) => [cellOf(each.end, each.pitch), each])) };
}

const earliest = (notes: readonly MidiNote[]): number => Math.min(...notes.map(({ startTick }) => startTick));
const latest = (notes: readonly MidiNote[]): number => Math.max(...notes.map(endTick));

/**
 * The re-written piece in the melody's place, with its name, instrument and tempo.
 *
 * A note that the model left alone (same pitch, step and length) stays as it was played: ticks and velocity. Of a note that
 * it changed, the beginning or end that it left alone stays. Everything else stands on the grid.
 * @param notes - the whole piece; no two of a pitch sound at once
 */
export function rewrittenMelody(given: Melody, notes: readonly ModelNote[]): Melody {
  const melody = withWholeSteps(given);
  const stepTicks = melody.ticksPerBeat / stepsPerBeat;
  const { byOnset, byEnd } = playedPlaces(melody);
  const rewritten = notes.flatMap(({ onset, duration, pitch, velocity }): readonly MidiNote[] => {
    const end = onset + duration;
    const beginning = byOnset.get(cellOf(onset, pitch));
    const ending = byEnd.get(cellOf(end, pitch));
    // Not by its end: another note of the pitch may have ended with it.
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
