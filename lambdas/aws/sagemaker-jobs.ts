/** SageMaker training jobs as operations see them. Errors are distinguished by their codes, never by their texts. */
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type SageMakerClient,
  SageMakerServiceException,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import type { DescribedStatus } from "../../domain/states/sagemaker-status";

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
  /** The account's quota of instances is used up for now. */
  | { readonly kind: "QUOTA_EXCEEDED" }
  | { readonly kind: "THROTTLED" }
  /**
   * The request is wrong, and trying again will not help. The reason may name accounts and roles, so it is for the log
   * only.
   */
  | { readonly kind: "REFUSED"; readonly reason: string };

export interface SageMakerJobs {
  create(request: CreateTrainingJobCommandInput): Promise<CreateOutcome>;
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
  switch (error.name) {
    case "ResourceInUse":
      return { kind: "NAME_IN_USE" };
    case "ResourceLimitExceeded":
      return { kind: "QUOTA_EXCEEDED" };
    case "ThrottlingException":
      return { kind: "THROTTLED" };
    case "ValidationException":
    case "ResourceNotFound":
      return { kind: "REFUSED", reason: error.message };
    default:
      throw error;
  }
}

export function createSageMakerJobs({ client }: { readonly client: SageMakerClient }): SageMakerJobs {
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
      try {
        const job = await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
        return {
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
        };
      } catch (error) {
        if (isNotThere(error)) return undefined;
        throw error;
      }
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
