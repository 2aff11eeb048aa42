/**
 * Multi-track MIDI files of which it is known what each track is: the arranger accompanies the sample melodies. Names and
 * instruments are hidden, and the tracks stand in any order, so that only their notes say what they are.
 */
import { arrange, densities } from "../../domain/music/arranger/arrange";
import { chordRhythms } from "../../domain/music/arranger/chord-progression";
import { chosenBy, seededRandom } from "../../domain/music/arranger/seeded-random";
import { styles, stylesIn } from "../../domain/music/arranger/styles";
import { endOf, type Tune } from "../../domain/music/arranger/tune";
import type { ModelNote } from "../../domain/music/melody";
import type { MidiNote } from "../../domain/music/midi-note";
import { writePlayedPiece } from "../../domain/music/midi-writer";
import { sampleMelodies } from "../../domain/music/sample-melodies";
import { barShapes, stepsPerQuarter } from "../../domain/music/time-signatures";

type Role = "melody" | "second melody" | "bass" | "chords" | "drums";

export interface ArrangedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly bars: number;
  readonly isSwung: boolean;
  /** The role of each track, in the file's order. A second melody plays where the melody rests. */
  readonly roles: readonly Role[];
  /** For each bar of the file, the index of the track that plays the tune. */
  readonly melodyOfBar: readonly number[];
}

export interface ArrangedFilesParams {
  readonly count: number;
  readonly seed: number;
  /** True if no program and no name says what a track is. */
  readonly isHidden?: boolean;
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

const pick = <Item>(random: () => number, [first, ...others]: readonly [Item, ...Item[]]): Item =>
  chosenBy(random, [first, ...others]);

/** General MIDI program of who plays the tune. */
const flute = 73;
const barSteps = barShapes["4/4"].steps;
/** The tunes of the files, whose digests are known: a sample melody that is added later is none of them. */
const tunes = ["twinkle-twinkle", "ode-to-joy", "deck-the-halls", "new-world", "when-the-saints", "frere-jacques"];
const [firstMelody, ...otherMelodies] = sampleMelodies.filter(({ id }) => tunes.includes(id));
const [firstStyle = "pop", ...otherStyles] = stylesIn("4/4");

/** Returns seeded files: each is a sample melody, once to three times, in some key, style and density. */
export function arrangedFiles({ count, seed, isHidden = true }: ArrangedFilesParams): ArrangedFile[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => arrangedFile(random, index, isHidden));
}

function arrangedFile(random: () => number, index: number, isHidden: boolean): ArrangedFile {
  if (firstMelody === undefined) throw new Error("there are no sample melodies");
  const { id, bars, notes } = pick(random, [firstMelody, ...otherMelodies]);
  const times = pick(random, [1, 2, 3]);
  const transpose = pick(random, [-7, -5, -3, 0, 0, 2, 4, 5]);
  const playedOnce = notes.map((note) => ({ ...note, pitch: note.pitch + transpose, velocity: 90 }));
  const verses = Array.from({ length: times }, (_, verse) =>
    playedOnce.map((note) => ({ ...note, onset: note.onset + verse * bars * barSteps })),
  );
  const tune: Tune = { bars: bars * times, timeSignature: "4/4", notes: verses.flat() };
  const settings = {
    ...{ style: pick(random, [firstStyle, ...otherStyles]), density: pick(random, densities) },
    ...{ chordRhythm: pick(random, chordRhythms), drums: random() < 0.8, swing: random() < 0.2 },
  };
  const isHandedOver = random() < 0.3;
  const written = arrange({ tune, settings, seed: index }).tracks.map((track) => {
    const role: Role = track.isDrums ? "drums" : track.name === styles[settings.style].bass.name ? "bass" : "chords";
    return { ...track, role };
  });
  const singer = (role: Role, sung: readonly ModelNote[]) => ({
    name: role,
    program: flute,
    isDrums: false,
    role,
    notes: sung,
  });
  const singers = isHandedOver
    ? [
        singer("melody", verses.filter((_, verse) => verse % 2 === 0).flat()),
        singer("second melody", verses.filter((_, verse) => verse % 2 === 1).flat()),
      ].filter(({ notes: sung }) => sung.length > 0)
    : [singer("melody", tune.notes)];
  const all = shuffled([...singers, ...written], random);
  const indexOf = (role: Role): number => all.findIndex((track) => track.role === role);
  return {
    name: `${index}: ${id}, ${settings.style}, ${settings.density}${settings.swing ? ", swung" : ""}`,
    bytes: writePlayedPiece({
      ...{ ticksPerBeat, tempo: 120, bars: tune.bars },
      tracks: all.map((track) => ({
        name: isHidden ? "" : track.name,
        program: isHidden ? 0 : track.program,
        isDrums: track.isDrums,
        notes: asPlayed(track.notes, random),
      })),
    }),
    bars: tune.bars,
    isSwung: settings.swing,
    roles: all.map(({ role }) => role),
    melodyOfBar: Array.from({ length: tune.bars }, (_, bar) =>
      indexOf(isHandedOver && Math.floor(bar / bars) % 2 === 1 ? "second melody" : "melody"),
    ),
  };
}
