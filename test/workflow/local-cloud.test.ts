/**
 * The real bucket and workflow code on MiniStack: its copies, and its Step Functions as one more engine beside the
 * interpreter of these tests and moto's (second-engine/). Only SageMaker is a script here. The stores have their own suite in
 * test/integration/stores.test.ts.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { build } from "esbuild";
import { createWorkflowExecutions } from "../../lambdas/aws/workflow-executions";
import { catalogueItem } from "../../lambdas/stores/catalogues";
import { createObjectStore } from "../../lambdas/stores/objects";
import { createSlots } from "../../lambdas/stores/slots";
import { createTrainingJobs } from "../../lambdas/stores/training-jobs";
import { localCredentials } from "../../local/cloud/ministack";
import { catalogueKey, ownedKey, type TableKey } from "../../naming/table-keys";
import { environmentPython } from "../../tools/python/environments";
import { MemoryBuckets } from "../fakes/memory-object-store";
import { ScriptedSageMaker } from "../fakes/scripted-sagemaker";
import { type LocalTable, putCatalogue, startLocalTable } from "../integration/support/local-table";
import type { ListeningServer } from "../support/listening-server";
import { startScriptedServer } from "./scripted-sagemaker-server";
import {
  catalogue,
  datasetKey,
  definitionFile,
  jobId,
  settings,
  stepFolders,
  type StepName,
  stepNames,
  sub,
  trainingJob,
} from "./training-harness";

let local: LocalTable;
beforeAll(async () => {
  local = await startLocalTable();
});
afterAll(async () => {
  await local.stop();
});

const now = () => new Date();
const trainingJobs = () => createTrainingJobs({ table: local.table, now });
const put = async (key: TableKey, row: object) => {
  await local.table.write([{ kind: "PUT", key, row: { ...row } }]);
};
const putJob = async (n: number, more: Parameters<typeof trainingJob>[1] = {}) => {
  const job = trainingJob(n, more);
  await put(ownedKey("TRAINING_JOB", job.sub, job.id), job);
  return { ...job, jobId: job.id };
};
/** Leaves a row that nothing can read. */
const breakRow = async (n: number) => {
  const job = trainingJob(n);
  await put(ownedKey("TRAINING_JOB", job.sub, job.id), { ...job, progress: "none" });
};

test("objects: bounded reading, a digest whose very bytes are copied, listing, deleting", async () => {
  const work = createObjectStore({ client: local.s3, bucket: local.workBucket });
  const artifacts = createObjectStore({ client: local.s3, bucket: local.artifactsBucket });
  await work.write({ key: "a/model file.onnx", body: "model", contentType: "application/octet-stream" });
  expect(await work.read("a/none", 10)).toBeUndefined();
  await expect(work.read("a/model file.onnx", 4)).rejects.toThrow("allowed are 4");
  const digest = await work.digest("a/model file.onnx", 10);
  if (digest === undefined) throw new Error("the object is not there");
  expect(digest).toMatchObject({
    bytes: 5,
    sha256: "9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4",
  });
  await work.write({ key: "a/model file.onnx", body: "other", contentType: "application/octet-stream" });
  const from = { bucket: local.workBucket, key: "a/model file.onnx" };
  expect(await artifacts.copy({ from: { ...from, etag: digest.etag }, to: "b" })).toBe(false);
  expect(await artifacts.copy({ from, to: "b" })).toBe(true);
  expect(await artifacts.copy({ from: { ...from, key: "a/none" }, to: "c" })).toBe(false);
  expect(Buffer.from((await artifacts.read("b", 10)) ?? []).toString()).toBe("other");
  for (const n of [1, 2, 3]) await work.write({ key: `l/${n}`, body: "x", contentType: "text/plain" });
  expect((await work.list("l/", 2)).map(({ key }) => key)).toEqual(["l/1", "l/2"]);
  await work.delete(["l/1", "l/2", "l/3"]);
  expect(await work.list("l/", 10)).toEqual([]);
});

describe("the definition on MiniStack's Step Functions, with the real functions", () => {
  let server: ListeningServer;
  let directory: string;
  let sfn: SFNClient;
  let stateMachineArn: string;
  let createMachine: (name: string, change: (definition: string) => string) => Promise<string>;
  const buckets = new MemoryBuckets();
  const sageMaker = new ScriptedSageMaker(now, buckets);

  beforeAll(async () => {
    const work = createObjectStore({ client: local.s3, bucket: local.workBucket });
    server = await startScriptedServer(sageMaker, async () => {
      for (const [key, body] of buckets.store(local.workBucket).objects)
        await work.write({ key, body, contentType: "application/octet-stream" });
    });
    directory = mkdtempSync(join(tmpdir(), "opencomposer-workflow-"));
    const environment = {
      AWS_ENDPOINT_URL_SAGEMAKER: server.url,
      STAGE: "local",
      TABLE_NAME: local.tableName,
      ARTIFACTS_BUCKET: local.artifactsBucket,
      WORK_BUCKET: local.workBucket,
      TRAINING_SETTINGS: JSON.stringify({
        ...settings,
        monitor: { firstSeconds: 1, laterSeconds: 1, firstForSeconds: 5 },
        waitSeconds: 1,
      }),
      POWERTOOLS_SERVICE_NAME: "opencomposer-local",
      POWERTOOLS_METRICS_NAMESPACE: "OpenComposer",
    };
    const arns = new Map<string, string>();
    for (const name of stepNames) arns.set(name, await createFunction(name, environment));
    // Its patience with a step that throws is minutes: here two more tries are enough to come to Catch.
    const impatient = readFileSync(definitionFile, "utf8").replace(/"MaxAttempts": \d+/g, '"MaxAttempts": 2');
    sfn = new SFNClient({ endpoint: local.endpointUrl, region: local.region, credentials: localCredentials });
    createMachine = async (name, change) => {
      const definition = change(impatient).replace(
        /\$\{(\w+)FunctionArn\}/g,
        (_, step: string) => arns.get(step) ?? "",
      );
      const roleArn = "arn:aws:iam::000000000000:role/workflow";
      const created = await sfn.send(new CreateStateMachineCommand({ name, definition, roleArn }));
      return created.stateMachineArn ?? "";
    };
    stateMachineArn = await createMachine("training", (definition) => definition);
    await putCatalogue(local, catalogue);
    const artifacts = createObjectStore({ client: local.s3, bucket: local.artifactsBucket });
    await artifacts.write({ key: datasetKey, body: "{}", contentType: "application/json" });
  });

  afterAll(async () => {
    sfn.destroy();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function createFunction(step: StepName, Variables: Readonly<Record<string, string>>): Promise<string> {
    const folder = join(directory, step);
    await build({
      entryPoints: [join(__dirname, `../../lambdas/${stepFolders[step]}/handler.ts`)],
      outfile: join(folder, "index.js"),
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      mainFields: ["module", "main"],
    });
    const zip = join(directory, `${step}.zip`);
    execFileSync(environmentPython("cloud"), ["-m", "zipfile", "-c", zip, join(folder, "index.js")]);
    const response = await fetch(`${local.endpointUrl}/2015-03-31/functions`, {
      method: "POST",
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${local.region}/lambda/aws4_request` },
      body: JSON.stringify({
        FunctionName: step,
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Role: "arn:aws:iam::000000000000:role/step",
        Timeout: 60,
        Environment: { Variables },
        Code: { ZipFile: readFileSync(zip).toString("base64") },
      }),
    });
    const created: unknown = await response.json();
    if (typeof created !== "object" || created === null || !("FunctionArn" in created))
      throw new Error(JSON.stringify(created));
    return String(created.FunctionArn);
  }

  async function execute(n: number, machineArn = stateMachineArn): Promise<string> {
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({
        stateMachineArn: machineArn,
        name: `${jobId(n)}-1`,
        input: JSON.stringify({ sub, jobId: jobId(n), attempt: 1 }),
      }),
    );
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      const { status = "" } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== "RUNNING") return status;
      await sleep(200);
    }
    throw new Error("the execution did not end within a minute");
  }

  test("a job becomes READY, and a lack of capacity on its way is waited out", async () => {
    const brief = { create: "RUN", startSeconds: 1, secondsPerEpoch: 1, uploadSeconds: 1 } as const;
    sageMaker.plans.push(
      { ...brief, epochs: 0, end: "Failed", failureReason: "CapacityError: none" },
      { ...brief, epochs: 3 },
    );
    const job = await putJob(10, { hyperparameters: { epochs: 3 } });
    expect(await execute(10)).toBe("SUCCEEDED");
    expect(await trainingJobs().get(job)).toMatchObject({
      state: "READY",
      modelId: job.id,
      launch: 2,
      progress: { epoch: 3, epochs: 3, percent: 100 },
      resumable: true,
    });
    expect(await createSlots(local.table).held()).toEqual([]);
  });

  test("a step that throws is caught by States.ALL, and the job is finalized", async () => {
    sageMaker.plans.push({ create: "REFUSED" });
    const refused = await putJob(11);
    expect(await execute(11)).toBe("SUCCEEDED");
    expect(await trainingJobs().get(refused)).toMatchObject({
      state: "FAILED",
      failure: { code: "TRAINING_JOB_REFUSED" },
    });

    // A row that no longer fits its schema: what the step throws is unexpected.
    const broken = await putJob(12, { queuedSince: "2026-01-01T00:00:00.000Z" });
    await put(catalogueKey("bach-chorales"), { ...catalogueItem(catalogue), pieces: "none" });
    expect(await execute(12)).toBe("SUCCEEDED");
    expect(await trainingJobs().get(broken)).toMatchObject({
      state: "FAILED",
      failure: { code: "WORKFLOW_FAILED", retryable: true },
    });
    await put(catalogueKey("bach-chorales"), catalogueItem(catalogue));
  });

  const statusOf = async (n: number, machineArn: string) =>
    await createWorkflowExecutions({ client: sfn, stateMachineArn: machineArn }).status({
      sub,
      jobId: jobId(n),
      attempt: 1,
    });

  test("how an execution ended that did not finalize its job is told apart", async () => {
    // A row that no step can read: each of them throws, finalizing as well.
    await putJob(13, { hyperparameters: { epochs: 3 } });
    await breakRow(13);
    expect(await statusOf(13, stateMachineArn)).toBe("NOT_STARTED");
    expect(await execute(13)).toBe("FAILED");
    expect(await statusOf(13, stateMachineArn)).toBe("STEP_FAILED");

    // A machine whose last step is a function that finalizes nothing.
    const unfinalizing = await createMachine("unfinalizing", (text) =>
      text.replace("${FinalizeTrainingJob", "${AcquireSlot"),
    );
    sageMaker.plans.push({ create: "REFUSED" });
    await putJob(14, {});
    expect(await execute(14, unfinalizing)).toBe("FAILED");
    expect(await statusOf(14, unfinalizing)).toBe("FAILED");
    await createSlots(local.table).release({ index: 0, jobId: jobId(14) });
  });

  test("a step that has been tried for longer than its patience gives up, and is not tried again", async () => {
    const longAgo = await createMachine("long-ago", (text) =>
      text.replaceAll('"enteredAt.$": "$$.State.EnteredTime"', '"enteredAt": "2026-01-01T00:00:00.000Z"'),
    );
    await putJob(15, {});
    await breakRow(15);
    expect(await execute(15, longAgo)).toBe("FAILED");
    expect(await statusOf(15, longAgo)).toBe("STEP_FAILED");
    const executionArn = `${longAgo.replace(":stateMachine:", ":execution:")}:${jobId(15)}-1`;
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    const types = events.map(({ type }) => type);
    // Each of the two steps is tried three times, whatever the clock says.
    expect(types.filter((type) => type === "TaskScheduled")).toHaveLength(6);
    expect(types.filter((type) => type === "TaskFailed")).toHaveLength(4);
  });
});
