import type { PieceTrack } from "../piece/piece";
import { drumName } from "./drum-names";

const names = ["C", "C sharp", "D", "D sharp", "E", "F", "F sharp", "G", "G sharp", "A", "A sharp", "B"] as const;
const blackKeys: ReadonlySet<number> = new Set([1, 3, 6, 8, 10]);

/** Returns a pitch as it is spoken: "C sharp 4". Middle C is C 4. */
export const pitchName = (pitch: number): string => `${names[pitch % 12] ?? "C"} ${Math.floor(pitch / 12) - 1}`;

export const isBlackKey = (pitch: number): boolean => blackKeys.has(pitch % 12);

/** Returns what a track calls a pitch: a note, or one of its drums. */
export const soundName = (track: Pick<PieceTrack, "isDrums"> | undefined, pitch: number): string =>
  track?.isDrums === true ? drumName(pitch) : pitchName(pitch);
