/** Chooses the instruments of a piece by a preset: one for the tune, and others for the voices by their heights. */
import { instrumentName, isNamedAfter } from "./instrument-names";
import { type Ensemble, ensembles, type InstrumentPreset } from "./instrument-presets";
import type { Score } from "./score";

type Track = Score["tracks"][number];

/** A tune that is the bass and lies below this pitch on average, the lowest of a violin, is played by a bass. */
const lowestOfViolin = 55;

/** Returns the mean of a track's pitches; -1 of a track without notes, and of one that is not there. */
function heightOf(track: Track | undefined): number {
  if (track === undefined || track.notes.length === 0) return -1;
  return track.notes.reduce((sum, { pitch }) => sum + pitch, 0) / track.notes.length;
}

/**
 * Returns the indices of the tracks that accompany the first one, from the highest down, without drums. A track's
 * height is the mean of its pitches; tracks without notes come last, in their order.
 */
export function voicesByHeight({ tracks }: Pick<Score, "tracks">): number[] {
  const heights = tracks.map(heightOf);
  return tracks
    .map((_, index) => index)
    .slice(1)
    .filter((index) => tracks[index]?.isDrums !== true)
    .sort((one, other) => (heights[other] ?? -1) - (heights[one] ?? -1) || one - other);
}

/** Returns the index of the lowest accompanying track that has notes, or undefined if there is none. */
const lowestVoice = (score: Pick<Score, "tracks">): number | undefined =>
  voicesByHeight(score).findLast((index) => (score.tracks[index]?.notes.length ?? 0) > 0);

/** Returns true if all that accompanies the tune lies above it. One that nothing accompanies is no bass. */
export function isTuneTheBass(score: Pick<Score, "tracks">): boolean {
  const [tune] = score.tracks;
  const voice = lowestVoice(score);
  if (tune === undefined || tune.notes.length === 0 || tune.isDrums === true || voice === undefined) return false;
  return heightOf(tune) < heightOf(score.tracks[voice]);
}

/**
 * Returns the index of the accompanying track that is the bass: the lowest one. There is none where fewer than two of them
 * have notes, and none where the tune itself is the bass.
 */
export function bassTrack(score: Pick<Score, "tracks">): number | undefined {
  const sounding = voicesByHeight(score).filter((index) => (score.tracks[index]?.notes.length ?? 0) > 0);
  return sounding.length < 2 || isTuneTheBass(score) ? undefined : sounding.at(-1);
}

/**
 * Returns the piece with other programs of the tracks that are named by their indices. A track that the technique wrote
 * and named after its instrument is named after the new one. The tune, which is the first track, and what was given keep
 * their names.
 */
export function withPrograms(score: Score, programs: ReadonlyMap<number, number>): Score {
  return {
    ...score,
    tracks: score.tracks.map((track, index) => {
      const program = programs.get(index);
      if (program === undefined || program === track.program || track.isDrums === true) return track;
      const isRenamed = index > 0 && track.source === "generated" && isNamedAfter(track.name, track.program);
      return { ...track, program, name: isRenamed ? instrumentName(program) : track.name };
    }),
  };
}

/**
 * Returns the piece with the instruments of a preset. Its first track is the tune. Where that is the bass, and low enough
 * for one, it has the bass's instrument, and all others have those of voices.
 */
export function withInstruments(score: Score, preset: InstrumentPreset): Score {
  if (preset === "model") return score;
  const { tune, voices, bass }: Ensemble = ensembles[preset];
  const lowest = bassTrack(score);
  const inner = voicesByHeight(score).filter((index) => index !== lowest);
  const isLowTune = isTuneTheBass(score) && heightOf(score.tracks[0]) < lowestOfViolin;
  const programOf = (index: number): number => {
    if (index === 0) return isLowTune ? bass : tune;
    if (index === lowest) return bass;
    return voices[Math.min(inner.indexOf(index), voices.length - 1)] ?? voices[0];
  };
  return withPrograms(score, new Map(score.tracks.map((_, index) => [index, programOf(index)])));
}
