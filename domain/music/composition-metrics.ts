/**
 * Measures a piece whose notes a person has corrected. The formulas and their sources are those of
 * sagemaker-containers/music (opencomposer_music/metrics.py), by which the containers measure what they write;
 * contracts/cases/composition-metrics.json holds both to the same figures.
 */
import type { Metrics } from "../schemas/metrics";
import type { GridNote } from "./grid-note";
import { type Melody, stepsOf, stepsPerBeat, toGrid } from "./melody";
import type { Score } from "./score";
import { barShapes, type PieceTimeSignature, ticksPerBar, timeSignatureOf } from "./time-signatures";

const pitches = 128;
const pitchClasses = 12;
/** Intervals, modulo the octave, that count as dissonant. */
const dissonantIntervals: ReadonlySet<number> = new Set([1, 2, 6, 10, 11]);
/** Sixteenths that a note lasts at least to be qualified: an eighth. */
const qualifiedSteps = 2;
const majorScale = [0, 2, 4, 5, 7, 9, 11];
/** More pitches than this at one sixteenth are polyphony. */
const maxHomophonicPitches = 2;

/** Some music on the grid: which pitches sound at each sixteenth, and which begin there. */
interface Roll {
  readonly steps: number;
  readonly sounding: Uint8Array;
  readonly onsets: Uint8Array;
}

const cell = (step: number, pitch: number): number => step * pitches + pitch;

function rollOf(notes: readonly GridNote[], steps: number): Roll {
  const sounding = new Uint8Array(steps * pitches);
  const onsets = new Uint8Array(steps * pitches);
  for (const { onset, duration, pitch } of notes) {
    if (onset >= steps) continue;
    onsets[cell(onset, pitch)] = 1;
    for (let step = onset; step < Math.min(steps, onset + duration); step += 1) sounding[cell(step, pitch)] = 1;
  }
  return { steps, sounding, onsets };
}

const soundsAt = ({ sounding }: Roll, step: number, pitch: number): boolean => sounding[cell(step, pitch)] === 1;

/** Returns the notes of a roll. A note ends where its pitch stops, or begins again. */
function notesOf(roll: Roll): Pick<GridNote, "duration" | "pitch">[] {
  const notes: { pitch: number; duration: number }[] = [];
  for (let pitch = 0; pitch < pitches; pitch += 1) {
    let current: { pitch: number; duration: number } | undefined;
    for (let step = 0; step < roll.steps; step += 1) {
      if (!soundsAt(roll, step, pitch)) current = undefined;
      else if (current !== undefined && roll.onsets[cell(step, pitch)] !== 1) current.duration += 1;
      else {
        current = { pitch, duration: 1 };
        notes.push(current);
      }
    }
  }
  return notes;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Returns the pitches that sound in each bar. An incomplete last bar counts as one. */
function pitchesByBar({ steps, sounding }: Roll, barSteps: number): Set<number>[] {
  const bars = Array.from({ length: Math.ceil(steps / barSteps) }, () => new Set<number>());
  sounding.forEach((sounds, index) => {
    if (sounds === 1) bars[Math.floor(index / pitches / barSteps)]?.add(index % pitches);
  });
  return bars;
}

/** Returns the largest share of the notes that one major scale holds; 0 without notes. */
function scaleConsistency(rolls: readonly Roll[]): number {
  const counts = new Array<number>(pitchClasses).fill(0);
  for (const { pitch } of rolls.flatMap(notesOf))
    counts[pitch % pitchClasses] = (counts[pitch % pitchClasses] ?? 0) + 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  const inScale = counts.map((_, root) =>
    majorScale.reduce((sum, degree) => sum + (counts[(root + degree) % pitchClasses] ?? 0), 0),
  );
  return Math.max(...inScale) / total;
}

/**
 * Returns the share of the pairs of notes sounding together that are dissonant; 0 where there is no pair. Tracks on one
 * pitch are pairs, too. Notes are counted by pitch, because the pairs of a dense piece are too many to visit each.
 */
function dissonantPairShare(rolls: readonly Roll[], steps: number): number {
  let pairs = 0;
  let dissonant = 0;
  for (let step = 0; step < steps; step += 1) {
    const counts = new Array<number>(pitches).fill(0);
    for (const { sounding } of rolls) {
      sounding.subarray(cell(step, 0), cell(step + 1, 0)).forEach((sounds, pitch) => {
        counts[pitch] = (counts[pitch] ?? 0) + sounds;
      });
    }
    const present = counts.flatMap((count, pitch) => (count === 0 ? [] : [{ count, pitch }]));
    present.forEach(({ count, pitch }, index) => {
      pairs += (count * (count - 1)) / 2;
      for (const other of present.slice(index + 1)) {
        const together = count * other.count;
        pairs += together;
        if (dissonantIntervals.has((other.pitch - pitch) % pitchClasses)) dissonant += together;
      }
    });
  }
  return pairs === 0 ? 0 : dissonant / pairs;
}

/** Returns the share of the sixteenths at which more than two different pitches sound. */
function polyphonicRate(rolls: readonly Roll[], steps: number): number {
  if (steps === 0) return 0;
  const together = unionOf(rolls, steps);
  let polyphonic = 0;
  for (let step = 0; step < steps; step += 1) {
    const sounding = together.sounding
      .subarray(cell(step, 0), cell(step + 1, 0))
      .reduce((sum, sounds) => sum + sounds, 0);
    if (sounding > maxHomophonicPitches) polyphonic += 1;
  }
  return polyphonic / steps;
}

function unionOf(rolls: readonly Roll[], steps: number): Roll {
  const union = rollOf([], steps);
  for (const { sounding, onsets } of rolls) {
    sounding.forEach((sounds, index) => {
      if (sounds === 1) union.sounding[index] = 1;
      if (onsets[index] === 1) union.onsets[index] = 1;
    });
  }
  return union;
}

/** Returns the tonal centroid of each beat, a place of six dimensions (Harte et al. 2006); none where a beat is silent. */
function centroidsOf({ steps, sounding }: Roll, beatSteps: number): (readonly number[] | undefined)[] {
  const circles = [
    { turn: (7 * Math.PI) / 6, radius: 1 },
    { turn: (3 * Math.PI) / 2, radius: 1 },
    { turn: (2 * Math.PI) / 3, radius: 0.5 },
  ];
  return Array.from({ length: Math.ceil(steps / beatSteps) }, (_, beat) => {
    const counts = new Array<number>(pitchClasses).fill(0);
    sounding.subarray(cell(beat * beatSteps, 0), cell((beat + 1) * beatSteps, 0)).forEach((sounds, index) => {
      const pitchClass = (index % pitches) % pitchClasses;
      counts[pitchClass] = (counts[pitchClass] ?? 0) + sounds;
    });
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return undefined;
    return circles.flatMap(({ turn, radius }) =>
      [Math.sin, Math.cos].map((wave) =>
        counts.reduce((sum, count, pitchClass) => sum + (count / total) * radius * wave(pitchClass * turn), 0),
      ),
    );
  });
}

/** Returns the mean distance between the tonal centroids of two rolls, over the beats in which both sound; 0 without any. */
function tonalDistance(one: Roll, other: Roll, beatSteps: number): number {
  const others = centroidsOf(other, beatSteps);
  return mean(
    centroidsOf(one, beatSteps).flatMap((place, beat) => {
      const otherPlace = others[beat];
      if (place === undefined || otherPlace === undefined) return [];
      return [Math.hypot(...place.map((value, dimension) => value - (otherPlace[dimension] ?? 0)))];
    }),
  );
}

/** Returns 1 less the mean share of the sixteenths at which the onsets of two neighboring bars differ, from two bars on. */
function grooveConsistency({ steps, onsets }: Roll, barSteps: number): number | undefined {
  const bars = Math.ceil(steps / barSteps);
  if (bars < 2) return undefined;
  const begins = Array.from({ length: bars * barSteps }, (_, step) =>
    onsets.subarray(cell(step, 0), cell(step + 1, 0)).includes(1),
  );
  const differs = begins.slice(barSteps).map((one, step) => (one === begins[step] ? 0 : 1));
  return 1 - mean(differs);
}

export interface MeasuredMusic {
  /** The melody that was accompanied, if there is one. */
  readonly melody: readonly GridNote[] | undefined;
  /** The tracks that are measured; at least one. */
  readonly tracks: readonly (readonly GridNote[])[];
  readonly steps: number;
  readonly timeSignature: PieceTimeSignature;
}

/** Returns the metrics of some music on the grid, by the names of the containers (`measure_composition`). */
export function measureMusic({ melody, tracks, steps, timeSignature }: MeasuredMusic): Metrics {
  const rolls = tracks.map((notes) => rollOf(notes, steps));
  const melodyRoll = melody === undefined ? undefined : rollOf(melody, steps);
  const everything = melodyRoll === undefined ? rolls : [melodyRoll, ...rolls];
  const { steps: barSteps, beatSteps } = barShapes[timeSignature];
  const bars = rolls.map((roll) => pitchesByBar(roll, barSteps));
  const meanOfBars = (valueOf: (sounding: ReadonlySet<number>) => number): number =>
    mean(bars.map((ofTrack) => mean(ofTrack.map(valueOf))));
  const qualified = rolls.flatMap((roll) => {
    const notes = notesOf(roll);
    return notes.length === 0 ? [] : [notes.filter(({ duration }) => duration >= qualifiedSteps).length / notes.length];
  });
  const groove = rolls.flatMap((roll) => grooveConsistency(roll, barSteps) ?? []);
  return {
    emptyBarRate: meanOfBars((sounding) => (sounding.size === 0 ? 1 : 0)),
    dissonantPairShare: dissonantPairShare(everything, steps),
    qualifiedNoteRate: mean(qualified),
    scaleConsistency: scaleConsistency(rolls),
    pitchClassesUsed: meanOfBars((sounding) => new Set([...sounding].map((pitch) => pitch % pitchClasses)).size),
    pitchesUsed: meanOfBars((sounding) => sounding.size),
    polyphonicRate: polyphonicRate(everything, steps),
    tonalDistance: melodyRoll === undefined ? 0 : tonalDistance(melodyRoll, unionOf(rolls, steps), beatSteps),
    ...(groove.length === 0 ? {} : { grooveConsistency: mean(groove) }),
  };
}

/**
 * Returns the metrics of a piece. What is measured is what the technique made: the tracks that it wrote, beside a melody
 * that it left alone; of a piece that goes on, the bars from its seam on. Drums have no tones and are left out.
 */
export function measureScore(score: Score): Metrics {
  const { bars, ticksPerBeat, tempo } = score;
  const timeSignature = timeSignatureOf(score);
  const tones = score.tracks.filter(({ isDrums }) => isDrums !== true);
  const onGrid = ({ name, program, notes }: (typeof tones)[number]): GridNote[] => {
    const line: Melody = { name, program, ticksPerBeat, tempo, bars, timeSignature, notes };
    return notes.length === 0 ? [] : toGrid(line);
  };
  const written = tones.filter(({ source }) => source !== "input");
  const seams = written.flatMap(({ generatedFromTick: tick }) => (tick === undefined ? [] : [tick]));
  const steps = stepsOf({ bars, timeSignature });
  if (seams.length > 0) {
    const seam = Math.min(...seams);
    const seamBars = Math.min(bars - 1, Math.floor(seam / ticksPerBar(timeSignature, ticksPerBeat)));
    const first = seamBars * barShapes[timeSignature].steps;
    const seamStep = Math.round((seam * stepsPerBeat) / ticksPerBeat);
    const tracks = written.map((track) =>
      onGrid(track)
        .filter(({ onset }) => onset >= seamStep)
        .map((note) => ({ ...note, onset: note.onset - first })),
    );
    return measureMusic({ melody: undefined, tracks, steps: steps - first, timeSignature });
  }
  const [tune] = tones;
  const melody = tune?.source === "input" ? onGrid(tune) : undefined;
  // Where nothing was written, silence is measured.
  const tracks = written.length === 0 ? [[]] : written.map(onGrid);
  return measureMusic({ melody, tracks, steps, timeSignature });
}
