/** Chooses the instruments of a piece by a preset: one for the tune, and others for the voices by their heights. */
import { instrumentName, isNamedAfter } from "./instrument-names";
import { type Ensemble, ensembles, type InstrumentPreset } from "./instrument-presets";
import type { Score } from "./score";

/**
 * Returns the indices of the tracks that accompany the first one, from the highest down, without drums. A track's
 * height is the mean of its pitches; tracks without notes come last, in their order.
 */
export function voicesByHeight({ tracks }: Pick<Score, "tracks">): number[] {
  const heights = tracks.map(({ notes }) =>
    notes.length === 0 ? -1 : notes.reduce((sum, { pitch }) => sum + pitch, 0) / notes.length,
  );
  return tracks
    .map((_, index) => index)
    .slice(1)
    .filter((index) => tracks[index]?.isDrums !== true)
    .sort((one, other) => (heights[other] ?? -1) - (heights[one] ?? -1) || one - other);
}

/** Returns the index of the lowest accompanying track, or undefined if fewer than two of them have notes. */
export function bassTrack(score: Pick<Score, "tracks">): number | undefined {
  const sounding = voicesByHeight(score).filter((index) => (score.tracks[index]?.notes.length ?? 0) > 0);
  return sounding.length < 2 ? undefined : sounding.at(-1);
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

/** Returns the piece with the instruments of a preset. Its first track is the tune. */
export function withInstruments(score: Score, preset: InstrumentPreset): Score {
  if (preset === "model") return score;
  const { tune, voices, bass }: Ensemble = ensembles[preset];
  const lowest = bassTrack(score);
  const inner = voicesByHeight(score).filter((index) => index !== lowest);
  const programOf = (index: number): number => {
    if (index === 0) return tune;
    if (index === lowest) return bass;
    return voices[Math.min(inner.indexOf(index), voices.length - 1)] ?? voices[0];
  };
  return withPrograms(score, new Map(score.tracks.map((_, index) => [index, programOf(index)])));
}
