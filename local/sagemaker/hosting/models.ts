import { join } from "node:path";
import * as z from "zod";
import { listPage } from "../api/list-pages";
import type { RequestBody } from "../api/request-validation";
import { type ServiceError, validationException } from "../api/service-error";
import { Tags } from "../api/tags";
import type { LocalSageMakerConfig } from "../config";
import { DurableRecords } from "../durable-records";
import type { ServedContainer } from "./model-server";

const tagList = z.array(z.object({ Key: z.string(), Value: z.string() })).optional();

const containerDefinition = z.looseObject({
  Image: z.string().optional(),
  Mode: z.string().optional(),
  ModelDataUrl: z.string().optional(),
  ModelDataSource: z
    .looseObject({
      S3DataSource: z
        .looseObject({ S3Uri: z.string(), S3DataType: z.string(), CompressionType: z.string() })
        .optional(),
    })
    .optional(),
  Environment: z.record(z.string(), z.string()).optional(),
});

const modelRequest = z.looseObject({
  ModelName: z.string(),
  PrimaryContainer: containerDefinition.optional(),
  Containers: z.array(containerDefinition).optional(),
  EnableNetworkIsolation: z.boolean().optional(),
  Tags: tagList,
});

const modelRecord = z.strictObject({ arn: z.string(), creationTime: z.number(), request: modelRequest });

const variant = z.looseObject({
  VariantName: z.string(),
  ModelName: z.string().optional(),
  InitialInstanceCount: z.int().optional(),
  InitialVariantWeight: z.number().optional(),
  ContainerStartupHealthCheckTimeoutInSeconds: z.int().optional(),
  ServerlessConfig: z
    .strictObject({
      MemorySizeInMB: z.int(),
      MaxConcurrency: z.int(),
      ProvisionedConcurrency: z.int().optional(),
    })
    .optional(),
});

const endpointConfigRequest = z.looseObject({
  EndpointConfigName: z.string(),
  ProductionVariants: z.array(variant),
  Tags: tagList,
});

const endpointConfigRecord = z.strictObject({
  arn: z.string(),
  creationTime: z.number(),
  request: endpointConfigRequest,
});

export type ProductionVariant = z.infer<typeof variant>;

/** Members of a configuration that change what an endpoint does and that this server does not support. */
const unsupportedConfigMembers = [
  "DataCaptureConfig",
  "AsyncInferenceConfig",
  "ExplainerConfig",
  "ShadowProductionVariants",
  "CrossRegionTrafficConfig",
] as const;
const unsupportedVariantMembers = [
  "AcceleratorType",
  "ManagedInstanceScaling",
  "RoutingConfig",
  "InstancePools",
  "CapacityReservationConfig",
  "AcceleratorPartitionLayouts",
] as const;

/** Models and endpoint configurations. These definitions run nothing by themselves. */
export class Models {
  private readonly config: LocalSageMakerConfig;
  private readonly tags: Tags;
  private readonly models: DurableRecords<typeof modelRecord>;
  private readonly configs: DurableRecords<typeof endpointConfigRecord>;

  constructor(params: { readonly config: LocalSageMakerConfig; readonly tags: Tags }) {
    this.config = params.config;
    this.tags = params.tags;
    const { stateDirectory } = params.config;
    this.models = new DurableRecords({ directory: join(stateDirectory, "models"), schema: modelRecord });
    this.configs = new DurableRecords({
      directory: join(stateDirectory, "endpoint-configs"),
      schema: endpointConfigRecord,
    });
  }

  createModel(body: RequestBody): Record<string, unknown> {
    const request = read(modelRequest, body);
    const name = request.ModelName;
    const container = request.PrimaryContainer;
    if (request.Containers !== undefined) throw notSupported("Containers (an inference pipeline) is");
    if (container === undefined) throw validationException("A model must have a PrimaryContainer.");
    if (container.Mode === "MultiModel") throw notSupported("Mode MultiModel is");
    if (container["ModelPackageName"] !== undefined) throw notSupported("ModelPackageName is");
    if (container["AdditionalModelDataSources"] !== undefined) throw notSupported("AdditionalModelDataSources is");
    this.entryPointOf(container.Image);
    modelDataOf(container);
    Tags.check(request.Tags ?? []);
    const arn = this.arn("model", name);
    if (this.models.get(name) !== undefined)
      throw validationException(`Cannot create already existing model "${arn}".`);
    this.tags.set(arn, request.Tags ?? []);
    this.models.put(name, { arn, creationTime: now(), request });
    return { ModelArn: arn };
  }

  describeModel(body: RequestBody): Record<string, unknown> {
    const { arn, creationTime, request } = this.loadModel(read(z.object({ ModelName: z.string() }), body).ModelName);
    const { Tags: _tags, ...asked } = request;
    return {
      ...asked,
      ModelArn: arn,
      CreationTime: creationTime,
      EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
    };
  }

  listModels(body: RequestBody): Record<string, unknown> {
    const { summaries, nextToken } = listPage({
      operation: "ListModels",
      body,
      defaultSortOrder: "Descending",
      resources: this.models.list().map(({ arn, creationTime, request }) => ({
        name: request.ModelName,
        creationTime,
        lastModifiedTime: creationTime,
        status: "",
        summary: { ModelName: request.ModelName, ModelArn: arn, CreationTime: creationTime },
      })),
    });
    return { Models: summaries, ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
  }

  deleteModel(body: RequestBody): void {
    const { arn, request } = this.loadModel(read(z.object({ ModelName: z.string() }), body).ModelName);
    this.tags.remove(arn);
    this.models.remove(request.ModelName);
  }

  createEndpointConfig(body: RequestBody): Record<string, unknown> {
    for (const member of unsupportedConfigMembers) if (body[member] !== undefined) throw notSupported(`${member} is`);
    const request = read(endpointConfigRequest, body);
    const name = request.EndpointConfigName;
    const [only, ...more] = request.ProductionVariants;
    if (only === undefined || more.length > 0) throw notSupported("other than one production variant is");
    for (const member of unsupportedVariantMembers) if (only[member] !== undefined) throw notSupported(`${member} is`);
    if (only.ModelName === undefined) throw notSupported("a variant without ModelName (inference components) is");
    const hasInstances = only["InstanceType"] !== undefined;
    if (hasInstances === (only.ServerlessConfig !== undefined)) {
      throw validationException("A production variant must have either an InstanceType or a ServerlessConfig.");
    }
    if (hasInstances && only.InitialInstanceCount === undefined) {
      throw validationException("InitialInstanceCount is required for a production variant with an InstanceType.");
    }
    Tags.check(request.Tags ?? []);
    this.loadModel(only.ModelName);
    const arn = this.arn("endpoint-config", name);
    if (this.configs.get(name) !== undefined) {
      throw validationException(`Cannot create already existing endpoint configuration "${arn}".`);
    }
    this.tags.set(arn, request.Tags ?? []);
    this.configs.put(name, { arn, creationTime: now(), request });
    return { EndpointConfigArn: arn };
  }

  describeEndpointConfig(body: RequestBody): Record<string, unknown> {
    const { arn, creationTime, request } = this.loadConfig(
      read(z.object({ EndpointConfigName: z.string() }), body).EndpointConfigName,
    );
    const { Tags: _tags, ...asked } = request;
    return {
      ...asked,
      ProductionVariants: request.ProductionVariants.map((one) => ({ InitialVariantWeight: 1, ...one })),
      EndpointConfigArn: arn,
      CreationTime: creationTime,
    };
  }

  listEndpointConfigs(body: RequestBody): Record<string, unknown> {
    const { summaries, nextToken } = listPage({
      operation: "ListEndpointConfigs",
      body,
      defaultSortOrder: "Descending",
      resources: this.configs.list().map(({ arn, creationTime, request }) => ({
        name: request.EndpointConfigName,
        creationTime,
        lastModifiedTime: creationTime,
        status: "",
        summary: { EndpointConfigName: request.EndpointConfigName, EndpointConfigArn: arn, CreationTime: creationTime },
      })),
    });
    return { EndpointConfigs: summaries, ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
  }

  deleteEndpointConfig(body: RequestBody): void {
    const { arn, request } = this.loadConfig(
      read(z.object({ EndpointConfigName: z.string() }), body).EndpointConfigName,
    );
    this.tags.remove(arn);
    this.configs.remove(request.EndpointConfigName);
  }

  exists(arn: string): boolean {
    return this.models.list().some((model) => model.arn === arn) || this.configs.list().some((one) => one.arn === arn);
  }

  /**
   * Returns what an endpoint of this configuration runs. It is copied into the endpoint, so that a later deletion of
   * the model or the configuration does not affect a running endpoint.
   */
  deployment(endpointConfigName: string): { variant: ProductionVariant; container: ServedContainer } {
    const only = this.loadConfig(endpointConfigName).request.ProductionVariants[0];
    if (only?.ModelName === undefined)
      throw validationException("The endpoint configuration has no production variant.");
    const model = this.loadModel(only.ModelName).request;
    const definition = model.PrimaryContainer;
    if (definition?.Image === undefined) throw validationException(`The model '${only.ModelName}' has no image.`);
    const modelData = modelDataOf(definition);
    return {
      variant: only,
      container: {
        image: definition.Image,
        environment: definition.Environment ?? {},
        networkIsolation: model.EnableNetworkIsolation ?? false,
        ...(modelData === undefined ? {} : { modelData }),
      },
    };
  }

  private entryPointOf(image: string | undefined): void {
    if (image !== undefined && this.config.images[image]?.serve !== undefined) return;
    const known = Object.entries(this.config.images).filter(([, mapped]) => mapped.serve !== undefined);
    throw validationException(
      "Invalid inference image. The local SageMaker server maps only these images to inference entry points: " +
        (known.map(([uri]) => uri).join(", ") || "none"),
    );
  }

  private loadModel(name: string): z.infer<typeof modelRecord> {
    const model = this.models.get(name);
    if (model === undefined) throw validationException(`Could not find model "${this.arn("model", name)}".`);
    return model;
  }

  private loadConfig(name: string): z.infer<typeof endpointConfigRecord> {
    const found = this.configs.get(name);
    if (found === undefined) {
      throw validationException(`Could not find endpoint configuration "${this.arn("endpoint-config", name)}".`);
    }
    return found;
  }

  private arn(kind: string, name: string): string {
    return `arn:aws:sagemaker:${this.config.region}:${this.config.accountId}:${kind}/${name}`;
  }
}

function modelDataOf(container: z.infer<typeof containerDefinition>): ServedContainer["modelData"] {
  const source = container.ModelDataSource?.S3DataSource;
  if (container.ModelDataUrl !== undefined && source !== undefined) {
    throw validationException("ModelDataUrl and ModelDataSource cannot both be given.");
  }
  if (container.ModelDataUrl !== undefined) return { s3Uri: container.ModelDataUrl, kind: "archive" };
  if (source === undefined) return undefined;
  if (source.CompressionType === "Gzip") return { s3Uri: source.S3Uri, kind: "archive" };
  return { s3Uri: source.S3Uri, kind: source.S3DataType === "S3Object" ? "object" : "folder" };
}

function read<T extends z.ZodType>(schema: T, body: RequestBody): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw validationException(
    parsed.error.issues.map((issue) => `${issue.path.join(".") || "request"}: ${issue.message}`).join("; "),
  );
}

function notSupported(what: string): ServiceError {
  return validationException(`${what} not supported by this local SageMaker server.`);
}

function now(): number {
  return Date.now() / 1_000;
}
