/**
 * Our own metrics, written as EMF lines. The one dimension is `service`, the stage's name, which the alarms match; it and
 * the namespace come from the POWERTOOLS_ variables. An id as a dimension would be a bill.
 */
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

/** Every metric, with its unit. */
const units = {
  CompositionsCompleted: MetricUnit.Count,
  CompositionsFailed: MetricUnit.Count,
  CompositionsRedelivered: MetricUnit.Count,
  CompositionSeconds: MetricUnit.Seconds,
  JobsSubmitted: MetricUnit.Count,
  CompositionsSubmitted: MetricUnit.Count,
  JobsReady: MetricUnit.Count,
  JobsFailed: MetricUnit.Count,
  JobsStopped: MetricUnit.Count,
  QueueWaitSeconds: MetricUnit.Seconds,
  TrainingSeconds: MetricUnit.Seconds,
  BillableSeconds: MetricUnit.Seconds,
  CapacityRefusals: MetricUnit.Count,
  SlotsReclaimed: MetricUnit.Count,
  UnknownSageMakerStatuses: MetricUnit.Count,
  DispatchFailures: MetricUnit.Count,
  ReconcilerRepairs: MetricUnit.Count,
  OrphanObjects: MetricUnit.Count,
  ReconcilerFailures: MetricUnit.Count,
  OverdueWork: MetricUnit.Count,
} as const;
export type MetricName = keyof typeof units;

/** What operations are given: tests pass one that collects. */
export interface MetricRecorder {
  record(name: MetricName, value?: number): void;
}

export interface PublishedMetrics extends MetricRecorder {
  /** Writes what was recorded; the end of every invocation, also of one that failed. */
  publish(): void;
}

export function createMetrics(): PublishedMetrics {
  const metrics = new Metrics();
  return {
    record: (name, value = 1) => {
      metrics.addMetric(name, units[name], value);
    },
    // Publishing nothing makes Powertools warn on every quiet invocation.
    publish: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
