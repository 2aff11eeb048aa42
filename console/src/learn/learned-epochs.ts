/** The training that the pages of Learn play: a U-Net GAN on nine chorales in C major, 24 epochs. */
import training from "./pieces/gan-training.json";
import { pieceOf } from "./stored-piece";

export const learnedMetrics = { items: training.metrics, reference: {} };

export const learnedEpochs = training.samples.map(({ epoch, piece }) => ({ epoch, piece: pieceOf(piece) }));
