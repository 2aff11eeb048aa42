/** Both numbers: how long a function may run, and how long its clients wait for AWS. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { CallDeadlinePassed, withCallDeadline } from "../../../lambdas/aws/call-deadline";
import {
  createDocumentClient,
  createQueueClient,
  createS3Client,
  createSageMakerClient,
  createSageMakerRuntimeClient,
  createStepFunctionsClient,
} from "../../../lambdas/aws/clients";
import { isPassingFault } from "../../../lambdas/aws/passing-faults";
import {
  type FunctionFolder,
  functionSeconds,
  marginMilliseconds,
  type Patience,
  patience,
  pendingChangeGraceSeconds,
} from "../../../naming/time-limits";
import { awsClientSettings } from "../../support/aws-client-settings";
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
function clientsOf(
  folder: FunctionFolder,
): readonly { readonly builder: keyof typeof builders; readonly limits: Patience }[] {
  const own = [...sourcesOf(path.join(root, "lambdas", folder, "handler.ts"))].filter(
    (file) => !file.endsWith("aws/clients.ts"),
  );
  return own.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/\bcreate(\w+)Client\(([^)]*)\)/g)].flatMap(
      ([, builder = "", argument = ""]) =>
        isBuilder(builder) ? [{ builder, limits: patienceOf(builder, argument) }] : [],
    ),
  );
}

const builders = {
  Document: createDocumentClient,
  S3: createS3Client,
  Queue: createQueueClient,
  StepFunctions: createStepFunctionsClient,
  SageMaker: createSageMakerClient,
  SageMakerRuntime: createSageMakerRuntimeClient,
} as const;
type RetryStrategy = Awaited<ReturnType<S3Client["config"]["retryStrategy"]>>;
type RetryTokens = Extract<RetryStrategy, { refreshRetryTokenForRetry: unknown }>;
const givesTokens = (strategy: RetryStrategy): strategy is RetryTokens => "refreshRetryTokenForRetry" in strategy;

/** How long something waits by the clock of the fake timers, in milliseconds. */
async function virtualMilliseconds<Result>(work: Promise<Result>): Promise<readonly [number, Result]> {
  const begin = Date.now();
  const [result] = await Promise.all([work, jest.runAllTimersAsync()]);
  return [Date.now() - begin, result];
}

interface Pauses {
  /** Milliseconds of all pauses of one call together, also that before its first try. */
  readonly all: number;
  /** Milliseconds of the longest pause between two tries. */
  readonly max: number;
}

/**
 * The longest pauses of a client's own retry strategy: every try is throttled, every random number is the largest.
 * @param wish - the service asks for a pause of an hour (Retry-After), of which the SDK grants some seconds
 */
async function maxPauses(client: (typeof builders)[keyof typeof builders], limits: Patience, wish: boolean) {
  const { config } = client(limits);
  const strategy: RetryStrategy = await config.retryStrategy();
  const tries = await config.maxAttempts();
  if (!givesTokens(strategy)) throw new Error("the SDK's retry strategy is another one than this test knows");
  jest.useFakeTimers();
  const random = jest.spyOn(Math, "random").mockReturnValue(1 - Number.EPSILON);
  try {
    let found: Pauses = { all: 0, max: 0 };
    // The adaptive strategy remembers earlier calls, and then waits before the first try, too.
    for (let call = 0; call < 5; call += 1) {
      let [all, token] = await virtualMilliseconds(strategy.acquireInitialRetryToken("test"));
      let max = 0;
      for (let retry = 1; retry < tries; retry += 1) {
        const hint = wish ? { retryAfterHint: new Date(Date.now() + 3_600_000) } : {};
        const [pause, next] = await virtualMilliseconds(
          strategy.refreshRetryTokenForRetry(token, { errorType: "THROTTLING", ...hint }),
        );
        token = next;
        all += pause;
        max = Math.max(max, pause);
      }
      found = { all: Math.max(found.all, all), max: Math.max(found.max, max) };
    }
    return found;
  } finally {
    random.mockRestore();
    jest.useRealTimers();
  }
}

/** What the client's HTTP handler was made with. It tells so only after it was called. */
async function handlerTimes(client: (typeof builders)[keyof typeof builders], limits: Patience) {
  const { requestHandler } = client(limits).config;
  if (!(requestHandler instanceof NodeHttpHandler)) throw new Error("the client's HTTP handler is not Node's");
  const probe = new DynamoDBClient({
    ...awsClientSettings("http://127.0.0.1:1"),
    requestHandler,
  });
  // Nobody listens there: what counts is that the handler was asked.
  await expect(probe.send(new ListTablesCommand({}))).rejects.toThrow("ECONNREFUSED");
  const { connectionTimeout, requestTimeout, socketTimeout, throwOnRequestTimeout } =
    requestHandler.httpHandlerConfigs();
  return { connectionTimeout, requestTimeout, socketTimeout, throwOnRequestTimeout };
}

/** Milliseconds that one call may take: every try to its time-out, and the longest pauses between them. */
const maxCall = (limits: Patience, { all }: Pauses): number =>
  limits.tries * (limits.connectionMilliseconds + limits.requestMilliseconds) + all;

test("every function but discovery calls AWS", () => {
  expect(functionFolders.filter((folder) => clientsOf(folder).length === 0)).toEqual(["api/discovery"]);
});

const patiences = functionFolders
  .flatMap((folder) => clientsOf(folder))
  .filter(
    (one, index, all) =>
      all.findIndex(({ builder, limits }) => builder === one.builder && limits === one.limits) === index,
  )
  .map(({ builder, limits }) => ({ builder, limits, ...limits }));

test.each(patiences)(
  "$builder client of $tries tries in $requestMilliseconds ms: the SDK has these very numbers",
  async ({ builder, limits }) => {
    const { config } = builders[builder](limits);
    expect(await config.maxAttempts()).toBe(limits.tries);
    expect(await handlerTimes(builders[builder], limits)).toEqual({
      connectionTimeout: limits.connectionMilliseconds,
      requestTimeout: limits.requestMilliseconds,
      socketTimeout: limits.requestMilliseconds,
      throwOnRequestTimeout: true,
    });
    expect(limits.connectionMilliseconds).toBeLessThanOrEqual(limits.requestMilliseconds);
  },
);

test.each(functionFolders)("%s: no client waits for one call as long as the function may run", async (folder) => {
  const isRequest = folder.startsWith("api/");
  const margin = isRequest ? marginMilliseconds.request : marginMilliseconds.background;
  for (const { builder, limits } of clientsOf(folder)) {
    // What a service wishes in Retry-After comes on top. Behind the API nobody waits for that: see the last test.
    const pauses = await maxPauses(builders[builder], limits, !isRequest);
    const left = functionSeconds[folder] * 1_000 - margin - maxCall(limits, pauses);
    expect({ builder, left, isEnough: left > 0 }).toEqual({ builder, left, isEnough: true });
    // Behind the API a person waits.
    if (isRequest) expect(Object.values<Patience>(patience.request)).toContain(limits);
    // A pause that begins just before the last moment for calls is over before the function is.
    else expect({ builder, pause: pauses.max < margin }).toEqual({ builder, pause: true });
  }
});

test("throttling is what the SDK waits for longest: a second, doubled each time, and five more where it is asked to", async () => {
  const limits = patience.background.dynamodb;
  expect(limits.tries).toBe(3);
  const about = (milliseconds: number): unknown => expect.closeTo(milliseconds, -1);
  expect(await maxPauses(createDocumentClient, limits, false)).toEqual({ all: about(3_000), max: about(2_000) });
  expect(await maxPauses(createDocumentClient, limits, true)).toEqual({ all: about(13_000), max: about(7_000) });
});

test("a change that was cut off is finished after every function's time is over", () => {
  expect(pendingChangeGraceSeconds).toBeGreaterThan(2 * Math.max(...Object.values(functionSeconds)));
});

describe("a service that never responds", () => {
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
    // A try must reach the server before its time is over, also on a busy machine. So the connection has much time, and
    // the request a second.
    const client = createDocumentClient({ tries: 2, connectionMilliseconds: 60_000, requestMilliseconds: 1_000 });
    expect(isPassingFault(await failureOf(client.send(get)))).toBe(true);
    expect(asked).toHaveLength(2);
  }, 60_000);

  test("is given up at the deadline, and not called any more after it", async () => {
    asked.length = 0;
    const client = createDocumentClient({ tries: 2, connectionMilliseconds: 60_000, requestMilliseconds: 60_000 });
    const failures = await withCallDeadline(Date.now() + 2_000, async () => [
      await failureOf(client.send(get)),
      await failureOf(client.send(get)),
    ]);
    expect(failures.map(isPassingFault)).toEqual([true, true]);
    expect(failures[1]).toBeInstanceOf(CallDeadlinePassed);
    expect(asked).toHaveLength(1);
  }, 60_000);

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
