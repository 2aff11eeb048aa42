/**
 * Multi-track MIDI files of which it is known what each track is: the arranger accompanies the sample melodies. Names and
 * instruments are hidden, and the tracks stand in any order, so that only their notes say what they are.
 */
import { arrange, densities } from "../../domain/music/arranger/arrange";
import { chordRhythms } from "../../domain/music/arranger/chord-progression";
import { chosenBy, seededRandom } from "../../domain/music/arranger/seeded-random";
import { endOf, type Tune } from "../../domain/music/arranger/tune";
import { stylesIn } from "../../domain/music/arranger/styles";
import type { ModelNote } from "../../domain/music/melody";
import type { MidiNote } from "../../domain/music/midi-note";
import { writePlayedPiece } from "../../domain/music/midi-writer";
import { sampleMelodies } from "../../domain/music/sample-melodies";
import { barShapes, stepsPerQuarter } from "../../domain/music/time-signatures";

export interface ArrangedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly bars: number;
  readonly isSwung: boolean;
  /** Indices of the tracks in the file. */
  readonly melody: number;
  /** Absent where the tune itself is the bass. */
  readonly bass?: number;
  readonly drums?: number;
  /** The bars, from 1, in which notes of the melody begin. */
  readonly melodyBars: readonly number[];
}

export interface ArrangedFilesParams {
  readonly count: number;
  readonly seed: number;
}

const ticksPerBeat = 480;
const ticks = (steps: number): number => Math.round((steps * ticksPerBeat) / stepsPerQuarter);

/** A person plays up to so many ticks beside the grid: a sixteenth has 120. */
const maxLate = 12;

const asPlayed = (notes: readonly ModelNote[], random: () => number): MidiNote[] =>
  notes.map((note) => {
    const startTick = Math.max(0, ticks(note.onset) + Math.round((random() * 2 - 1) * maxLate));
    return {
      startTick,
      durationTicks: Math.max(1, ticks(endOf(note)) - startTick - Math.round(random() * maxLate)),
      pitch: note.pitch,
      velocity: note.velocity,
    };
  });

const shuffled = <Item>(items: readonly Item[], random: () => number): Item[] =>
  items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);

/** Returns seeded files: each a sample melody, one to three times, in some key, style and density. */
export function arrangedFiles({ count, seed }: ArrangedFilesParams): ArrangedFile[] {
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => {
    const [first, ...others] = items;
    if (first === undefined) throw new Error("there is nothing to choose from");
    return chosenBy(random, [first, ...others]);
  };
  return Array.from({ length: count }, (_, index) => {
    const { id, bars, notes } = pick(sampleMelodies);
    const times = pick([1, 2, 3]);
    const transpose = pick([-7, -5, -3, 0, 0, 2, 4, 5]);
    const { steps } = barShapes["4/4"];
    const tune: Tune = {
      bars: bars * times,
      timeSignature: "4/4",
      notes: Array.from({ length: times }, (__, time) =>
        notes.map(({ onset, duration, pitch }) => ({
          ...{ onset: onset + time * bars * steps, duration },
          ...{ pitch: pitch + transpose, velocity: 90 },
        })),
      ).flat(),
    };
    const swing = random() < 0.2;
    const settings = {
      ...{ style: pick(stylesIn("4/4")), density: pick(densities), chordRhythm: pick(chordRhythms) },
      ...{ drums: random() < 0.8, swing },
    };
    const { tracks } = arrange({ tune, settings, seed: index });
    const isBass = (name: string): boolean => stylesIn("4/4").length > 0 && /bass/i.test(name);
    const all = shuffled(
      [
        { role: "melody", isDrums: false, notes: tune.notes },
        ...tracks.map(({ name, isDrums, notes: written }) => ({
          role: isDrums ? "drums" : isBass(name) ? "bass" : "chords",
          isDrums,
          notes: written,
        })),
      ],
      random,
    );
    const indexOf = (role: string): number => all.findIndex((track) => track.role === role);
    const given = (role: "bass" | "drums"): Partial<Record<"bass" | "drums", number>> =>
      indexOf(role) < 0 ? {} : { [role]: indexOf(role) };
    return {
      name: `${index}: ${id}, ${settings.style}, ${settings.density}${swing ? ", swung" : ""}`,
      bytes: writePlayedPiece({
        ...{ ticksPerBeat, tempo: 120, bars: tune.bars },
        tracks: all.map((track) => ({ name: "", program: 0, isDrums: track.isDrums, notes: asPlayed(track.notes, random) })),
      }),
      bars: tune.bars,
      isSwung: swing,
      melody: indexOf("melody"),
      ...given("bass"),
      ...given("drums"),
      melodyBars: [...new Set(tune.notes.map(({ onset }) => 1 + Math.floor(onset / steps)))],
    };
  });
}
