/** Trainings that the local SageMaker goes on with after the cloud went back to a snapshot that does not know their jobs. */
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { ulid } from "ulid";
import { localCredentials } from "../../local/cloud/ministack";
import { rowsOfTrainingJobs, stopTrainingsWithoutRow } from "../../local/cloud/trainings-without-row";
import { checkpointsPrefix } from "../../naming/object-keys";
import { trainingJobName } from "../../naming/resource-names";
import { ownedKey } from "../../naming/table-keys";
import { bucket, type LocalServices, region, startLocalServices } from "./support/local-services";
import { trainingJobEnd } from "./support/training-job-end";
import { freshName, trainingJobRequest } from "./support/training-job-request";

const TableName = "rows";
const sub = "11111111-1111-4111-8111-111111111111";

let services: LocalServices;
let table: DynamoDBDocumentClient;

beforeAll(async () => {
  services = await startLocalServices();
  const { endpointUrl } = services.ministack;
  table = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: endpointUrl, region, credentials: localCredentials }),
  );
  const attributes = ["pk", "sk"] as const;
  await table.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    }),
  );
});

afterAll(async () => {
  table.destroy();
  await services.stop();
});

/** Starts a training that lasts until it is stopped. */
async function train(name: string, checkpoints: string): Promise<string> {
  const request = trainingJobRequest(
    name,
    { epochs: "100000", pauseMilliseconds: "50" },
    { CheckpointConfig: { S3Uri: `s3://${bucket}/${checkpoints}` } },
  );
  await services.sagemaker.send(new CreateTrainingJobCommand(request));
  return name;
}

const launchOf = async (jobId: string): Promise<string> =>
  await train(trainingJobName("local", { jobId, attempt: 1, launch: 1 }), checkpointsPrefix({ sub, id: jobId }));

const statusOf = async (name: string): Promise<string | undefined> =>
  (await services.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }))).TrainingJobStatus;

test("those whose job has no row are stopped, and no others", async () => {
  const known = ulid();
  await table.send(new PutCommand({ TableName, Item: ownedKey("TRAINING_JOB", sub, known) }));
  const kept = [await launchOf(known), await train(freshName("not-ours"), "elsewhere/")];
  const forgotten = [await launchOf(ulid()), await launchOf(ulid())];

  const stop = async () =>
    await stopTrainingsWithoutRow({ sageMaker: services.sagemaker, hasRow: rowsOfTrainingJobs(table, TableName) });
  expect([...(await stop())].sort()).toEqual([...forgotten].sort());
  for (const name of forgotten) expect((await trainingJobEnd(services, name)).TrainingJobStatus).toBe("Stopped");
  for (const name of kept) expect(await statusOf(name)).toBe("InProgress");
  // What has ended is not stopped again.
  expect(await stop()).toEqual([]);

  for (const TrainingJobName of kept) {
    await services.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }));
    await trainingJobEnd(services, TrainingJobName);
  }
});

test("a table that cannot be asked stops nothing", async () => {
  const name = await launchOf(ulid());
  const stop = stopTrainingsWithoutRow({
    sageMaker: services.sagemaker,
    hasRow: rowsOfTrainingJobs(table, "no-such-table"),
  });
  await expect(stop).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  expect(await statusOf(name)).toBe("InProgress");
  await services.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
  await trainingJobEnd(services, name);
});
