import { createDocumentClient, createS3Client, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createSageMakerJobs } from "../../aws/sagemaker-jobs";
import { createObjectStore } from "../../stores/objects";
import { observed } from "../../telemetry/observed";
import { trainingJobChanged } from "../../training/training-job-changed";

const { stage, tableName, workBucket } = readEnvironment(["stage", "tableName", "workBucket"]);
const now = () => new Date();
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const jobs = createTrainingJobs({ table, now });
const trainingJobs = createSageMakerJobs({ client: createSageMakerClient() });
const work = createObjectStore({ client: createS3Client(), bucket: workBucket });

export const handler = observed(
  "events/training-job-changed",
  async (event, telemetry) => await trainingJobChanged({ event, stage, jobs, trainingJobs, work, now, ...telemetry }),
);
