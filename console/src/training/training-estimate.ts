/** How long a training will take, reckoned from the trainings of the stock models on two processor cores. */
import type { TrainingJob } from "./training-resources";

type TechniqueId = TrainingJob["technique"];

/**
 * Seconds of an epoch by the bar of training music, its evaluation included: models/<model>/training-log.jsonl, the last
 * epoch's `elapsedSeconds` / epochs / the 3,490 bars of 256 training pieces.
 */
const secondsByBar: Readonly<Record<TechniqueId, number>> = {
  "unet-gan": 0.0136,
  "ar-cnn": 0.0079,
  transformer: 0.004,
};
/** The large network has twice the width, and takes about four times the work. */
const largeFactor = 4;
/** Before the first epoch: starting the process, reading the music, and measuring it. */
const secondsToBegin = 25;

export interface EstimateParams {
  readonly technique: TechniqueId;
  readonly bars: number;
  readonly epochs: number;
  readonly isLarge: boolean;
}

export interface Estimate {
  readonly seconds: number;
  readonly secondsToFirstEpoch: number;
}

export function estimateTraining({ technique, bars, epochs, isLarge }: EstimateParams): Estimate {
  const epoch = secondsByBar[technique] * bars * (isLarge ? largeFactor : 1);
  return { seconds: secondsToBegin + epochs * epoch, secondsToFirstEpoch: secondsToBegin + epoch };
}
