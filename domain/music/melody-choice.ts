/**
 * Chooses the track of a file that is its melody, where the request names none. Every track gets points by the rules
 * below, and the track with the most is chosen; among equals it is the first. Drums and click tracks are never chosen.
 */
import { endTick, type MidiNote } from "./midi-note";
import type { MidiTrack } from "./song";
import { isNamedAccompaniment, isNamedClick, isNamedDrums, isNamedMelody } from "./track-names";

/** General MIDI programs of noises, and of struck instruments on which no tune can be played. */
const percussionPrograms: ReadonlySet<number> = new Set([113, 115, 116, 117, 118, 119, ...range(120, 127)]);

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Returns why a track's pitches are not tones, as words that follow "it", or undefined if they are tones. */
export function whyNoTones({
  isDrums,
  name,
  program,
}: Pick<MidiTrack, "isDrums" | "name" | "program">): string | undefined {
  if (isDrums) return "is on channel 10, where pitches stand for drums";
  if (isNamedMelody(name)) return undefined;
  if (isNamedDrums(name)) return "is named as drums";
  if (isNamedClick(name)) return "is named as a click track or count-in";
  if (percussionPrograms.has(program)) return `has a percussion instrument (program ${program})`;
  return undefined;
}

interface Line {
  readonly medianPitch: number;
  readonly differentPitches: number;
  /** Share of the notes that begin while no other note sounds, 0 to 1. */
  readonly alone: number;
}

/** Returns what the rules ask of a track's notes, which must be in order of their beginnings. */
function lineOf(notes: readonly MidiNote[]): Line {
  const pitches = notes.map(({ pitch }) => pitch).sort((one, other) => one - other);
  let alone = 0;
  let soundingUntil = 0;
  notes.forEach((note, index) => {
    // Notes of a legato overlap a little: an overlap of less than a fifth of a note still counts as one after the
    // other.
    const overlap = soundingUntil - note.startTick;
    const withNext = notes[index + 1]?.startTick === note.startTick;
    if (!withNext && overlap <= note.durationTicks / 5) alone += 1;
    soundingUntil = Math.max(soundingUntil, endTick(note));
  });
  return {
    medianPitch: pitches[Math.floor(pitches.length / 2)] ?? 0,
    differentPitches: new Set(pitches).size,
    alone: alone / notes.length,
  };
}

interface Points {
  readonly points: number;
  /** The reason that speaks for the track, as words that follow "it". */
  readonly because: string;
}

/** Returns the rules, each with the points that it gives the track. */
function pointsOf(track: MidiTrack, place: number, all: readonly MidiTrack[]): Points[] {
  const { notes, name } = track;
  const { medianPitch, differentPitches, alone } = lineOf(notes);
  const maxNotes = Math.max(...all.map((other) => other.notes.length));
  return [
    { points: isNamedMelody(name) ? 40 : 0, because: "is named as a melody" },
    { points: !isNamedMelody(name) && isNamedAccompaniment(name) ? -30 : 0, because: "" },
    { points: Math.round(30 * alone), because: "has one note at a time" },
    {
      points: medianPitch >= 55 && medianPitch <= 88 ? 15 : medianPitch < 48 ? -15 : 0,
      because: "lies where one sings",
    },
    {
      points: differentPitches >= 5 ? 10 : differentPitches <= 2 && notes.length >= 4 ? -40 : 0,
      because: "has many pitches",
    },
    {
      points: notes.length < 8 && notes.length < maxNotes / 4 ? -30 : notes.length < maxNotes / 10 ? -20 : 0,
      because: "",
    },
    // Melodies usually stand before their accompaniment.
    { points: -2 * Math.min(place, 5), because: "" },
  ];
}

/**
 * Returns how much a track is like a melody, in points.
 * @param place - its place among `all`, the tracks that can be melodies, of which it is one
 */
export const melodyPoints = (track: MidiTrack, place: number, all: readonly MidiTrack[]): number =>
  pointsOf(track, place, all).reduce((sum, { points }) => sum + points, 0);

export interface MelodyChoice {
  readonly track: MidiTrack;
  /** Sentences that say which track was chosen and why; empty if it is the first track with notes. */
  readonly changes: readonly string[];
}

const maxNameLengthShown = 40;

const named = ({ index, name }: MidiTrack): string =>
  `track ${index} ${JSON.stringify(Array.from(name).slice(0, maxNameLengthShown).join(""))}`;

/**
 * Returns the chosen track.
 * @returns nothing when every track is drums, a click track or a noise
 */
export function chooseMelodyTrack(tracks: readonly MidiTrack[]): MelodyChoice | undefined {
  const candidates = tracks.filter((track) => whyNoTones(track) === undefined);
  const judged = candidates.map((track, place) => {
    const rules = pointsOf(track, place, candidates);
    return { track, rules, points: rules.reduce((sum, { points }) => sum + points, 0) };
  });
  const [best] = [...judged].sort((one, other) => other.points - one.points);
  const [first] = tracks;
  if (best === undefined || first === undefined) return undefined;
  if (best.track.index === first.index) return { track: best.track, changes: [] };
  const drums = whyNoTones(first);
  if (drums !== undefined && best.track.index === candidates[0]?.index) {
    return { track: best.track, changes: [`${named(best.track)} is taken as the melody: ${named(first)} ${drums}`] };
  }
  const reasons = best.rules
    .filter(({ points, because }) => points > 0 && because !== "")
    .map(({ because }) => because);
  const why = reasons.length === 0 ? "" : `: it ${reasons.join(", ")}`;
  const firstPoints = judged.find(({ track }) => track.index === first.index)?.points;
  const other = firstPoints === undefined ? drums : `has ${firstPoints}`;
  return {
    track: best.track,
    changes: [
      `${named(best.track)} is taken as the melody, with ${best.points} points${why}; ${named(first)} ${other ?? "has none"}`,
    ],
  };
}
