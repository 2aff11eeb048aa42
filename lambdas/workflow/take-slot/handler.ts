import { createDocumentClient, createS3Client, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSlots } from "../../stores/slots";
import { createTickets } from "../../stores/tickets";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createSageMakerJobs } from "../../aws/sagemaker-jobs";
import { createObjectStore } from "../../stores/objects";
import { observedStep } from "../observed-step";
import { stepInputSchema } from "../../training/step-input";
import { takeSlot } from "../../training/acquire-slot";

const {
  tableName,
  artefactsBucket,
  trainingSettings: settings,
} = readEnvironment(["stage", "tableName", "artefactsBucket", "trainingSettings"]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const now = () => new Date();
const jobs = createTrainingJobs({ table, now });
const slots = createSlots(table);
const tickets = createTickets(table);
const artefacts = createObjectStore({ client: createS3Client(), bucket: artefactsBucket });
const trainingJobs = createSageMakerJobs({ client: createSageMakerClient() });

export const handler = observedStep(
  "workflow/take-slot",
  async (data, telemetry) =>
    await takeSlot({
      input: stepInputSchema.parse(data),
      jobs,
      slots,
      tickets,
      trainingJobs,
      artefacts,
      settings,
      now,
      random: Math.random,
      ...telemetry,
    }),
);
