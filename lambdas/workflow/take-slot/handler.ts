import { createDocumentClient, createS3Client, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSlots } from "../../aws/table/slots";
import { createTickets } from "../../aws/table/tickets";
import { createTrainingJobsInExecution } from "../../aws/table/training-job-execution";
import { createTrainingJobs } from "../../aws/training-jobs";
import { createObjectStore } from "../../stores/objects";
import { observedStep } from "../observed-step";
import { stepInputSchema } from "../../training/step-input";
import { takeSlot } from "../../training/acquire-slot";

const {
  tableName,
  artefactsBucket,
  trainingSettings: settings,
} = readEnvironment(["stage", "tableName", "artefactsBucket", "trainingSettings"]);
const client = createDocumentClient();
const now = () => new Date();
const jobs = createTrainingJobsInExecution({ client, tableName, now });
const slots = createSlots({ client, tableName });
const tickets = createTickets({ client, tableName });
const artefacts = createObjectStore({ client: createS3Client(), bucket: artefactsBucket });
const trainingJobs = createTrainingJobs({ client: createSageMakerClient() });

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
