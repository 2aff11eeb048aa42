/** SageMaker training jobs as operations see them. Errors are distinguished by their codes, never by their texts. */
import { setTimeout as delay } from "node:timers/promises";
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  type SageMakerClient,
  SageMakerServiceException,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import type { DescribedStatus } from "../../domain/states/sagemaker-status";
import type { Log } from "../telemetry/logger";
import { isAccessDenied } from "./access-denied";

export interface DescribedTrainingJob extends DescribedStatus {
  readonly name: string;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  readonly trainingSeconds: number | undefined;
  readonly billableSeconds: number | undefined;
  readonly outputUri: string | undefined;
  readonly checkpointUri: string | undefined;
}

/** The outcome of one call of CreateTrainingJob. */
export type CreateOutcome =
  | { readonly kind: "CREATED" }
  /** A job of this name exists. It is ours if Describe shows our prefixes. */
  | { readonly kind: "NAME_IN_USE" }
  /** A quota of the account does not allow the job now, or never. The reason is the service's own text. */
  | { readonly kind: "QUOTA_EXCEEDED"; readonly reason: string }
  | { readonly kind: "THROTTLED" }
  /**
   * The request is wrong, and trying again will not help. The reason may name accounts and roles, so it is for the log
   * only.
   */
  | { readonly kind: "REFUSED"; readonly reason: string }
  /** A policy forbids the job. The reason names accounts and roles, so it is for the log only. */
  | { readonly kind: "ACCESS_DENIED"; readonly reason: string };

export interface SageMakerJobs {
  create(request: CreateTrainingJobCommandInput): Promise<CreateOutcome>;
  /** Returns undefined if SageMaker has said twice that it does not know the job. */
  describe(name: string): Promise<DescribedTrainingJob | undefined>;
  /** Asks SageMaker to stop the job. A job that has ended or never existed counts as stopped. */
  stop(name: string): Promise<void>;
}

/**
 * Returns true if the job does not exist or cannot be stopped because it has ended. In both cases SageMaker
 * throws a ValidationException, although its service model says otherwise.
 */
const isNotThere = (error: unknown): boolean =>
  error instanceof SageMakerServiceException && ["ValidationException", "ResourceNotFound"].includes(error.name);

function createOutcome(error: unknown): CreateOutcome {
  if (!(error instanceof SageMakerServiceException)) throw error;
  if (isAccessDenied(error)) return { kind: "ACCESS_DENIED", reason: error.message };
  switch (error.name) {
    case "ResourceInUse":
      return { kind: "NAME_IN_USE" };
    case "ResourceLimitExceeded":
      return { kind: "QUOTA_EXCEEDED", reason: error.message };
    case "ThrottlingException":
      return { kind: "THROTTLED" };
    case "ValidationException":
    case "ResourceNotFound":
      return { kind: "REFUSED", reason: error.message };
    default:
      throw error;
  }
}

const describedJob = (name: string, job: DescribeTrainingJobCommandOutput): DescribedTrainingJob => ({
  name,
  status: job.TrainingJobStatus,
  secondaryStatus: job.SecondaryStatus,
  failureReason: job.FailureReason,
  startedAt: job.TrainingStartTime,
  endedAt: job.TrainingEndTime,
  trainingSeconds: job.TrainingTimeInSeconds,
  billableSeconds: job.BillableTimeInSeconds,
  outputUri: job.OutputDataConfig?.S3OutputPath,
  checkpointUri: job.CheckpointConfig?.S3Uri,
});

export interface SageMakerJobsParams {
  readonly client: SageMakerClient;
  readonly log: Pick<Log, "warn">;
  /** Waits between two readings. @default - the time passes */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

/** Milliseconds between the two readings of a job that SageMaker does not seem to know. */
const secondReadingMilliseconds = 2_000;

export function createSageMakerJobs({ client, log, pause = delay }: SageMakerJobsParams): SageMakerJobs {
  const read = async (name: string): Promise<DescribeTrainingJobCommandOutput | undefined> => {
    try {
      return await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    } catch (error) {
      if (!isNotThere(error)) throw error;
      // The code is also that of a request which is wrong for another reason, and only the text tells them apart.
      log.warn("SageMaker does not know a training job", { trainingJobName: name, reason: String(error) });
      return undefined;
    }
  };
  return {
    async create(request) {
      try {
        await client.send(new CreateTrainingJobCommand(request));
        return { kind: "CREATED" };
      } catch (error) {
        return createOutcome(error);
      }
    },

    async describe(name) {
      let job = await read(name);
      if (job === undefined) {
        // A job counts as ended, and its slot as free, when it is not there: that is not decided by one response.
        await pause(secondReadingMilliseconds);
        job = await read(name);
      }
      return job === undefined ? undefined : describedJob(name, job);
    },

    async stop(name) {
      try {
        await client.send(new StopTrainingJobCommand({ TrainingJobName: name }));
      } catch (error) {
        if (!isNotThere(error)) throw error;
      }
    },
  };
}
