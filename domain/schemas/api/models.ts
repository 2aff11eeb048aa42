import * as z from "zod";
import { trainedTechniqueIds } from "../../../naming/resource-names";
import { lineUps } from "../../music/extraction/line-ups";
import { trainableTimeSignatures } from "../../music/time-signatures";
import { licenseKinds } from "../dataset-parts";
import { ratingCountsSchema } from "./ratings";
import {
  idSchema,
  instantSchema,
  listQuerySchema,
  metricValuesSchema,
  nameSchema,
  pageOf,
  sampledMelodiesSchema,
  sha256Schema,
} from "./shared";

export const modelListQuerySchema = listQuerySchema.extend({
  technique: z.enum(trainedTechniqueIds).optional().meta({ description: "Only models of this technique are listed." }),
  stock: z
    .enum(["true", "false"])
    .optional()
    .meta({ description: "`true` lists the stock models alone, and `false` your own." }),
});

export const updateModelSchema = z.strictObject({ name: nameSchema }).meta({ id: "UpdateModel" });

export const modelSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    technique: z.string().meta({
      description: "The id of a technique of `GET /techniques`, or of one that this deployment does not have.",
    }),
    stock: z.boolean().meta({
      description:
        "True if the model came with the software. Everyone can use such a model, and nobody can rename or delete it.",
    }),
    createdAt: instantSchema,
    updatedAt: instantSchema,
    trainingJobId: idSchema.optional(),
    sha256: sha256Schema.meta({ description: "The SHA-256 of the ONNX file, in hexadecimal digits." }),
    bytes: z.int(),
    metrics: metricValuesSchema,
    dataset: z.object({
      id: z.string(),
      version: z.string(),
      sha256: sha256Schema,
      license: z.string(),
      pieces: z.int(),
      topics: z.record(z.string(), z.array(z.string())),
      private: z.literal(true).optional().meta({
        description: "Marks a data set of yours. Topics of which it has fewer than five pieces are not named.",
      }),
      lineUp: z.enum(lineUps).optional(),
      extractionRule: z.int().optional().meta({ description: "The number of the rule by which its files were read." }),
      bars: z.int().optional().meta({ description: "The bars of the version." }),
      licenseKinds: z.partialRecord(z.enum(licenseKinds), z.number()).optional().meta({
        description: "The share of the bars of each kind of license.",
      }),
      deletedAt: instantSchema.optional().meta({
        description: "When the data set was deleted. The model stays, and may remember its music.",
      }),
    }),
    timeSignature: z.enum(trainableTimeSignatures).meta({
      description: "The time signature in which it was trained. It takes melodies in no other.",
    }),
    limits: z.looseObject({ maxBars: z.int() }),
    ratings: ratingCountsSchema,
  })
  .meta({ id: "Model" });
export type ModelResource = z.infer<typeof modelSchema>;
export const modelListSchema = pageOf(modelSchema, "ModelList");

export const modelSampleListSchema = z
  .object({
    items: z.array(
      z.object({
        melodyId: z.string(),
        epoch: z.int().min(0).optional().meta({
          description:
            "The number of epochs that were complete when the sample was made: the last ones of the model's training job. Samples of stock models were made by the finished model, and do not have it.",
        }),
        href: z.string().meta({ description: "The path of the sample, from the API's root." }),
      }),
    ),
    melodies: sampledMelodiesSchema,
  })
  .meta({ id: "ModelSampleList" });
