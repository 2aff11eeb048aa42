/** Waits when SageMaker has no capacity, and lets the job be launched again under the next name, until a deadline. */
import type { Failure } from "../../domain/schemas/failure";
import type { TrainingSettings } from "../../domain/schemas/training-settings";
import type { TrainingJobItem } from "../stores/items";
import { isDone } from "../stores/outcome";
import type { TrainingJobs } from "../stores/training-jobs";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { jittered, type RandomSource } from "./jitter";

export type CapacityResult =
  | { readonly outcome: "WAITING_FOR_CAPACITY"; readonly waitSeconds: number }
  | { readonly outcome: "CAPACITY_DEADLINE_PASSED"; readonly failure: Failure }
  | { readonly outcome: "STOP_REQUESTED" };

type CapacitySettings = Pick<TrainingSettings, "capacityDeadlineSeconds" | "slotLeaseSeconds" | "waitSeconds">;

export interface AwaitCapacityParams {
  readonly job: TrainingJobItem;
  /** True if the next launch needs a new name. A refused job has used its name up; a throttled call has not. */
  readonly nextName: boolean;
  readonly trainingJobs: Pick<TrainingJobs, "advance">;
  readonly settings: CapacitySettings;
  readonly now: () => Date;
  readonly random: RandomSource;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

const maxWaitSeconds = 300;

/**
 * Returns the seconds to wait. They double from launch to launch, and stay well within the lease of the slot, which the
 * job keeps meanwhile.
 */
export function capacityWaitSeconds(launch: number, { waitSeconds, slotLeaseSeconds }: CapacitySettings): number {
  const doubled = waitSeconds * 2 ** Math.min(4, Math.max(0, launch - 1));
  return Math.max(1, Math.floor(Math.min(doubled, maxWaitSeconds, slotLeaseSeconds / 2)));
}

/**
 * Handles that SageMaker has no capacity: it lets the job wait, or ends the waiting when the job is to be stopped or
 * its deadline has passed.
 */
export async function awaitCapacity(params: AwaitCapacityParams): Promise<CapacityResult> {
  const { job, nextName, trainingJobs, settings, log, metrics } = params;
  const now = params.now();
  const capacityRefusedSince = job.capacityRefusedSince ?? now.toISOString();
  metrics.record("CapacityRefusals");
  if (job.stopRequested) return { outcome: "STOP_REQUESTED" };
  if (now.getTime() - Date.parse(capacityRefusedSince) >= settings.capacityDeadlineSeconds * 1000) {
    return { outcome: "CAPACITY_DEADLINE_PASSED", failure: capacityDeadlinePassed(settings.capacityDeadlineSeconds) };
  }
  const changed = await trainingJobs.advance(
    { sub: job.sub, id: job.id, attempt: job.attempt },
    { to: "QUEUED", set: { capacityRefusedSince }, ...(nextName ? { remove: ["trainingJobName"] as const } : {}) },
  );
  // Only a stop request can prevent QUEUED.
  if (!isDone(changed)) return { outcome: "STOP_REQUESTED" };
  log.info("waiting for capacity", { launch: job.launch, since: capacityRefusedSince });
  return waitingForCapacity(job, settings, params.random);
}

/** Returns the result that makes the workflow wait before the next launch. */
export const waitingForCapacity = (
  { launch }: Pick<TrainingJobItem, "launch">,
  settings: CapacitySettings,
  random: RandomSource,
): CapacityResult => ({
  outcome: "WAITING_FOR_CAPACITY",
  waitSeconds: jittered(capacityWaitSeconds(launch, settings), random),
});

const capacityDeadlinePassed = (seconds: number): Failure => ({
  code: "CAPACITY_DEADLINE_PASSED",
  message: `The training platform had no capacity for ${seconds} seconds. Try again later.`,
  retryable: true,
});
