/** The training that the pages of Learn play: a U-Net GAN on nine chorales in C major, 24 epochs. */
import { pieceOf } from "./stored-piece";
import training from "./pieces/gan-training.json";

export const learnedMetrics = { items: training.metrics, reference: {} };

export const learnedEpochs = training.samples.map(({ epoch, piece }) => ({ epoch, piece: pieceOf(piece) }));
