/** Hyperparameters that mean the same to every technique that learns from windows of music. */
import type { NumberParameter } from "./technique";

export const batchSize: NumberParameter = {
  name: "batchSize",
  type: "integer",
  unit: "windows",
  minimum: 8,
  maximum: 256,
  default: 32,
  description: "Windows of music in one update.",
};

export const transpositionRange: NumberParameter = {
  name: "transpositionRange",
  type: "integer",
  unit: "semitones",
  minimum: 0,
  maximum: 6,
  default: 6,
  description: "Each window is moved up or down by up to this much, so that every key is learned.",
};

export const trainingSeed: NumberParameter = {
  name: "seed",
  type: "integer",
  minimum: 0,
  maximum: 2_147_483_647,
  default: 0,
  description: "Where chance begins: the same seed, data and machine give the same model.",
};
