import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createCatalogues } from "../../stores/catalogues";
import { createObjectStore } from "../../stores/objects";
import { observedStep } from "../observed-step";
import { stepInputSchema } from "../../training/step-input";
import { prepareData } from "../../training/prepare-data";

const { tableName, workBucket } = readEnvironment(["stage", "tableName", "workBucket"]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const jobs = createTrainingJobs({ table, now: () => new Date() });
const catalogues = createCatalogues(table);
const work = createObjectStore({ client: createS3Client(patience.copy.s3), bucket: workBucket });

export const handler = observedStep(
  "workflow/prepare-data",
  async (data, { log }) => await prepareData({ input: stepInputSchema.parse(data), jobs, catalogues, work, log }),
);
