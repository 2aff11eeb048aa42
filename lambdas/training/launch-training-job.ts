import type { Failure } from "../../domain/schemas/failure";
import type { TrainingSettings } from "../../domain/schemas/training-settings";
import { type Stage, trainingJobName } from "../../naming/resource-names";
import type { SageMakerJobs } from "../aws/sagemaker-jobs";
import type { TrainingJobItem } from "../stores/items";
import { isDone } from "../stores/outcome";
import type { Slots } from "../stores/slots";
import type { TrainingJobs } from "../stores/training-jobs";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { awaitCapacity, type CapacityResult } from "./await-capacity";
import { jittered, type RandomSource } from "./jitter";
import { type ClosedJob, openJob } from "./open-job";
import { jobAttempt, type StepInput } from "./step-input";
import { outputUri, trainingJobRequest } from "./training-job-request";

export interface LaunchTrainingJobParams {
  readonly input: StepInput;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "advance">;
  readonly slots: Pick<Slots, "renewFor">;
  readonly sageMakerJobs: SageMakerJobs;
  readonly settings: TrainingSettings;
  readonly stage: Stage;
  readonly artifactsBucket: string;
  readonly workBucket: string;
  readonly now: () => Date;
  readonly random: RandomSource;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

export type LaunchTrainingJobResult =
  | { readonly outcome: "LAUNCHED"; readonly waitSeconds: number }
  | { readonly outcome: "SLOT_LOST" }
  | { readonly outcome: "REFUSED"; readonly failure: Failure }
  | CapacityResult
  | ClosedJob;

/**
 * Creates the SageMaker job of the next launch. The name is written to the row before the call. So a try after a crash
 * finds the name, calls again, and recognizes by its prefixes that the existing job is ours.
 */
export async function launchTrainingJob(params: LaunchTrainingJobParams): Promise<LaunchTrainingJobResult> {
  const { input, trainingJobs, slots, sageMakerJobs, settings, now, random, log, metrics } = params;
  const opened = await openJob(trainingJobs, input);
  if (opened.outcome !== "OPEN") return opened;
  if (opened.job.stopRequested && opened.job.trainingJobName === undefined) return { outcome: "STOP_REQUESTED" };

  // The lease is renewed before the name is written and the job created. So nobody reclaims the slot in between.
  const leasedUntil = now().getTime() + settings.slotLeaseSeconds * 1000;
  if (!isDone(await slots.renewFor({ jobId: input.jobId, leasedUntil }))) return { outcome: "SLOT_LOST" };

  const reserved = await reserveName(params, opened.job);
  if (reserved === undefined) return { outcome: "STOP_REQUESTED" };
  const { job, name } = reserved;

  const created = await sageMakerJobs.create(trainingJobRequest({ ...params, name, job }));
  switch (created.kind) {
    case "CREATED":
      break;
    case "NAME_IN_USE": {
      const described = await sageMakerJobs.describe(name);
      if (described?.outputUri !== outputUri(params.workBucket, job)) {
        throw new Error(`a training job named ${name} exists that is not ours`);
      }
      break;
    }
    case "QUOTA_EXCEEDED": {
      const quotaReason = created.reason;
      return await awaitCapacity({
        job,
        nextName: true,
        quotaReason,
        trainingJobs,
        settings,
        now,
        random,
        log,
        metrics,
      });
    }
    case "THROTTLED":
      return await awaitCapacity({ job, nextName: false, trainingJobs, settings, now, random, log, metrics });
    case "REFUSED":
      log.error("training job refused", { trainingJobName: name, reason: created.reason });
      return { outcome: "REFUSED", failure: refused };
    case "ACCESS_DENIED":
      log.error("a policy does not allow the training job", { trainingJobName: name, reason: created.reason });
      metrics.record("AccessRefusals");
      return { outcome: "REFUSED", failure: notAllowed };
  }
  log.info("training job created", { trainingJobName: name, adopted: created.kind === "NAME_IN_USE" });

  // A stop request may have come after the row was read and before the job was created. Then it found no job to stop.
  const current = await trainingJobs.get(jobAttempt(input));
  if (current?.stopRequested === true) await sageMakerJobs.stop(name);
  return { outcome: "LAUNCHED", waitSeconds: jittered(settings.monitor.firstSeconds, random) };
}

const refused: Failure = {
  code: "TRAINING_JOB_REFUSED",
  message: "The training platform refused the job's configuration. The logs have the reason, for an operator.",
  retryable: false,
};

const notAllowed: Failure = {
  code: "TRAINING_JOB_REFUSED",
  message: "The training platform does not allow this deployment to train. The logs have the reason, for an operator.",
  retryable: false,
};

interface NamedJob {
  readonly job: TrainingJobItem;
  readonly name: string;
}

/**
 * Returns the name that an earlier try has reserved, or the next one.
 * @returns undefined when a stop request came first
 */
async function reserveName(
  { trainingJobs, sageMakerJobs, stage, settings, input }: LaunchTrainingJobParams,
  job: TrainingJobItem,
): Promise<NamedJob | undefined> {
  if (job.trainingJobName !== undefined) {
    if (!job.stopRequested) {
      // The earlier call was throttled, and the row says QUEUED.
      const starting = await trainingJobs.advance(jobAttempt(input), { to: "STARTING" });
      if (isDone(starting)) return { job: starting.value, name: job.trainingJobName };
    }
    // The job is to be stopped. If an earlier try created the SageMaker job, it is adopted; otherwise it is not created
    // now.
    const exists = (await sageMakerJobs.describe(job.trainingJobName)) !== undefined;
    return exists ? { job, name: job.trainingJobName } : undefined;
  }
  const launch = job.launch + 1;
  const name = trainingJobName(stage, { jobId: job.id, attempt: job.attempt, launch });
  const changed = await trainingJobs.advance(jobAttempt(input), {
    to: "STARTING",
    set: { launch, trainingJobName: name, instanceType: settings.instanceType },
  });
  return isDone(changed) ? { job: changed.value, name } : undefined;
}
