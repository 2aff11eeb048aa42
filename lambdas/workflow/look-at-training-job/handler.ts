import { createDocumentClient, createS3Client, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSlots } from "../../aws/table/slots";
import { createTrainingJobsInExecution } from "../../aws/table/training-job-execution";
import { createTrainingJobs } from "../../aws/training-jobs";
import { createObjectStore } from "../../stores/objects";
import { observedStep } from "../observed-step";
import { stepInputSchema } from "../../training/step-input";
import { lookAtTrainingJob } from "../../training/monitoring-turn";

const {
  tableName,
  workBucket,
  trainingSettings: settings,
} = readEnvironment(["stage", "tableName", "workBucket", "trainingSettings"]);
const client = createDocumentClient();
const now = () => new Date();
const jobs = createTrainingJobsInExecution({ client, tableName, now });
const slots = createSlots({ client, tableName });
const trainingJobs = createTrainingJobs({ client: createSageMakerClient() });
const work = createObjectStore({ client: createS3Client(), bucket: workBucket });

export const handler = observedStep(
  "workflow/look-at-training-job",
  async (data, telemetry) =>
    await lookAtTrainingJob({
      input: stepInputSchema.parse(data),
      jobs,
      slots,
      trainingJobs,
      work,
      settings,
      now,
      random: Math.random,
      ...telemetry,
    }),
);
