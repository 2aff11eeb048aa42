/** Writes the voices of each line-up from the tracks of a file, and cuts them into pieces in which all voices play. */
import type { ModelNote } from "../melody";
import { barShapes, type PieceTimeSignature } from "../time-signatures";
import type { Grid, PlacedTrack } from "./grid";
import type { PieceBars } from "./piece-bars";
import type { Cast, CastTrack } from "./roles";
import { chordsOf, drumsOf, keyboardParts, lineOf } from "./voices";

/**
 * The voices of a data set's pieces: four lines; melody, chords, bass and drums; or the same without drums. A version of a
 * data set has one line-up.
 */
export const lineUps = ["lines", "band", "trio"] as const;
export type LineUp = (typeof lineUps)[number];

export interface ExtractedVoice {
  readonly name: string;
  /** General MIDI program: that of the track from which most of its notes come. */
  readonly program: number;
  readonly kind: "line" | "chords" | "drums";
  /** In order of their onsets, in sixteenths from the piece's beginning. */
  readonly notes: readonly ModelNote[];
}

/** Consecutive bars of a file in one time signature, in which all voices of a line-up play. */
export interface ExtractedPiece {
  /** The number of its first bar in the file, which begins with bar 1. */
  readonly fileBar: number;
  /** The tick at which that bar begins. */
  readonly startTick: number;
  readonly bars: number;
  readonly timeSignature: PieceTimeSignature;
  readonly voices: readonly ExtractedVoice[];
}

export const missingLineUpCodes = [
  "TOO_FEW_TRACKS",
  "NO_MELODY",
  "NO_CHORDS",
  "NO_BASS",
  "NO_DRUMS",
  "NEVER_TOGETHER",
] as const;

export type LineUpResult =
  | {
      readonly kind: "PIECES";
      readonly pieces: readonly ExtractedPiece[];
      /** The number of places at which four bars begin in which all voices play. */
      readonly windows: number;
    }
  | {
      readonly kind: "MISSING";
      readonly code: (typeof missingLineUpCodes)[number];
      /** A sentence without its capital and full stop. */
      readonly reason: string;
    };

/** A voice of the whole file. */
interface Voice extends ExtractedVoice {
  /** In how many bars of a window of four it must begin notes. */
  readonly barsOfWindow: number;
}

/** The voices of all line-ups, and what of the file stands in none of them. */
export interface Voices {
  readonly byLineUp: Readonly<Record<LineUp, readonly Voice[] | undefined>>;
  /** The number of notes that no chord has room for. */
  readonly chordNotesLeftOut: number;
  /** The number of hits for which the kit has no sound. */
  readonly hitsLeftOut: number;
}

export const barsOfWindow = 4;
const linesOfLineUp = 4;

/** Returns the program of the track that has the most of the notes; a usual one if there are none. */
function programOf(parts: readonly (readonly [PlacedTrack, number])[], usual: number): number {
  const counts = new Map<number, number>();
  for (const [{ track }, notes] of parts) counts.set(track.program, (counts.get(track.program) ?? 0) + notes);
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return most?.[0] ?? usual;
}

/** The notes of each part of a band, with the tracks from which they come. */
interface Part {
  readonly notes: ModelNote[];
  readonly sources: [PlacedTrack, number][];
}

type BandParts = Readonly<Record<"melody" | "chords" | "bass" | "drums", Part>>;

const part = (): Part => ({ notes: [], sources: [] });

function add({ notes, sources }: Part, placed: PlacedTrack, added: readonly ModelNote[]): void {
  if (added.length === 0) return;
  for (const note of added) notes.push(note);
  sources.push([placed, added.length]);
}

/** Returns, for each piece bar, which of the notes begin in it. */
function notesByBar(notes: readonly ModelNote[], { bars }: PieceBars): ModelNote[][] {
  const byBar = bars.map((): ModelNote[] => []);
  let bar = 0;
  for (const note of notes) {
    while ((bars[bar + 1]?.firstStep ?? Infinity) <= note.onset) bar += 1;
    byBar[bar]?.push(note);
  }
  return byBar;
}

/** Returns the parts of a band. What the melody does not need of its track are chords. */
function bandParts(cast: Cast, map: PieceBars): BandParts {
  const parts: BandParts = { melody: part(), chords: part(), bass: part(), drums: part() };
  for (const { placed, role } of cast.tracks) {
    if (role === "none") continue;
    if (role === "drums" || role === "bass") add(parts[role], placed, placed.notes);
    else if (!cast.isKeyboard) {
      notesByBar(placed.notes, map).forEach((notes, bar) => {
        add(cast.melodyOfBar[bar] === placed ? parts.melody : parts.chords, placed, notes);
      });
    }
  }
  if (cast.isKeyboard) addKeyboard(parts, cast);
  return parts;
}

/** Adds the parts of music for a keyboard, whose tracks are heard as one. */
function addKeyboard(parts: BandParts, { tracks }: Cast): void {
  const hands = tracks.filter(({ shape }) => shape !== undefined).map(({ placed }) => placed);
  const divided = keyboardParts(hands.flatMap(({ notes }) => notes));
  const [right] = hands;
  if (right === undefined) return;
  for (const name of ["melody", "chords", "bass"] as const) add(parts[name], right, divided[name]);
}

/** Returns the four tracks that play in the most bars, from the highest to the lowest; undefined if there are fewer. */
function lineTracks({ tracks }: Cast): readonly PlacedTrack[] | undefined {
  const pitched = tracks.flatMap(({ placed, role, shape }: CastTrack) =>
    shape === undefined || role === "none" ? [] : [{ placed, shape }],
  );
  if (pitched.length < linesOfLineUp) return undefined;
  return [...pitched]
    .sort((one, other) => other.shape.cover - one.shape.cover)
    .slice(0, linesOfLineUp)
    .sort((one, other) => other.shape.meanPitch - one.shape.meanPitch)
    .map(({ placed }) => placed);
}

const mostBars = barsOfWindow - 1;
const halfOfBars = barsOfWindow / 2;
/** General MIDI programs of a voice that has no notes. */
const usualPrograms = { melody: 80, chords: 29, bass: 33 } as const;

/** Writes the voices of all line-ups. */
export function writeVoices(cast: Cast, map: PieceBars): Voices {
  const { melody, chords, bass, drums } = bandParts(cast, map);
  const upper = lineOf(melody.notes, "highest");
  const struck = chordsOf([...chords.notes, ...upper.others]);
  const hits = drumsOf(drums.notes);
  const trio: Voice[] = [
    {
      ...{ name: "Melody", program: programOf(melody.sources, usualPrograms.melody), kind: "line" },
      ...{ notes: upper.line, barsOfWindow: mostBars },
    },
    {
      ...{ name: "Chords", program: programOf(chords.sources, usualPrograms.chords), kind: "chords" },
      ...{ notes: struck.chords, barsOfWindow: halfOfBars },
    },
    {
      ...{ name: "Bass", program: programOf(bass.sources, usualPrograms.bass), kind: "line" },
      ...{ notes: lineOf(bass.notes, "lowest").line, barsOfWindow: mostBars },
    },
  ];
  const kit: Voice = { name: "Drums", program: 0, kind: "drums", notes: hits.drums, barsOfWindow: mostBars };
  const lines = lineTracks(cast)?.map(({ track, notes }, index, all): Voice => ({
    name: `Voice ${index + 1}`,
    program: track.program,
    kind: "line",
    notes: lineOf(notes, index === all.length - 1 ? "lowest" : "highest").line,
    barsOfWindow: mostBars,
  }));
  return {
    byLineUp: { lines, band: [...trio, kit], trio },
    chordNotesLeftOut: struck.leftOut,
    hitsLeftOut: hits.leftOut,
  };
}

const missingCodes = {
  Melody: ["NO_MELODY", "no track is like a melody"],
  Chords: ["NO_CHORDS", "nothing is left for chords beside the melody and the bass"],
  Bass: ["NO_BASS", "no track is like a bass"],
  Drums: ["NO_DRUMS", "there are no drums"],
} as const;

const isBandVoice = (name: string): name is keyof typeof missingCodes => name in missingCodes;

export interface PiecesOfParams {
  readonly voices: readonly Voice[] | undefined;
  readonly map: PieceBars;
  readonly grid: Pick<Grid, "usable">;
}

/** Cuts the voices of a line-up into pieces. Bars that stand in no window of four bars are left out. */
export function piecesOf({ voices, map, grid }: PiecesOfParams): LineUpResult {
  if (voices === undefined) {
    return { kind: "MISSING", code: "TOO_FEW_TRACKS", reason: "four lines need four tracks with tones" };
  }
  const silent = voices.find(({ notes }) => notes.length === 0);
  if (silent !== undefined && isBandVoice(silent.name)) {
    const [code, reason] = missingCodes[silent.name];
    return { kind: "MISSING", code, reason };
  }
  const { bars } = map;
  const plays = voices.map(({ notes }) => notesByBar(notes, map).map((notesHere) => (notesHere.length > 0 ? 1 : 0)));
  const isChained = (bar: number): boolean => bars[bar]?.follows === true;
  const isWindow = (first: number): boolean => {
    for (let bar = first; bar < first + barsOfWindow; bar += 1) {
      if (grid.usable[bar] !== true || (bar > first && !isChained(bar))) return false;
    }
    return voices.every(({ barsOfWindow: needed }, voice) => {
      const played = plays[voice]?.slice(first, first + barsOfWindow) ?? [];
      return played.reduce<number>((sum, here) => sum + here, 0) >= needed;
    });
  };
  let windows = 0;
  const isKept = bars.map(() => false);
  for (let first = 0; first + barsOfWindow <= bars.length; first += 1) {
    if (!isWindow(first)) continue;
    windows += 1;
    isKept.fill(true, first, first + barsOfWindow);
  }
  if (windows === 0) {
    const reason = "there are no four bars one after the other in which all its voices play";
    return { kind: "MISSING", code: "NEVER_TOGETHER", reason };
  }
  const runs: { first: number; after: number }[] = [];
  isKept.forEach((kept, bar) => {
    if (!kept) return;
    const run = runs.at(-1);
    if (run?.after === bar && isChained(bar)) run.after += 1;
    else runs.push({ first: bar, after: bar + 1 });
  });
  return { kind: "PIECES", pieces: runs.flatMap(({ first, after }) => pieceOf(voices, map, first, after)), windows };
}

/** Returns a piece of the bars from `first` up to, but without, `after`. Notes end with it at the latest. */
function pieceOf(voices: readonly Voice[], { bars }: PieceBars, first: number, after: number): ExtractedPiece[] {
  const bar = bars[first];
  if (bar === undefined) return [];
  const { fileBar, startTick, timeSignature, firstStep } = bar;
  const end = firstStep + (after - first) * barShapes[timeSignature].steps;
  return [
    {
      ...{ fileBar, startTick, bars: after - first, timeSignature },
      voices: voices.map(({ name, program, kind, notes }) => ({
        ...{ name, program, kind },
        notes: notes
          .filter(({ onset }) => onset >= firstStep && onset < end)
          .map((note) => ({
            ...note,
            onset: note.onset - firstStep,
            duration: Math.min(note.duration, end - note.onset),
          })),
      })),
    },
  ];
}
