/** Says what was taken for what in a file, and how much was moved: as data, and in sentences for the file's owner. */
import { sensibleTempo } from "../melody";
import { type Song, tempoAt } from "../song";
import type { Grid } from "./grid";
import type { LineUp, LineUpResult, Voices } from "./line-ups";
import type { CountedBars, PieceBars } from "./piece-bars";
import type { TrackRole } from "./role-overrides";
import type { Cast } from "./roles";

export interface TrackReport {
  readonly index: number;
  readonly name: string;
  readonly program: number;
  readonly noteCount: number;
  readonly role: TrackRole;
  /** Why it has this role, as words that follow "it". */
  readonly because: string;
  /** The number of piece bars in which it is the melody; in the others it is chords. */
  readonly melodyBars: number;
}

/** What a line-up has of the file. */
export type LineUpReport =
  | { readonly pieces: number; readonly bars: number; readonly windows: number }
  | Pick<Extract<LineUpResult, { kind: "MISSING" }>, "code" | "reason">;

export interface ExtractionReport {
  /** The tempo in quarter notes a minute at the first note. */
  readonly tempo: number;
  /** All bars of the file by their time signatures. */
  readonly bars: readonly CountedBars[];
  /** The number of bars of pieces (two bars of 2/4 are one), of those that are on the grid, and of those that are not. */
  readonly pieceBars: number;
  readonly usableBars: number;
  readonly barsOffGrid: number;
  /** True if the file swings, which was straightened. */
  readonly swing: boolean;
  /** Notes in bars of pieces. */
  readonly notes: number;
  /** Notes in other bars. */
  readonly notesElsewhere: number;
  /** Notes that were a quarter of a sixteenth or more off the grid. */
  readonly notesOff: number;
  /** How far notes were moved to the grid, in sixteenths. */
  readonly meanMove: number;
  readonly maxMove: number;
  readonly chordNotesLeftOut: number;
  readonly hitsLeftOut: number;
  readonly tracks: readonly TrackReport[];
  readonly lineUps: Readonly<Record<LineUp, LineUpReport>>;
  /** Sentences about what was mended while the file was read. */
  readonly changes: readonly string[];
}

export interface ReportParams {
  readonly song: Song;
  readonly map: PieceBars;
  readonly grid: Grid;
  readonly cast: Cast;
  readonly voices: Voices;
  readonly results: Readonly<Record<LineUp, LineUpResult>>;
}

const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

const lineUpReport = (result: LineUpResult): LineUpReport =>
  result.kind === "MISSING"
    ? { code: result.code, reason: result.reason }
    : {
        pieces: result.pieces.length,
        bars: result.pieces.reduce((sum, { bars }) => sum + bars, 0),
        windows: result.windows,
      };

/** Returns the report of an extraction. */
export function reportOf({ song, map, grid, cast, voices, results }: ReportParams): ExtractionReport {
  const usableBars = grid.usable.filter(Boolean).length;
  const firstTick = song.tracks.reduce((first, { notes }) => Math.min(first, notes[0]?.startTick ?? first), Infinity);
  return {
    tempo: sensibleTempo(tempoAt(song, firstTick)),
    bars: map.counted,
    pieceBars: map.bars.length,
    usableBars,
    barsOffGrid: map.bars.length - usableBars,
    swing: grid.swing,
    notes: grid.notes,
    notesElsewhere: grid.notesElsewhere,
    notesOff: grid.notesOff,
    meanMove: thousandths(grid.meanMove),
    maxMove: thousandths(grid.maxMove),
    chordNotesLeftOut: voices.chordNotesLeftOut,
    hitsLeftOut: voices.hitsLeftOut,
    tracks: cast.tracks.map(({ placed, role, because }) => ({
      ...{ index: placed.track.index, name: placed.track.name, program: placed.track.program },
      ...{ noteCount: placed.track.notes.length, role, because },
      melodyBars: cast.melodyOfBar.filter((melody) => melody === placed).length,
    })),
    lineUps: {
      lines: lineUpReport(results.lines),
      band: lineUpReport(results.band),
      trio: lineUpReport(results.trio),
    },
    changes: song.changes,
  };
}

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
const percent = (part: number, whole: number): string => `${Math.round((100 * part) / Math.max(1, whole))} %`;

const lineUpInWords = (lineUp: LineUp, report: LineUpReport): string =>
  "code" in report
    ? `${lineUp}: none, because ${report.reason}`
    : `${lineUp}: ${counted(report.pieces, "piece")} of ${counted(report.bars, "bar")} together`;

/** The maximum number of tracks of which sentences tell. */
const maxTracksTold = 32;

/** Returns the report in sentences, the most important first. */
export function reportInWords(report: ExtractionReport): string[] {
  const { bars, pieceBars, barsOffGrid, notes, notesOff, notesElsewhere, meanMove, maxMove, tracks } = report;
  const told = tracks.slice(0, maxTracksTold).map(({ index, name, role, because, melodyBars }) => {
    const inBars = role === "melody" ? ` in ${counted(melodyBars, "bar")}` : "";
    const taken = role === "none" ? "left out" : `taken for ${role}${inBars}`;
    return `track ${index} ${JSON.stringify(name)} is ${taken}: it ${because}`;
  });
  if (tracks.length > told.length) told.push(`${counted(tracks.length - told.length, "more track")} are not listed`);
  const sentences = [
    ...(["lines", "band", "trio"] as const).map((lineUp) => lineUpInWords(lineUp, report.lineUps[lineUp])),
    ...told,
    `the file has ${bars.map(({ timeSignature, bars: count }) => `${counted(count, "bar")} in ${timeSignature}`).join(", ")}`,
  ];
  if (report.swing) sentences.push("the music swings: its off-beats were moved to the half of the beat");
  sentences.push(`notes were moved to the grid by ${meanMove} sixteenths on average, by ${maxMove} at most`);
  if (notesOff > 0) {
    const off = `${counted(notesOff, "note")} (${percent(notesOff, notes)}) a quarter of a sixteenth or more off the grid`;
    sentences.push(`${off}; ${barsOffGrid} of ${counted(pieceBars, "bar")} cannot be used because of that`);
  }
  if (notesElsewhere > 0) {
    sentences.push(`${counted(notesElsewhere, "note")} in bars of other time signatures or cut short: left out`);
  }
  if (report.chordNotesLeftOut > 0) {
    sentences.push(`${counted(report.chordNotesLeftOut, "note")} for which chords have no room: left out`);
  }
  if (report.hitsLeftOut > 0)
    sentences.push(`${counted(report.hitsLeftOut, "hit")} that the kit does not have: left out`);
  return [...sentences, ...report.changes];
}
