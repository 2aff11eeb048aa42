import { createDocumentClient, createS3Client, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createTrainingJobsInExecution } from "../../aws/table/training-job-execution";
import { createTrainingJobs } from "../../aws/training-jobs";
import { createObjectStore } from "../../stores/objects";
import { observed } from "../../telemetry/observed";
import { trainingJobChanged } from "../../training/training-job-changed";

const { stage, tableName, workBucket } = readEnvironment(["stage", "tableName", "workBucket"]);
const now = () => new Date();
const jobs = createTrainingJobsInExecution({ client: createDocumentClient(), tableName, now });
const trainingJobs = createTrainingJobs({ client: createSageMakerClient() });
const work = createObjectStore({ client: createS3Client(), bucket: workBucket });

export const handler = observed(
  "events/training-job-changed",
  async (event, telemetry) => await trainingJobChanged({ event, stage, jobs, trainingJobs, work, now, ...telemetry }),
);
