import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { createTrainingJobs } from "../../stores/training-jobs";
import { registerModel } from "../../training/register-model";
import { stepInputSchema } from "../../training/step-input";
import { instrumentedStep } from "../instrumented-step";

const { tableName, artifactsBucket, workBucket } = readEnvironment([
  "stage",
  "tableName",
  "artifactsBucket",
  "workBucket",
]);
const now = () => new Date();
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const trainingJobs = createTrainingJobs({ table, now });
const client = createS3Client(patience.copy.s3);
const work = createObjectStore({ client, bucket: workBucket });
const artifacts = createObjectStore({ client, bucket: artifactsBucket });

/** Registers the model that an execution's training job has left. */
export const handler = instrumentedStep(
  "workflow/register-model",
  async (data, { log }) =>
    await registerModel({ input: stepInputSchema.parse(data), trainingJobs, work, artifacts, now, log }),
);
