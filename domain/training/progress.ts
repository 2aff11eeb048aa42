/**
 * What a training container writes to `progress.jsonl` (contracts/progress-line): one line an epoch. It is read while it
 * is written, so a half last line is normal, and any bytes at all are only ever skipped.
 */
import * as z from "zod";
import type { EpochMetrics, Metrics } from "../schemas/metrics";
import type { trainingProgressSchema } from "../schemas/items";

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

/** Nobody may train longer (hyperparameter `epochs`), and no line is longer than this. */
const mostEpochs = 100_000;
const longestLine = 16_384;

const lineSchema = z.looseObject({
  schemaVersion: z.literal(1),
  epoch: z.int().min(1).max(mostEpochs),
  epochs: z.int().min(1).max(mostEpochs),
});

const notMetrics = new Set(["schemaVersion", "epoch", "epochs", "timestamp"]);
const metricName = /^[a-z][A-Za-z0-9]{0,63}$/;
const mostMetrics = 64;

/** Never throws. After a resume the training goes back to its checkpoint: later lines replace the epochs they repeat. */
export function parseProgress(content: Uint8Array | string): ParsedProgress {
  const text = typeof content === "string" ? content : new TextDecoder().decode(content);
  const lines = text.split("\n");
  const epochs: EpochProgress[] = [];
  let skippedLines = 0;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const parsed = parseLine(line);
    if (parsed === undefined) {
      if (index < lines.length - 1) skippedLines += 1;
      continue;
    }
    for (let last = epochs.at(-1); last !== undefined && last.epoch >= parsed.epoch; last = epochs.at(-1)) epochs.pop();
    epochs.push(parsed);
  }
  return { epochs, skippedLines };
}

function parseLine(line: string): EpochProgress | undefined {
  if (line.length > longestLine) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = lineSchema.safeParse(document);
  if (!parsed.success) return undefined;
  const { epoch, epochs, ...rest } = parsed.data;
  const metrics = Object.entries(rest)
    .filter((entry): entry is [string, number] => typeof entry[1] === "number" && Number.isFinite(entry[1]))
    .filter(([name]) => !notMetrics.has(name) && metricName.test(name))
    .slice(0, mostMetrics);
  const seconds = rest["seconds"];
  const timestamp = rest["timestamp"];
  const writtenAt = typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN;
  return {
    epoch,
    epochs: Math.max(epochs, epoch),
    metrics: Object.fromEntries(metrics),
    seconds: typeof seconds === "number" && Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
    writtenAt: Number.isFinite(writtenAt) ? writtenAt : undefined,
  };
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
}

/**
 * How far the training is. `secondsRemaining` is the pace of the last five epochs times those that are left, less what
 * has passed since the last line; absent while no pace is known.
 */
export function summariseProgress(
  lines: readonly EpochProgress[],
  { now, plannedEpochs }: PaceParams,
): TrainingProgress | undefined {
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  const epochs = Math.max(plannedEpochs ?? last.epochs, last.epoch);
  const paces = lines.slice(-epochsOfPace).flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]));
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
