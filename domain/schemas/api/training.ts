import * as z from "zod";
import { techniqueIds } from "../../names/resource-names";
import { trainingJobStates } from "../../states/training-job-state";
import { endReasons, type TrainingJobItem } from "../items";
import {
  failureAnswerSchema,
  idSchema,
  instantSchema,
  nameSchema,
  pageOf,
  parameterValueSchema,
  textSchema,
} from "./shared";

export const topicsSchema = z.record(textSchema(64), z.array(textSchema(64)).min(1).max(100)).meta({
  id: "Topics",
  description: "Tags with the values wanted: any value of a tag, every tag. None selects everything.",
  example: { composer: ["bach"], mode: ["minor"] },
});

export const createTrainingJobSchema = z
  .strictObject({
    name: nameSchema,
    technique: z.enum(techniqueIds),
    topics: topicsSchema.optional(),
    datasetId: textSchema(64).optional(),
    hyperparameters: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: "By the technique: see `GET /techniques`. Omitted means default." }),
    maxRuntimeSeconds: z.int().min(60).max(86_400).optional().meta({ description: "3600 when not given." }),
    resumeFrom: idSchema
      .optional()
      .meta({ description: "An ended job of yours with a checkpoint: training goes on from it." }),
  })
  .meta({ id: "CreateTrainingJob" });

export const trainingJobSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    technique: z.enum(techniqueIds),
    state: z.enum(trainingJobStates),
    createdAt: instantSchema,
    updatedAt: instantSchema,
    topics: z.record(z.string(), z.array(z.string())),
    dataset: z.object({ id: z.string(), version: z.string(), sha256: z.string() }),
    hyperparameters: z.record(z.string(), parameterValueSchema),
    maxRuntimeSeconds: z.int(),
    resumeFrom: idSchema.optional(),
    progress: z.object({
      epoch: z.int().meta({ description: "Completed epochs." }),
      epochs: z.int(),
      percent: z.number(),
      secondsRemaining: z.number().nullable().meta({ description: "Null while it is not known." }),
    }),
    latestMetrics: z.looseObject({ epoch: z.int() }).nullable().meta({ description: "Null before the first epoch." }),
    convergence: z.object({
      state: z.enum(["fluctuating", "settling", "converged"]),
      sinceEpoch: z.int().optional(),
    }),
    stopRequested: z.boolean(),
    endReason: z.enum(endReasons).optional(),
    modelId: idSchema.optional(),
    resumable: z.boolean(),
    failure: failureAnswerSchema.optional(),
    usage: z.object({ trainingSeconds: z.number(), billableSeconds: z.number() }),
  })
  .meta({ id: "TrainingJob" });
export type TrainingJobResource = z.infer<typeof trainingJobSchema>;
export const trainingJobListSchema = pageOf(trainingJobSchema, "TrainingJobList");

export const trainingMetricsQuerySchema = z.strictObject({
  afterEpoch: z.coerce
    .number<string | undefined>()
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .meta({ description: "Only the epochs after this one, so that a poll fetches only what is new; 0 for all." }),
});

export const epochSchema = z
  .looseObject({ epoch: z.int().min(1) })
  .meta({ description: "One epoch: its losses and metrics by name." });
export const trainingMetricsSchema = z
  .object({
    items: z.array(epochSchema),
    reference: z
      .record(z.string(), z.number())
      .meta({ description: "The same metrics on the training data; empty until the job has measured them." }),
  })
  .meta({ id: "TrainingMetrics" });

export const sampleSchema = z.object({
  epoch: z.int().min(1),
  melodyId: z.string(),
  href: z.string().meta({ description: "Path of the sample, from the API's root." }),
});
export const sampleListSchema = z.object({ items: z.array(sampleSchema) }).meta({ id: "SampleList" });

export const trainingTopicsSchema = z
  .object({
    topics: z
      .record(z.string(), z.record(z.string(), z.int()))
      .meta({ description: "Tags, their values, and how many pieces of the selection carry them." }),
    selection: z.object({ pieces: z.int(), bars: z.int() }),
  })
  .meta({ id: "TrainingTopics" });

export function trainingJobResource(item: TrainingJobItem): TrainingJobResource {
  const { id, name, technique, state, createdAt, updatedAt, topics, dataset, hyperparameters } = item;
  const { maxRuntimeSeconds, resumeFrom, progress, latestMetrics, convergence, stopRequested, endReason } = item;
  const { modelId, resumable, failure, usage } = item;
  return {
    id,
    name,
    technique,
    state,
    createdAt,
    updatedAt,
    topics,
    dataset,
    hyperparameters,
    maxRuntimeSeconds,
    ...(resumeFrom === undefined ? {} : { resumeFrom }),
    progress: { ...progress, secondsRemaining: progress.secondsRemaining ?? null },
    latestMetrics: latestMetrics ?? null,
    convergence,
    stopRequested,
    ...(endReason === undefined ? {} : { endReason }),
    ...(modelId === undefined ? {} : { modelId }),
    resumable,
    ...(failure === undefined ? {} : { failure }),
    usage,
  };
}
