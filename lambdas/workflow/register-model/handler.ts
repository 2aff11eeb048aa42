import { patience } from "../../../domain/names/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createObjectStore } from "../../aws/object-store";
import { createTrainingJobsInExecution } from "../../aws/table/training-job-execution";
import { observed } from "../../telemetry/observed";
import { stepInputSchema } from "../step-input";
import { registerModel } from "./register-model";

const { tableName, artefactsBucket, workBucket } = readEnvironment([
  "stage",
  "tableName",
  "artefactsBucket",
  "workBucket",
]);
const now = () => new Date();
const jobs = createTrainingJobsInExecution({ client: createDocumentClient(), tableName, now });
const client = createS3Client(patience.copy.s3);
const work = createObjectStore({ client, bucket: workBucket });
const artefacts = createObjectStore({ client, bucket: artefactsBucket });

export const handler = observed(
  "workflow/register-model",
  async (event, { log }) =>
    await registerModel({ input: stepInputSchema.parse(event), jobs, work, artefacts, now, log }),
);
