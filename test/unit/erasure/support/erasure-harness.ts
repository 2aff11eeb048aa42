/**
 * Two users who have something of every kind, in memory, and the function that erases. Time is virtual, and every call of
 * a port may be broken.
 */
import { ulid } from "ulid";
import * as z from "zod";
import { continueErasures, type ContinueErasuresResult } from "../../../../lambdas/erasure/continue-erasures";
import { createErasures } from "../../../../lambdas/stores/erasures";
import type { CompositionItem } from "../../../../lambdas/stores/items";
import { createRowsOfUser } from "../../../../lambdas/stores/rows-of-user";
import type { Row } from "../../../../lambdas/stores/table";
import {
  checkpointsPrefix,
  compositionMidiKey,
  incomingArchiveKey,
  incomingFileKey,
  modelFile,
  modelPrefix,
  progressFile,
  trackKey,
  trainingJobPrefix,
} from "../../../../naming/object-keys";
import { erasureKey, sortKey } from "../../../../naming/table-keys";
import { VirtualClock } from "../../../fakes/clock";
import type { MemoryObjectStore } from "../../../fakes/memory-object-store";
import { CollectingLog, CollectingMetrics } from "../../../fakes/telemetry";
import { midi } from "../../../support/resource-harness";
import { type ComposerApi, composerApi } from "../../api/support/composer-api";
import { alice, composition, finishedOutput, model, track, trainingJob } from "../../api/support/items";

export const quietSeconds = 960;

/** Wraps a port, so that its calls may break. */
export type Watch = <Port extends object>(name: string, port: Port) => Port;

export interface ErasureHarness {
  readonly api: ComposerApi;
  readonly clock: VirtualClock;
  readonly log: CollectingLog;
  readonly metrics: CollectingMetrics;
  /** One invocation of the function that erases. */
  readonly turn: (watch?: Watch, deadlineSeconds?: number) => Promise<ContinueErasuresResult>;
  /** Everything that names a user, apart from the erasure itself: rows as `pk sk`, and keys of versions. */
  readonly traces: (sub: string) => readonly string[];
}

export function erasureHarness(): ErasureHarness {
  const clock = new VirtualClock("2026-01-31T12:00:30.000Z");
  const api = composerApi({ clock: clock.now });
  const { stores, files, work } = api;
  const { table } = stores;
  const log = new CollectingLog();
  const metrics = new CollectingMetrics();

  const turn: ErasureHarness["turn"] = async (watch = (_name, port) => port, deadlineSeconds = 180) =>
    await continueErasures({
      erasures: watch("erasures", createErasures({ table, now: clock.now })),
      rowsOfUser: watch("rowsOfUser", createRowsOfUser(table)),
      trainingJobs: watch("trainingJobs", stores.trainingJobs),
      slots: watch("slots", stores.slots),
      tickets: watch("tickets", stores.tickets),
      buckets: { artifacts: watch("artifacts", files.versions), work: watch("work", work.versions) },
      quietSeconds,
      random: () => 0,
      now: clock.now,
      deadline: new Date(clock.now().getTime() + deadlineSeconds * 1000),
      log,
      metrics,
    });

  const versionsOf = (bucket: MemoryObjectStore, sub: string): string[] => [
    ...bucket.keys().filter((key) => key.includes(`/${sub}/`)),
    ...bucket.past.filter(({ key }) => key.includes(`/${sub}/`)).map(({ key }) => `${key} (earlier)`),
  ];
  return {
    api,
    clock,
    log,
    metrics,
    turn,
    traces: (sub) => [
      ...table
        .peek(undefined, "")
        .filter((row: Row) => JSON.stringify(row).includes(sub) && row["pk"] !== erasureKey(sub).pk)
        .map((row: Row) => `${String(row["pk"])} ${String(row[sortKey])}`),
      ...versionsOf(files, sub),
      ...versionsOf(work, sub),
    ],
  };
}

/** Gives a user one of everything, as the API, the worker and the workflow leave it. */
export async function giveEverything({ api, clock }: ErasureHarness, sub: string): Promise<void> {
  const { stores, files: artifacts, work, ports } = api;
  const uploaded = track({ sub });
  artifacts.put(trackKey(uploaded), midi);
  stores.tracks.put(uploaded);
  const piece: CompositionItem = composition({
    sub,
    state: "COMPLETED",
    output: finishedOutput,
    midi: { revision: 2, sha256: "a".repeat(64), bytes: midi.length },
  });
  artifacts.put(compositionMidiKey(piece, { revision: 1 }), midi);
  await artifacts.write({ key: compositionMidiKey(piece, { revision: 2 }), body: midi, contentType: "audio/midi" });
  await artifacts.delete([compositionMidiKey(piece, { revision: 1 })]);
  stores.compositions.put(piece);
  const own = model({ sub, id: ulid() });
  await artifacts.write({
    key: `${modelPrefix(own)}${modelFile}`,
    body: "onnx",
    contentType: "application/octet-stream",
  });
  stores.models.put(own);
  const job = trainingJob({ sub, state: "STOPPED", resumable: true });
  await work.write({ key: `${checkpointsPrefix(job)}last.pt`, body: "weights", contentType: "application/x" });
  await artifacts.write({
    key: `${trainingJobPrefix(job)}${progressFile}`,
    body: "{}",
    contentType: "application/jsonl",
  });
  stores.trainingJobs.put(job);
  await stores.slots.hold(sub === alice ? 0 : 1, { sub, jobId: job.id });
  await stores.slots.releaseAllOf(job.id);
  const heartbeatAt = clock.now().getTime();
  await stores.tickets.heartbeat({ sub, jobId: job.id, heartbeatAt, asksAgainBy: heartbeatAt });

  const sends: readonly (readonly [method: string, path: string, json: object | undefined])[] = [
    ["POST", `/compositions/${piece.id}/share`, { days: 7 }],
    ["POST", `/compositions/${piece.id}/rating`, { rating: "good" }],
    [
      "POST",
      "/compositions",
      { name: "Two", technique: "arranger", input: { sampleMelodyId: "ode-to-joy" }, variations: 2 },
    ],
    ["DELETE", `/tracks/${uploaded.id}`, undefined],
  ];
  for (const [method, path, json] of sends) {
    const key = method === "POST" && path === "/compositions" ? { "idempotency-key": ulid() } : {};
    const { status } = await api.call(method, path, { sub, ...(json === undefined ? {} : { json }), headers: key });
    if (status >= 300) throw new Error(`${method} ${path} responded with ${status}`);
  }
  const files = [{ path: "song.mid", bytes: midi.length, sha256: "b".repeat(64) }];
  const license = { kind: "own-work", text: "My songs.", confirmsRights: true };
  const created = await api.call("POST", "/datasets", { sub, json: { name: "Songs", license } });
  const { id: datasetId } = z.object({ id: z.string() }).parse(created.body);
  const offered = await api.call("POST", `/datasets/${datasetId}/uploads`, { sub, json: { files } });
  if (offered.status !== 200) throw new Error(`the offer of a file was answered with ${offered.status}`);
  work.put(incomingFileKey({ sub, id: datasetId }, "b".repeat(64)), midi);
  const archive = { bytes: midi.length, sha256: "c".repeat(64), tagsFrom: "none" };
  const archived = await api.call("POST", `/datasets/${datasetId}/archives`, { sub, json: archive });
  if (archived.status !== 200) throw new Error(`the offer of an archive was answered with ${archived.status}`);
  work.put(incomingArchiveKey({ sub, id: datasetId }, archive.sha256), midi);
  // A deletion that was cut off, whose change is still pending.
  const doomed = composition({ sub, state: "COMPLETED" });
  stores.compositions.put(doomed);
  await ports.compositions.remove({ item: doomed, gives: {} });
}

/** What stays of the other user whatever is erased. */
export const everythingOf = ({ api }: ErasureHarness, sub: string): string =>
  JSON.stringify([
    api.stores.table.peek(undefined, "").filter((row: Row) => JSON.stringify(row["pk"]).includes(sub)),
    ...[api.files, api.work].map((bucket) => [
      bucket.keys().filter((key) => key.includes(`/${sub}/`)),
      bucket.past.filter(({ key }) => key.includes(`/${sub}/`)),
    ]),
  ]);
