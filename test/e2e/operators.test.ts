/**
 * The commands of operators on a whole local cloud: a person signs in on its page, what doctor says of it, and a smoke run
 * of all that a user does.
 */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { localCredentials } from "../../local/cloud/ministack";
import { techniqueIds } from "../../naming/resource-names";
import { stockModelKey } from "../../naming/table-keys";
import { accessToken, openSession, shapes, subjectOf } from "./api-session";
import { repository, type RunningCloud, startCloud } from "./running-cloud";
import { until } from "./until";

const stateSchema = z.object({ state: z.string() });

let cloud: RunningCloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.stop();
});

/** Runs `scripts/{command}.ts` as npm does, on this cloud. */
function start(command: string, options: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const child = spawn(
    process.execPath,
    ["--no-warnings", "--import", "tsx", `scripts/${command}.ts`, "--stage", "local", ...options],
    {
      cwd: repository,
      env: { ...process.env, OPENCOMPOSER_LOCAL_DIR: cloud.directory, ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, out: text(child.stdout), said: () => said, ended };
}

/** Returns the address of the page that sign-in tells. */
async function pageOf(signIn: ReturnType<typeof start>): Promise<string> {
  const page = (): string | undefined => /http\S+\/oauth2\/authorize\S+/.exec(signIn.said())?.[0];
  await until("sign-in tells its page", 120, () => page() !== undefined);
  return page() ?? "";
}

test("a person who signs in on the page gets a token that the API takes, and nothing else on the standard output", async () => {
  const signIn = start("sign-in", []);
  const form = await (await fetch(await pageOf(signIn))).text();
  const body = new URLSearchParams();
  for (const [, name = "", value = ""] of form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) {
    body.set(name, value);
  }
  const { username, password } = cloud.outputs.demoUser;
  body.set("username", username);
  body.set("password", password);
  const response = await fetch(`${cloud.outputs.awsEndpointUrl}/login`, { method: "POST", body });
  expect(await response.text()).toContain("You are signed in");
  expect(await signIn.ended).toBe(0);
  const token = await signIn.out;
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const models = await fetch(`${cloud.outputs.apiUrl}/models`, {
    headers: { authorization: `Bearer ${token.trim()}` },
  });
  expect(models.status).toBe(200);
});

test("Ctrl-C ends a sign-in that waits, without a token", async () => {
  const signIn = start("sign-in", []);
  await pageOf(signIn);
  signIn.child.kill("SIGINT");
  expect(await signIn.ended).toBe(130);
  expect(await signIn.out).toBe("");
  expect(signIn.said()).toContain("The sign-in was canceled.");
});

test("a sign-in that nobody finishes says so when its time is over", async () => {
  const signIn = start("sign-in", ["--timeout-seconds", "1"]);
  expect(await signIn.ended).toBe(1);
  expect(signIn.said()).toContain("Nobody has signed in within 1 s.");
});

test("nothing of a cloud that is up is wrong or left over", async () => {
  const doctor = start("doctor", []);
  // The data set may still be built in the background; every other check is right.
  const lines = (await doctor.out).split("\n").filter((line) => line.startsWith("✗") && !line.includes("data set"));
  expect(lines).toEqual([]);
  const leftovers = start("doctor", ["--leftovers"]);
  expect(await leftovers.out).toContain("0 things are there without a stack.");
  expect(await leftovers.ended).toBe(0);
});

test("with no training there is nothing to stop", async () => {
  const stopAll = start("stop-all", []);
  expect(await stopAll.out).toContain("0 training jobs at SageMaker, 0 executions of the workflow, 0 open rows");
  expect(await stopAll.ended).toBe(0);
});

test("a training that runs is stopped by its row, and the command waits for its end", async () => {
  const token = (await start("token", []).out).trim();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const jobs = `${cloud.outputs.apiUrl}/training-jobs`;
  const body = { name: "Long", technique: "unet-gan", hyperparameters: { epochs: 200 } };
  const created = await fetch(jobs, { method: "POST", headers, body: JSON.stringify(body) });
  expect(created.status).toBe(202);
  const job = `${cloud.outputs.apiUrl}${created.headers.get("location") ?? ""}`;
  const state = async (): Promise<unknown> => stateSchema.parse(await (await fetch(job, { headers })).json()).state;
  // The first training of a checkout waits for the data set.
  await until("the job trains", 500, async () => (await state()) === "TRAINING");
  const stopAll = start("stop-all", ["--yes"]);
  const said = await stopAll.out;
  expect(said).toContain("1 training jobs at SageMaker, 1 executions of the workflow, 1 open rows");
  expect(said).toContain("Nothing runs any more.");
  expect(said).not.toContain("aborted");
  expect(await stopAll.ended).toBe(0);
  expect(await state()).toBe("STOPPED");
});

describe("a smoke run", () => {
  const reportSchema = z.object({
    passed: z.boolean(),
    seconds: z.number(),
    costUsd: z.number(),
    steps: z.array(z.object({ step: z.string(), result: z.string(), found: z.string() })),
    left: z.array(z.unknown()),
  });
  /** A user who has nothing else. */
  let token: string;
  beforeAll(async () => {
    token = await accessToken(cloud.outputs, cloud.outputs.secondUser);
  });

  const settings = () => ({
    endpoint: cloud.outputs.awsEndpointUrl,
    region: cloud.outputs.region,
    credentials: localCredentials,
  });

  /** Returns what the user has: rows of every kind that the API lists, and keys of objects in both buckets. */
  async function belongings(): Promise<readonly string[]> {
    const api = openSession(cloud.outputs, token);
    const itemSchema = shapes.list(z.object({ name: z.string(), stock: z.boolean().optional() }));
    const names: string[] = [];
    for (const path of ["/tracks", "/compositions", "/training-jobs", "/models"]) {
      const { items } = (await api.call("GET", path)).json(itemSchema);
      names.push(...items.filter(({ stock }) => stock !== true).map(({ name }) => `${path} ${name}`));
    }
    const s3 = new S3Client({ ...settings(), forcePathStyle: true });
    for (const Bucket of [cloud.outputs.artifactsBucket, cloud.outputs.workBucket]) {
      const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `users/${subjectOf(token)}/` }));
      names.push(...(listed.Contents ?? []).map(({ Key }) => `object ${Key ?? ""}`));
    }
    s3.destroy();
    return names;
  }

  test("passes all steps by the public API, and leaves neither rows nor objects", async () => {
    const smoke = start("smoke", ["--json"], { OPENCOMPOSER_TOKEN: token });
    const report = reportSchema.parse(JSON.parse(await smoke.out));
    expect({ code: await smoke.ended, said: smoke.said() }).toEqual({ code: 0, said: expect.any(String) });
    expect(report.steps.filter(({ result }) => result !== "passed")).toEqual([]);
    // With the stock models, the own model, and by rule.
    expect(report.steps.filter(({ step }) => step.startsWith("compose with"))).toHaveLength(techniqueIds.length + 1);
    expect(report).toMatchObject({ passed: true, left: [] });
    expect(report.costUsd).toBeGreaterThan(0);
    expect(report.costUsd).toBeLessThan(0.2);
    expect(smoke.said()).toMatch(/^ {4}\d+ s: TRAINING, epoch \d+ of/m);
    expect(await belongings()).toEqual([]);
  });

  test("that is canceled while it trains stops the training and leaves nothing", async () => {
    const smoke = start("smoke", ["--json"], { OPENCOMPOSER_TOKEN: token });
    await until("it trains", 500, () => /^ {4}\d+ s: TRAINING/m.test(smoke.said()));
    expect(await belongings()).toContainEqual(expect.stringMatching(/^\/training-jobs OpenComposer smoke /));
    smoke.child.kill("SIGINT");
    expect(await smoke.ended).toBe(130);
    expect(reportSchema.parse(JSON.parse(await smoke.out))).toMatchObject({ passed: false, left: [] });
    expect(await belongings()).toEqual([]);
  });

  test("fails where a stock model is missing, and begins no training beyond its ceiling", async () => {
    const rows = DynamoDBDocumentClient.from(new DynamoDBClient(settings()));
    const place = { TableName: cloud.outputs.tableName, Key: stockModelKey("ar-cnn-bach") };
    const { Item } = await rows.send(new GetCommand(place));
    expect(Item).toBeDefined();
    await rows.send(new DeleteCommand(place));
    const smoke = start("smoke", ["--max-cost", "0.01"], { OPENCOMPOSER_TOKEN: token });
    const lines = await smoke.out;
    await rows.send(new PutCommand({ TableName: place.TableName, Item }));
    rows.destroy();
    expect(await smoke.ended).toBe(1);
    expect(lines).toMatch(/^✓ compose with U-Net GAN .*: 30 notes of the melody kept/m);
    expect(lines).toMatch(/^✗ compose with AR-CNN .*: there is no stock model of ar-cnn\n +The local start uploads/m);
    expect(lines).toMatch(/^✗ train .*: not begun: .* its ceiling is \$0\.010 \(--max-cost\)/m);
    expect(lines).toMatch(/^✓ delete all of it/m);
    expect(await belongings()).toEqual([]);
  });

  test("fails with a token that the API does not take, and with an argument that it does not know", async () => {
    const wrongToken = start("smoke", ["--token", "a.b.c"]);
    expect(await wrongToken.out).toMatch(
      /^✗ sign in .*: GET \/tracks: 401 UNAUTHENTICATED: .*\n +The API does not take the token/m,
    );
    expect(await wrongToken.ended).toBe(1);
    const wrongCost = start("smoke", ["--max-cost", "much"]);
    expect(await wrongCost.ended).toBe(2);
    expect(wrongCost.said()).toContain('--max-cost is "much"; it must be US dollars');
  });
});
