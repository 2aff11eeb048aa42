/**
 * The names under which people who are not signed in see the tracks of a shared piece. A file that a user uploaded may
 * call a track anything, so only names that are ours are shown.
 */
import { styles } from "./arranger/styles";
import { programFamilies, programName } from "./instrument-names";
import { sampleMelodies } from "./sample-melodies";

/** Voices of the stock models, of the line-ups of data sets, and of the mended piece. */
const voiceNames = [
  ...["Soprano", "Alto", "Tenor", "Bass", "Accompaniment", "Melody", "Chords", "Drums"],
  ...["Voice 1", "Voice 2", "Voice 3", "Voice 4", "Added"],
];

const ownNames: ReadonlySet<string> = new Set([
  ...voiceNames,
  ...sampleMelodies.map(({ name }) => name),
  ...Object.values(styles).flatMap(({ bass, chords, pad, figure }) =>
    [bass, chords, pad, figure].map(({ name }) => name),
  ),
  ...programFamilies.flatMap(({ programs }) => programs),
]);

export interface NamedTrack {
  readonly name: string;
  /** General MIDI program, 0-127. */
  readonly program: number;
  readonly isDrums?: boolean | undefined;
}

/**
 * Returns the public name of each track: its own if it is one of ours, else its instrument's. An instrument that several
 * tracks have is numbered from the second one on.
 */
export function publicTrackNames(tracks: readonly NamedTrack[]): string[] {
  const given = new Map<string, number>();
  return tracks.map(({ name, program, isDrums }) => {
    const isOurs = ownNames.has(name);
    const shown = isOurs ? name : isDrums === true ? "Drums" : programName(program);
    const count = (given.get(shown) ?? 0) + 1;
    given.set(shown, count);
    return isOurs || count === 1 ? shown : `${shown} ${count}`;
  });
}
