/**
 * Gives a piece that a technique has re-written on one roll back to its tracks. The roll has no tracks: a cell sounds or
 * does not, whoever plays it.
 */
import { cellOf, soundingCells } from "./edit-events";
import { type GivenPiece, heardTracks, pieceWithWholeSteps, trackOfPiece } from "./given-piece";
import type { GridNote } from "./grid-note";
import { type ModelNote, toGrid } from "./melody";
import { rewrittenMelody } from "./rewritten-melody";
import { type Score, sharedMembers } from "./score";

/** What has become of the tracks. */
export interface MendedTracks {
  /** The notes of each given track, in the tracks' order. */
  readonly tracks: readonly (readonly ModelNote[])[];
  /** Notes for which no track had room. */
  readonly added: readonly ModelNote[];
}

type Sounding = { -readonly [Key in keyof ModelNote]: ModelNote[Key] };

/** Sixteenths of a new note at one pitch, none of which sounded in any track. */
interface NewRun {
  readonly pitch: number;
  readonly from: number;
  readonly to: number;
  /** True if the note has begun before the run, or goes on after it, in cells that were given. */
  readonly goesOn: boolean;
  readonly leadsOn: boolean;
}

/** What a note costs, in semitones, that comes where nothing was taken away: one that was mended belongs to its voice. */
const withoutLoss = 6;

/** Returns the runs of a note's sixteenths for which a test holds. */
function runsOf(note: GridNote, holds: (step: number) => boolean): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (let step = note.onset; step < note.onset + note.duration; step += 1) {
    if (!holds(step)) continue;
    const last = runs.at(-1);
    if (last?.to === step) last.to += 1;
    else runs.push({ from: step, to: step + 1 });
  }
  return runs;
}

/** One track while notes are given to it. */
class TrackOnGrid {
  /** The notes by the cells at which they begin, and by those after their ends. */
  private readonly byBeginning = new Map<number, Sounding>();
  private readonly byEnd = new Map<number, Sounding>();
  private readonly all: Set<Sounding>;
  private readonly givenCounts: Uint16Array;
  private readonly counts: Uint16Array;
  /** The pitches that the track lost, by their steps. */
  private readonly lost = new Map<number, number[]>();
  private readonly lines: readonly (number | undefined)[];
  private readonly velocity: number;

  constructor(given: readonly ModelNote[], mended: ReadonlySet<number>, steps: number) {
    this.givenCounts = new Uint16Array(steps);
    this.counts = new Uint16Array(steps);
    const highest = new Array<number | undefined>(steps).fill(undefined);
    for (const { onset, duration, pitch } of given) {
      for (let step = onset; step < onset + duration; step += 1) {
        this.givenCounts[step] = (this.givenCounts[step] ?? 0) + 1;
        highest[step] = Math.max(highest[step] ?? 0, pitch);
        if (!mended.has(cellOf(step, pitch))) this.lost.set(step, [...(this.lost.get(step) ?? []), pitch]);
      }
    }
    this.lines = nearestInTime(highest);
    const velocities = given.map(({ velocity }) => velocity).sort((one, other) => one - other);
    this.velocity = velocities[Math.floor(velocities.length / 2)] ?? 80;
    const notes = given.flatMap((note) =>
      runsOf(note, (step) => mended.has(cellOf(step, note.pitch))).map(({ from, to }) => ({
        ...note,
        onset: from,
        duration: to - from,
      })),
    );
    this.all = new Set(notes);
    for (const note of notes) {
      this.count(note.onset, note.onset + note.duration);
      this.place(note);
    }
  }

  /** The notes that the track has now. */
  get notes(): readonly ModelNote[] {
    return [...this.all].sort(byOnset);
  }

  /** Returns true if the track is silent in the run, or plays fewer notes there than it was given. */
  hasRoom({ from, to }: NewRun): boolean {
    for (let step = from; step < to; step += 1) {
      if ((this.counts[step] ?? 0) >= Math.max(1, this.givenCounts[step] ?? 0)) return false;
    }
    return true;
  }

  /** Returns how far the run lies from what the track lost there, or else from its line. */
  distance({ from, pitch }: NewRun): number {
    const lost = this.lost.get(from);
    if (lost !== undefined) return Math.min(...lost.map((other) => Math.abs(other - pitch)));
    const line = this.lines[from];
    return line === undefined ? Infinity : withoutLoss + Math.abs(line - pitch);
  }

  /** Returns true if the run lengthens a note of the track. */
  isBeside(run: NewRun): boolean {
    return this.before(run) !== undefined || this.after(run) !== undefined;
  }

  take(run: NewRun): void {
    const { pitch, from, to } = run;
    const [before, after] = [this.before(run), this.after(run)];
    this.count(from, to);
    const note = { onset: from, duration: to - from, pitch, velocity: (before ?? after)?.velocity ?? this.velocity };
    for (const lengthened of [before, after]) {
      if (lengthened === undefined) continue;
      this.all.delete(lengthened);
      note.onset = Math.min(note.onset, lengthened.onset);
      note.duration += lengthened.duration;
    }
    this.all.add(note);
    this.place(note);
  }

  private before({ goesOn, pitch, from }: NewRun): Sounding | undefined {
    return goesOn ? this.byEnd.get(cellOf(from, pitch)) : undefined;
  }

  private after({ leadsOn, pitch, to }: NewRun): Sounding | undefined {
    return leadsOn ? this.byBeginning.get(cellOf(to, pitch)) : undefined;
  }

  private place(note: Sounding): void {
    this.byBeginning.set(cellOf(note.onset, note.pitch), note);
    this.byEnd.set(cellOf(note.onset + note.duration, note.pitch), note);
  }

  private count(from: number, to: number): void {
    for (let step = from; step < to; step += 1) this.counts[step] = (this.counts[step] ?? 0) + 1;
  }
}

/** Returns the values with each gap filled by the nearest value, the earlier one of two. */
function nearestInTime(values: readonly (number | undefined)[]): (number | undefined)[] {
  const filled = [...values];
  const known = values.flatMap((value, step) => (value === undefined ? [] : [{ value, step }]));
  let next = 0;
  filled.forEach((value, step) => {
    while (next < known.length - 1 && (known[next + 1]?.step ?? 0) - step < step - (known[next]?.step ?? 0)) next += 1;
    if (value === undefined) filled[step] = known[next]?.value;
  });
  return filled;
}

/**
 * Returns the tracks of a piece that was re-written on one roll.
 *
 * A given note stays in its track as far as it still sounds, so that two voices on one pitch stay two. A new note goes to the
 * track that has room for it and is nearest: first to one whose note it lengthens, then by the distance to what the track
 * lost there, or to its line. Where no track has room it is left over.
 * @param given - the notes of each track on the grid
 * @param mended - the notes of the roll, in which no pitch sounds twice at once
 */
export function mendTracks(given: readonly (readonly ModelNote[])[], mended: readonly ModelNote[]): MendedTracks {
  const steps = [...given.flat(), ...mended].reduce((end, note) => Math.max(end, note.onset + note.duration), 0);
  const mendedCells = soundingCells(mended);
  const givenCells = soundingCells(given.flat());
  const tracks = given.map((notes) => new TrackOnGrid(notes, mendedCells, steps));
  const runs = mended.flatMap((note) =>
    runsOf(note, (step) => !givenCells.has(cellOf(step, note.pitch))).map((run): NewRun => {
      const end = note.onset + note.duration;
      return { ...run, pitch: note.pitch, goesOn: run.from > note.onset, leadsOn: run.to < end };
    }),
  );
  const added: ModelNote[] = [];
  for (const together of groupedByBeginning(runs)) {
    const waiting = [...together];
    while (waiting.length > 0) {
      const places = waiting.flatMap((run) =>
        tracks.flatMap((track) => {
          if (track.hasRoom(run)) return [{ run, track, cost: track.isBeside(run) ? -1 : track.distance(run) }];
          return track.isBeside(run) ? [{ run, track, cost: 1_000 }] : [];
        }),
      );
      const [best] = places.filter(({ cost }) => cost < Infinity).sort((one, other) => one.cost - other.cost);
      if (best === undefined) break;
      best.track.take(best.run);
      waiting.splice(waiting.indexOf(best.run), 1);
    }
    for (const { from, to, pitch } of waiting) {
      const { velocity = 80 } = mended.find((note) => note.pitch === pitch && note.onset <= from) ?? {};
      added.push({ onset: from, duration: to - from, pitch, velocity });
    }
  }
  return { tracks: tracks.map(({ notes }) => notes), added };
}

const byOnset = (one: GridNote, other: GridNote): number => one.onset - other.onset || one.pitch - other.pitch;

function groupedByBeginning(runs: readonly NewRun[]): NewRun[][] {
  const groups = new Map<number, NewRun[]>();
  for (const run of [...runs].sort((one, other) => one.from - other.from)) {
    groups.set(run.from, [...(groups.get(run.from) ?? []), run]);
  }
  return [...groups.values()];
}

export interface MendScoreParams {
  readonly name: string;
  readonly piece: GivenPiece;
  /** The whole piece as it was re-written, on the grid. */
  readonly mended: readonly ModelNote[];
}

/**
 * Returns the piece with its re-written tracks. A track in which nothing was changed, and one that was not heard, stays as it
 * was, and so does every note that was left alone. Notes for which no track had room are a track of their own after the others.
 */
export function mendScore({ name, piece: given, mended }: MendScoreParams): Score {
  const piece = pieceWithWholeSteps(given);
  const { ticksPerBeat, tempo, bars, timeSignature } = piece;
  const heard = heardTracks(piece);
  const lines = heard.map((index) => trackOfPiece(piece, index));
  const onGrid = lines.map(toGrid);
  const { tracks, added } = mendTracks(onGrid, mended);
  const [tune] = lines;
  const extra =
    added.length === 0 || tune === undefined
      ? []
      : [
          {
            name: "Added",
            program: tune.program,
            source: "generated" as const,
            notes: [...rewrittenMelody({ ...tune, notes: [] }, added).notes],
          },
        ];
  return {
    ...sharedMembers({ name, ticksPerBeat, tempo, bars, timeSignature }),
    tracks: [
      ...piece.tracks.map(({ notes, ...track }, index) => {
        const position = heard.indexOf(index);
        const [line, before, after] = [lines[position], onGrid[position], tracks[position]];
        if (line === undefined || before === undefined || after === undefined || isSame(before, after)) {
          return { ...track, source: "input" as const, notes: [...notes] };
        }
        return { ...track, source: "generated" as const, notes: [...rewrittenMelody(line, after).notes] };
      }),
      ...extra,
    ],
  };
}

/** Returns a piece with given tracks that were not heard after its own, such as drums. */
export function withKeptTracks(
  score: Score,
  { tracks, ticksPerBeat }: Pick<GivenPiece, "tracks" | "ticksPerBeat">,
): Score {
  const finer = score.ticksPerBeat / ticksPerBeat;
  const kept = tracks.map((track) => ({
    ...track,
    source: "input" as const,
    notes: track.notes.map((note) => ({
      ...note,
      startTick: note.startTick * finer,
      durationTicks: note.durationTicks * finer,
    })),
  }));
  return { ...score, tracks: [...score.tracks, ...kept] };
}

const isSame = (one: readonly GridNote[], other: readonly GridNote[]): boolean =>
  one.length === other.length &&
  one.every(({ onset, duration, pitch }, index) => {
    const note = other[index];
    return note?.onset === onset && note.duration === duration && note.pitch === pitch;
  });
