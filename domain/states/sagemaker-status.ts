/**
 * Interprets every response of SageMaker's Describe by one table. Its values are those of the service model
 * (API_DescribeTrainingJob), and a test compares the lists with the SDK. A value that is not in the table is UNKNOWN.
 * The caller then keeps what it knew last and warns, because a status that AWS adds must neither end a job nor loop in
 * silence.
 */
import type { Failure } from "../schemas/failure";
import { sentenceOf } from "../schemas/sentence";

export const sageMakerStatuses = ["InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"] as const;
export type SageMakerStatus = (typeof sageMakerStatuses)[number];

export const sageMakerSecondaryStatuses = [
  "Starting",
  "Pending",
  "LaunchingMLInstances",
  "PreparingTrainingStack",
  "Downloading",
  "DownloadingTrainingImage",
  "Training",
  "Interrupted",
  "Restarting",
  "Updating",
  "Uploading",
  "Stopping",
  "Stopped",
  "MaxRuntimeExceeded",
  "MaxWaitTimeExceeded",
  "Completed",
  "Failed",
] as const;
export type SageMakerSecondaryStatus = (typeof sageMakerSecondaryStatuses)[number];

/**
 * The classes with which a FailureReason begins. The text after the class may change and is matched for one case alone.
 */
export const failureClasses = [
  "AlgorithmError",
  "ClientError",
  "CapacityError",
  "InternalServerError",
  "UnknownReason",
] as const;
export type FailureClass = (typeof failureClasses)[number];

/** The states into which a running SageMaker job can put our job. */
export type MonitoredState = "STARTING" | "TRAINING" | "UPLOADING" | "STOPPING";
/**
 * The ways in which a SageMaker job can end. TIME_LIMIT is the limit of the run itself. WAIT_LIMIT is that of a job on
 * spot machines: it has waited for a machine, before or within its run, for longer than the stage allows. There may be a
 * model after each of them but FAILED.
 */
export type TrainingEnding = "COMPLETED" | "STOPPED" | "TIME_LIMIT" | "WAIT_LIMIT" | "FAILED";

export type TrainingJobMeaning =
  | { readonly kind: "RUNNING"; readonly state: MonitoredState }
  | { readonly kind: "ENDED"; readonly ending: Exclude<TrainingEnding, "FAILED"> }
  | { readonly kind: "ENDED"; readonly ending: "FAILED"; readonly failure: Failure }
  | { readonly kind: "CAPACITY_REFUSED" }
  | { readonly kind: "UNKNOWN" };

export interface DescribedStatus {
  readonly status: string | undefined;
  readonly secondaryStatus: string | undefined;
  readonly failureReason: string | undefined;
}

const running = (state: MonitoredState): TrainingJobMeaning => ({ kind: "RUNNING", state });

/**
 * Meanings of the secondary statuses while the status is InProgress. If the secondary status already tells the end, but
 * the status does not yet, the job counts as uploading.
 */
const inProgress: Readonly<Record<SageMakerSecondaryStatus, TrainingJobMeaning>> = {
  Starting: running("STARTING"),
  Pending: running("STARTING"),
  LaunchingMLInstances: running("STARTING"),
  PreparingTrainingStack: running("STARTING"),
  Downloading: running("STARTING"),
  DownloadingTrainingImage: running("STARTING"),
  Training: running("TRAINING"),
  Interrupted: running("STARTING"),
  Restarting: running("STARTING"),
  Updating: running("TRAINING"),
  Uploading: running("UPLOADING"),
  Stopping: running("STOPPING"),
  Stopped: running("STOPPING"),
  MaxRuntimeExceeded: running("UPLOADING"),
  MaxWaitTimeExceeded: running("UPLOADING"),
  Completed: running("UPLOADING"),
  Failed: running("UPLOADING"),
};

const failed = (code: string, message: string, retryable: boolean): TrainingJobMeaning => ({
  kind: "ENDED",
  ending: "FAILED",
  failure: { code, message: clipped(message), retryable },
});

const maxMessageLength = 1024;
/**
 * Returns the message cut to the length that the failure's schema allows, in UTF-16 units, without halves of surrogate
 * pairs.
 */
function clipped(message: string): string {
  const short = message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength - 1)}…`;
  return short.replace(/\p{Surrogate}/gu, "");
}

/** Returns the class with which a FailureReason begins. */
export function failureClassOf(failureReason: string | undefined): FailureClass {
  const reason = failureReason ?? "";
  return failureClasses.find((name) => reason.startsWith(name)) ?? "UnknownReason";
}

/** Returns the container's own sentence, without the class before it and the exit code that SageMaker adds after it. */
function ownWords(failureReason: string | undefined): string {
  const text = (failureReason ?? "")
    .replace(/^AlgorithmError:?\s*/, "")
    .replace(/,?\s*exit code:\s*-?\d+\s*$/, "")
    .replace(/\p{Surrogate}/gu, "")
    .trim();
  return text === "" ? "The training program ended without giving a reason." : sentenceOf(text);
}

/**
 * Returns true if the job's results could not be put into our bucket, which SageMaker calls a ClientError. That is no
 * fault of the job's input: permissions, a bucket or S3 itself were not as they should be. The phrase is SageMaker's
 * own. If SageMaker words it in another way, the owner is told that the input was refused.
 */
const isFaultOfStorage = (failureReason: string | undefined): boolean =>
  /^ClientError:?\s*(?:Artifact|Model artifact|Output)s? upload failed/i.test(failureReason ?? "");

/**
 * Returns the meaning of a failure. Only the trainer's own words are shown to the job's owner, because the platform's
 * words may name accounts, buckets and roles.
 */
function meaningOfFailure(failureReason: string | undefined): TrainingJobMeaning {
  switch (failureClassOf(failureReason)) {
    case "CapacityError":
      return { kind: "CAPACITY_REFUSED" };
    case "AlgorithmError":
      return failed("TRAINING_FAILED", ownWords(failureReason), false);
    case "ClientError":
      if (isFaultOfStorage(failureReason)) {
        return failed(
          "TRAINING_PLATFORM_FAILED",
          "The training platform could not keep what was trained. Try again.",
          true,
        );
      }
      return failed(
        "TRAINING_INPUT_REFUSED",
        "The training platform could not use the job's data or its program.",
        false,
      );
    case "InternalServerError":
      return failed("TRAINING_PLATFORM_FAILED", "The training platform failed. Try again.", true);
    case "UnknownReason":
      return failed(
        "TRAINING_FAILED",
        "The training job failed, and the training platform gave no reason that is known here.",
        true,
      );
  }
}

function meaningOfStopped(secondaryStatus: string | undefined): TrainingJobMeaning {
  switch (secondaryStatus) {
    case "MaxRuntimeExceeded":
      return { kind: "ENDED", ending: "TIME_LIMIT" };
    case "MaxWaitTimeExceeded":
      return { kind: "ENDED", ending: "WAIT_LIMIT" };
    default:
      return { kind: "ENDED", ending: "STOPPED" };
  }
}

const isStatus = (value: string | undefined): value is SageMakerStatus =>
  (sageMakerStatuses as readonly (string | undefined)[]).includes(value);
const isSecondaryStatus = (value: string | undefined): value is SageMakerSecondaryStatus =>
  (sageMakerSecondaryStatuses as readonly (string | undefined)[]).includes(value);

/** Returns what a response of Describe means. The status decides, and the secondary status only refines it. */
export function interpretTrainingJob({ status, secondaryStatus, failureReason }: DescribedStatus): TrainingJobMeaning {
  if (!isStatus(status)) return { kind: "UNKNOWN" };
  switch (status) {
    case "InProgress":
      return isSecondaryStatus(secondaryStatus) ? inProgress[secondaryStatus] : { kind: "UNKNOWN" };
    case "Stopping":
      return running("STOPPING");
    case "Completed":
      return { kind: "ENDED", ending: "COMPLETED" };
    case "Stopped":
      return meaningOfStopped(secondaryStatus);
    case "Failed":
      return meaningOfFailure(failureReason);
    // Only a job that has ended can be deleted. An operator deleted it, and the files that it left may be gone.
    case "Deleting":
      return failed("TRAINING_JOB_DELETED", "The training job was deleted on the training platform.", false);
  }
}

/**
 * Returns true if SageMaker may still work on the job, so that its slot must not be given away. UNKNOWN counts as
 * working.
 */
export function mayStillRun(meaning: TrainingJobMeaning): boolean {
  return meaning.kind === "RUNNING" || meaning.kind === "UNKNOWN";
}
