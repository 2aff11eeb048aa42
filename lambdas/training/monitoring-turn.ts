import type { Failure } from "../../domain/schemas/failure";
import type { TrainingJobItem } from "../../domain/schemas/items";
import type { TrainingSettings } from "../../domain/schemas/training-settings";
import type { TrainingEnding } from "../../domain/states/sagemaker-status";
import { isDone } from "../stores/outcome";
import type { Slots } from "../stores/slots";
import type { SageMakerJobs } from "../aws/sagemaker-jobs";
import { awaitCapacity, waitingForCapacity, type CapacityAnswer } from "./capacity";
import { jittered, type RandomSource } from "./jitter";
import { openJob, type ClosedJob } from "./open-job";
import type { StepInput } from "./step-input";
import { observeTrainingJob, type Observation, type ObserveTrainingJobParams } from "./monitor-training-job";

export interface LookAtTrainingJobParams extends Omit<
  ObserveTrainingJobParams,
  "job" | "trainingJobName" | "trainingJobs"
> {
  readonly input: StepInput;
  readonly random: RandomSource;
  readonly slots: Pick<Slots, "renewFor">;
  readonly trainingJobs: SageMakerJobs;
  readonly settings: Pick<TrainingSettings, "look" | "slotLeaseSeconds" | "capacityDeadlineSeconds" | "waitSeconds">;
}

export type LookAtTrainingJobAnswer =
  | { readonly outcome: "RUNNING"; readonly waitSeconds: number }
  | { readonly outcome: Exclude<TrainingEnding, "FAILED"> }
  | { readonly outcome: "FAILED"; readonly failure: Failure }
  | CapacityAnswer
  | ClosedJob;

/** One turn of the loop: look, keep the slot, pass a stop request on, and say when to look again or how it ended. */
export async function lookAtTrainingJob(params: LookAtTrainingJobParams): Promise<LookAtTrainingJobAnswer> {
  const { input, jobs, trainingJobs, settings, now, random, log, metrics } = params;
  const opened = await openJob(jobs, input);
  if (opened.outcome !== "OPEN") return opened;
  await renewSlot(params);
  const { trainingJobName } = opened.job;
  if (trainingJobName === undefined) return answerAgain(params, opened.job);

  const observation = await observeTrainingJob({ ...params, job: opened.job, trainingJobName });
  const { meaning, job } = observation;
  switch (meaning.kind) {
    case "RUNNING":
    case "UNKNOWN": {
      const isStopping = meaning.kind === "RUNNING" && meaning.state === "STOPPING";
      if (job.stopRequested && !isStopping) await trainingJobs.stop(trainingJobName);
      return { outcome: "RUNNING", waitSeconds: jittered(secondsToNextLook(observation, settings, now()), random) };
    }
    case "CAPACITY_REFUSED":
      return await awaitCapacity({ job, nextName: true, jobs, settings, now, random, log, metrics });
    case "ENDED":
      log.info("training has ended", { trainingJobName, ending: meaning.ending });
      return meaning.ending === "FAILED"
        ? { outcome: "FAILED", failure: meaning.failure }
        : { outcome: meaning.ending };
  }
}

/** An earlier try has seen the refusal and taken the name away, and its answer was lost. */
function answerAgain({ settings, random }: LookAtTrainingJobParams, job: TrainingJobItem): CapacityAnswer {
  if (job.stopRequested) return { outcome: "STOP_REQUESTED" };
  if (job.capacityRefusedSince === undefined) throw new Error(`job ${job.id} is looked at before it was launched`);
  return waitingForCapacity(job, settings, random);
}

async function renewSlot({ input, slots, settings, now, log }: LookAtTrainingJobParams): Promise<void> {
  const leasedUntil = now().getTime() + settings.slotLeaseSeconds * 1000;
  const renewed = await slots.renewFor({ jobId: input.jobId, leasedUntil });
  // A slot is reclaimed only when SageMaker says that the job has ended, which this very look is about to see.
  if (!isDone(renewed)) log.warn("the job's slot is not its own any more");
}

/**
 * Short at first, then in proportion to how long the job has run, up to the longest that the stage says: an early failure is
 * seen early, and a day's run leaves few enough history events. Short again near the end.
 */
function secondsToNextLook(
  { described, job }: Observation,
  { look }: Pick<TrainingSettings, "look">,
  now: Date,
): number {
  const { firstSeconds, laterSeconds, firstForSeconds } = look;
  const ranSeconds = described?.startedAt === undefined ? 0 : (now.getTime() - described.startedAt.getTime()) / 1000;
  if (ranSeconds < firstForSeconds || job.state === "UPLOADING" || job.state === "STOPPING") return firstSeconds;
  const inProportion = firstForSeconds === 0 ? laterSeconds : (firstSeconds * ranSeconds) / firstForSeconds;
  const remaining = secondsRemaining(job) ?? laterSeconds;
  return Math.ceil(Math.min(laterSeconds, inProportion, Math.max(firstSeconds, remaining)));
}

const secondsRemaining = (job: TrainingJobItem): number | undefined => job.progress.secondsRemaining;
