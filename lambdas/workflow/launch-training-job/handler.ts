import { createDocumentClient, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSlots } from "../../stores/slots";
import { createTrainingJobsInExecution } from "../../stores/training-jobs";
import { createTrainingJobs } from "../../aws/training-jobs";
import { observedStep } from "../observed-step";
import { stepInputSchema } from "../../training/step-input";
import { launchTrainingJob } from "../../training/launch-training-job";

const {
  tableName,
  trainingSettings: settings,
  ...places
} = readEnvironment(["stage", "tableName", "artefactsBucket", "workBucket", "trainingSettings"]);
const client = createDocumentClient();
const now = () => new Date();
const jobs = createTrainingJobsInExecution({ client, tableName, now });
const slots = createSlots({ client, tableName });
const trainingJobs = createTrainingJobs({ client: createSageMakerClient() });

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
