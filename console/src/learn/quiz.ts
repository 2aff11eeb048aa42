/** The quiz "Which is Bach?": one melody, Bach's voices under it and a model's, in an order that chance decides. */
import type { BachExcerpts } from "./bach-excerpts";
import type { StoredNote, StoredPiece } from "./stored-piece";

export interface ModelVoices {
  readonly id: string;
  readonly model: string;
  readonly voices: readonly (readonly StoredNote[])[];
}

export interface Round {
  readonly id: string;
  readonly title: string;
  readonly model: string;
  readonly pieces: readonly [StoredPiece, StoredPiece];
  /** The place of Bach's own in `pieces`. */
  readonly bach: 0 | 1;
}

const tempo = 80;
/** Both have the same instrument and the same loudness: nothing but the notes tells them apart. */
const program = 19;
const names = ["Soprano", "Alto", "Tenor", "Bass"];

const stored = (bars: number, voices: readonly (readonly StoredNote[])[]): StoredPiece => ({
  tempo,
  bars,
  tracks: voices.map((notes, index) => ({ name: names[index] ?? "", program, notes })),
});

/** @param random numbers from 0 to 1, as those of `Math.random` */
export function makeRounds(
  { excerpts }: BachExcerpts,
  models: readonly ModelVoices[],
  random: () => number,
): readonly Round[] {
  return models.flatMap(({ id, model, voices }) => {
    const excerpt = excerpts.find((one) => one.id === id);
    const melody = excerpt?.voices[0];
    if (excerpt === undefined || melody === undefined) return [];
    const own = stored(excerpt.bars, excerpt.voices);
    const other = stored(excerpt.bars, [melody, ...voices]);
    const bach = random() < 0.5 ? 0 : 1;
    return [{ id, title: excerpt.title, model, bach, pieces: bach === 0 ? [own, other] : [other, own] }];
  });
}
