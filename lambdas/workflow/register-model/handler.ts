import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { observedStep } from "../observed-step";
import { stepInputSchema } from "../../training/step-input";
import { registerModel } from "../../training/register-model";

const { tableName, artefactsBucket, workBucket } = readEnvironment([
  "stage",
  "tableName",
  "artefactsBucket",
  "workBucket",
]);
const now = () => new Date();
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const jobs = createTrainingJobs({ table, now });
const client = createS3Client(patience.copy.s3);
const work = createObjectStore({ client, bucket: workBucket });
const artefacts = createObjectStore({ client, bucket: artefactsBucket });

export const handler = observedStep(
  "workflow/register-model",
  async (data, { log }) => await registerModel({ input: stepInputSchema.parse(data), jobs, work, artefacts, now, log }),
);
