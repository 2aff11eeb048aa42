/** Shows training jobs in the API. */
import type { TrainingJobResource } from "../../../domain/schemas/api/training";
import { isFinalTrainingJobState } from "../../../domain/states/training-job-state";
import type { TrainingJobItem } from "../../stores/items";

export interface CheckpointLife {
  readonly now: Date;
  /** The number of days after which the work bucket deletes the files of a job. */
  readonly checkpointDays: number;
}

/**
 * Returns true if the job still has a checkpoint. It is not older than the job's end, and gone soon after its days have
 * passed.
 */
function hasCheckpoint(
  { resumable, state, updatedAt }: TrainingJobItem,
  { now, checkpointDays }: CheckpointLife,
): boolean {
  if (!resumable || !isFinalTrainingJobState(state)) return resumable;
  return now.getTime() - Date.parse(updatedAt) < checkpointDays * 86_400_000;
}

/** Returns the training job in its shape of the API. Whether it can be resumed depends on the day. */
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
