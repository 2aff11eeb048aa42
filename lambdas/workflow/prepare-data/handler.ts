import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createCatalogues } from "../../stores/catalogues";
import { createDatasetVersions } from "../../stores/dataset-versions";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { createTrainingJobs } from "../../stores/training-jobs";
import { prepareData } from "../../training/prepare-data";
import { stepInputSchema } from "../../training/step-input";
import { instrumentedStep } from "../instrumented-step";

const { tableName, artifactsBucket, workBucket } = readEnvironment([
  "stage",
  "tableName",
  "artifactsBucket",
  "workBucket",
]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const trainingJobs = createTrainingJobs({ table, now: () => new Date() });
const s3 = createS3Client(patience.copy.s3);
const catalogues = createCatalogues({ table, artifacts: createObjectStore({ client: s3, bucket: artifactsBucket }) });
const datasetVersions = createDatasetVersions({ table, now: () => new Date() });
const work = createObjectStore({ client: s3, bucket: workBucket });

/** Prepares the data of an execution's training job. */
export const handler = instrumentedStep(
  "workflow/prepare-data",
  async (data, { log }) =>
    await prepareData({ input: stepInputSchema.parse(data), trainingJobs, catalogues, datasetVersions, work, log }),
);
