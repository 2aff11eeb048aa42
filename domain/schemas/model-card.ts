/**
 * The parts of a model card (contracts/model-card) that this side works with. A card is written by a container from a
 * user's data: hostile until parsed. What is not named here is kept with the model's files and passed through unread.
 */
import * as z from "zod";
import { modelDatasetSchema } from "./items";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const pitch = z.int().min(0).max(127);
const mostMetrics = 64;

export const modelCardSchema = z.looseObject({
  schemaVersion: z.literal(1),
  technique: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  model: z.looseObject({ file: z.literal("model.onnx"), sha256, bytes: z.int().min(1) }),
  voices: z
    .array(z.looseObject({ name: z.string().min(1).max(64), program: pitch }))
    .min(2)
    .max(16),
  limits: z.looseObject({ maxBars: z.int().min(1).max(4096), lowestPitch: pitch, highestPitch: pitch }),
  dataset: z.object({
    ...modelDatasetSchema.shape,
    id: z.string().min(1).max(128),
    version: z.string().min(1).max(64),
    licence: z.string().min(1).max(2000),
    topics: z
      .record(z.string().max(64), z.array(z.string().max(64)).max(32))
      .refine((topics) => Object.keys(topics).length <= 32, "has more than 32 tags"),
  }),
  endReason: z.enum(["epochs", "earlyStopping", "stopped"]),
  metrics: z
    .record(z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/), z.number())
    .refine((metrics) => Object.keys(metrics).length <= mostMetrics, `has more than ${mostMetrics} metrics`),
});
export type ModelCard = z.infer<typeof modelCardSchema>;
