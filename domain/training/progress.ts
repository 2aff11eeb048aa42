/**
 * Reads `progress.jsonl`, to which a training container writes one line an epoch (contracts/progress-line). The file is
 * read while it is written, so a last line that is only half there is normal. Bytes that make no sense are skipped and
 * never cause an error.
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
  /** Seconds that this epoch took. */
  readonly seconds: number | undefined;
  /** Time at which the line was written, in epoch milliseconds. */
  readonly writtenAt: number | undefined;
}

export interface ParsedProgress {
  /** Epochs in their order, each once. */
  readonly epochs: readonly EpochProgress[];
  /** Number of whole lines that were not understood; a half last line does not count. */
  readonly skippedLines: number;
}

/**
 * The maximum number of bytes that the API and the workflow read of the file: 2,000 epochs have about 2 MB. A larger
 * file is not a trainer's.
 */
export const maxProgressBytes = 8 * 1024 * 1024;

/** The maximum number of epochs that any technique trains (hyperparameter `epochs`). */
export const maxEpochs = 2_000;
/** The limits of a trainer's file: characters of a line, and lines. */
const maxLineLength = 16_384;
const maxLines = 50_000;
/** The maximum number of seconds that an epoch may last: a whole run has at most 24 hours. */
const maxEpochSeconds = 86_400;

const notMetrics = new Set(["schemaVersion", "epoch", "epochs", "timestamp"]);
const metricName = /^[a-z][A-Za-z0-9]{0,63}$/;
const maxMetrics = 64;
/** The maximum length of one epoch's metrics as JSON, with which the longest training fits into one response. */
const maxMetricCharacters = 1_536;

const isEpochNumber = (value: unknown, max: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max;

/**
 * Reads the lines of a progress file; never throws. After a resume the training goes back to its checkpoint, so later
 * lines replace those of the same epochs.
 *
 * @param planned - epochs that the job asked for; a line of a later epoch is not the job's own and is skipped
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

/** Returns the numbers that have a metric's name, as many as the table and a response of the API can hold. */
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

/** Returns one epoch as the API shows it. */
export function epochMetrics({ epoch, metrics }: EpochProgress): EpochMetrics {
  return { ...metrics, epoch };
}

const epochsOfPace = 5;

export interface PaceParams {
  /** The present time in epoch milliseconds. */
  readonly now: number;
  /** Epochs that the job asks for. The first lines of a resumed job still have the number of the old job. */
  readonly plannedEpochs?: number;
  /**
   * Time at which this job's own run began, in epoch milliseconds; absent while it has not begun. Earlier lines are
   * another job's, from a machine that may have been busy otherwise.
   */
  readonly runsSince: number | undefined;
}

/**
 * Returns how far the training is. `secondsRemaining` is the pace of the last five epochs of the job's own run times
 * the number of epochs that are left, less the time since the last line. It is absent while no pace is known.
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
