import { appendFileSync, closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** A metric that is read from a container's output, as the request's MetricDefinitions ask. */
export interface MetricDefinition {
  readonly Name: string;
  readonly Regex: string;
}

export interface MetricDatum {
  readonly MetricName: string;
  readonly Value: number;
  readonly Timestamp: number;
}

const maxLogBytes = 64 * 1024 * 1024;
/** Longer lines are cut before metrics are searched in them, because the regular expressions come from users. */
const maxLineLength = 16 * 1024;

/** The output of a container. It is appended to a file, and metrics are searched in each line. */
export class ContainerLog {
  private readonly descriptor: number;
  private readonly definitions: readonly { readonly name: string; readonly expression: RegExp }[];
  private readonly latest = new Map<string, MetricDatum>();
  private readonly decoder = new TextDecoder();
  private written = 0;
  private line = "";

  constructor(params: { readonly file: string; readonly metricDefinitions?: readonly MetricDefinition[] }) {
    mkdirSync(dirname(params.file), { recursive: true });
    this.descriptor = openSync(params.file, "a");
    this.definitions = (params.metricDefinitions ?? []).map(({ Name, Regex }) => ({
      name: Name,
      expression: new RegExp(Regex),
    }));
  }

  readonly write = (chunk: Buffer): void => {
    if (this.written < maxLogBytes) {
      writeSync(this.descriptor, chunk);
      this.written += chunk.length;
      if (this.written >= maxLogBytes) writeSync(this.descriptor, "\n[the rest of this log is not kept]\n");
    }
    if (this.definitions.length === 0) return;
    const lines = (this.line + this.decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r/);
    this.line = (lines.pop() ?? "").slice(0, maxLineLength);
    for (const line of lines) this.search(line.slice(0, maxLineLength));
  };

  /**
   * Ends the log.
   * @returns the last value of each metric that was seen (FinalMetricDataList)
   */
  close(): MetricDatum[] {
    if (this.line !== "") this.search(this.line);
    this.line = "";
    closeSync(this.descriptor);
    return [...this.latest.values()];
  }

  private search(line: string): void {
    for (const { name, expression } of this.definitions) {
      const value = Number(expression.exec(line)?.[1] ?? Number.NaN);
      if (!Number.isFinite(value)) continue;
      this.latest.set(name, { MetricName: name, Value: value, Timestamp: Date.now() / 1_000 });
    }
  }
}

/** Appends a line of the platform's own to a container's log. */
export function appendPlatformLine(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `[local sagemaker] ${new Date().toISOString()} ${text}\n`);
}
