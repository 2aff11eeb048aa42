/** Which pieces of a data set a choice of topics means, and which of them a training can use. */

/** Tags that a choice may name, and values of each: what the selection's and the model card's contracts hold. */
export const maxTopicTags = 32;
export const maxValuesPerTag = 32;

/** Fewer pieces than this teach a model nothing but themselves. */
const minTrainingPieces = 8;
/** Fewer bars of training music than this teach a model nothing but the pieces themselves. */
const minTrainingBars = 32;
/** What the trainers read of a piece; a piece shorter than their window is filled with rest. */
const maxPieceBars = 4_096;

export interface SplitPiece {
  readonly bars: number;
  readonly split: "train" | "validation" | "test";
}

/** Whether the trainers can read the piece at all. */
export const isReadable = ({ bars }: Pick<SplitPiece, "bars">): boolean => bars >= 1 && bars <= maxPieceBars;

/** Whether a model learns from the piece: pieces of the other splits only judge it. */
export const isTrainedOn = (piece: SplitPiece): boolean => piece.split === "train" && isReadable(piece);

export interface TaggedPiece {
  /** Tag → values, for example `composer` → `["bach"]`. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
}

export type Topics = Readonly<Record<string, readonly string[]>>;

/**
 * Pieces that carry, for every tag that is asked for, at least one of its values. No tag, or a tag without values, asks
 * for nothing: no filter selects everything.
 */
export function selectPieces<Piece extends TaggedPiece>(pieces: readonly Piece[], topics: Topics): Piece[] {
  const asked = Object.entries(topics).filter(([, values]) => values.length > 0);
  return pieces.filter(({ tags }) =>
    asked.every(([tag, values]) =>
      (Object.hasOwn(tags, tag) ? (tags[tag] ?? []) : []).some((value) => values.includes(value)),
    ),
  );
}

/** What a choice of topics lacks for a training. */
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

/** Returns what the topics select too little of for a training, or undefined where there is enough. */
export function dataShortage(pieces: readonly (TaggedPiece & SplitPiece)[], topics: Topics): DataShortage | undefined {
  const selected = selectPieces(pieces, topics).filter(isTrainedOn);
  const bars = selected.reduce((sum, piece) => sum + piece.bars, 0);
  if (selected.length < minTrainingPieces) return shortage("pieces", selected.length, minTrainingPieces);
  return bars < minTrainingBars ? shortage("bars", bars, minTrainingBars) : undefined;
}
