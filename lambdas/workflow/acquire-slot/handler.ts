import { createDocumentClient, createS3Client, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSageMakerJobs } from "../../aws/sagemaker-jobs";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { createSlots } from "../../stores/slots";
import { createTickets } from "../../stores/tickets";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createLogger, logTo } from "../../telemetry/logger";
import { acquireSlot } from "../../training/acquire-slot";
import { stepInputSchema } from "../../training/step-input";
import { instrumentedStep } from "../instrumented-step";

const {
  tableName,
  artifactsBucket,
  trainingSettings: settings,
} = readEnvironment(["stage", "tableName", "artifactsBucket", "trainingSettings"]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const now = () => new Date();
const trainingJobs = createTrainingJobs({ table, now });
const slots = createSlots(table);
const tickets = createTickets(table);
const artifacts = createObjectStore({ client: createS3Client(), bucket: artifactsBucket });
const sageMakerJobs = createSageMakerJobs({
  client: createSageMakerClient(),
  log: logTo(createLogger("aws/sagemaker-jobs")),
});

/** Acquires a slot for an execution's training job, or says how long to wait for one. */
export const handler = instrumentedStep(
  "workflow/acquire-slot",
  async (data, telemetry) =>
    await acquireSlot({
      input: stepInputSchema.parse(data),
      trainingJobs,
      slots,
      tickets,
      sageMakerJobs,
      artifacts,
      settings,
      now,
      random: Math.random,
      ...telemetry,
    }),
);
