import * as z from "zod";
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import { parseTrainingJobKey } from "../../naming/object-keys";
import { parseTrainingJobName, type Stage } from "../../naming/resource-names";
import { monitorTrainingJob, type MonitorTrainingJobParams } from "./monitor-training-job";

/**
 * The `detail` of "SageMaker Training Job State Change". It has the content of a Describe in other words, and may be an
 * old one.
 */
const eventSchema = z.object({
  detail: z.object({
    TrainingJobName: z.string(),
    CheckpointConfig: z.object({ S3Uri: z.string() }).optional(),
    OutputDataConfig: z.object({ S3OutputPath: z.string() }).optional(),
  }),
});

export interface TrainingJobChangedParams extends Omit<MonitorTrainingJobParams, "job" | "trainingJobName"> {
  readonly event: unknown;
  readonly stage: Stage;
}

export interface TrainingJobChangedResult {
  readonly outcome: "MONITORED" | "NOT_OURS" | "ALREADY_FINAL";
}

/**
 * Updates the row earlier than the workflow's next monitoring turn would. The event only names the job, because it
 * may be late, doubled or out of order; the data come from Describe. It never finishes a job.
 */
export async function trainingJobChanged(params: TrainingJobChangedParams): Promise<TrainingJobChangedResult> {
  const { event, stage, trainingJobs } = params;
  const { detail } = eventSchema.parse(event);
  const launch = parseTrainingJobName(stage, detail.TrainingJobName);
  const owner = parseTrainingJobKey(detail.CheckpointConfig?.S3Uri ?? detail.OutputDataConfig?.S3OutputPath ?? "");
  if (launch === undefined || owner?.id !== launch.jobId) return { outcome: "NOT_OURS" };
  const job = await trainingJobs.get(owner);
  // The event of an earlier launch says nothing about the present one.
  if (job?.trainingJobName !== detail.TrainingJobName) return { outcome: "NOT_OURS" };
  if (isFinalTrainingJobState(job.state)) return { outcome: "ALREADY_FINAL" };
  await monitorTrainingJob({ ...params, job, trainingJobName: detail.TrainingJobName });
  return { outcome: "MONITORED" };
}
