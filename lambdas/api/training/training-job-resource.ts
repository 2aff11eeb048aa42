/** The training job as the API shows it. */
import type { TrainingJobResource } from "../../../domain/schemas/api/training";
import { isFinalTrainingJobState } from "../../../domain/states/training-job-state";
import type { TrainingJobItem } from "../../stores/items";
export interface CheckpointLife {
  readonly now: Date;
  /** After so many days the work bucket deletes what a job left there. */
  readonly checkpointDays: number;
}

/** A checkpoint is not older than the job's end; it is gone soon after its days have passed. */
function hasCheckpoint(
  { resumable, state, updatedAt }: TrainingJobItem,
  { now, checkpointDays }: CheckpointLife,
): boolean {
  if (!resumable || !isFinalTrainingJobState(state)) return resumable;
  return now.getTime() - Date.parse(updatedAt) < checkpointDays * 86_400_000;
}

/** The job as the API shows it; whether it can be gone on from depends on the day. */
export function trainingJobResource(item: TrainingJobItem, life: CheckpointLife): TrainingJobResource {
  const { id, name, technique, state, createdAt, updatedAt, topics, dataset, hyperparameters } = item;
  const { maxRuntimeSeconds, resumeFrom, progress, latestMetrics, convergence, stopRequested, endReason } = item;
  const { modelId, failure, usage } = item;
  return {
    id,
    name,
    technique,
    state,
    createdAt,
    updatedAt,
    topics,
    dataset,
    hyperparameters,
    maxRuntimeSeconds,
    ...(resumeFrom === undefined ? {} : { resumeFrom }),
    progress: { ...progress, secondsRemaining: progress.secondsRemaining ?? null },
    latestMetrics: latestMetrics ?? null,
    convergence,
    stopRequested,
    ...(endReason === undefined ? {} : { endReason }),
    ...(modelId === undefined ? {} : { modelId }),
    resumable: hasCheckpoint(item, life),
    ...(failure === undefined ? {} : { failure }),
    usage,
  };
}
