import { createDocumentClient, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSageMakerJobs } from "../../aws/sagemaker-jobs";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createSlots } from "../../stores/slots";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createLogger, logTo } from "../../telemetry/logger";
import { launchTrainingJob } from "../../training/launch-training-job";
import { stepInputSchema } from "../../training/step-input";
import { instrumentedStep } from "../instrumented-step";

const {
  tableName,
  trainingSettings: settings,
  ...places
} = readEnvironment(["stage", "tableName", "artifactsBucket", "workBucket", "trainingSettings"]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const now = () => new Date();
const trainingJobs = createTrainingJobs({ table, now });
const slots = createSlots(table);
const sageMakerJobs = createSageMakerJobs({
  client: createSageMakerClient(),
  log: logTo(createLogger("aws/sagemaker-jobs")),
});

/** Creates the SageMaker job of an execution's training job. */
export const handler = instrumentedStep(
  "workflow/launch-training-job",
  async (data, telemetry) =>
    await launchTrainingJob({
      input: stepInputSchema.parse(data),
      trainingJobs,
      slots,
      sageMakerJobs,
      settings,
      ...places,
      now,
      random: Math.random,
      ...telemetry,
    }),
);
