import * as z from "zod";
import type { RequestBody } from "../api/request-validation";
import { type ServiceError, validationException } from "../api/service-error";
import { parseS3Uri } from "../s3/s3-objects";

/** The members of CreateTrainingJob that affect this server. All others are kept as they came. */
export const trainingJobRequest = z.looseObject({
  TrainingJobName: z.string(),
  RoleArn: z.string(),
  HyperParameters: z.record(z.string(), z.string()).optional(),
  AlgorithmSpecification: z.looseObject({
    TrainingImage: z.string(),
    TrainingInputMode: z.string(),
    MetricDefinitions: z.array(z.object({ Name: z.string(), Regex: z.string() })).optional(),
  }),
  InputDataConfig: z
    .array(
      z.looseObject({
        ChannelName: z.string(),
        DataSource: z.looseObject({
          S3DataSource: z.looseObject({
            S3DataType: z.enum(["S3Prefix", "ManifestFile"]),
            S3Uri: z.string(),
            S3DataDistributionType: z.string().optional(),
          }),
        }),
        ContentType: z.string().optional(),
        InputMode: z.string().optional(),
        CompressionType: z.string().optional(),
        RecordWrapperType: z.string().optional(),
      }),
    )
    .optional(),
  OutputDataConfig: z.looseObject({
    S3OutputPath: z.string(),
    CompressionType: z.enum(["GZIP", "NONE"]).optional(),
  }),
  ResourceConfig: z.looseObject({ InstanceType: z.string(), InstanceCount: z.int() }),
  StoppingCondition: z
    .looseObject({ MaxRuntimeInSeconds: z.int().optional(), MaxWaitTimeInSeconds: z.int().optional() })
    .optional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
  EnableNetworkIsolation: z.boolean().optional(),
  EnableManagedSpotTraining: z.boolean().optional(),
  CheckpointConfig: z.looseObject({ S3Uri: z.string(), LocalPath: z.string().optional() }).optional(),
  Environment: z.record(z.string(), z.string()).optional(),
  RetryStrategy: z.looseObject({ MaximumRetryAttempts: z.int() }).optional(),
});

export type TrainingJobRequest = z.infer<typeof trainingJobRequest>;

/**
 * Members that change what a job does and that this server does not support. They are refused, because ignoring them
 * would mislead.
 */
const unsupportedMembers = [
  "DebugHookConfig",
  "DebugRuleConfigurations",
  "ProfilerRuleConfigurations",
  "TensorBoardOutputConfig",
  "ExperimentConfig",
  "RemoteDebugConfig",
  "InfraCheckConfig",
  "SessionChainingConfig",
  "ServerlessJobConfig",
  "MlflowConfig",
  "ModelPackageConfig",
] as const;

/** The path at which a container sees its folders. Here a job's local folders stand in for it. */
export const containerRoot = "/opt/ml";

/** Seconds that a job may run if its request sets no limit. */
export const defaultMaxRuntimeSeconds = 86_400;

/**
 * Reads a request that already fits the service model, and applies the service's rules that its model does not say.
 *
 * @throws ServiceError naming the broken rule
 */
export function parseTrainingJobRequest(body: RequestBody): TrainingJobRequest {
  for (const member of unsupportedMembers) {
    if (body[member] !== undefined) throw notSupported(`${member} is`);
  }
  refuseUnsupportedChoices(body);
  const parsed = trainingJobRequest.safeParse(body);
  if (!parsed.success) throw validationException(issuesText(parsed.error));
  checkRules(parsed.data);
  return parsed.data;
}

/**
 * The members in which a request may ask for something that this server does not support. Other members do not matter
 * here.
 */
const unsupportedChoices = z.looseObject({
  AlgorithmSpecification: z
    .looseObject({
      AlgorithmName: z.unknown().optional(),
      ContainerEntrypoint: z.unknown().optional(),
      ContainerArguments: z.unknown().optional(),
      TrainingInputMode: z.unknown().optional(),
    })
    .optional(),
  InputDataConfig: z
    .array(z.looseObject({ DataSource: z.looseObject({ FileSystemDataSource: z.unknown().optional() }) }))
    .optional(),
  ResourceConfig: z.unknown().optional(),
});

/** Refuses unsupported choices by their names, before the general parsing would only complain about a type. */
function refuseUnsupportedChoices(body: RequestBody): void {
  const parsed = unsupportedChoices.safeParse(body);
  if (!parsed.success) throw validationException(issuesText(parsed.error));
  const { AlgorithmSpecification: algorithm, InputDataConfig: channels = [], ResourceConfig: resources } = parsed.data;
  if (algorithm === undefined) throw validationException("AlgorithmSpecification is required for this training job.");
  if (resources === undefined) throw validationException("ResourceConfig is required for this training job.");
  if (algorithm.AlgorithmName !== undefined) throw notSupported("AlgorithmSpecification.AlgorithmName is");
  // These members would let a request choose what runs on this machine; only the configured images may do that.
  if (algorithm.ContainerEntrypoint !== undefined) throw notSupported("AlgorithmSpecification.ContainerEntrypoint is");
  if (algorithm.ContainerArguments !== undefined) throw notSupported("AlgorithmSpecification.ContainerArguments is");
  if (algorithm.TrainingInputMode === "Pipe") throw notSupported("TrainingInputMode Pipe is");
  if (channels.some((channel) => channel.DataSource.FileSystemDataSource !== undefined)) {
    throw notSupported("DataSource.FileSystemDataSource is");
  }
}

/**
 * Returns errors about members that the model calls optional and the service requires, and about enum values that this
 * server does not support.
 */
function issuesText(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "request"}: ${issue.message}`).join("; ");
}

function checkRules(request: TrainingJobRequest): void {
  const { StoppingCondition: limits, ResourceConfig: machines, InputDataConfig: channels = [] } = request;
  const names = channels.map((channel) => channel.ChannelName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw validationException(`Channel names must be unique. '${twice}' appears more than once.`);
  if (machines.InstanceCount !== 1) throw notSupported("an InstanceCount other than 1 is");
  for (const channel of channels) {
    if (channel.InputMode === "Pipe") throw notSupported("InputMode Pipe is");
    if (channel.CompressionType === "Gzip") throw notSupported("a channel's CompressionType Gzip is");
    if (channel.RecordWrapperType === "RecordIO") throw notSupported("RecordWrapperType RecordIO is");
    checkS3Uri(channel.DataSource.S3DataSource.S3Uri);
    // The model's pattern allows these names, but as a folder they would mean another place.
    if (/^\.+$/.test(channel.ChannelName)) throw validationException(`Invalid channel name '${channel.ChannelName}'.`);
  }
  checkS3Uri(request.OutputDataConfig.S3OutputPath);
  if (request.CheckpointConfig !== undefined) {
    checkS3Uri(request.CheckpointConfig.S3Uri);
    const { LocalPath } = request.CheckpointConfig;
    if (LocalPath !== undefined && !isBelowContainerRoot(LocalPath)) {
      throw notSupported(`a CheckpointConfig.LocalPath outside ${containerRoot} ('${LocalPath}') is`);
    }
  }
  const maxWait = limits?.MaxWaitTimeInSeconds;
  const maxRuntime = limits?.MaxRuntimeInSeconds ?? defaultMaxRuntimeSeconds;
  if (request.EnableManagedSpotTraining === true) {
    if (maxWait === undefined || maxWait < maxRuntime) {
      throw validationException(
        "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds when EnableManagedSpotTraining is true.",
      );
    }
  } else if (maxWait !== undefined) {
    throw validationException("MaxWaitTimeInSeconds can be specified only when EnableManagedSpotTraining is true.");
  }
  for (const { Name, Regex } of request.AlgorithmSpecification.MetricDefinitions ?? []) {
    try {
      new RegExp(Regex);
    } catch {
      throw validationException(`The regular expression of metric '${Name}' is not valid: ${Regex}`);
    }
  }
}

function isBelowContainerRoot(path: string): boolean {
  return path.startsWith(`${containerRoot}/`) && !path.split("/").includes("..");
}

function checkS3Uri(uri: string): void {
  if (parseS3Uri(uri) === undefined)
    throw validationException(`The S3 URI '${uri}' is not of the form s3://bucket/key.`);
}

/** Returns the error for an unsupported choice. `what` includes its verb: "Feature is". */
function notSupported(what: string): ServiceError {
  return validationException(`${what} not supported by this local SageMaker server.`);
}
