/**
 * Every function of a stage, as its template deploys it (bundle, environment, names), on a local cloud in which each
 * function's requests to AWS are recorded. Only SageMaker is a script.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateStateMachineCommand, SFNClient } from "@aws-sdk/client-sfn";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { build } from "esbuild";
import * as z from "zod";
import { createObjectStore, type ObjectStore } from "../../lambdas/stores/objects";
import { functionBundling } from "../../lib/constructs/functions/bundling";
import { repositoryPath } from "../../lib/constructs/repository-root";
import { localCredentials } from "../../local/cloud/ministack";
import { apiRoutes, type OperationId, routeKey } from "../../naming/api-routes";
import { environmentVariables } from "../../naming/environment-variables";
import { type FunctionFolder, functionSeconds } from "../../naming/time-limits";
import { environmentPython } from "../../tools/python/environments";
import { VirtualClock } from "../fakes/clock";
import { MemoryBuckets } from "../fakes/memory-object-store";
import { ScriptedSageMaker } from "../fakes/scripted-sagemaker";
import type { Synthesized } from "../infra/support/synthesize";
import { type LocalTable, startLocalTable } from "../integration/support/local-table";
import { type ListeningServer, startListeningServer } from "../support/listening-server";
import { type Call, httpEvent } from "../unit/api/support/documented-api";
import { startScriptedServer } from "../workflow/scripted-sagemaker-server";
import { countingBundle, countsFolderVariable, offsetsOfPlaces, uncoveredPlaces } from "./counted-places";
import { deployedNames } from "./deployed-names";
import { startRecordingProxy } from "./recording-proxy";
import { type RecordedCall, recordedCall } from "./requested-permissions";

/** The folders of all functions. */
export const functionFolders = Object.keys(functionSeconds) as readonly FunctionFolder[];

/** A response of the API. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as JSON; undefined for another media type. */
  readonly body: unknown;
}

export interface RecordedFunctions {
  readonly local: LocalTable;
  readonly artifacts: ObjectStore;
  readonly work: ObjectStore;
  readonly queues: SQSClient;
  readonly compositionQueueUrl: string;
  readonly workflows: SFNClient;
  readonly stateMachineArn: string;
  readonly sageMaker: ScriptedSageMaker;
  /** Replaces what the endpoints respond. */
  readonly respondAsEndpoint: (listener: RequestListener) => void;
  /** Lets time pass for the scripted SageMaker; no other time passes for it. */
  readonly pass: (seconds: number) => void;
  /** Does something once, while a function waits for the response to its next write of an object under a path. */
  readonly during: (folder: FunctionFolder, path: string, act: () => Promise<void>) => void;
  /** Invokes a function and returns its response. @throws Error with what the function threw */
  readonly invoke: (folder: FunctionFolder, event: unknown) => Promise<unknown>;
  /** Sends a request to the function of its route. */
  readonly call: (method: string, target: string, details?: Call) => Promise<ApiResponse>;
  /** The calls of each function so far. */
  readonly calls: ReadonlyMap<FunctionFolder, readonly RecordedCall[]>;
  /** Returns the places of a function's code that lead to a call of AWS and have not run, in words. */
  readonly uncoveredPlaces: (folder: FunctionFolder) => readonly string[];
  readonly stop: () => Promise<void>;
}

const functionSchema = z.looseObject({
  Handler: z.literal("index.handler"),
  Timeout: z.int(),
  Environment: z.looseObject({ Variables: z.record(z.string(), z.string()) }),
});

interface DeployedFunction {
  readonly name: string;
  readonly folder: FunctionFolder;
  readonly timeoutSeconds: number;
  readonly variables: Readonly<Record<string, string>>;
}

/** Returns the functions of a stage. The description of a function's role ends with the function's folder. */
function functionsOf(stage: Synthesized): readonly DeployedFunction[] {
  const resolveIn = deployedNames(stage);
  const referenceSchema = z.object({ "Fn::GetAtt": z.tuple([z.string(), z.literal("Arn")]) });
  return stage.resourcesOf("AWS::Lambda::Function").flatMap(({ stack, id, resource }) => {
    const role = referenceSchema.parse(resource.Properties["Role"])["Fn::GetAtt"][0];
    const description = String(stage.stack(stack).resources[role]?.Properties["Description"]);
    const folder = functionFolders.find((one) => description.endsWith(` ${one}`));
    if (folder === undefined) return [];
    const { Timeout, Environment } = functionSchema.parse(resolveIn(stack)(resource.Properties));
    return [{ name: id, folder, timeoutSeconds: Timeout, variables: Environment.Variables }];
  });
}

/** Bundles all functions as a deployment does. @returns the archive of each, by its folder */
async function bundled(directory: string): Promise<ReadonlyMap<FunctionFolder, string>> {
  await build({
    entryPoints: functionFolders.map((folder) => repositoryPath("lambdas", ...folder.split("/"), "handler.ts")),
    outbase: repositoryPath("lambdas"),
    outdir: directory,
    entryNames: "[dir]/index",
    bundle: true,
    platform: "node",
    target: functionBundling.target,
    format: functionBundling.format,
    mainFields: functionBundling.mainFields,
    external: functionBundling.externalModules,
    banner: { js: countingBundle.banner },
    footer: { js: countingBundle.footer },
    logLevel: "error",
  });
  return new Map(
    functionFolders.map((folder) => {
      const archive = join(directory, folder, "index.zip");
      execFileSync(environmentPython("cloud"), ["-m", "zipfile", "-c", archive, join(directory, folder, "index.js")]);
      return [folder, archive];
    }),
  );
}

/** A state machine that has ended after a moment, in the way that its input asks for. */
const standInDefinition = {
  StartAt: "End",
  States: {
    End: {
      Type: "Choice",
      Choices: [{ Variable: "$.attempt", NumericGreaterThan: 1, Next: "Run" }],
      Default: "Fail",
    },
    Run: { Type: "Wait", Seconds: 600, Next: "Done" },
    Done: { Type: "Succeed" },
    Fail: { Type: "Fail", Error: "Aborted", Cause: "a stand-in" },
  },
};

/**
 * Starts the local cloud and puts every function of the stage into it.
 * @param stage - with images that name their technique, by which the scripted SageMaker knows the container
 */
export async function startRecordedFunctions(stage: Synthesized): Promise<RecordedFunctions> {
  const functions = functionsOf(stage);
  const variables: Readonly<Record<string, string>> = Object.assign({}, ...functions.map((one) => one.variables));
  const variable = (name: keyof typeof environmentVariables): string => {
    const value = variables[environmentVariables[name]];
    if (value === undefined) throw new Error(`no function of the stage has the variable ${name}`);
    return value;
  };
  const local = await startLocalTable({
    tableName: variable("tableName"),
    artifactsBucket: variable("artifactsBucket"),
    workBucket: variable("workBucket"),
  });
  const directory = mkdtempSync(join(tmpdir(), "opencomposer-permissions-"));
  const archives = await bundled(directory);
  const artifacts = createObjectStore({ client: local.s3, bucket: local.artifactsBucket });
  const work = createObjectStore({ client: local.s3, bucket: local.workBucket });

  const clock = new VirtualClock(new Date().toISOString());
  const buckets = new MemoryBuckets();
  const sageMaker = new ScriptedSageMaker(clock.now, buckets);
  const training = await startScriptedServer(sageMaker, async () => {
    for (const [key, body] of buckets.store(local.workBucket).objects)
      await work.write({ key, body, contentType: "application/octet-stream" });
  });
  let endpoint: RequestListener = (_, response) => response.writeHead(500).end();
  const endpoints = await startListeningServer((request, response) => {
    endpoint(request, response);
  });

  const settings = { endpoint: local.endpointUrl, region: local.region, credentials: localCredentials };
  const queues = new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
  const names = [
    ...(["compositionQueueUrl", "freezingQueueUrl"] as const),
    ...(["datasetReadingQueueUrl", "dispatchFailuresQueueUrl"] as const),
  ];
  for (const name of names) {
    const url = variable(name);
    await queues.send(new CreateQueueCommand({ QueueName: new URL(url).pathname.split("/").at(-1) ?? "" }));
  }
  const workflows = new SFNClient(settings);
  const stateMachineArn = variable("stateMachineArn");
  await workflows.send(
    new CreateStateMachineCommand({
      name: stateMachineArn.split(":").at(-1) ?? "",
      definition: JSON.stringify(standInDefinition),
      roleArn: "arn:aws:iam::000000000000:role/stand-in",
    }),
  );

  const bundleOf = (folder: FunctionFolder): string => readFileSync(join(directory, folder, "index.js"), "utf8");
  const countsFolderOf = (folder: FunctionFolder): string => join(directory, folder, "counts");
  for (const folder of functionFolders) {
    mkdirSync(countsFolderOf(folder));
    writeFileSync(`${countsFolderOf(folder)}.json`, JSON.stringify(offsetsOfPlaces(bundleOf(folder))));
  }
  const calls = new Map<FunctionFolder, RecordedCall[]>();
  const faults: string[] = [];
  const interferences = new Map<FunctionFolder, { readonly path: string; readonly act: () => Promise<void> }>();
  const proxies: ListeningServer[] = [];
  const byFolder = new Map(functions.map((one) => [one.folder, one]));
  for (const { name, folder, timeoutSeconds, variables: own } of functions) {
    const recorded: RecordedCall[] = [];
    calls.set(folder, recorded);
    const proxy = await startRecordingProxy({
      cloudUrl: local.endpointUrl,
      trainingUrl: training.url,
      endpointsUrl: endpoints.url,
      // No object of this cloud is older than some seconds, and younger ones than a day are not compared with rows.
      agesObjects: folder === "events/count-orphans",
      beforeResponse: async ({ method, target }) => {
        const interference = interferences.get(folder);
        if (interference === undefined || method !== "PUT" || !target.includes(interference.path)) return;
        interferences.delete(folder);
        await interference.act();
      },
      record: (request) => {
        try {
          recorded.push(recordedCall(request));
        } catch (error) {
          faults.push(`${folder}: ${String(error)}`);
        }
      },
    });
    proxies.push(proxy);
    const hostOfQueues = /^https:\/\/sqs\.[^/]+/;
    const Variables = Object.fromEntries(
      Object.entries(own).map(([key, value]) => [key, value.replace(hostOfQueues, proxy.url)]),
    );
    const response = await fetch(`${local.endpointUrl}/2015-03-31/functions`, {
      method: "POST",
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${local.region}/lambda/aws4_request` },
      body: JSON.stringify({
        FunctionName: name,
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Role: "arn:aws:iam::000000000000:role/function",
        Timeout: timeoutSeconds,
        Environment: {
          Variables: {
            ...Variables,
            AWS_ENDPOINT_URL: proxy.url,
            NODE_NO_WARNINGS: "1",
            [countsFolderVariable]: countsFolderOf(folder),
          },
        },
        Code: { ZipFile: readFileSync(archives.get(folder) ?? "").toString("base64") },
      }),
    });
    if (!response.ok) throw new Error(`${folder} was not created: ${await response.text()}`);
  }

  const invoke = async (folder: FunctionFolder, event: unknown): Promise<unknown> => {
    const name = byFolder.get(folder)?.name;
    if (name === undefined) throw new Error(`the stage has no function ${folder}`);
    const response = await fetch(`${local.endpointUrl}/2015-03-31/functions/${name}/invocations`, {
      method: "POST",
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${local.region}/lambda/aws4_request` },
      body: JSON.stringify(event),
    });
    const text = await response.text();
    if (!response.ok || response.headers.has("x-amz-function-error")) throw new Error(`${folder} failed: ${text}`);
    const [fault] = faults;
    if (fault !== undefined) throw new Error(fault);
    return JSON.parse(text);
  };
  const responseSchema = z.object({
    statusCode: z.int(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    isBase64Encoded: z.boolean(),
  });
  return {
    local,
    artifacts,
    work,
    queues,
    compositionQueueUrl: variable("compositionQueueUrl"),
    workflows,
    stateMachineArn,
    sageMaker,
    respondAsEndpoint: (listener) => {
      endpoint = listener;
    },
    pass: (seconds) => {
      clock.advance(seconds);
    },
    during: (folder, path, act) => {
      interferences.set(folder, { path, act });
    },
    invoke,
    call: async (method, target, details = {}) => {
      const event = httpEvent(method, target, details);
      const operation = (Object.keys(apiRoutes) as OperationId[]).find(
        (id) => routeKey(apiRoutes[id]) === event.routeKey,
      );
      const capability = operation === undefined ? "discovery" : apiRoutes[operation].capability;
      const { statusCode, headers, body, isBase64Encoded } = responseSchema.parse(
        await invoke(`api/${capability}`, event),
      );
      const isJson = headers["content-type"]?.endsWith("json") === true && !isBase64Encoded;
      return { status: statusCode, headers, body: isJson ? JSON.parse(body) : undefined };
    },
    calls,
    uncoveredPlaces: (folder) => uncoveredPlaces(bundleOf(folder), countsFolderOf(folder)),
    stop: async () => {
      queues.destroy();
      workflows.destroy();
      for (const server of [...proxies, training, endpoints]) await server.stop();
      await local.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
