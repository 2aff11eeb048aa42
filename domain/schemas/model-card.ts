/**
 * The parts of a model card (contracts/model-card) that the application works with. A container writes the card from a
 * user's data, so it is untrusted until it is parsed. Fields that are not named here are kept with the model's files
 * and passed on unread.
 */
import * as z from "zod";
import { trainedTimeSignature } from "../music/time-signatures";
import { maxModelBytes } from "../training/model-limits";
import { maxTopicTags, maxValuesPerTag } from "../training/selection";
import { modelDatasetSchema } from "./training-parts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Returns the schema of a text that the table can keep, which is well-formed Unicode. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^\P{Surrogate}*$/u, "is not well-formed text");
const pitch = z.int().min(0).max(127);
const maxMetrics = 64;

export const modelCardSchema = z.looseObject({
  schemaVersion: z.literal(1),
  technique: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  model: z.looseObject({ file: z.literal("model.onnx"), sha256, bytes: z.int().min(1).max(maxModelBytes) }),
  voices: z
    .array(z.looseObject({ name: z.string().min(1).max(64), program: pitch }))
    .min(2)
    .max(16),
  /** Limits that are kept in the model's row, without any field that is not named here. */
  limits: z
    .object({
      maxBars: z.int().min(1).max(4096),
      stepsPerBeat: z.int(),
      beatsPerBar: z.int(),
      lowestPitch: pitch,
      highestPitch: pitch,
    })
    .refine((limits) => trainedTimeSignature(limits) !== undefined, "have bars in which no model is trained"),
  dataset: z.object({
    ...modelDatasetSchema.shape,
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
    version: text(64).min(1),
    /** The name stays British, because published model cards have it. */
    licence: text(2000).min(1),
    pieces: z.int().min(1).max(100_000),
    topics: z
      .record(
        z.string().regex(/^[a-z][a-zA-Z0-9]{0,31}$/),
        z
          .array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/))
          .min(1)
          .max(maxValuesPerTag),
      )
      .refine((topics) => Object.keys(topics).length <= maxTopicTags, `has more than ${maxTopicTags} tags`),
  }),
  endReason: z.enum(["epochs", "earlyStopping", "stopped"]),
  metrics: z
    .record(z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/), z.number())
    .refine((metrics) => Object.keys(metrics).length <= maxMetrics, `has more than ${maxMetrics} metrics`),
});
export type ModelCard = z.infer<typeof modelCardSchema>;
