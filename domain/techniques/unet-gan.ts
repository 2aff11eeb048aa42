import type { Technique } from "./technique";
import { batchSize, trainingSeed, transpositionRange } from "./training-hyperparameters";

/** Ranges and defaults are the API's contract; contracts/hyperparameters-unet-gan.schema.json says the same. */
export const unetGan: Technique = {
  id: "unet-gan",
  name: "U-Net GAN",
  description:
    "Adds accompaniment to a melody. A generator, shaped like a U, writes the other voices; while training, a critic " +
    "compares them with real music (Wasserstein GAN with gradient penalty).",
  parameters: [],
  hyperparameters: [
    {
      name: "epochs",
      type: "integer",
      minimum: 1,
      maximum: 2000,
      default: 60,
      description: "Passes over the training windows. More take longer and help until the music stops getting better.",
    },
    {
      name: "learningRate",
      type: "number",
      minimum: 1e-5,
      maximum: 1e-2,
      default: 1e-3,
      description: "Step size of both networks' updates. Higher learns faster and less steadily.",
    },
    {
      name: "updateRatio",
      type: "integer",
      unit: "critic updates per generator update",
      minimum: 1,
      maximum: 10,
      default: 2,
      description: "How often the critic learns for each time the generator does. Higher makes a stronger critic.",
    },
    batchSize,
    transpositionRange,
    {
      name: "modelSize",
      type: "string",
      values: ["small", "large"],
      default: "small",
      description: "Small trains on two CPU cores; large has twice the channels and wants a GPU.",
    },
    {
      name: "reconstructionWeight",
      type: "number",
      minimum: 0,
      maximum: 200,
      default: 20,
      description:
        "How much the generator is also judged by the accompaniment that the composer wrote; falls to a tenth while " +
        "training. Higher is safer and less varied.",
    },
    {
      name: "diversityWeight",
      type: "number",
      minimum: 0,
      maximum: 100,
      default: 10,
      description:
        "How much two accompaniments of one melody are pushed apart while they are too much alike, so that a seed " +
        "means something. 0 leaves it to chance.",
    },
    {
      name: "earlyStopping",
      type: "boolean",
      default: false,
      description: "End the job when the similarity index has stopped falling.",
    },
    trainingSeed,
  ],
  fixedOnResume: ["modelSize"],
};
