/** Our own metrics, written as EMF lines. Dimensions are `service` and `component` only: an id as a dimension is a bill. */
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { telemetryNamespace } from "../../domain/names/environment-variables";

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
  SweeperRepairs: MetricUnit.Count,
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

export function createMetrics(component: string): PublishedMetrics {
  const metrics = new Metrics({
    namespace: telemetryNamespace,
    serviceName: telemetryNamespace,
    defaultDimensions: { component },
  });
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
