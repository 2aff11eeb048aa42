/** The tune that a run uploads, and whether a piece that came back is music made from it. */
import { stepsPerBeat } from "../../domain/music/melody";
import { endTick, type MidiNote } from "../../domain/music/midi-note";
import { sampleMelodies, type SampleMelody } from "../../domain/music/sample-melodies";
import { writeMidi } from "../../domain/music/score";
import { parseMidi, type Song } from "../../domain/music/song";
import { StepFailed } from "./step";

export interface Tune {
  readonly name: string;
  readonly bars: number;
  readonly ticksPerBeat: number;
  readonly notes: readonly MidiNote[];
  /** The tune as a MIDI file. */
  readonly midi: Uint8Array;
}

const ticksPerBeat = 480;
const velocity = 90;

/** Returns a sample melody as a file that a user could have. */
function tuneOf({ name, bars, tempo, notes: gridNotes }: SampleMelody): Tune {
  const ticksPerStep = ticksPerBeat / stepsPerBeat;
  const notes = gridNotes.map(({ onset, duration, pitch }) => ({
    startTick: onset * ticksPerStep,
    durationTicks: duration * ticksPerStep,
    pitch,
    velocity,
  }));
  const tracks = [{ name, program: 0, source: "input" as const, notes }];
  const midi = writeMidi({ schemaVersion: 1, name, ticksPerBeat, tempo, bars, tracks });
  return { name, bars, ticksPerBeat, notes, midi };
}

/** Returns the shortest of the sample melodies. */
export function shortestTune(): Tune {
  const [shortest] = [...sampleMelodies].sort((one, other) => one.bars - other.bars);
  if (shortest === undefined) throw new Error("There are no sample melodies.");
  return tuneOf(shortest);
}

/** The place of a note in quarter notes, whatever the ticks of its file. */
const placeOf = ({ startTick, durationTicks, pitch }: MidiNote, ticks: number): string =>
  `${pitch} at ${startTick / ticks} for ${durationTicks / ticks}`;

const placesOf = (notes: readonly MidiNote[], ticks: number): string =>
  notes
    .map((note) => placeOf(note, ticks))
    .sort()
    .join("\n");

/** Returns the notes of a track that begin before the tune ends, in quarter notes. */
function duringTune(tune: Tune, { notes }: Song["tracks"][number], ticks: number): readonly MidiNote[] {
  const end = Math.max(...tune.notes.map(endTick)) / tune.ticksPerBeat;
  return notes.filter(({ startTick }) => startTick / ticks < end);
}

/** Returns true if notes are the tune's, all of them and no others. */
const isTune = (tune: Tune, notes: readonly MidiNote[], ticks: number): boolean =>
  placesOf(notes, ticks) === placesOf(tune.notes, tune.ticksPerBeat);

/** What of a piece is of the tune, and what was added to it. */
export interface Piece {
  readonly tuneNotes: number;
  readonly voices: number;
  readonly addedNotes: number;
}

/**
 * Reads a piece that was made from the tune.
 *
 * @param goesOn - true if the tune's track may go on after the tune
 * @throws StepFailed if the bytes are no MIDI file, if a note of the tune was lost, or if nothing was added to it
 */
export function readPiece(midi: Uint8Array, tune: Tune, goesOn = false): Piece {
  const song = readSong(midi);
  const ticks = song.ticksPerBeat;
  const kept = song.tracks.find((track) => isTune(tune, goesOn ? duringTune(tune, track, ticks) : track.notes, ticks));
  if (kept === undefined) {
    const lengths = song.tracks.map(({ name, notes }) => `${name} (${notes.length} notes)`).join(", ");
    throw new StepFailed(
      "TUNE_NOT_KEPT",
      `no track of the piece has the ${tune.notes.length} notes of ${tune.name}; it has ${lengths}`,
    );
  }
  const voices = song.tracks.filter((track) => track !== kept || track.notes.length > tune.notes.length);
  const addedNotes = song.tracks.reduce((sum, { notes }) => sum + notes.length, 0) - tune.notes.length;
  if (addedNotes === 0) {
    throw new StepFailed("NOTHING_ADDED", `the piece has the ${tune.notes.length} notes of the tune and no others`);
  }
  return { tuneNotes: tune.notes.length, voices: voices.length, addedNotes };
}

function readSong(midi: Uint8Array): Song {
  try {
    return parseMidi(midi);
  } catch (error) {
    throw new StepFailed(
      "NO_MIDI",
      `the piece is no MIDI file: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
