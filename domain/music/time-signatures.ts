/** The time signatures in which pieces are made, and the shapes of their bars. */

/** The time signatures of pieces. Others whose bars have four quarter notes, such as 2/2, are taken for 4/4. */
export const pieceTimeSignatures = ["4/4", "3/4", "2/4", "6/8"] as const;
export type PieceTimeSignature = (typeof pieceTimeSignatures)[number];

export interface BarShape {
  /** The beats that a listener counts. */
  readonly beats: number;
  /** Sixteenths in a beat. */
  readonly beatSteps: number;
  /** Sixteenths in a bar. */
  readonly steps: number;
}

const barShape = (beats: number, beatSteps: number): BarShape => ({ beats, beatSteps, steps: beats * beatSteps });

export const barShapes: Readonly<Record<PieceTimeSignature, BarShape>> = {
  "4/4": barShape(4, 4),
  "3/4": barShape(3, 4),
  "2/4": barShape(2, 4),
  "6/8": barShape(2, 6),
};
