/** Goes on with every erasure that has not ended. A schedule calls it; nothing else has to be remembered. */
import type { Erasures } from "../stores/erasures";
import type { MetricRecorder } from "../telemetry/metrics";
import { eraseUserData, type EraseUserDataParams } from "./erase-user-data";

export interface ContinueErasuresParams extends Omit<EraseUserDataParams, "erasure" | "erasures"> {
  readonly erasures: Pick<Erasures, "get" | "note" | "listOpen">;
  readonly random: () => number;
  readonly metrics: MetricRecorder;
}

export interface ContinueErasuresResult {
  readonly open: number;
  readonly erased: number;
  readonly failed: number;
}

/**
 * Seconds after which an erasure is overdue. A training that is asked to stop ends within minutes, and one of which
 * nothing is known within three hours.
 */
export const overdueErasureSeconds = 6 * 3_600;

/** Takes a turn of each open erasure. The first is a random one, so that one that fails does not delay the others. */
export async function continueErasures(params: ContinueErasuresParams): Promise<ContinueErasuresResult> {
  const { erasures, random, now, deadline, log, metrics } = params;
  const subs: string[] = [];
  for await (const { sub } of erasures.listOpen()) subs.push(sub);
  const start = Math.floor(random() * subs.length);
  const result = { open: subs.length, erased: 0, failed: 0 };
  for (const sub of [...subs.slice(start), ...subs.slice(0, start)]) {
    if (now() >= deadline) break;
    // The index may be older than the table.
    const erasure = await erasures.get(sub);
    if (erasure?.openWork === undefined) continue;
    if (now().getTime() - Date.parse(erasure.createdAt) > overdueErasureSeconds * 1000)
      metrics.record("OverdueErasures");
    try {
      if ((await eraseUserData({ ...params, erasure })) !== "ERASED") continue;
      result.erased += 1;
      metrics.record("ErasuresCompleted");
    } catch (error) {
      result.failed += 1;
      metrics.record("ErasureFailures");
      log.error("a turn of an erasure failed", { erasureId: erasure.id, reason: String(error) });
    }
  }
  return result;
}
