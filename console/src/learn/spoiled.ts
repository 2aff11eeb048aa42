/** What a piece sounds like when one of its figures goes wrong. The melody stays; the other voices are changed. */
import type { StoredNote, StoredPiece } from "./stored-piece";

export const spoilings = ["dissonant", "scattered", "frozen", "open"] as const;
export type Spoiling = (typeof spoilings)[number];

const stepsPerBar = 16;
const octave = 12;

const at = ([step = 0, steps = 1, pitch = 60]: StoredNote): { step: number; steps: number; pitch: number } => ({
  step,
  steps,
  pitch,
});

/** Every third note of a voice a semitone too high: the share of dissonant pairs rises. */
const dissonant = (notes: readonly StoredNote[], voice: number): StoredNote[] =>
  notes.map((note, index) => {
    const { step, steps, pitch } = at(note);
    return [step, steps, (index + voice) % 3 === 0 ? pitch + 1 : pitch];
  });

/** Notes that leap an octave up and down: many pitches in a bar, and leaps into dissonances. */
const scattered = (notes: readonly StoredNote[], voice: number): StoredNote[] =>
  notes.map((note, index) => {
    const { step, steps, pitch } = at(note);
    const direction = (index + voice) % 2 === 0 ? 1 : -1;
    return [step, steps, (index + voice) % 4 < 2 ? pitch + direction * octave : pitch];
  });

/** The first note of each bar is held through it: no passing notes, one rhythm. */
function frozen(notes: readonly StoredNote[], bars: number): StoredNote[] {
  return Array.from({ length: bars }, (_, bar) => bar * stepsPerBar).flatMap((start) => {
    const first = notes.map(at).find(({ step, steps }) => step <= start && step + steps > start);
    return first === undefined ? [] : [[start, stepsPerBar, first.pitch]];
  });
}

/** The last bar is a step higher: the piece ends where no phrase closes. */
const open = (notes: readonly StoredNote[], bars: number): StoredNote[] =>
  notes.map((note) => {
    const { step, steps, pitch } = at(note);
    return [step, steps, step >= (bars - 1) * stepsPerBar ? pitch + 2 : pitch];
  });

export function spoil(piece: StoredPiece, spoiling: Spoiling): StoredPiece {
  const tracks = piece.tracks.map((track, voice) => {
    if (voice === 0) return track;
    const { notes } = track;
    const changed = {
      dissonant: () => dissonant(notes, voice),
      scattered: () => scattered(notes, voice),
      frozen: () => frozen(notes, piece.bars),
      open: () => open(notes, piece.bars),
    }[spoiling]();
    return { ...track, notes: changed };
  });
  return { ...piece, tracks };
}
