import type { CreateTrainingJobCommandInput } from "@aws-sdk/client-sagemaker";
import type { TrainingSettings } from "../../domain/schemas/training-settings";
import { hyperparametersOnTheWire } from "../../domain/techniques/parameter-values";
import { metricDefinitionsOf } from "../../domain/training/metric-definitions";
import { checkpointsPrefix, selectionPrefix, trainingDataPrefix, trainingOutputPrefix } from "../../naming/object-keys";
import { resourcePrefix, type Stage } from "../../naming/resource-names";
import type { TrainingJobItem } from "../stores/items";

export interface TrainingJobRequestParams {
  readonly name: string;
  readonly job: TrainingJobItem;
  readonly stage: Stage;
  readonly artifactsBucket: string;
  readonly workBucket: string;
  readonly settings: TrainingSettings;
}

/**
 * Returns the address under which SageMaker stores a job's output. It also shows that a SageMaker job of this name is
 * ours.
 */
export const outputUri = (workBucket: string, job: TrainingJobItem): string =>
  `s3://${workBucket}/${trainingOutputPrefix(job)}`;

/** The shortest run that a user may ask for: time enough to begin and to report how far it came. */
const minRuntimeSeconds = 60;

const channel = (ChannelName: string, S3Uri: string) => ({
  ChannelName,
  InputMode: "File" as const,
  DataSource: {
    S3DataSource: { S3DataType: "S3Prefix" as const, S3Uri, S3DataDistributionType: "FullyReplicated" as const },
  },
});

/**
 * Returns the whole request: network isolation is on, the model is left as plain files, and checkpoints go to the job's
 * own prefix.
 */
export function trainingJobRequest(params: TrainingJobRequestParams): CreateTrainingJobCommandInput {
  const { name, job, stage, artifactsBucket, workBucket, settings } = params;
  const image = settings.images[job.technique];
  // The time that earlier attempts have used is subtracted from the time that the user allowed.
  const leftSeconds = Math.max(minRuntimeSeconds, job.maxRuntimeSeconds - (job.earlierUsage?.trainingSeconds ?? 0));
  const MaxRuntimeInSeconds = Math.min(leftSeconds, settings.runtimeLimitSeconds);
  return {
    TrainingJobName: name,
    RoleArn: settings.roleArn,
    AlgorithmSpecification: {
      TrainingImage: image,
      TrainingInputMode: "File",
      MetricDefinitions: metricDefinitionsOf(job.technique).map(({ Name, Regex }) => ({ Name, Regex })),
    },
    HyperParameters: hyperparametersOnTheWire(job.hyperparameters),
    InputDataConfig: [
      channel("dataset", `s3://${artifactsBucket}/${trainingDataPrefix(job)}`),
      channel("selection", `s3://${workBucket}/${selectionPrefix(job)}`),
    ],
    OutputDataConfig: { S3OutputPath: outputUri(workBucket, job), CompressionType: "NONE" },
    CheckpointConfig: { S3Uri: `s3://${workBucket}/${checkpointsPrefix(job)}` },
    ResourceConfig: {
      InstanceType: instanceType(settings.instanceType),
      InstanceCount: 1,
      VolumeSizeInGB: settings.volumeSizeGb,
    },
    StoppingCondition: {
      MaxRuntimeInSeconds,
      // This member is allowed only with spot instances, and must cover at least the run itself.
      ...(settings.useSpot ? { MaxWaitTimeInSeconds: MaxRuntimeInSeconds + settings.capacityDeadlineSeconds } : {}),
    },
    EnableManagedSpotTraining: settings.useSpot,
    // SageMaker retries only failures of its own, and the container goes on from its checkpoint. Two retries are
    // enough, because most such failures pass.
    RetryStrategy: { MaximumRetryAttempts: 2 },
    EnableNetworkIsolation: true,
    Environment: { OPENCOMPOSER_JOB_ID: job.id },
    Tags: [
      { Key: "opencomposer:deployment", Value: resourcePrefix(stage) },
      { Key: "opencomposer:training-job", Value: job.id },
      { Key: "opencomposer:attempt", Value: String(job.attempt) },
    ],
  };
}

type InstanceType = NonNullable<NonNullable<CreateTrainingJobCommandInput["ResourceConfig"]>["InstanceType"]>;

/**
 * Returns the instance type. The stage's configuration may name one that is newer than the SDK's list but that the
 * service knows.
 */
function instanceType(name: string): InstanceType {
  const isInstanceType = (candidate: string): candidate is InstanceType => candidate.startsWith("ml.");
  if (!isInstanceType(name)) throw new Error(`${name} is not an instance type of SageMaker`);
  return name;
}
