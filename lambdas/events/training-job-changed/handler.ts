import { createDocumentClient, createS3Client, createSageMakerClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSageMakerJobs } from "../../aws/sagemaker-jobs";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { createTrainingJobs } from "../../stores/training-jobs";
import { instrumented } from "../../telemetry/instrumented";
import { createLogger, logTo } from "../../telemetry/logger";
import { trainingJobChanged } from "../../training/training-job-changed";

const { stage, tableName, workBucket } = readEnvironment(["stage", "tableName", "workBucket"]);
const now = () => new Date();
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const trainingJobs = createTrainingJobs({ table, now });
const sageMakerJobs = createSageMakerJobs({
  client: createSageMakerClient(),
  log: logTo(createLogger("aws/sagemaker-jobs")),
});
const work = createObjectStore({ client: createS3Client(), bucket: workBucket });

/** Updates the row of the training job that an event of SageMaker names. */
export const handler = instrumented(
  "events/training-job-changed",
  async (event, telemetry) =>
    await trainingJobChanged({ event, stage, trainingJobs, sageMakerJobs, work, now, ...telemetry }),
);
