/** Takes a piece's notes from a MIDI file in which a person has corrected them. */
import { barCount, barLines, type TimeSignatureStretch, usableTimeSignatures } from "./bar-lines";
import { maxMelodyBars } from "./input-limits";
import { sensibleTempo } from "./melody";
import type { MidiNote } from "./midi-note";
import { type Score, sharedMembers } from "./score";
import { type MidiTrack, type Song, tempoAt } from "./song";
import { pieceTimeSignatureOf } from "./time-signatures";

type ScoreTrack = Score["tracks"][number];

/** A rule that a corrected file breaks. */
export interface CorrectionIssue {
  /** Where in the file: `/timeSignature`, `/bars` or `/tracks/{index}`. */
  readonly pointer: string;
  readonly reason: string;
  readonly value: number | string;
  readonly allowed: string;
}

export interface CorrectScoreParams {
  /** The piece as it was composed, or as it was corrected before. */
  readonly score: Score;
  /**
   * The present file, which was written, and may be performed, from the score. Without it no note of the corrected file
   * can be known as one that stayed.
   */
  readonly present: Song | undefined;
  readonly corrected: Song;
}

export type CorrectScoreResult =
  | {
      readonly kind: "CORRECTED";
      readonly score: Score;
      /** The programs of the file, by the indices of the piece's tracks. A track without notes has none. */
      readonly programs: ReadonlyMap<number, number>;
    }
  | { readonly kind: "REFUSED"; readonly issues: readonly CorrectionIssue[] };

/** The most time signatures and names that an issue repeats. */
const maxListed = 8;

/**
 * Returns the piece with the notes, the tempo and the bars of the corrected file. Names, sources and places in the mix stay,
 * and so do the instruments in which the piece was composed.
 *
 * A note that stands in the file as it was performed stays as it was composed, so that a performance is not added to it
 * twice. Any other note is taken as it stands in the file.
 */
export function correctScore({ score, present, corrected }: CorrectScoreParams): CorrectScoreResult {
  const { byIndex, issues: trackIssues } = matchTracks(score, corrected);
  const notes = corrected.tracks.flatMap((track) => track.notes);
  const { timeSignatures, ticksPerBeat } = corrected;
  const stretches = barLines({ timeSignatures, ticksPerBeat, notes });
  const bars = barCount(stretches);
  const timeSignature = timeSignatureOfAll(stretches);
  const issues = [
    ...(timeSignature === undefined ? [timeSignatureIssue(stretches)] : []),
    ...(bars > maxMelodyBars
      ? [
          {
            pointer: "/bars",
            reason: "is more bars than a piece has",
            value: bars,
            allowed: `1 to ${maxMelodyBars}`,
          },
        ]
      : []),
    ...trackIssues,
  ];
  if (issues.length > 0 || timeSignature === undefined) return { kind: "REFUSED", issues };

  const finer = ticksPerBeat / score.ticksPerBeat;
  const before = present === undefined ? undefined : matchTracks(score, present).byIndex;
  const tracks = score.tracks.map(({ generatedFromTick, ...track }, index): ScoreTrack => {
    const composed = track.notes.map((note) => scaled(note, finer));
    const performed = before?.get(index)?.notes.map((note) => scaled(note, finerThan(present, ticksPerBeat))) ?? [];
    return {
      ...track,
      ...(generatedFromTick === undefined ? {} : { generatedFromTick: Math.round(generatedFromTick * finer) }),
      notes: asComposed(byIndex.get(index)?.notes ?? [], { composed, performed }),
    };
  });
  const tempo = tempoOf(corrected);
  const stays = present !== undefined && tempoOf(present) === tempo;
  return {
    kind: "CORRECTED",
    score: {
      ...sharedMembers({ name: score.name, ticksPerBeat, tempo: stays ? score.tempo : tempo, bars, timeSignature }),
      tracks,
    },
    programs: new Map([...byIndex].map(([index, { program }]) => [index, program])),
  };
}

const finerThan = (song: Song | undefined, ticksPerBeat: number): number =>
  song === undefined ? 1 : ticksPerBeat / song.ticksPerBeat;

/** Returns a note in other ticks, of which a beat has so many times as many. */
function scaled(note: MidiNote, factor: number): MidiNote {
  const startTick = Math.round(note.startTick * factor);
  return {
    ...note,
    startTick,
    durationTicks: Math.max(1, Math.round((note.startTick + note.durationTicks) * factor) - startTick),
  };
}

const placeOf = ({ startTick, pitch }: MidiNote): string => `${startTick}/${pitch}`;
const soundOf = (note: MidiNote): string => `${placeOf(note)}/${note.durationTicks}/${note.velocity}`;

/** Returns the notes, each as it was composed if it stands there as it was performed. A performance moves no beginning. */
function asComposed(
  notes: readonly MidiNote[],
  { composed, performed }: { readonly composed: readonly MidiNote[]; readonly performed: readonly MidiNote[] },
): MidiNote[] {
  const composedAt = new Map(composed.map((note) => [placeOf(note), note]));
  const known = new Set(performed.map(soundOf));
  return notes.map((note) => (known.has(soundOf(note)) ? (composedAt.get(placeOf(note)) ?? note) : note));
}

/** Returns the tempo at the first note of a file, which is where programs read it. */
function tempoOf(song: Song): number {
  const starts = song.tracks.flatMap(({ notes }) => (notes[0] === undefined ? [] : [notes[0].startTick]));
  return sensibleTempo(tempoAt(song, Math.min(...starts)));
}

/** Returns the time signature of pieces that all bars have; undefined if they are in several, or in another one. */
function timeSignatureOfAll(stretches: readonly TimeSignatureStretch[]): Score["timeSignature"] {
  const [only, ...others] = stretches;
  return only === undefined || others.length > 0 ? undefined : pieceTimeSignatureOf(only.timeSignature);
}

function timeSignatureIssue(stretches: readonly TimeSignatureStretch[]): CorrectionIssue {
  const names = stretches.map(({ timeSignature }) => timeSignature);
  const listed = names.slice(0, maxListed).join(", then ");
  return {
    pointer: "/timeSignature",
    reason: names.length > 1 ? "changes within the piece" : "is not one of those of pieces",
    value: names.length > maxListed ? `${listed}, and others` : listed,
    allowed: `one for all bars: ${usableTimeSignatures.join(", ")}`,
  };
}

interface MatchedTracks {
  readonly byIndex: ReadonlyMap<number, MidiTrack>;
  readonly issues: readonly CorrectionIssue[];
}

/**
 * Finds the piece's track of each track of a file: the one of its name, if every track of the file has a name that only one
 * track of the piece has; otherwise the one of its number. A track of the piece that the file does not have is silent.
 */
function matchTracks({ tracks }: Score, song: Song): MatchedTracks {
  const names = tracks.map(({ name }) => name);
  const indexByName = ({ name }: MidiTrack): number =>
    names.indexOf(name) === names.lastIndexOf(name) ? names.indexOf(name) : -1;
  const named = song.tracks.map(indexByName);
  const areNamed = !named.includes(-1) && new Set(named).size === named.length;
  const byIndex = new Map<number, MidiTrack>();
  const issues: CorrectionIssue[] = [];
  song.tracks.forEach((track, position) => {
    const index = areNamed ? (named[position] ?? track.index) : track.index;
    const pointer = `/tracks/${track.index}`;
    const own = tracks[index];
    if (own === undefined) {
      const value = track.name.slice(0, 100);
      const allowed = `tracks 0 to ${tracks.length - 1}, or their names`;
      issues.push({ pointer, reason: "the piece has no such track", value, allowed });
    } else if ((own.isDrums === true) !== track.isDrums) {
      const [reason, allowed] =
        own.isDrums === true
          ? ["is not on channel 10, and the piece's track is drums", "channel 10"]
          : ["is on channel 10, where pitches stand for drums, and the piece's track has tones", "any other channel"];
      issues.push({ pointer, reason, value: track.name.slice(0, 100), allowed });
    } else byIndex.set(index, track);
  });
  return { byIndex, issues };
}
