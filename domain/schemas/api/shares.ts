import * as z from "zod";
import { defaultShareDays, maxShareDays, shareTokenPattern } from "../share-link";
import { compositionOutputSchema, compositionSchema, shareTimesSchema } from "./compositions";

export const shareTokenSchema = z
  .string()
  .regex(shareTokenPattern)
  .meta({ description: "The token of a share", example: "q3Zk0m1Yb7T2sXcV9hNfLdRpWuEaGjKo" });

export const shareCompositionSchema = z
  .strictObject({
    days: z
      .int()
      .min(1)
      .max(maxShareDays)
      .optional()
      .meta({ description: `The number of days for which the link opens the piece; without it ${defaultShareDays}.` }),
  })
  .meta({ id: "ShareComposition" });

export const compositionShareSchema = z
  .object({
    url: z.string().meta({
      description:
        "The link, `/shared/{token}`, relative to the API's address. The console has its page of the piece at the same path of " +
        "its own address.",
    }),
    token: shareTokenSchema,
    ...shareTimesSchema.shape,
  })
  .meta({
    id: "CompositionShare",
    description: "A link to a piece. Only its digest is kept, so no later response has the token or the URL.",
  });

const { name, technique, seed, finishedAt, inputOptions, parameters, performance, edited } = compositionSchema.shape;

export const sharedCompositionSchema = z
  .object({
    name,
    technique,
    modelId: z.string().optional().meta({
      description:
        "The model, if it is a stock model. A model of the owner's own is not named, and a piece by rule has none.",
    }),
    seed,
    finishedAt,
    sampleMelodyId: z.string().optional().meta({
      description: "The sample melody of which the piece was made. Inputs of the owner's own are not named.",
    }),
    inputOptions,
    parameters,
    performance,
    edited,
    output: compositionOutputSchema.omit({ remarks: true }),
    expiresAt: shareTimesSchema.shape.expiresAt,
  })
  .meta({ id: "SharedComposition" });
export type SharedCompositionResource = z.infer<typeof sharedCompositionSchema>;
