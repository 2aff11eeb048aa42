import { createDocumentClient, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSlots } from "../../stores/slots";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createSageMakerJobs } from "../../aws/sagemaker-jobs";
import { observedStep } from "../observed-step";
import { stepInputSchema } from "../../training/step-input";
import { launchTrainingJob } from "../../training/launch-training-job";

const {
  tableName,
  trainingSettings: settings,
  ...places
} = readEnvironment(["stage", "tableName", "artefactsBucket", "workBucket", "trainingSettings"]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const now = () => new Date();
const jobs = createTrainingJobs({ table, now });
const slots = createSlots(table);
const trainingJobs = createSageMakerJobs({ client: createSageMakerClient() });

export const handler = observedStep(
  "workflow/launch-training-job",
  async (data, telemetry) =>
    await launchTrainingJob({
      input: stepInputSchema.parse(data),
      jobs,
      slots,
      trainingJobs,
      settings,
      ...places,
      now,
      random: Math.random,
      ...telemetry,
    }),
);
