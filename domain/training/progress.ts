/**
 * What a training container writes to `progress.jsonl` (contracts/progress-line): one line an epoch. It is read while it
 * is written, so a half last line is normal, and any bytes at all are only ever skipped.
 */
import type * as z from "zod";
import { type EpochMetrics, type Metrics, storableNumber } from "../schemas/metrics";
import type { trainingProgressSchema } from "../schemas/training-parts";

export type TrainingProgress = z.infer<typeof trainingProgressSchema>;

/** One completed epoch. */
export interface EpochProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Losses and music metrics, finite. */
  readonly metrics: Metrics;
  /** Of this epoch. */
  readonly seconds: number | undefined;
  /** When the line was written, epoch milliseconds. */
  readonly writtenAt: number | undefined;
}

export interface ParsedProgress {
  /** In the order of epochs, one each. */
  readonly epochs: readonly EpochProgress[];
  /** Whole lines that were not understood; a half last line does not count. */
  readonly skippedLines: number;
}

/** The API reads no longer file, and the workflow neither: 2,000 epochs have about 2 MB. What is longer is not ours. */
export const maxProgressBytes = 8 * 1024 * 1024;

/** No technique trains longer (hyperparameter `epochs`). */
export const maxEpochs = 2_000;
/** No line is longer than this; a file of more lines is not a trainer's. */
const maxLineLength = 16_384;
const maxLines = 50_000;
/** No single epoch may last longer than a whole run: 24 hours. */
const maxEpochSeconds = 86_400;

const notMetrics = new Set(["schemaVersion", "epoch", "epochs", "timestamp"]);
const metricName = /^[a-z][A-Za-z0-9]{0,63}$/;
const maxMetrics = 64;
/** Of one epoch's metrics as JSON: so many epochs of it fit into one response of the API. */
const maxMetricCharacters = 1_536;

const isEpochNumber = (value: unknown, max: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max;

/**
 * Never throws. After a resume the training goes back to its checkpoint: later lines replace the epochs they repeat.
 *
 * @param planned - epochs that the job asked for: a line of a later epoch is not its own
 */
export function parseProgress(content: Uint8Array | string, planned = maxEpochs): ParsedProgress {
  const text = typeof content === "string" ? content : new TextDecoder().decode(content);
  const lines = text.split("\n", maxLines + 1);
  const max = Math.min(planned, maxEpochs);
  const epochs: EpochProgress[] = [];
  let skippedLines = 0;
  for (const [index, line] of lines.slice(0, maxLines).entries()) {
    if (line === "" || line.trim() === "") continue;
    const parsed = parseLine(line, max);
    if (parsed === undefined) {
      if (index < lines.length - 1) skippedLines += 1;
      continue;
    }
    for (let last = epochs.at(-1); last !== undefined && last.epoch >= parsed.epoch; last = epochs.at(-1)) epochs.pop();
    epochs.push(parsed);
  }
  return { epochs, skippedLines };
}

function parseLine(line: string, max: number): EpochProgress | undefined {
  if (line.length > maxLineLength) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) return undefined;
  const fields = new Map<string, unknown>(Object.entries(document));
  const epoch = fields.get("epoch");
  const epochs = fields.get("epochs");
  if (fields.get("schemaVersion") !== 1 || !isEpochNumber(epoch, max) || !isEpochNumber(epochs, maxEpochs)) {
    return undefined;
  }
  const seconds = fields.get("seconds");
  const timestamp = fields.get("timestamp");
  const writtenAt = typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN;
  const isPace = typeof seconds === "number" && seconds >= 0 && seconds <= maxEpochSeconds;
  if (!isPace) fields.delete("seconds");
  return {
    epoch,
    epochs: Math.max(epochs, epoch),
    metrics: metricsOf(fields),
    seconds: isPace ? seconds : undefined,
    writtenAt: Number.isFinite(writtenAt) ? writtenAt : undefined,
  };
}

/** Numbers with a metric's name, as far as the table and the API's response can hold them. */
function metricsOf(fields: ReadonlyMap<string, unknown>): Metrics {
  const metrics: [string, number][] = [];
  let characters = 0;
  for (const [name, value] of fields) {
    if (typeof value !== "number" || notMetrics.has(name) || !metricName.test(name)) continue;
    const stored = storableNumber(value);
    if (stored === undefined) continue;
    characters += name.length + String(stored).length + 4;
    if (metrics.length === maxMetrics || characters > maxMetricCharacters) break;
    metrics.push([name, stored]);
  }
  return Object.fromEntries(metrics);
}

/** One epoch as the API shows it. */
export function epochMetrics({ epoch, metrics }: EpochProgress): EpochMetrics {
  return { ...metrics, epoch };
}

const epochsOfPace = 5;

export interface PaceParams {
  /** Epoch milliseconds. */
  readonly now: number;
  /** What the job asks for; a resumed job's first lines still tell the old job's number. */
  readonly plannedEpochs?: number;
  /**
   * When this job's own run began, epoch milliseconds: lines written before are another's, on a machine that may have
   * been busy otherwise. Absent while it has not begun.
   */
  readonly runsSince: number | undefined;
}

/**
 * How far the training is. `secondsRemaining` is the pace of the last five epochs of the job's own run times the epochs
 * that are left, less what has passed since the last line; absent while no pace is known.
 */
export function summarizeProgress(
  lines: readonly EpochProgress[],
  { now, plannedEpochs, runsSince }: PaceParams,
): TrainingProgress | undefined {
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  const epochs = Math.max(plannedEpochs ?? last.epochs, last.epoch);
  const paces = lines
    .slice(-epochsOfPace)
    .flatMap(({ seconds, writtenAt }) =>
      seconds === undefined || writtenAt === undefined || runsSince === undefined || writtenAt < runsSince
        ? []
        : [seconds],
    );
  const pace = paces.reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, paces.length);
  const sinceLast = last.writtenAt === undefined ? 0 : Math.max(0, (now - last.writtenAt) / 1000);
  return {
    epoch: last.epoch,
    epochs,
    percent: Math.round((1000 * last.epoch) / epochs) / 10,
    ...(paces.length === 0
      ? {}
      : { secondsRemaining: Math.max(0, Math.round((epochs - last.epoch) * pace - sinceLast)) }),
  };
}
