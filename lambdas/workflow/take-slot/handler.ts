import { createDocumentClient, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSlots } from "../../aws/table/slots";
import { createTickets } from "../../aws/table/tickets";
import { createTrainingJobsInExecution } from "../../aws/table/training-job-execution";
import { createTrainingJobs } from "../../aws/training-jobs";
import { observed } from "../../telemetry/observed";
import { stepInputSchema } from "../step-input";
import { takeSlot } from "./take-slot";

const { tableName, trainingSettings: settings } = readEnvironment(["stage", "tableName", "trainingSettings"]);
const client = createDocumentClient();
const now = () => new Date();
const jobs = createTrainingJobsInExecution({ client, tableName, now });
const slots = createSlots({ client, tableName });
const tickets = createTickets({ client, tableName });
const trainingJobs = createTrainingJobs({ client: createSageMakerClient() });

export const handler = observed(
  "workflow/take-slot",
  async (event, telemetry) =>
    await takeSlot({
      input: stepInputSchema.parse(event),
      jobs,
      slots,
      tickets,
      trainingJobs,
      settings,
      now,
      ...telemetry,
    }),
);
