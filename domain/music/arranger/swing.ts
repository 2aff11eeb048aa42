/** Swings the off-beats of a part. */
import type { ModelNote } from "../melody";
import { endOf } from "./tune";

/** Where the sixteenths of a beat come to lie: the off-beat eighth goes to the last third of the beat. */
const swung = [0, 4 / 3, 8 / 3, 10 / 3];

function place(step: number): number {
  const beat = Math.floor(step / 4) * 4;
  return beat + (swung[step - beat] ?? step - beat);
}

/**
 * Returns the notes with their onsets and ends moved. Those on beats stay, and so does the last chord, which begins at
 * `closing`, with the tune's last note.
 */
export const withSwing = (notes: readonly ModelNote[], closing: number): ModelNote[] =>
  notes.map((note) => {
    if (note.onset >= closing) return note;
    const onset = place(note.onset);
    return { ...note, onset, duration: Math.min(place(endOf(note)), closing) - onset };
  });
