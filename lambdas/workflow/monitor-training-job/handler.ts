import { createDocumentClient, createS3Client, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSageMakerJobs } from "../../aws/sagemaker-jobs";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { createSlots } from "../../stores/slots";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createLogger, logTo } from "../../telemetry/logger";
import { runMonitoringTurn } from "../../training/monitoring-turn";
import { stepInputSchema } from "../../training/step-input";
import { instrumentedStep } from "../instrumented-step";

const {
  tableName,
  workBucket,
  trainingSettings: settings,
} = readEnvironment(["stage", "tableName", "workBucket", "trainingSettings"]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const now = () => new Date();
const trainingJobs = createTrainingJobs({ table, now });
const slots = createSlots(table);
const sageMakerJobs = createSageMakerJobs({
  client: createSageMakerClient(),
  log: logTo(createLogger("aws/sagemaker-jobs")),
});
const work = createObjectStore({ client: createS3Client(), bucket: workBucket });

/** Does one monitoring turn for an execution's training job. */
export const handler = instrumentedStep(
  "workflow/monitor-training-job",
  async (data, telemetry) =>
    await runMonitoringTurn({
      input: stepInputSchema.parse(data),
      trainingJobs,
      slots,
      sageMakerJobs,
      work,
      settings,
      now,
      random: Math.random,
      ...telemetry,
    }),
);
