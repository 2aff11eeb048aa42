import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { S3Client } from "@aws-sdk/client-s3";
import * as z from "zod";
import { loopback } from "../../tools/processes/free-port";
import { takeProcessLock } from "../../tools/processes/process-lock";
import { type RequestBody, ServiceSchemas } from "./api/request-validation";
import { errorText, ServiceError, throttled } from "./api/service-error";
import { Tags } from "./api/tags";
import {
  controlBodyBytes,
  parseJson,
  readBody,
  runtimeBodyBytes,
  send,
  sendJson,
  sendJsonError,
  sendRestError,
  signedService,
} from "./api/wire-protocol";
import { type LocalSageMakerConfig, type LocalSageMakerConfigInput, parseLocalSageMakerConfig } from "./config";
import { type Fault, fault, PendingFaults } from "./fault-injection";
import { Endpoints } from "./hosting/endpoints";
import { invokeEndpoint, refuseUnsupportedHeaders, validationError } from "./hosting/invocation";
import { Models } from "./hosting/models";
import { S3Objects } from "./s3/s3-objects";
import { StateChangeEvents } from "./training/state-change-events";
import { TrainingJobs } from "./training/training-jobs";

export interface LocalSageMaker {
  /** The address of both services; the control path is below `/_local/`. */
  readonly url: string;
  readonly port: number;
  /**
   * Ends all containers and then the server, within 10 s. Endpoints stay defined and come back with the next server on
   * the same state directory. Training jobs that ran become Failed with InternalServerError, or wait to be restarted
   * from their checkpoint where RetryStrategy permits that.
   */
  readonly stop: () => Promise<void>;
}

/**
 * Milliseconds for which idle connections are kept. This is longer than the clients keep them: so the clients close
 * them, and none is closed just as it is used.
 */
const keepAliveMilliseconds = 120_000;
const serveShutDownGraceSeconds = 4;
const eventsShutDownSeconds = 1;

type Operation = (body: RequestBody) => unknown;

/**
 * Starts the local SageMaker on 127.0.0.1 and settles what an earlier server on the same state directory left behind.
 *
 * @throws Error for an unusable configuration, or when another server works on that state directory
 */
export async function startLocalSageMaker(input: LocalSageMakerConfigInput): Promise<LocalSageMaker> {
  const config = parseLocalSageMakerConfig(input);
  mkdirSync(config.stateDirectory, { recursive: true });
  const unlock = takeProcessLock({
    file: join(config.stateDirectory, "server.lock"),
    // Two servers on one state directory would both work on its jobs.
    whyRefused: ({ pid }) => `Another local SageMaker server (pid ${pid}) works on ${config.stateDirectory}.`,
  });
  try {
    return await start(config, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function start(config: LocalSageMakerConfig, unlock: () => void): Promise<LocalSageMaker> {
  const client = {
    region: config.region,
    endpoint: config.aws.endpointUrl,
    credentials: { accessKeyId: config.aws.accessKeyId, secretAccessKey: config.aws.secretAccessKey },
  };
  const s3Client = new S3Client({ ...client, forcePathStyle: true });
  const eventsClient = new EventBridgeClient({ ...client, maxAttempts: 2 });
  const s3 = new S3Objects(s3Client);
  const faults = new PendingFaults();
  const events = new StateChangeEvents({
    client: eventsClient,
    eventBusName: config.eventBusName,
    faults,
    onError: (error) => {
      console.error(`local sagemaker: a state change event was not delivered: ${errorText(error)}`);
    },
  });
  // The tags ask whether a resource exists, and the resources have tags. So this list starts empty and is filled below,
  // when the tables of resources exist.
  const resources: { exists: (arn: string) => boolean }[] = [];
  const tags = new Tags({
    directory: join(config.stateDirectory, "tags"),
    exists: (arn) => resources.some((table) => table.exists(arn)),
  });
  const trainingJobs = new TrainingJobs({ config, s3, events, faults, tags });
  const models = new Models({ config, tags });
  const endpoints = new Endpoints({ config, s3, faults, models, tags });
  resources.push(trainingJobs, models, endpoints);

  const operations: Readonly<Record<string, Operation>> = {
    CreateTrainingJob: async (body) => await trainingJobs.create(body),
    DescribeTrainingJob: (body) => trainingJobs.describe(body),
    ListTrainingJobs: (body) => trainingJobs.list(body),
    StopTrainingJob: (body) => {
      trainingJobs.stop(body);
    },
    DeleteTrainingJob: (body) => {
      trainingJobs.remove(body);
    },
    CreateModel: (body) => models.createModel(body),
    DescribeModel: (body) => models.describeModel(body),
    ListModels: (body) => models.listModels(body),
    DeleteModel: (body) => {
      models.deleteModel(body);
    },
    CreateEndpointConfig: (body) => models.createEndpointConfig(body),
    DescribeEndpointConfig: (body) => models.describeEndpointConfig(body),
    ListEndpointConfigs: (body) => models.listEndpointConfigs(body),
    DeleteEndpointConfig: (body) => {
      models.deleteEndpointConfig(body);
    },
    CreateEndpoint: (body) => endpoints.create(body),
    DescribeEndpoint: (body) => endpoints.describe(body),
    ListEndpoints: (body) => endpoints.list(body),
    UpdateEndpoint: (body) => endpoints.update(body),
    DeleteEndpoint: (body) => {
      endpoints.remove(body);
    },
    AddTags: (body) => tags.addTags(body),
    ListTags: (body) => tags.listTags(body),
    DeleteTags: (body) => tags.deleteTags(body),
  };
  const addFault = (added: Fault): void => {
    if (added.kind !== "spotInterrupt") faults.add(added);
    else if (!trainingJobs.interrupt(added.jobName, added.graceSeconds)) {
      throw new ServiceError({
        code: "Conflict",
        status: 409,
        message: `${added.jobName} is no managed spot job whose status is Training.`,
      });
    }
  };
  config.faults.forEach(addFault);

  const router = new RequestRouter({ config, operations, endpoints, faults, addFault });
  const server = createServer((request, response) => {
    void router.respond(request, response);
  });
  server.keepAliveTimeout = keepAliveMilliseconds;
  await Promise.all([trainingJobs.endLeftBehind(), endpoints.endLeftBehind()]);
  const port = await listen(server, config);
  router.port = port;
  // Nothing is awaited from here on, so that nobody sees a job as the earlier server left it.
  trainingJobs.recover();
  endpoints.recover();

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    router.isClosing = true;
    await Promise.all([trainingJobs.shutDown(), endpoints.shutDown(serveShutDownGraceSeconds)]);
    await Promise.race([events.drain(), sleep(eventsShutDownSeconds * 1_000, undefined, { ref: false })]);
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
    s3Client.destroy();
    eventsClient.destroy();
    unlock();
  };
  return {
    url: `http://${loopback}:${port}`,
    port,
    stop: async () => {
      await (stopped ??= stop());
    },
  };
}

/**
 * Distinguishes the two services, the control path and all other requests, and turns everything that is thrown into a
 * response.
 */
class RequestRouter {
  port = 0;
  isClosing = false;
  private readonly config: LocalSageMakerConfig;
  private readonly operations: Readonly<Record<string, Operation>>;
  private readonly endpoints: Endpoints;
  private readonly faults: PendingFaults;
  private readonly addFault: (added: Fault) => void;
  private readonly controlSchemas = new ServiceSchemas("sagemaker");
  private readonly runtimeSchemas = new ServiceSchemas("sagemaker-runtime");

  constructor(params: {
    readonly config: LocalSageMakerConfig;
    readonly operations: Readonly<Record<string, Operation>>;
    readonly endpoints: Endpoints;
    readonly faults: PendingFaults;
    readonly addFault: (added: Fault) => void;
  }) {
    this.config = params.config;
    this.operations = params.operations;
    this.endpoints = params.endpoints;
    this.faults = params.faults;
    this.addFault = params.addFault;
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    response.on("error", () => undefined);
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const isRuntime = path.startsWith("/endpoints/");
    try {
      this.refuseStrangers(request);
      if (path.startsWith("/_local/")) await this.respondToControlCall(request, response, path);
      else if (isRuntime) await this.respondToRuntimeCall(request, response, { path, requestId });
      else await this.respondToOperation(request, response, requestId);
    } catch (error) {
      const known = error instanceof ServiceError ? error : internalFailure(error);
      if (isRuntime) sendRestError(response, { requestId, error: known });
      else sendJsonError(response, { requestId, error: known });
      // A body that was refused because of its size is not read to its end.
      if (!request.complete) request.destroy();
    }
  }

  /**
   * Refuses requests from web pages. A page in a browser can send requests to 127.0.0.1, under any name for which its
   * DNS resolves to that address. But it cannot forge Host, Origin comes with every request that could do harm, and
   * Sec-Fetch-Site comes with all its other requests.
   */
  private refuseStrangers(request: IncomingMessage): void {
    const [host = "", ...moreHosts] = request.headersDistinct["host"] ?? [];
    const allowed = [`${loopback}:${this.port}`, `localhost:${this.port}`, ...this.config.allowedHosts];
    const { origin, "sec-fetch-site": site = "none" } = request.headers;
    if (!allowed.includes(host) || moreHosts.length > 0 || origin !== undefined || site !== "none") {
      throw new ServiceError({
        code: "AccessDeniedException",
        status: 403,
        message: "This server serves only clients on this machine.",
      });
    }
  }

  private async respondToOperation(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    const target = request.headers["x-amz-target"];
    const operation = typeof target === "string" ? /^SageMaker\.([A-Za-z]+)$/.exec(target)?.[1] : undefined;
    if (request.method !== "POST" || operation === undefined) {
      throw new ServiceError({
        code: "UnknownOperationException",
        status: 400,
        message: "Expected POST / with the header X-Amz-Target: SageMaker.OPERATION.",
      });
    }
    requireSignature(request);
    const text = await readBody(request, controlBodyBytes);
    const run = this.operations[operation];
    if (run === undefined) {
      const known = this.controlSchemas.allOperations.includes(operation);
      throw new ServiceError({
        code: "UnknownOperationException",
        status: 400,
        message: known
          ? `The operation ${operation} is not supported by this local SageMaker server.`
          : `SageMaker has no operation ${operation}.`,
      });
    }
    this.refuseForFaults(operation, throttled);
    const body = this.controlSchemas.checkInput(operation, parseJson(text));
    const output = await run(body);
    if (this.config.strictResponses) this.refuseBrokenResponse(this.controlSchemas, operation, toJson(output));
    sendJson(response, { requestId, output });
  }

  private async respondToRuntimeCall(
    request: IncomingMessage,
    response: ServerResponse,
    params: { readonly path: string; readonly requestId: string },
  ): Promise<void> {
    const { path, requestId } = params;
    const [, , name = "", action = "", ...more] = path.split("/");
    requireSignature(request);
    if (request.method !== "POST" || more.length > 0 || action !== "invocations") {
      const operation = {
        "async-invocations": "InvokeEndpointAsync",
        "invocations-response-stream": "InvokeEndpointWithResponseStream",
      }[action];
      await readBody(request, runtimeBodyBytes);
      throw validationError(`The operation ${operation ?? path} is not supported by this local SageMaker server.`);
    }
    const body = await readBody(request, runtimeBodyBytes);
    this.refuseForFaults(
      "InvokeEndpoint",
      () => new ServiceError({ code: "ThrottlingException", status: 429, message: "Rate exceeded" }),
    );
    const endpointName = decodeName(name);
    const members: Record<string, unknown> = { EndpointName: endpointName, Body: "" };
    const headers: Record<string, string> = {};
    for (const [header, member] of Object.entries(this.runtimeSchemas.inputHeaders("InvokeEndpoint"))) {
      const value = request.headers[header];
      if (typeof value !== "string") continue;
      members[member] = value;
      headers[header] = value;
    }
    try {
      this.runtimeSchemas.checkInput("InvokeEndpoint", members);
    } catch (error) {
      throw error instanceof ServiceError ? validationError(error.message) : error;
    }
    refuseUnsupportedHeaders(members);
    const invoked = await invokeEndpoint({
      invocation: { endpointName, body, headers, requestId },
      endpoints: this.endpoints,
      config: this.config,
    });
    if (this.config.strictResponses) {
      const outputMembers = Object.entries(this.runtimeSchemas.outputHeaders("InvokeEndpoint")).flatMap(
        ([header, member]) => {
          const value = invoked.headers[header];
          return value === undefined ? [] : [[member, value]];
        },
      );
      this.refuseBrokenResponse(this.runtimeSchemas, "InvokeEndpoint", {
        ...Object.fromEntries(outputMembers),
        Body: "",
      });
    }
    send(response, { status: 200, headers: { ...invoked.headers, "x-amzn-requestid": requestId }, body: invoked.body });
  }

  /** Serves the control path of this server, which the real service does not have: faults and a sign of life. */
  private async respondToControlCall(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const reply = (status: number, content: unknown): void => {
      send(response, { status, headers: { "content-type": "application/json" }, body: JSON.stringify(content) });
    };
    if (path === "/_local/health" && request.method === "GET") {
      reply(200, { status: this.isClosing ? "closing" : "ok", pid: process.pid });
      return;
    }
    if (path !== "/_local/faults")
      throw new ServiceError({ code: "NotFound", status: 404, message: `No ${path} here.` });
    if (request.method === "GET") reply(200, { faults: this.faults.list() });
    else if (request.method === "DELETE") {
      this.faults.clear();
      reply(200, { faults: [] });
    } else if (request.method === "POST") {
      // A form of a web page could send any other type.
      if (!(request.headers["content-type"] ?? "").startsWith("application/json")) {
        throw new ServiceError({ code: "UnsupportedMediaType", status: 415, message: "Expected application/json." });
      }
      const parsed = z.union([fault, z.array(fault)]).safeParse(parseJson(await readBody(request, controlBodyBytes)));
      if (!parsed.success) {
        throw new ServiceError({ code: "BadRequest", status: 400, message: z.prettifyError(parsed.error) });
      }
      [parsed.data].flat().forEach(this.addFault);
      reply(200, { faults: this.faults.list() });
    } else throw new ServiceError({ code: "MethodNotAllowed", status: 405, message: "GET, POST or DELETE." });
  }

  private refuseBrokenResponse(schemas: ServiceSchemas, operation: string, output: unknown): void {
    const broken = schemas.responseFaults(operation, output);
    if (broken.length > 0)
      throw new Error(`the response of ${operation} breaks the service model: ${broken.join("; ")}`);
  }

  private refuseForFaults(operation: string, throttling: () => ServiceError): void {
    const fits = (candidate: { readonly operation?: string | undefined }): boolean =>
      candidate.operation === undefined || candidate.operation === operation;
    if (this.faults.take("throttle", fits) !== undefined) throw throttling();
    if (this.faults.take("internalFailure", fits) !== undefined) throw internalFailure("injected by fault injection");
  }
}

/**
 * Requires that the request is signed for SageMaker. The signature itself is not checked, because every client of this
 * server is on this machine.
 */
function requireSignature(request: IncomingMessage): void {
  const service = signedService(request);
  if (service === "sagemaker") return;
  throw new ServiceError({
    code: service === undefined ? "MissingAuthenticationTokenException" : "InvalidSignatureException",
    status: 403,
    message:
      service === undefined
        ? "Missing Authentication Token"
        : `Credential should be scoped to correct service: 'sagemaker'.`,
  });
}

function internalFailure(error: unknown): ServiceError {
  const text = errorText(error);
  if (error instanceof Error) console.error(`local sagemaker: ${error.stack ?? text}`);
  return new ServiceError({
    code: "InternalFailure",
    status: 500,
    message: `The local SageMaker server failed: ${text}`,
  });
}

/** Returns the output as a client would see it: without members that are undefined. */
function toJson(output: unknown): unknown {
  return output === undefined ? undefined : JSON.parse(JSON.stringify(output));
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

async function listen(server: Server, config: LocalSageMakerConfig): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(new Error(`Port ${config.port} of 127.0.0.1 cannot be listened on: ${cause.message}`, { cause }));
    });
    server.listen(config.port, config.host, () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address.port);
      else reject(new Error("The server has no port."));
    });
  });
}
