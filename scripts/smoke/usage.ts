/**
 * What a run uses of AWS, and what that costs. The numbers of each kind of work are rounded up from what the code does:
 * together they are some hundredths of a cent, beside the training, which is nearly all of the cost.
 */
import type { StageConfig } from "../../lib/config/stage-config";

/** Seconds between two monitoring turns of a training job: at first, later, and how long `at first` lasts. */
export type MonitoringTurns = StageConfig["training"]["monitor"];

/** The kinds of usage that AWS charges for, each counted in its own unit. */
export const usageKinds = [
  "apiRequests",
  "functionCalls",
  "functionGbSeconds",
  "tableReads",
  "tableWrites",
  "objectReads",
  "objectWrites",
  "queueRequests",
  "workflowTransitions",
  "endpointSeconds",
  "trainingSeconds",
] as const;
type UsageKind = (typeof usageKinds)[number];

/** How much of each kind was used. A kind that is missing was not used. */
export type Usage = Readonly<Partial<Record<UsageKind, number>>>;

/** US dollars for one unit of each kind. */
export type Rates = Readonly<Record<UsageKind, number>>;

/** Returns what some usage costs, in US dollars. */
export const costOf = (usage: Usage, rates: Rates): number =>
  usageKinds.reduce((sum, kind) => sum + (usage[kind] ?? 0) * rates[kind], 0);

/** Returns the usage of several pieces of work together. */
export function sumOf(parts: readonly Usage[]): Usage {
  const sum: Partial<Record<UsageKind, number>> = {};
  for (const kind of usageKinds) {
    const amount = parts.reduce((total, part) => total + (part[kind] ?? 0), 0);
    if (amount > 0) sum[kind] = amount;
  }
  return sum;
}

/** One request to the API, with its function and the rows that it reads and writes. */
export const requestUsage: Usage = {
  apiRequests: 1,
  functionCalls: 1,
  functionGbSeconds: 0.05,
  tableReads: 4,
  tableWrites: 2,
};

/**
 * The work behind a composition: the dispatcher, the queue, the worker and the endpoint.
 *
 * @param seconds from the request to the end. The endpoint is charged for less, so this is an upper bound.
 */
export const compositionUsage = (seconds: number): Usage => ({
  functionCalls: 3,
  functionGbSeconds: seconds + 0.25,
  tableReads: 6,
  tableWrites: 8,
  objectReads: 3,
  objectWrites: 3,
  queueRequests: 6,
  endpointSeconds: seconds,
});

/**
 * The work behind a training job: the machine, the workflow, and a checkpoint after each epoch.
 *
 * @param seconds for which the machine is charged
 * @param epochs that it completes
 * @param monitor the stage's seconds between two monitoring turns (`training.monitor`)
 */
export function trainingUsage(params: {
  readonly seconds: number;
  readonly epochs: number;
  readonly monitor: MonitoringTurns;
}): Usage {
  const { seconds, epochs, monitor } = params;
  const { firstSeconds, laterSeconds, firstForSeconds } = monitor;
  const first = Math.min(seconds, firstForSeconds);
  const turns = 5 + Math.ceil(first / firstSeconds + (seconds - first) / laterSeconds);
  return {
    trainingSeconds: seconds,
    workflowTransitions: 12 + 3 * turns,
    functionCalls: 6 + turns,
    functionGbSeconds: 6 + turns,
    tableReads: 10 * turns,
    tableWrites: 10 * turns,
    objectReads: 10 * turns,
    objectWrites: 20 + 10 * epochs,
  };
}
