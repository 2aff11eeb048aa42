/** Selects the pieces of a data set that have the chosen topics, and those that a training can use. */

/**
 * The maximum number of tags that a choice may name, and of values of each tag. The contracts of the selection and of the model
 * card have the same limits.
 */
export const maxTopicTags = 32;
export const maxValuesPerTag = 32;

/** The minimum number of pieces for a training: from fewer, a model learns nothing but the pieces themselves. */
const minTrainingPieces = 8;
/** The minimum number of bars of training music: from fewer, a model learns nothing but the pieces themselves. */
const minTrainingBars = 32;
/** The maximum length of a piece, in bars, that the trainers read. A piece shorter than their window is filled up with rest. */
const maxPieceBars = 4_096;

/** The splits of a data set: models learn from the first, and the others judge them. */
export const splits = ["train", "validation", "test"] as const;
export type Split = (typeof splits)[number];

export interface SplitPiece {
  readonly bars: number;
  readonly split: Split;
}

/** Returns true if the trainers can read the piece at all. */
export const isReadable = ({ bars }: Pick<SplitPiece, "bars">): boolean => bars >= 1 && bars <= maxPieceBars;

/** Returns true if a model learns from the piece; pieces of the other splits only judge it. */
export const isTrainedOn = (piece: SplitPiece): boolean => piece.split === "train" && isReadable(piece);

export interface TaggedPiece {
  /** Values by tag, for example `composer` → `["bach"]`. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
}

export type Topics = Readonly<Record<string, readonly string[]>>;

/** A lack of pieces or bars that makes a choice of topics too small for a training. */
export interface DataShortage {
  readonly unit: "pieces" | "bars";
  readonly selected: number;
  readonly minimum: number;
  /** A whole sentence for the owner of the job. */
  readonly message: string;
}

const shortage = (unit: DataShortage["unit"], selected: number, minimum: number): DataShortage => ({
  unit,
  selected,
  minimum,
  message: `The topics select ${selected} ${unit} to train on; at least ${minimum} are needed.`,
});

/** Returns what there is too little of for a training among the pieces that topics select, or undefined if there is enough. */
export function dataShortage(selected: readonly SplitPiece[]): DataShortage | undefined {
  const trained = selected.filter(isTrainedOn);
  const bars = trained.reduce((sum, piece) => sum + piece.bars, 0);
  if (trained.length < minTrainingPieces) return shortage("pieces", trained.length, minTrainingPieces);
  return bars < minTrainingBars ? shortage("bars", bars, minTrainingBars) : undefined;
}
