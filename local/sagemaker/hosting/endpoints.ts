import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { listPage } from "../api/list-pages";
import type { RequestBody } from "../api/request-validation";
import { errorText, validationException } from "../api/service-error";
import { Tags } from "../api/tags";
import type { LocalSageMakerConfig } from "../config";
import { endRecordedProcess } from "../container/container-process";
import { DurableRecords } from "../durable-records";
import type { PendingFaults } from "../fault-injection";
import type { S3Objects } from "../s3/s3-objects";
import { ModelServer, servedContainer } from "./model-server";
import type { Models } from "./models";

const processIdentity = z.strictObject({ pid: z.int(), startedAt: z.string() });

/** The model server that one endpoint configuration asks for. */
const deployment = z.strictObject({
  configName: z.string(),
  variantName: z.string(),
  weight: z.number(),
  instanceCount: z.int().optional(),
  startSeconds: z.number().optional(),
  serverless: z
    .strictObject({ MemorySizeInMB: z.int(), MaxConcurrency: z.int(), ProvisionedConcurrency: z.int().optional() })
    .optional(),
  container: servedContainer,
});

type Deployment = z.infer<typeof deployment>;

const endpointRecord = z.strictObject({
  name: z.string(),
  arn: z.string(),
  status: z.enum(["Creating", "Updating", "SystemUpdating", "InService", "Deleting", "Failed"]),
  failureReason: z.string().optional(),
  creationTime: z.number(),
  lastModifiedTime: z.number(),
  deployed: deployment,
  /** The processes that this endpoint may have running. */
  processes: z.array(processIdentity),
});

type EndpointRecord = z.infer<typeof endpointRecord>;

const named = z.object({ EndpointName: z.string() });
const created = z.object({
  EndpointName: z.string(),
  EndpointConfigName: z.string(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
});
const maxFailureReasonLength = 1_024;

/** An endpoint that can be invoked now, as the runtime sees it. */
export interface InvocableEndpoint {
  readonly name: string;
  readonly variantName: string;
  readonly server: ModelServer;
  /** The maximum number of invocations at once; absent for a real-time endpoint. */
  readonly maxConcurrency: number | undefined;
  /** The number of invocations under way. */
  inFlight: number;
}

interface LiveEndpoint {
  server: ModelServer | undefined;
  /** The server that takes over when it is healthy. */
  successor: ModelServer | undefined;
  invocable: InvocableEndpoint | undefined;
  /** The creation, update or deletion that is under way. Never rejects. */
  work: Promise<void>;
}

/** The endpoints. Their definitions are durable, and each has a model server that is started again with this server. */
export class Endpoints {
  private readonly config: LocalSageMakerConfig;
  private readonly s3: S3Objects;
  private readonly faults: PendingFaults;
  private readonly models: Models;
  private readonly tags: Tags;
  private readonly records: DurableRecords<typeof endpointRecord>;
  private readonly live = new Map<string, LiveEndpoint>();
  private readonly runsDirectory: string;
  private shuttingDown = false;

  constructor(params: {
    readonly config: LocalSageMakerConfig;
    readonly s3: S3Objects;
    readonly faults: PendingFaults;
    readonly models: Models;
    readonly tags: Tags;
  }) {
    this.config = params.config;
    this.s3 = params.s3;
    this.faults = params.faults;
    this.models = params.models;
    this.tags = params.tags;
    const { stateDirectory } = params.config;
    this.runsDirectory = join(stateDirectory, "endpoint-runs");
    this.records = new DurableRecords({ directory: join(stateDirectory, "endpoints"), schema: endpointRecord });
  }

  /** Ends the processes that an earlier server left running. */
  async endLeftBehind(): Promise<void> {
    await Promise.all(this.records.list().flatMap(({ processes }) => processes.map(endRecordedProcess)));
  }

  /** Starts the endpoints again; their status is SystemUpdating meanwhile. Call it after {@link endLeftBehind}. */
  recover(): void {
    rmSync(this.runsDirectory, { recursive: true, force: true });
    mkdirSync(this.runsDirectory, { recursive: true });
    for (const record of this.records.list()) {
      const { name } = record;
      this.records.put(name, { ...record, processes: [] });
      if (record.status === "Deleting") this.forget(name);
      else if (record.status === "Failed") this.live.set(name, idle());
      else {
        const status = record.status === "Creating" ? "Creating" : "SystemUpdating";
        this.change(name, { status });
        this.deploy({ name, target: record.deployed, onFailure: "fail" });
      }
    }
  }

  create(body: RequestBody): Record<string, unknown> {
    if (body["DeploymentConfig"] !== undefined) throw notSupported("DeploymentConfig");
    const request = created.parse(body);
    const name = request.EndpointName;
    const arn = this.arn(name);
    Tags.check(request.Tags ?? []);
    const target = this.deployment(request.EndpointConfigName);
    if (this.records.get(name) !== undefined) {
      throw validationException(`Cannot create already existing endpoint "${arn}".`);
    }
    const time = now();
    this.tags.set(arn, request.Tags ?? []);
    this.records.put(name, {
      name,
      arn,
      status: "Creating",
      creationTime: time,
      lastModifiedTime: time,
      deployed: target,
      processes: [],
    });
    this.deploy({ name, target, onFailure: "fail" });
    return { EndpointArn: arn };
  }

  update(body: RequestBody): Record<string, unknown> {
    for (const member of ["DeploymentConfig", "RetainDeploymentConfig", "RetainAllVariantProperties"]) {
      if (body[member] !== undefined && body[member] !== false) throw notSupported(member);
    }
    const request = created.parse(body);
    const record = this.load(request.EndpointName);
    const target = this.deployment(request.EndpointConfigName);
    if (record.status !== "InService" && record.status !== "Failed") {
      throw validationException(`Cannot update in-progress endpoint "${record.arn}".`);
    }
    if ((target.serverless === undefined) !== (record.deployed.serverless === undefined)) {
      throw validationException(
        "An endpoint cannot be changed between serverless and instance-based. Create a new endpoint with the new configuration.",
      );
    }
    const { failureReason: _old, ...kept } = record;
    this.records.put(record.name, { ...kept, status: "Updating", lastModifiedTime: now() });
    this.deploy({ name: record.name, target, onFailure: record.status === "InService" ? "rollBack" : "fail" });
    return { EndpointArn: record.arn };
  }

  describe(body: RequestBody): Record<string, unknown> {
    const record = this.load(named.parse(body).EndpointName);
    const { deployed } = record;
    const isUp = record.status === "InService" || record.status === "Updating";
    return {
      EndpointName: record.name,
      EndpointArn: record.arn,
      EndpointConfigName: deployed.configName,
      EndpointStatus: record.status,
      ...(record.failureReason === undefined ? {} : { FailureReason: record.failureReason }),
      CreationTime: record.creationTime,
      LastModifiedTime: record.lastModifiedTime,
      ...(isUp
        ? {
            ProductionVariants: [
              {
                VariantName: deployed.variantName,
                DeployedImages: [
                  {
                    SpecifiedImage: deployed.container.image,
                    ResolvedImage: deployed.container.image,
                    ResolutionTime: record.lastModifiedTime,
                  },
                ],
                CurrentWeight: deployed.weight,
                DesiredWeight: deployed.weight,
                ...(deployed.serverless === undefined
                  ? {
                      CurrentInstanceCount: deployed.instanceCount ?? 1,
                      DesiredInstanceCount: deployed.instanceCount ?? 1,
                    }
                  : { CurrentServerlessConfig: deployed.serverless, DesiredServerlessConfig: deployed.serverless }),
              },
            ],
          }
        : {}),
    };
  }

  list(body: RequestBody): Record<string, unknown> {
    const { summaries, nextToken } = listPage({
      operation: "ListEndpoints",
      body,
      defaultSortOrder: "Descending",
      resources: this.records.list().map((record) => ({
        name: record.name,
        creationTime: record.creationTime,
        lastModifiedTime: record.lastModifiedTime,
        status: record.status,
        summary: {
          EndpointName: record.name,
          EndpointArn: record.arn,
          CreationTime: record.creationTime,
          LastModifiedTime: record.lastModifiedTime,
          EndpointStatus: record.status,
        },
      })),
    });
    return { Endpoints: summaries, ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
  }

  /** Deletes an endpoint. It shows Deleting until its process and port are free, and is unknown from then on. */
  remove(body: RequestBody): void {
    const record = this.load(named.parse(body).EndpointName);
    const { name } = record;
    if (record.status === "Deleting") return;
    this.change(name, { status: "Deleting" });
    const live = this.live.get(name) ?? idle();
    this.live.set(name, live);
    const before = live.work;
    live.invocable = undefined;
    live.work = (async () => {
      await stopBoth(live, this.config.serveStopGraceSeconds);
      // An update that is under way sees the deletion, and stops the server that it has begun to start.
      await before;
      if (!this.shuttingDown) this.forget(name);
    })();
  }

  exists(arn: string): boolean {
    return this.records.list().some((record) => record.arn === arn);
  }

  /** Returns an endpoint for InvokeEndpoint, or `undefined` if there is none of this name or it does not serve. */
  invocable(name: string): InvocableEndpoint | undefined {
    return this.live.get(name)?.invocable;
  }

  /**
   * Returns the status of an endpoint, ready or not, and whether it is serverless. A serverless endpoint has other
   * error messages and limits.
   */
  about(name: string): { readonly status: EndpointRecord["status"]; readonly isServerless: boolean } | undefined {
    const record = this.records.get(name);
    return record === undefined
      ? undefined
      : { status: record.status, isServerless: record.deployed.serverless !== undefined };
  }

  /** Ends all model servers. The endpoints stay defined and come back with the next server. */
  async shutDown(graceSeconds: number): Promise<void> {
    this.shuttingDown = true;
    await Promise.all(
      [...this.live.values()].map(async (live) => {
        live.invocable = undefined;
        await stopBoth(live, graceSeconds);
        await live.work;
      }),
    );
  }

  /** Begins to run `target`. The old server goes on until the new one is healthy. */
  private deploy(params: {
    readonly name: string;
    readonly target: Deployment;
    readonly onFailure: "fail" | "rollBack";
  }): void {
    const { name, target, onFailure } = params;
    const live = this.live.get(name) ?? idle();
    this.live.set(name, live);
    const before = live.work;
    live.work = (async () => {
      await before;
      const old = live.server;
      let fresh: ModelServer | undefined;
      try {
        fresh = this.startServer(name, target);
        live.successor = fresh;
        await fresh.started;
      } catch (error) {
        live.successor = undefined;
        await fresh?.stop(this.config.serveStopGraceSeconds);
        if (this.isGoing(name)) return;
        const failureReason = errorText(error).slice(0, maxFailureReasonLength);
        const keepsOld = onFailure === "rollBack" && old !== undefined && old.state !== "failed";
        this.change(name, { status: keepsOld ? "InService" : "Failed", failureReason });
        return;
      }
      live.successor = undefined;
      live.server = fresh;
      if (this.isGoing(name)) {
        await fresh.stop(this.config.serveStopGraceSeconds);
        return;
      }
      const replaced = live.invocable;
      live.invocable = {
        name,
        variantName: target.variantName,
        server: fresh,
        maxConcurrency: target.serverless?.MaxConcurrency,
        inFlight: 0,
      };
      this.change(name, { status: "InService", deployed: target });
      if (old === undefined) return;
      const deadline = Date.now() + this.config.invocationTimeoutSeconds * 1_000;
      while (replaced !== undefined && replaced.inFlight > 0 && Date.now() < deadline && !this.isGoing(name)) {
        await sleep(20);
      }
      await old.stop(this.config.serveStopGraceSeconds);
    })();
  }

  private startServer(name: string, target: Deployment): ModelServer {
    const entryPoint = this.config.images[target.container.image]?.serve;
    if (entryPoint === undefined)
      throw new Error(`The image ${target.container.image} is not known to this server any more.`);
    let known: { pid: number; startedAt: string } | undefined;
    const server = new ModelServer({
      container: target.container,
      entryPoint,
      config: this.config,
      s3: this.s3,
      directory: join(this.runsDirectory, `${name}.${randomUUID()}`),
      logFile: join(this.config.stateDirectory, "logs", "endpoints", `${name}.log`),
      startSeconds: target.startSeconds ?? this.config.endpointStartSeconds,
      neverHealthy: this.faults.take("endpointStartFailure") !== undefined,
      onProcess: (identity) => {
        const record = this.records.get(name);
        if (record === undefined) return;
        const others = record.processes.filter((one) => one.pid !== known?.pid);
        known = identity;
        this.records.put(name, { ...record, processes: identity === undefined ? others : [...others, identity] });
      },
      onGivenUp: (reason) => {
        const live = this.live.get(name);
        if (live?.server !== server) return;
        live.invocable = undefined;
        this.change(name, { status: "Failed", failureReason: reason.slice(0, maxFailureReasonLength) });
      },
    });
    return server;
  }

  private deployment(configName: string): Deployment {
    const { variant, container } = this.models.deployment(configName);
    return {
      configName,
      variantName: variant.VariantName,
      weight: variant.InitialVariantWeight ?? 1,
      ...(variant.InitialInstanceCount === undefined ? {} : { instanceCount: variant.InitialInstanceCount }),
      ...(variant.ContainerStartupHealthCheckTimeoutInSeconds === undefined
        ? {}
        : { startSeconds: variant.ContainerStartupHealthCheckTimeoutInSeconds }),
      ...(variant.ServerlessConfig === undefined ? {} : { serverless: variant.ServerlessConfig }),
      container,
    };
  }

  private isGoing(name: string): boolean {
    const record = this.records.get(name);
    return this.shuttingDown || record === undefined || record.status === "Deleting";
  }

  private change(name: string, changes: Partial<Pick<EndpointRecord, "status" | "failureReason" | "deployed">>): void {
    const record = this.records.get(name);
    if (record !== undefined) this.records.put(name, { ...record, ...changes, lastModifiedTime: now() });
  }

  private forget(name: string): void {
    const record = this.records.get(name);
    if (record === undefined) return;
    this.tags.remove(record.arn);
    this.records.remove(name);
    this.live.delete(name);
  }

  private load(name: string): EndpointRecord {
    const record = this.records.get(name);
    if (record === undefined) throw validationException(`Could not find endpoint "${this.arn(name)}".`);
    return record;
  }

  private arn(name: string): string {
    // The service writes endpoint names in ARNs in lower case.
    return `arn:aws:sagemaker:${this.config.region}:${this.config.accountId}:endpoint/${name.toLowerCase()}`;
  }
}

async function stopBoth(live: LiveEndpoint, graceSeconds: number): Promise<void> {
  await Promise.all([live.server?.stop(graceSeconds), live.successor?.stop(graceSeconds)]);
}

function idle(): LiveEndpoint {
  return { server: undefined, successor: undefined, invocable: undefined, work: Promise.resolve() };
}

function notSupported(what: string): Error {
  return validationException(`${what} is not supported by this local SageMaker server.`);
}

function now(): number {
  return Date.now() / 1_000;
}
