import type { Log, LogDetails } from "../../lambdas/telemetry/logger";
import type { MetricName, MetricRecorder } from "../../lambdas/telemetry/metrics";

/** A line that was logged. */
export interface CollectedLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly details: LogDetails;
}

/** A log that collects its lines. */
export class CollectingLog implements Log {
  readonly lines: CollectedLine[] = [];
  private add(level: keyof Log, message: string, details: LogDetails = {}): void {
    this.lines.push({ level, message, details });
  }
  debug(message: string, details?: LogDetails): void {
    this.add("debug", message, details);
  }
  info(message: string, details?: LogDetails): void {
    this.add("info", message, details);
  }
  warn(message: string, details?: LogDetails): void {
    this.add("warn", message, details);
  }
  error(message: string, details?: LogDetails): void {
    this.add("error", message, details);
  }
}

/** A recorder that collects the metrics. */
export class CollectingMetrics implements MetricRecorder {
  readonly recorded: { readonly name: MetricName; readonly value: number }[] = [];
  record(name: MetricName, value = 1): void {
    this.recorded.push({ name, value });
  }
  count(name: MetricName): number {
    return this.recorded.filter((metric) => metric.name === name).length;
  }
}
