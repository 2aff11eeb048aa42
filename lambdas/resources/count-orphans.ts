import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { findOrphans, type FindOrphansParams } from "./orphans";

export interface CountOrphansParams extends Pick<FindOrphansParams, "buckets" | "rows"> {
  readonly now: () => Date;
  /** The instant after which no further page is read. */
  readonly deadline: Date;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

/** The result of one count. */
export interface OrphanCount {
  readonly objects: number;
  readonly orphans: number;
  readonly orphanBytes: number;
  /** False when the time was over before the last object. */
  readonly complete: boolean;
}

/** The minimum age of an orphan: a younger object may belong to work that is under way. */
const minAgeSeconds = 86_400;
const maxNamedInLog = 20;

/**
 * Compares the objects of all users with their rows and pending changes, and counts the objects that none of them
 * names.
 *
 * It removes nothing. Every known way of leaving a file behind is dealt with elsewhere
 * (docs/adr/0020-rows-before-files.md), so an orphan shows a fault that nobody has understood yet, and the fault may be
 * in this very comparison. An operator who sees the metric rise inspects the objects first, and then removes them with
 * `npm run orphans`.
 */
export async function countOrphans(params: CountOrphansParams): Promise<OrphanCount> {
  const { now, deadline, log, metrics } = params;
  const writtenBefore = new Date(now().getTime() - minAgeSeconds * 1_000);
  const count = { objects: 0, orphans: 0, orphanBytes: 0, complete: true };
  const named: string[] = [];
  for await (const { bucket, objects, orphans } of findOrphans({ ...params, writtenBefore })) {
    if (now() >= deadline) {
      count.complete = false;
      break;
    }
    count.objects += objects;
    count.orphans += orphans.length;
    count.orphanBytes += orphans.reduce((sum, { bytes }) => sum + bytes, 0);
    named.push(...orphans.slice(0, maxNamedInLog - named.length).map(({ key }) => `${bucket}: ${key}`));
  }
  metrics.record("OrphanObjects", count.orphans);
  if (count.orphans > 0 || !count.complete) log.warn("objects that no row names", { ...count, first: named });
  else log.info("every object has its row", count);
  return count;
}
