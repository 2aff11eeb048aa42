import * as z from "zod";
import { techniqueIds } from "../../../naming/resource-names";
import { pieceTimeSignatures } from "../../music/time-signatures";
import { maxMainParameters } from "../../techniques/parameter-forms";
import { parameterGroups, parameterScales } from "../../techniques/technique";

export const parameterSchema = z
  .object({
    name: z.string(),
    title: z.string().meta({ description: "A short name, for the label of a form." }),
    type: z.enum(["integer", "number", "boolean", "string"]),
    unit: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    step: z
      .number()
      .positive()
      .optional()
      .meta({
        description:
          "The difference of neighboring values in a form. `minimum`, `maximum` and `default` are multiples of it. Values " +
          "between its multiples are allowed, too. Only numbers have it.",
      }),
    scale: z.enum(parameterScales).optional().meta({
      description:
        "How a slider divides the range: in equal differences (`linear`) or in equal ratios (`log`). Only numbers have it.",
    }),
    values: z.array(z.string()).optional(),
    default: z.union([z.number(), z.boolean(), z.string()]),
    description: z.string(),
    group: z.enum(parameterGroups).meta({
      description: `\`main\` is what a form shows first, of parameters and of hyperparameters at most ${maxMainParameters} each; \`more\` is what it shows on demand.`,
    }),
    fixedOnResume: z
      .literal(true)
      .optional()
      .meta({ description: "This member is present where a job with `resumeFrom` cannot change the value." }),
  })
  .meta({ id: "Parameter" });

export const techniqueSchema = z
  .object({
    id: z.enum(techniqueIds),
    name: z.string(),
    description: z.string(),
    byRule: z.boolean().meta({
      description: "True if the technique follows rules: it has no models, and compositions with it have no `modelId`.",
    }),
    extends: z.boolean().meta({
      description:
        "True if the technique goes on with its input: the piece is longer than what was given, which stays as it is.",
    }),
    hearsTracks: z.boolean().meta({
      description:
        "True if the technique can hear all tracks of its input (`inputOptions.allTracks`). To any other technique, one of them is the melody.",
    }),
    timeSignatures: z.array(z.enum(pieceTimeSignatures)).meta({
      description:
        "The time signatures in which it composes. The bars that a composition chooses are all in one of them, which is that of its model, if it has one.",
    }),
    parameters: z.array(parameterSchema).meta({ description: "The parameters of a composition." }),
    hyperparameters: z.array(parameterSchema).meta({ description: "The hyperparameters of a training job." }),
  })
  .meta({ id: "Technique" });

export const techniqueListSchema = z.object({ items: z.array(techniqueSchema) }).meta({ id: "TechniqueList" });

export const sampleMelodySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    origin: z
      .string()
      .meta({ description: "The author and the year of the tune, which show why it is in the public domain." }),
    bars: z.int(),
    timeSignature: z.enum(pieceTimeSignatures),
    tempo: z.number().meta({ description: "The tempo in quarter notes a minute." }),
    noteCount: z.int(),
  })
  .meta({ id: "SampleMelody" });
export const sampleMelodyListSchema = z.object({ items: z.array(sampleMelodySchema) }).meta({ id: "SampleMelodyList" });

export const healthSchema = z.object({ status: z.literal("ok") }).meta({ id: "Health" });
