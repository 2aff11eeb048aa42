/** Both numbers: how long a function may run, and how long its clients wait for AWS. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import path from "node:path";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import {
  functionSeconds,
  marginMilliseconds,
  patience,
  pendingChangeGraceSeconds,
  type FunctionFolder,
  type Patience,
} from "../../../domain/names/time-limits";
import { CallDeadlinePassed, withCallDeadline } from "../../../lambdas/aws/call-deadline";
import { createDocumentClient } from "../../../lambdas/aws/clients";
import { isPassingFault } from "../../../lambdas/aws/passing-faults";
import { documentedApi } from "../api/support/documented-api";

const root = path.join(__dirname, "../../..");

const functionFolders = Object.keys(functionSeconds).filter((name): name is FunctionFolder =>
  Object.hasOwn(functionSeconds, name),
);

/** Every file of ours that a file imports, itself included. */
function sourcesOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, relative = ""] of readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)"/g)) {
    const imported = path.join(path.dirname(file), `${relative}.ts`);
    if (existsSync(imported)) sourcesOf(imported, seen);
  }
  return seen;
}

const defaults = {
  Document: patience.background.dynamodb,
  S3: patience.background.s3,
  Queue: patience.background.sqs,
  StepFunctions: patience.background.stepFunctions,
  SageMaker: patience.background.sagemaker,
  SageMakerRuntime: patience.background.sagemakerRuntime,
} as const;
const isBuilder = (name: string): name is keyof typeof defaults => Object.hasOwn(defaults, name);

/** What stands between the parentheses of a builder: nothing, or the name of a patience. */
function patienceOf(builder: keyof typeof defaults, argument: string): Patience {
  if (argument === "") return defaults[builder];
  const found = Object.entries(patience).flatMap(([who, services]) =>
    Object.entries<Patience>(services)
      .filter(([service]) => argument === `patience.${who}.${service}`)
      .map(([, value]) => value),
  );
  const [value] = found;
  if (value === undefined) throw new Error(`${argument} is not one of the table's`);
  return value;
}

/** Each client that a function makes, with its patience. */
function clientsOf(folder: FunctionFolder): readonly { readonly builder: string; readonly of: Patience }[] {
  const own = [...sourcesOf(path.join(root, "lambdas", folder, "handler.ts"))].filter(
    (file) => !file.endsWith("aws/clients.ts"),
  );
  return own.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/\bcreate(\w+)Client\(([^)]*)\)/g)].flatMap(
      ([, builder = "", argument = ""]) => (isBuilder(builder) ? [{ builder, of: patienceOf(builder, argument) }] : []),
    ),
  );
}

/** The SDK waits between its tries: at most half a second, doubled each time, for throttling. */
const longestPauses = (tries: number): number =>
  Array.from({ length: tries - 1 }, (_, index) => 500 * 2 ** index).reduce((sum, pause) => sum + pause, 0);

const longestCall = ({ tries, requestMilliseconds }: Patience): number =>
  tries * requestMilliseconds + longestPauses(tries);

test("every function but discovery calls AWS", () => {
  expect(functionFolders.filter((folder) => clientsOf(folder).length === 0)).toEqual(["api/discovery"]);
});

test.each(functionFolders)("%s: no client waits for one call as long as the function may run", (folder) => {
  const margin = folder.startsWith("api/") ? marginMilliseconds.request : marginMilliseconds.background;
  for (const { builder, of } of clientsOf(folder)) {
    expect([builder, longestCall(of)]).toEqual([builder, expect.any(Number)]);
    expect(longestCall(of)).toBeLessThan(functionSeconds[folder] * 1_000 - margin);
    expect(of.connectionMilliseconds).toBeLessThanOrEqual(of.requestMilliseconds);
    // Behind the API a person waits.
    if (folder.startsWith("api/")) expect(Object.values<Patience>(patience.request)).toContain(of);
  }
});

test("a change that was cut off is finished after every function's time is over", () => {
  expect(pendingChangeGraceSeconds).toBeGreaterThan(2 * Math.max(...Object.values(functionSeconds)));
});

describe("a service that never answers", () => {
  const asked: string[] = [];
  const server = createServer((request) => {
    asked.push(request.url ?? "");
  });
  const environment = { ...process.env };
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
  });
  afterAll(async () => {
    process.env = environment;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const get = new GetCommand({ TableName: "t", Key: { pk: "p", sk: "s" } });
  const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
    await work.then(
      () => undefined,
      (error: unknown) => error,
    );

  test("is given up after its time, and tried as often as is said", async () => {
    asked.length = 0;
    const client = createDocumentClient({ tries: 2, connectionMilliseconds: 100, requestMilliseconds: 100 });
    expect(isPassingFault(await failureOf(client.send(get)))).toBe(true);
    expect(asked).toHaveLength(2);
  });

  test("is given up at the deadline, and not called any more after it", async () => {
    asked.length = 0;
    const client = createDocumentClient({ tries: 2, connectionMilliseconds: 60_000, requestMilliseconds: 60_000 });
    const failures = await withCallDeadline(Date.now() + 200, async () => [
      await failureOf(client.send(get)),
      await failureOf(client.send(get)),
    ]);
    expect(failures.map(isPassingFault)).toEqual([true, true]);
    expect(failures[1]).toBeInstanceOf(CallDeadlinePassed);
    expect(asked).toHaveLength(1);
  });

  test("ends a request with 503, also when nothing else does", async () => {
    const api = documentedApi(
      { listTracks: async () => await new Promise(() => undefined) },
      { callsEndAfterMilliseconds: 10 },
    );
    const reply = await api.call("GET", "/tracks");
    expect(reply.status).toBe(503);
    expect(reply.body).toMatchObject({ code: "OVERLOADED" });
    expect(Number(reply.headers["retry-after"])).toBeGreaterThan(0);
  });
});
