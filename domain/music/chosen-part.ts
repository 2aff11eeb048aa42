/** The part of some music that is composed with: what the input options of a composition do to a melody. */
import type { TechniqueId } from "../../naming/resource-names";
import type { InputOptions } from "../schemas/composition-parts";
import { rangesOf, startOfBar } from "./bar-lines";
import { chooseBars, type InputIssue, maxMelodyBars, transposeIssue } from "./input-limits";
import {
  type Melody,
  MelodyError,
  type Music,
  noteBarsOf,
  pitchSpan,
  stepsPerBeat,
  stretchesOf,
  type TrackMelody,
} from "./melody";
import { endTick, type MidiNote } from "./midi-note";
import { ticksPerBar } from "./time-signatures";

const melodyError = ({ code, message }: InputIssue): MelodyError => new MelodyError(code, message);

/** The part of some music that input options choose. */
interface ChosenPart extends Pick<Melody, "bars" | "timeSignature"> {
  /**
   * Returns the notes of one line that begin in the part, as the options ask for them, transposed by so many semitones.
   * A note is cut where the part ends.
   * @throws MelodyError when a note would leave the range 0-127
   */
  readonly notesOf: (notes: readonly MidiNote[], transpose?: number) => MidiNote[];
}

/**
 * Chooses the part of some music that the options ask for.
 * @throws MelodyError when the bars lie outside the music or are in time signatures that the technique does not take,
 *   no note begins in them, or they are more than it takes
 */
export function choosePart(music: Music, options: InputOptions, technique: TechniqueId): ChosenPart {
  const stretches = stretchesOf(music);
  const choice = chooseBars({
    melody: { bars: music.bars, ranges: rangesOf(stretches), barsWithNotes: noteBarsOf(music) },
    options,
    technique,
    maxBars: maxMelodyBars,
  });
  if (choice.kind === "REFUSED") throw melodyError(choice.issue);
  const { startBar, bars, timeSignature } = choice;
  // After a bar of eighths in an odd division, a bar line lies between two ticks.
  const from = Math.ceil(startOfBar(stretches, startBar));
  const to = from + bars * ticksPerBar(timeSignature, music.ticksPerBeat);
  const step = music.ticksPerBeat / stepsPerBeat;
  const onGrid = (tick: number): number => Math.round(Math.round(tick / step) * step);
  return {
    bars,
    timeSignature,
    notesOf: (notes, transpose = 0) => {
      const chosen = notes.filter(({ startTick }) => startTick >= from && startTick < to);
      const issue = transposeIssue(pitchSpan(chosen), transpose);
      if (issue !== undefined) throw melodyError(issue);
      return chosen.map((note): MidiNote => {
        const startTick = note.startTick - from;
        const endsAt = Math.min(endTick(note), to) - from;
        const pitch = note.pitch + transpose;
        if (options.rhythmAssist !== true) return { ...note, startTick, durationTicks: endsAt - startTick, pitch };
        // A note that begins in the last half step would be rounded to the end of the last bar, so it stays on its last
        // step.
        const assistedStart = Math.min(onGrid(startTick), onGrid(to - from - step));
        const assistedEnd = Math.min(Math.max(onGrid(endsAt), onGrid(assistedStart + step)), to - from);
        return { ...note, startTick: assistedStart, durationTicks: assistedEnd - assistedStart, pitch };
      });
    },
  };
}

/**
 * Returns the melody as the options ask for it: a part of its bars, another tempo, other pitches, or moved onto the
 * grid. Without options every note stays as it is. A note that begins in the chosen bars is kept and is cut where they
 * end.
 * @throws MelodyError when the bars lie outside the melody or are in time signatures that the technique does not take,
 *   nothing sounds in them, more are left than it takes, or a note would leave the range 0-127
 */
export function applyInputOptions(melody: Melody | TrackMelody, options: InputOptions, technique: TechniqueId): Melody {
  const { bars, timeSignature, notesOf } = choosePart(melody, options, technique);
  const notes = notesOf(melody.notes, options.transpose);
  const { name, program, ticksPerBeat } = melody;
  return { name, program, ticksPerBeat, tempo: options.tempo ?? melody.tempo, bars, timeSignature, notes };
}
