import { once } from "node:events";
import { request as httpRequest } from "node:http";
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListModelsCommand,
  ResourceInUse,
} from "@aws-sdk/client-sagemaker";
import * as z from "zod";
import { ServiceSchemas } from "../../local/sagemaker/api/request-validation";
import { rawClient } from "../support/raw-client";
import { breaches, readModel, requestOf } from "../unit/local-sagemaker/support/model-breaches";
import { bucket, imageUri, injectFault, type LocalServices, role, startLocalServices } from "./support/local-services";
import { freshName, trainingJobRequest } from "./support/training-job-request";
import { until } from "./support/until";
import { controlResponseFaults, runtimeResponseFaults } from "./support/wire-check";

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices({ allowedHosts: ["sagemaker.internal:9000"] });
});

afterAll(async () => {
  await services.stop();
});

interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const signed =
  "AWS4-HMAC-SHA256 Credential=test/20261121/eu-central-1/sagemaker/aws4_request, SignedHeaders=host, Signature=0";

/** One request as it is on the wire; Host and all else can be forged. */
async function exchange(params: {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}): Promise<Response> {
  const { path = "/", method = "POST", headers = {}, body = "" } = params;
  const { port } = new URL(services.sagemakerUrl);
  return await new Promise((resolve, reject) => {
    const call = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        });
      });
    });
    call.on("error", reject);
    call.end(body);
  });
}

async function operation(name: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const response = await exchange({
    headers: {
      "x-amz-target": `SageMaker.${name}`,
      "content-type": "application/x-amz-json-1.1",
      authorization: signed,
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  expect(controlResponseFaults(name, response)).toEqual([]);
  return response;
}

async function runtimeOperation(
  name: string,
  path: string,
  headers: Record<string, string> = {},
  body = "{}",
): Promise<Response> {
  const response = await exchange({ path, headers: { authorization: signed, ...headers }, body });
  expect(runtimeResponseFaults(name, response)).toEqual([]);
  return response;
}

function parse(response: Response): Record<string, unknown> {
  const content: unknown = JSON.parse(response.body);
  return z.record(z.string(), z.unknown()).parse(content);
}

it("responds in the JSON 1.1 protocol with times in epoch seconds, and as the model says, at every moment of a job", async () => {
  const name = freshName("raw");
  const created = await operation("CreateTrainingJob", trainingJobRequest(name));
  expect(created.status).toBe(200);
  expect(created.headers).toMatchObject({
    "content-type": "application/x-amz-json-1.1",
    "x-amzn-requestid": expect.any(String),
  });
  const model = new ServiceSchemas("sagemaker");
  const seen = new Set<unknown>();
  await until("the job has ended", async () => {
    const response = parse(await operation("DescribeTrainingJob", { TrainingJobName: name }));
    expect(model.responseFaults("DescribeTrainingJob", response)).toEqual([]);
    expect(response["CreationTime"]).toBeGreaterThan(1.7e9);
    expect(response["CreationTime"]).toBeLessThan(1e10);
    seen.add(response["SecondaryStatus"]);
    return response["TrainingJobStatus"] === "Completed" ? true : undefined;
  });
  expect(seen.size).toBeGreaterThan(1);
  const stopped = await operation("StopTrainingJob", { TrainingJobName: name });
  expect(parse(stopped)["__type"]).toBe("ValidationException");
  const deleted = await operation("DeleteTrainingJob", { TrainingJobName: name });
  expect([deleted.status, deleted.body]).toEqual([200, ""]);
});

it("names every broken member at once, in the service's words", async () => {
  const response = await operation("CreateTrainingJob", {
    ...trainingJobRequest("my_job"),
    RoleArn: undefined,
    HyperParameters: { long: "x".repeat(2_501) },
    InputDataConfig: [
      { ChannelName: "a/b", DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://b/k" } } },
    ],
    ResourceConfig: { InstanceType: "ml.none", InstanceCount: -1, VolumeSizeInGB: 1 },
    Mystery: 1,
  });
  expect(response.status).toBe(400);
  const { __type, message } = parse(response);
  expect(__type).toBe("ValidationException");
  expect(message).toMatch(/^7 validation errors detected: /);
  for (const part of [
    "Value 'my_job' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    "Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
    "at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 2500]",
    "Value 'a/b' at 'inputDataConfig.1.member.channelName' failed to satisfy constraint: Member must satisfy regular expression pattern",
    "Value 'ml.none' at 'resourceConfig.instanceType' failed to satisfy constraint: Member must satisfy enum value set: [",
    "Value '-1' at 'resourceConfig.instanceCount' failed to satisfy constraint: Member must have value greater than or equal to 0",
    "Value '1' at 'mystery' failed to satisfy constraint: Member is not in the service model",
  ]) {
    expect(message).toContain(part);
  }
});

it("refuses a request for each constraint of each operation, and does nothing", async () => {
  const model = readModel("sagemaker");
  const all = Object.entries(model.operations).flatMap(([name, { input }]) =>
    input === undefined ? [] : [...breaches(model, input)].map((breach) => ({ name, breach })),
  );
  expect(all.length).toBeGreaterThan(1_000);
  const accepted: string[] = [];
  // Every third over the wire, all of them in the unit tests: the code is the same, and this takes its time.
  for (const { name, breach } of all.filter((_, index) => index % 3 === 0)) {
    const response = await operation(name, requestOf(breach));
    const { __type, message } = parse(response);
    const isRefused =
      response.status === 400 && ["ValidationException", "SerializationException"].includes(String(__type));
    if (!isRefused || !String(message).includes(breach.words))
      accepted.push(`${name} ${breach.path.join(".")}: ${breach.words}`);
  }
  expect(accepted).toEqual([]);
  for (const list of ["ListTrainingJobs", "ListModels", "ListEndpointConfigs", "ListEndpoints"]) {
    expect(Object.values(parse(await operation(list, {})))).toEqual([[]]);
  }
});

it("refuses a broken header of InvokeEndpoint, each for itself, as the runtime does", async () => {
  const model = readModel("sagemaker-runtime");
  const schemas = new ServiceSchemas("sagemaker-runtime");
  const members = new Map(
    Object.entries(schemas.inputHeaders("InvokeEndpoint")).map(([header, name]) => [name, header]),
  );
  const [, { input = "" }] = Object.entries(model.operations).find(([name]) => name === "InvokeEndpoint") ?? ["", {}];
  const tried = new Set<string>();
  for (const { path, value, words } of breaches(model, input)) {
    const [member = ""] = path;
    const header = members.get(String(member));
    // What no HTTP header can hold cannot come: objects, and characters above U+00FF or below U+0020.
    if (header === undefined || typeof value !== "string" || !/^[\x20-\xff]*$/.test(value)) continue;
    const response = await runtimeOperation("InvokeEndpoint", "/endpoints/any/invocations", { [header]: value });
    expect([header, response.status, response.headers["x-amzn-errortype"]]).toEqual([header, 400, "ValidationError"]);
    // Said in one line of all: a text of a kilobyte is cut.
    expect(String(parse(response)["Message"])).toContain(words);
    tried.add(header);
  }
  const latin = await runtimeOperation("InvokeEndpoint", "/endpoints/any/invocations", {
    "x-amzn-sagemaker-custom-attributes": "\u00e9",
  });
  expect(String(parse(latin)["Message"])).toMatch(
    /at 'customAttributes' failed to satisfy constraint: .*\\p\{ASCII\}\*/,
  );
  expect([...tried].sort()).toEqual(Object.keys(schemas.inputHeaders("InvokeEndpoint")).sort());

  for (const [header, value, member] of [
    ["x-amzn-sagemaker-target-model", "model.tar.gz", "TargetModel"],
    ["x-amzn-sagemaker-session-id", "NEW_SESSION", "SessionId"],
    ["x-amzn-sagemaker-inference-component", "part", "InferenceComponentName"],
  ] as const) {
    const response = await runtimeOperation("InvokeEndpoint", "/endpoints/any/invocations", { [header]: value });
    expect(parse(response)).toEqual({ Message: `${member} is not supported by this local SageMaker server.` });
  }
  for (const name of ["no_underscore", "a".repeat(64), "%2e%2e", "-a"]) {
    const response = await runtimeOperation("InvokeEndpoint", `/endpoints/${name}/invocations`);
    expect([response.status, String(parse(response)["Message"])]).toEqual([
      400,
      expect.stringContaining("at 'endpointName'"),
    ]);
  }
  for (const [action, name] of [
    ["async-invocations", "InvokeEndpointAsync"],
    ["invocations-response-stream", "InvokeEndpointWithResponseStream"],
  ] as const) {
    const response = await runtimeOperation("InvokeEndpointAsync", `/endpoints/any/${action}`);
    expect(response.headers["x-amzn-errortype"]).toBe("ValidationError");
    expect(parse(response)).toEqual({
      Message: `The operation ${name} is not supported by this local SageMaker server.`,
    });
  }
});

it.each([
  [
    "wrong type",
    { TrainingJobName: 5 },
    "SerializationException",
    "NUMBER_VALUE can not be converted to a String at 'trainingJobName'",
  ],
  ["no JSON", "{", "SerializationException", "not JSON"],
  ["a list", [], "SerializationException", "not an object"],
  ["unknown job", { TrainingJobName: "nobody" }, "ValidationException", "Requested resource not found."],
])("refuses %s", async (_, body, type, text) => {
  const response = await operation("DescribeTrainingJob", body);
  expect(response.status).toBe(400);
  expect(parse(response)).toEqual({ __type: type, message: expect.stringContaining(text) });
});

it("refuses what a local server cannot do, by its name", async () => {
  const known = await operation("CreateProcessingJob", {});
  expect(parse(known)).toEqual({
    __type: "UnknownOperationException",
    message: "The operation CreateProcessingJob is not supported by this local SageMaker server.",
  });
  const unknown = await operation("MakeCoffee", {});
  expect(parse(unknown)["message"]).toBe("SageMaker has no operation MakeCoffee.");

  const image = { TrainingImage: imageUri, TrainingInputMode: "File" } as const;
  const channel = (more: object): object => ({
    InputDataConfig: [
      {
        ChannelName: "a",
        DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://${bucket}/nothing/` } },
        ...more,
      },
    ],
  });
  for (const [more, text] of [
    [
      { AlgorithmSpecification: { ...image, ContainerEntrypoint: ["sh", "-c", "id"] } },
      "ContainerEntrypoint is not supported",
    ],
    [{ AlgorithmSpecification: { ...image, TrainingInputMode: "Pipe" } }, "Pipe is not supported"],
    [{ AlgorithmSpecification: { ...image, TrainingImage: "elsewhere:1" } }, "Invalid training image."],
    [
      { ResourceConfig: { InstanceType: "ml.m5.large", InstanceCount: 2, VolumeSizeInGB: 1 } },
      "InstanceCount other than 1",
    ],
    [{ EnableManagedSpotTraining: true }, "MaxWaitTimeInSeconds"],
    [{ StoppingCondition: { MaxRuntimeInSeconds: 5, MaxWaitTimeInSeconds: 5 } }, "only when EnableManagedSpotTraining"],
    [{ CheckpointConfig: { S3Uri: "s3://b/k/", LocalPath: "/opt/ml/../../etc" } }, "LocalPath outside /opt/ml"],
    [
      { AlgorithmSpecification: { ...image, MetricDefinitions: [{ Name: "m", Regex: "(" }] } },
      "regular expression of metric 'm'",
    ],
    [channel({}), `No S3 objects found under S3 URL "s3://${bucket}/nothing/" given in input data source.`],
    [channel({ CompressionType: "Gzip" }), "CompressionType Gzip is not supported"],
    [{ Tags: [{ Key: "aws:mine", Value: "" }] }, "reserved"],
  ] as const) {
    const response = await operation("CreateTrainingJob", { ...trainingJobRequest(freshName("refused")), ...more });
    expect([text, response.status, parse(response)["__type"]]).toEqual([text, 400, "ValidationException"]);
    expect(parse(response)["message"]).toContain(text);
  }
  const tooMany = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`key${index}`, ""]));
  const response = await operation("CreateTrainingJob", trainingJobRequest(freshName("refused"), tooMany));
  expect(parse(response)["message"]).toContain("Member must have length less than or equal to 100");
  // None of them left anything.
  expect(parse(await operation("ListTrainingJobs", { NameContains: "refused" }))["TrainingJobSummaries"]).toEqual([]);
});

it("serves only signed requests of programs on this machine", async () => {
  const call = { "x-amz-target": "SageMaker.ListModels", "content-type": "application/x-amz-json-1.1" };
  const unsigned = await exchange({ headers: call, body: "{}" });
  expect([unsigned.status, parse(unsigned)["__type"]]).toEqual([403, "MissingAuthenticationTokenException"]);
  const elsewhere = await exchange({
    headers: { ...call, authorization: signed.replace("/sagemaker/", "/s3/") },
    body: "{}",
  });
  expect(elsewhere.status).toBe(403);
  for (const headers of [
    { host: "rebound.example" },
    { host: "127.0.0.1" },
    { origin: "http://evil.example" },
    { origin: services.sagemakerUrl },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ]) {
    expect((await operation("ListModels", {}, headers)).status).toBe(403);
  }
  expect((await operation("ListModels", {}, { host: "sagemaker.internal:9000" })).status).toBe(200);
  expect((await exchange({ path: "/_local/faults", method: "GET", headers: { host: "rebound.example" } })).status).toBe(
    403,
  );
  const asForm = await exchange({
    path: "/_local/faults",
    headers: { "content-type": "text/plain" },
    body: '{"kind":"throttle"}',
  });
  expect(asForm.status).toBe(415);
  const huge = await operation("ListModels", "x".repeat(2 * 1024 * 1024 + 1)).catch(() => undefined);
  expect(huge?.status ?? 413).toBe(413);
});

test.each([
  ["no Host, in HTTP/1.0", "HTTP/1.0", []],
  ["a second Host", "HTTP/1.1", ["OURS", "evil.example"]],
  ["a second Host, its own again", "HTTP/1.1", ["OURS", "OURS"]],
  ["an empty Host", "HTTP/1.1", [""]],
])("a request with %s is refused", async (_what, version, hosts) => {
  const port = Number(new URL(services.sagemakerUrl).port);
  const headers = [
    ...hosts.map((host) => `Host: ${host.replace("OURS", `127.0.0.1:${port}`)}`),
    "Connection: close",
    "X-Amz-Target: SageMaker.ListModels",
    "Content-Type: application/x-amz-json-1.1",
    `Authorization: ${signed}`,
    "Content-Length: 2",
  ];
  const client = rawClient(port, `POST / ${version}\r\n${headers.join("\r\n")}\r\n\r\n{}`);
  await once(client.socket, "close");
  expect(client.received()).toMatch(/^HTTP\/1\.1 403 /);
});

it("lists, adds and clears pending faults", async () => {
  expect((await injectFault(services, { kind: "earthquake" })).status).toBe(400);
  await injectFault(services, { kind: "throttle", operation: "ListModels", count: 3 });
  const listed: unknown = await (await fetch(`${services.sagemakerUrl}/_local/faults`)).json();
  expect(listed).toEqual({ faults: [{ kind: "throttle", operation: "ListModels", count: 3 }] });
  await expect(services.sagemaker.send(new ListModelsCommand({}))).rejects.toMatchObject({
    name: "ThrottlingException",
  });
  await fetch(`${services.sagemakerUrl}/_local/faults`, { method: "DELETE" });
  await expect(services.sagemaker.send(new ListModelsCommand({}))).resolves.toMatchObject({ Models: [] });
});

it("gives the SDK the modeled errors", async () => {
  const name = freshName("twice");
  const create = new CreateTrainingJobCommand(trainingJobRequest(name, { epochs: "1" }, { RoleArn: role }));
  await services.sagemaker.send(create);
  await expect(services.sagemaker.send(create)).rejects.toBeInstanceOf(ResourceInUse);
  await until("the job has ended", async () => {
    const job = await services.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    return job.TrainingJobStatus === "Completed" ? true : undefined;
  });
});
