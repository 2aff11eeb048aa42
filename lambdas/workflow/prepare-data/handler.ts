import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createCatalogues } from "../../stores/catalogues";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { createTrainingJobs } from "../../stores/training-jobs";
import { prepareData } from "../../training/prepare-data";
import { stepInputSchema } from "../../training/step-input";
import { instrumentedStep } from "../instrumented-step";

const { tableName, workBucket } = readEnvironment(["stage", "tableName", "workBucket"]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const trainingJobs = createTrainingJobs({ table, now: () => new Date() });
const catalogues = createCatalogues(table);
const work = createObjectStore({ client: createS3Client(patience.copy.s3), bucket: workBucket });

/** Prepares the data of an execution's training job. */
export const handler = instrumentedStep(
  "workflow/prepare-data",
  async (data, { log }) =>
    await prepareData({ input: stepInputSchema.parse(data), trainingJobs, catalogues, work, log }),
);
