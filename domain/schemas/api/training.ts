import * as z from "zod";
import { defaultDatasetId, stockDatasetIds, techniqueIds, trainedTechniqueIds } from "../../../naming/resource-names";
import { trainingJobStates } from "../../states/training-job-state";
import { endReasons } from "../training-parts";
import {
  failureResponseSchema,
  idSchema,
  instantSchema,
  listQuerySchema,
  nameSchema,
  numberTextSchema,
  pageOf,
  parameterValueSchema,
  sampledMelodiesSchema,
  textSchema,
} from "./shared";
import { topicsSchema } from "./topics";

export const createTrainingJobSchema = z
  .strictObject({
    name: nameSchema,
    technique: z
      .enum(trainedTechniqueIds, {
        error: ({ input }) =>
          techniqueIds.some((id) => id === input) ? "works by rule and cannot be trained" : undefined,
      })
      .meta({
        description: "The technique of the new model. `arranger` is refused: it works by rule and cannot be trained.",
      }),
    topics: topicsSchema.optional(),
    datasetId: textSchema(64)
      .optional()
      .meta({
        description: `The data set to train on: a stock one (${stockDatasetIds.join(", ")}), or one of yours. Without it ${defaultDatasetId}.`,
      }),
    versionId: textSchema(64).optional().meta({
      description:
        "The version of your data set. Without it, its latest version that is ready. Stock data sets take none.",
    }),
    hyperparameters: z.record(z.string(), z.unknown()).optional().meta({
      description:
        "Hyperparameters depend on the technique; `GET /techniques` lists them. One that is not given has its default.",
    }),
    maxRuntimeSeconds: z.int().min(60).max(86_400).optional().meta({
      description:
        "The number of seconds after which the training is stopped, and the best epoch becomes the model. Without it, the number is 3600, or the deployment's limit if that is less.",
    }),
    resumeFrom: idSchema.optional().meta({
      description: "The id of one of your jobs that has ended and has a checkpoint. The training goes on from there.",
    }),
  })
  .meta({ id: "CreateTrainingJob" });

export const trainingJobSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    technique: z.enum(trainedTechniqueIds),
    state: z.enum(trainingJobStates),
    createdAt: instantSchema,
    updatedAt: instantSchema,
    topics: z.record(z.string(), z.array(z.string())),
    dataset: z.object({ id: z.string(), version: z.string(), sha256: z.string() }),
    hyperparameters: z.record(z.string(), parameterValueSchema),
    maxRuntimeSeconds: z.int(),
    resumeFrom: idSchema.optional(),
    progress: z.object({
      epoch: z.int().meta({ description: "The number of complete epochs." }),
      epochs: z.int(),
      percent: z.number(),
      secondsRemaining: z.number().nullable().meta({ description: "Null means that it is not known yet." }),
    }),
    latestMetrics: z
      .looseObject({ epoch: z.int() })
      .nullable()
      .meta({ description: "Null means that no epoch is complete yet." }),
    convergence: z.object({
      state: z.enum(["fluctuating", "settling", "converged"]),
      sinceEpoch: z.int().optional(),
    }),
    stopRequested: z.boolean(),
    endReason: z.enum(endReasons).optional(),
    modelId: idSchema.optional(),
    resumable: z.boolean().meta({
      description:
        "True if a new job can go on from a checkpoint of this one. Checkpoints are deleted some days after the job's end.",
    }),
    failure: failureResponseSchema.optional(),
    usage: z.object({ trainingSeconds: z.number(), billableSeconds: z.number() }),
  })
  .meta({ id: "TrainingJob" });
export type TrainingJobResource = z.infer<typeof trainingJobSchema>;
export const trainingJobListQuerySchema = listQuerySchema.extend({
  technique: z.enum(trainedTechniqueIds).optional().meta({ description: "Only jobs of this technique are listed." }),
  state: z.enum(trainingJobStates).optional().meta({ description: "Only jobs in this state are listed." }),
  modelId: idSchema.optional().meta({ description: "Only the job that left this model is listed." }),
});
export const trainingJobListSchema = pageOf(trainingJobSchema, "TrainingJobList");

const splitSizeSchema = z.object({
  pieces: z.int(),
  bars: z.int(),
  windows: z.int().meta({
    description:
      "The windows into which the pieces are cut: of `unet-gan` 4 bars, of `ar-cnn` 8, one every 2 bars. For `transformer` each piece is one.",
  }),
});
export const trainingEstimateSchema = z
  .object({
    technique: z.enum(trainedTechniqueIds),
    dataset: z.object({ id: z.string(), version: z.string(), sha256: z.string() }),
    splits: z
      .object({ train: splitSizeSchema, validation: splitSizeSchema, test: splitSizeSchema })
      .meta({ description: "The selected music. A model learns from `train`; the other splits judge it." }),
    stepsPerEpoch: z.int().meta({ description: "The updates of an epoch, each of `batchSize` windows." }),
    epochs: z
      .int()
      .meta({ description: "The epochs that this job would train itself, without those of the resumed one." }),
    maxRuntimeSeconds: z.int().meta({ description: "The seconds after which the training would be stopped." }),
    minutesPerEpoch: z.number().nullable().meta({ description: "Null means that it has not been measured yet." }),
    minutes: z
      .number()
      .nullable()
      .meta({ description: "The minutes of all these epochs, without the wait for a machine and its start." }),
    measured: z
      .object({
        trainingJobId: idSchema,
        epoch: z.int().meta({ description: "The epoch of that job whose speed it is." }),
        measuredAt: instantSchema,
        instanceType: z.string(),
      })
      .nullable()
      .meta({
        description:
          "Where the speed comes from: your latest training of this technique and model size on machines of this type, that was not " +
          "resumed. Null means that there is none.",
      }),
  })
  .meta({ id: "TrainingEstimate" });
export type TrainingEstimateResource = z.infer<typeof trainingEstimateSchema>;

export const trainingMetricsQuerySchema = z.strictObject({
  afterEpoch: numberTextSchema(0, 1_000_000).default(0).meta({
    description: "Only epochs after this one are listed, so that a poll fetches only what is new. 0 lists all.",
  }),
});

export const trainingSamplesQuerySchema = z.strictObject({
  afterEpoch: numberTextSchema(0, 1_000_000)
    .optional()
    .meta({
      description:
        "Only samples after this epoch are listed, so that a poll fetches only what is new. Without it all are listed, with those of " +
        "epoch 0, which the model played before it had learned anything.",
    }),
});

export const epochSchema = z
  .looseObject({ epoch: z.int().min(1) })
  .meta({ description: "The losses and metrics of one epoch by their names." });
export const trainingMetricsSchema = z
  .object({
    items: z.array(epochSchema),
    reference: z.record(z.string(), z.number()).meta({
      description:
        "The same metrics of the training data. It is empty until the job has measured them, and where their file is lost.",
    }),
  })
  .meta({ id: "TrainingMetrics" });

export const sampleSchema = z.object({
  epoch: z.int().min(0).meta({
    description:
      "The number of epochs that were complete when the sample was made. Samples of epoch 0 are made once, after a minute of training, if the first epoch takes longer than that.",
  }),
  melodyId: z.string(),
  href: z.string().meta({ description: "The path of the sample, from the API's root." }),
});
export const sampleListSchema = z
  .object({ items: z.array(sampleSchema), melodies: sampledMelodiesSchema })
  .meta({ id: "SampleList" });

export const trainingTopicsQuerySchema = z.object({
  datasetId: z
    .string()
    .optional()
    .meta({
      description: `The data set whose topics are listed: a stock one (${stockDatasetIds.join(", ")}), or one of yours. Without it ${defaultDatasetId}.`,
    }),
  versionId: z.string().optional().meta({
    description: "The version of your data set. Without it, its latest version that is ready.",
  }),
});
export const trainingTopicsSchema = z
  .object({
    topics: z
      .record(z.string(), z.record(z.string(), z.int()))
      .meta({ description: "Tags, their values, and the number of selected pieces that have each value." }),
    selection: z.object({ pieces: z.int(), bars: z.int() }).meta({
      description:
        "The amount of music that a model would learn from. Pieces that are held out for judging it are not counted.",
    }),
  })
  .meta({ id: "TrainingTopics" });
