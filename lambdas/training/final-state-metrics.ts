import type { FinalTrainingJobState } from "../../domain/states/training-job-state";
import type { MetricName } from "../telemetry/metrics";

/** The metric that counts the jobs that end in each final state. */
export const metricOfState: Readonly<Record<FinalTrainingJobState, MetricName>> = {
  READY: "JobsReady",
  FAILED: "JobsFailed",
  STOPPED: "JobsStopped",
};
