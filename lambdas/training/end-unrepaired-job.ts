/** Ends a job that cannot be repaired. This is the last resort. */
import { workNotEnded } from "../../domain/states/failures";
import type { OwnedBy } from "../../naming/object-keys";
import type { SageMakerJobs } from "../aws/sagemaker-jobs";
import { isDone } from "../stores/outcome";
import type { Slots } from "../stores/slots";
import type { Tickets } from "../stores/tickets";
import type { TrainingJobs } from "../stores/training-jobs";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { metricOfState } from "./final-state-metrics";
import type { WithinTime } from "./time-limit";

export interface EndUnrepairedJobParams {
  /** The job's owner and id. */
  readonly owned: OwnedBy;
  /** The only attempt in which the job is ended. If it is undefined, the job is ended in any attempt. */
  readonly attempt?: number | undefined;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "attemptOf" | "endUnread">;
  readonly slots: Pick<Slots, "releaseAllOf">;
  readonly tickets: Pick<Tickets, "remove">;
  readonly sageMakerJobs: Pick<SageMakerJobs, "stop">;
  readonly withinTime: WithinTime;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

const stopSeconds = 10;

/**
 * Ends a job without reading its row, and frees its slot, ticket and quota. The job becomes FAILED, unless its model is
 * registered. SageMaker is told to stop what still runs, if that is possible. Call this only for a job on which nobody
 * works any more.
 * @returns false when the job has ended meanwhile, or is in another attempt
 */
export async function endUnrepairedJob(params: EndUnrepairedJobParams): Promise<boolean> {
  const { owned, trainingJobs, slots, tickets, log, metrics } = params;
  const current = params.attempt === undefined ? undefined : await trainingJobs.attemptOf(owned);
  if (current !== undefined && current !== params.attempt) return false;
  await stopIfPossible(params);
  const ended = await trainingJobs.endUnread(owned, { failure: workNotEnded, attempt: current });
  if (!isDone(ended)) return false;
  const state = ended.value;
  metrics.record(metricOfState[state]);
  log.error("a job was ended without being repaired", { jobId: owned.id, state });
  await slots.releaseAllOf(owned.id);
  await tickets.remove(owned.id);
  return true;
}

async function stopIfPossible({
  owned,
  trainingJobs,
  sageMakerJobs,
  withinTime,
  log,
}: EndUnrepairedJobParams): Promise<void> {
  const stop = async (): Promise<void> => {
    const job = await trainingJobs.get(owned);
    if (job?.trainingJobName !== undefined) await sageMakerJobs.stop(job.trainingJobName);
  };
  try {
    await withinTime(stopSeconds, stop());
  } catch (error) {
    log.error("the job is ended without SageMaker having been told to stop it", {
      jobId: owned.id,
      reason: String(error),
    });
  }
}
