/**
 * Our own metrics, written as EMF lines. Their only dimension is `service`, the stage's name, which the alarms match.
 * It and the namespace come from the POWERTOOLS_ variables. An id must not be a dimension, because every new value
 * costs money.
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
  QuotaRefusals: MetricUnit.Count,
  AccessRefusals: MetricUnit.Count,
  SlotsReclaimed: MetricUnit.Count,
  UnknownSageMakerStatuses: MetricUnit.Count,
  DispatchFailures: MetricUnit.Count,
  DispatchRetries: MetricUnit.Count,
  ReconcilerRepairs: MetricUnit.Count,
  OrphanObjects: MetricUnit.Count,
  ReconcilerFailures: MetricUnit.Count,
  OverdueWork: MetricUnit.Count,
  ErasureFailures: MetricUnit.Count,
  OverdueErasures: MetricUnit.Count,
  ErasuresCompleted: MetricUnit.Count,
  DatasetFilesAccepted: MetricUnit.Count,
  DatasetFilesRejected: MetricUnit.Count,
  DatasetVersionsReady: MetricUnit.Count,
  DatasetVersionsFailed: MetricUnit.Count,
} as const;
export type MetricName = keyof typeof units;

/** The recorder that operations receive. Tests pass one that collects the metrics. */
export interface MetricRecorder {
  record(name: MetricName, value?: number): void;
}

export interface PublishedMetrics extends MetricRecorder {
  /** Writes the recorded metrics. This ends every invocation, including one that failed. */
  publish(): void;
}

export function createMetrics(): PublishedMetrics {
  const metrics = new Metrics();
  return {
    record: (name, value = 1) => {
      metrics.addMetric(name, units[name], value);
    },
    // If nothing was recorded, publishing would make Powertools print a warning.
    publish: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
