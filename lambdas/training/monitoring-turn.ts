import type { Failure } from "../../domain/schemas/failure";
import type { TrainingSettings } from "../../domain/schemas/training-settings";
import type { TrainingEnding } from "../../domain/states/sagemaker-status";
import type { SageMakerJobs } from "../aws/sagemaker-jobs";
import type { TrainingJobItem } from "../stores/items";
import { isDone } from "../stores/outcome";
import type { Slots } from "../stores/slots";
import { awaitCapacity, type CapacityResult, waitingForCapacity } from "./await-capacity";
import { jittered, type RandomSource } from "./jitter";
import { type MonitoredJob, monitorTrainingJob, type MonitorTrainingJobParams } from "./monitor-training-job";
import { type ClosedJob, openJob } from "./open-job";
import type { StepInput } from "./step-input";

export interface MonitoringTurnParams extends Omit<
  MonitorTrainingJobParams,
  "job" | "trainingJobName" | "sageMakerJobs"
> {
  readonly input: StepInput;
  readonly random: RandomSource;
  readonly slots: Pick<Slots, "renewFor">;
  readonly sageMakerJobs: SageMakerJobs;
  readonly settings: Pick<TrainingSettings, "monitor" | "slotLeaseSeconds" | "capacityDeadlineSeconds" | "waitSeconds">;
}

export type MonitoringTurnResult =
  | { readonly outcome: "RUNNING"; readonly waitSeconds: number }
  | { readonly outcome: Exclude<TrainingEnding, "FAILED"> }
  | { readonly outcome: "FAILED"; readonly failure: Failure }
  | CapacityResult
  | ClosedJob;

/**
 * Runs one turn of the monitoring loop: it monitors the job, keeps its slot, passes a stop request on, and returns when
 * the next turn is due or how the job ended.
 */
export async function runMonitoringTurn(params: MonitoringTurnParams): Promise<MonitoringTurnResult> {
  const { input, trainingJobs, sageMakerJobs, settings, now, random, log, metrics } = params;
  const opened = await openJob(trainingJobs, input);
  if (opened.outcome !== "OPEN") return opened;
  await renewSlot(params);
  const { trainingJobName } = opened.job;
  if (trainingJobName === undefined) return repeatResult(params, opened.job);

  const monitored = await monitorTrainingJob({ ...params, job: opened.job, trainingJobName });
  const { meaning, job } = monitored;
  switch (meaning.kind) {
    case "RUNNING":
    case "UNKNOWN": {
      const isStopping = meaning.kind === "RUNNING" && meaning.state === "STOPPING";
      if (job.stopRequested && !isStopping) await sageMakerJobs.stop(trainingJobName);
      return { outcome: "RUNNING", waitSeconds: jittered(secondsToNextTurn(monitored, settings, now()), random) };
    }
    case "CAPACITY_REFUSED":
      return await awaitCapacity({ job, nextName: true, trainingJobs, settings, now, random, log, metrics });
    case "ENDED":
      log.info("training has ended", { trainingJobName, ending: meaning.ending });
      return meaning.ending === "FAILED"
        ? { outcome: "FAILED", failure: meaning.failure }
        : { outcome: meaning.ending };
  }
}

/**
 * Returns the result once more. An earlier try found that SageMaker had no capacity and removed the name, and then its
 * response was lost.
 */
function repeatResult({ settings, random }: MonitoringTurnParams, job: TrainingJobItem): CapacityResult {
  if (job.stopRequested) return { outcome: "STOP_REQUESTED" };
  if (job.capacityRefusedSince === undefined) throw new Error(`job ${job.id} is monitored before it was launched`);
  return waitingForCapacity(job, settings, random);
}

async function renewSlot({ input, slots, settings, now, log }: MonitoringTurnParams): Promise<void> {
  const leasedUntil = now().getTime() + settings.slotLeaseSeconds * 1000;
  const renewed = await slots.renewFor({ jobId: input.jobId, leasedUntil });
  // A slot is reclaimed only when SageMaker says that the job has ended, and this turn is about to see that, too.
  if (!isDone(renewed)) log.warn("the job's slot is not its own any more");
}

/**
 * Returns the seconds to the next turn. They are few at first, so that an early failure is seen early. Then they grow
 * in proportion to how long the job has run, up to the longest wait of the stage, so that a run of a day leaves few
 * enough history events. Near the end they are few again.
 */
function secondsToNextTurn(
  { described, job }: MonitoredJob,
  { monitor }: Pick<TrainingSettings, "monitor">,
  now: Date,
): number {
  const { firstSeconds, laterSeconds, firstForSeconds } = monitor;
  const ranSeconds = described?.startedAt === undefined ? 0 : (now.getTime() - described.startedAt.getTime()) / 1000;
  if (ranSeconds < firstForSeconds || job.state === "UPLOADING" || job.state === "STOPPING") return firstSeconds;
  const inProportion = firstForSeconds === 0 ? laterSeconds : (firstSeconds * ranSeconds) / firstForSeconds;
  const remaining = secondsRemaining(job) ?? laterSeconds;
  return Math.ceil(Math.min(laterSeconds, inProportion, Math.max(firstSeconds, remaining)));
}

const secondsRemaining = (job: TrainingJobItem): number | undefined => job.progress.secondsRemaining;
