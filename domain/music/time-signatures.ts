/** The time signatures in which pieces are made, and the shapes of their bars. */

/** Sixteenths in a quarter note. */
export const stepsPerQuarter = 4;

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

/** Those that models are trained in, each model in one of them. */
export const trainableTimeSignatures = ["4/4", "3/4", "6/8"] as const satisfies readonly PieceTimeSignature[];
export type TrainableTimeSignature = (typeof trainableTimeSignatures)[number];

/** The time signature of what names none: a model, a piece, a version of a data set. */
export const defaultMetre = "4/4" satisfies TrainableTimeSignature;

/** The bars of a file that make one bar of a piece, and the time signature of that. */
export interface JoinedBars {
  readonly bars: number;
  readonly as: TrainableTimeSignature;
}

/** Pieces of a data set join two bars of 2/4 to one of 4/4, which models know. */
export const joinedBars: Readonly<Record<PieceTimeSignature, JoinedBars>> = {
  "4/4": { bars: 1, as: "4/4" },
  "3/4": { bars: 1, as: "3/4" },
  "2/4": { bars: 2, as: "4/4" },
  "6/8": { bars: 1, as: "6/8" },
};

/** How a model file and a request of a model name the shape of bars. */
export interface WrittenBarShape {
  readonly stepsPerBeat: number;
  readonly beatsPerBar: number;
}

/** Returns the shape of the bars of a time signature as a request of a model has it. */
export function writtenBarShape(timeSignature: PieceTimeSignature): WrittenBarShape {
  const { beats, beatSteps } = barShapes[timeSignature];
  return { stepsPerBeat: beatSteps, beatsPerBar: beats };
}

/**
 * Returns the time signature in which a model with bars of this shape was trained; undefined if models have no such bars.
 * What says nothing is in 4/4.
 */
export function trainedTimeSignature({
  stepsPerBeat = barShapes["4/4"].beatSteps,
  beatsPerBar = barShapes["4/4"].beats,
}: { readonly [Name in keyof WrittenBarShape]?: number | undefined }): TrainableTimeSignature | undefined {
  return trainableTimeSignatures.find(
    (name) => barShapes[name].beatSteps === stepsPerBeat && barShapes[name].beats === beatsPerBar,
  );
}

/** How strong a place in a bar is. */
export type Accent = "downbeat" | "middle" | "beat" | "offbeat";

/**
 * Returns how strong a place in a piece is. The lengths may be in any unit. The middle of a bar counts where a beat
 * begins, so three beats have none.
 */
export function accentAt(place: number, { bar, beat }: { readonly bar: number; readonly beat: number }): Accent {
  const inBar = place % bar;
  if (inBar === 0) return "downbeat";
  if (inBar % beat !== 0) return "offbeat";
  return 2 * inBar === bar ? "middle" : "beat";
}

/** Returns the time signature of pieces with this name; undefined for any other. */
export const pieceTimeSignatureOf = (name: string): PieceTimeSignature | undefined =>
  pieceTimeSignatures.find((timeSignature) => timeSignature === name);

/** Returns the time signature of a piece, or of what a row says of it. */
export const timeSignatureOf = (piece: {
  readonly timeSignature?: PieceTimeSignature | undefined;
}): PieceTimeSignature => piece.timeSignature ?? "4/4";

/** Returns the ticks of a bar. `ticksPerBeat` are the ticks of a quarter note, as in a MIDI file. */
export const ticksPerBar = (timeSignature: PieceTimeSignature, ticksPerBeat: number): number =>
  (barShapes[timeSignature].steps * ticksPerBeat) / stepsPerQuarter;
