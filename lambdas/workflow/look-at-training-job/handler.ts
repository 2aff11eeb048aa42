import { createDocumentClient, createS3Client, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSlots } from "../../stores/slots";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createSageMakerJobs } from "../../aws/sagemaker-jobs";
import { createObjectStore } from "../../stores/objects";
import { observedStep } from "../observed-step";
import { stepInputSchema } from "../../training/step-input";
import { lookAtTrainingJob } from "../../training/monitoring-turn";

const {
  tableName,
  workBucket,
  trainingSettings: settings,
} = readEnvironment(["stage", "tableName", "workBucket", "trainingSettings"]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const now = () => new Date();
const jobs = createTrainingJobs({ table, now });
const slots = createSlots(table);
const trainingJobs = createSageMakerJobs({ client: createSageMakerClient() });
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
