/**
 * One user's resources with their files, rows and quota, and what must hold of them whatever was cut off. The same
 * checks run on the table and buckets in memory and on real ones.
 */
import { createHash } from "node:crypto";
import { ulid } from "ulid";
import { type Score, writeMidi } from "../../domain/music/score";
import { type QuotaAmounts, quotaCounterSchema } from "../../domain/schemas/user-quotas";
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import { readFile } from "../../lambdas/datasets/read-file";
import { finishPendingChange } from "../../lambdas/resources/finish-pending-change";
import {
  type CompositionItem,
  type DatasetItem,
  type ModelItem,
  type PendingChangeItem,
  quotaHeld,
  type TrackItem,
  type TrainingJobItem,
} from "../../lambdas/stores/items";
import {
  checkpointsPrefix,
  compositionCorrectionKey,
  compositionInputMidiKey,
  compositionMidiKey,
  compositionScoreKey,
  incomingFileKey,
  modelCardFile,
  modelFile,
  modelPrefix,
  parseMidiRevision,
  parseOwnedObjectKey,
  progressFile,
  trackKey,
  trainingJobPrefix,
} from "../../naming/object-keys";
import type { OwnedKind } from "../../naming/table-keys";
import { pendingChangeGraceSeconds } from "../../naming/time-limits";
import type { VirtualClock } from "../fakes/clock";
import { composerOperations, type ComposerPorts } from "../unit/api/support/composer-api";
import { type DocumentedApi, documentedApi } from "../unit/api/support/documented-api";
import { composition, dataset, finishedOutput, model, track, trainingJob } from "../unit/api/support/items";
import { type Fault, faultyPorts } from "./faulty-ports";
import { acceptedFiles, bandFiles } from "./filled-dataset";
import { openPlaces } from "./open-places";

export type OwnedRow = TrackItem | CompositionItem | ModelItem | TrainingJobItem | DatasetItem;

export interface ResourceHarness {
  readonly sub: string;
  readonly clock: VirtualClock;
  readonly ports: ComposerPorts;
  rows(): Promise<readonly OwnedRow[]>;
  /** Keys of the user's objects in the bucket of what is kept. */
  objects(): Promise<readonly string[]>;
  quota(): Promise<QuotaAmounts>;
  readonly changes: () => Promise<readonly PendingChangeItem[]>;
  /** Puts a row and raises what it holds. */
  seedRow(row: OwnedRow): Promise<void>;
}

const score: Score = {
  schemaVersion: 1,
  name: "A piece",
  ticksPerBeat: 480,
  tempo: 100,
  bars: 1,
  tracks: [
    {
      name: "Melody",
      program: 0,
      source: "input",
      notes: [{ startTick: 0, durationTicks: 480, pitch: 60, velocity: 80 }],
    },
    {
      name: "Bass",
      program: 32,
      source: "generated",
      notes: [{ startTick: 0, durationTicks: 480, pitch: 36, velocity: 80 }],
    },
    { name: "Silent", program: 32, source: "generated", notes: [] },
  ],
};
export const midi = writeMidi(score);
/** The piece with a bass that a person has moved up. */
export const correctedMidi = writeMidi({
  ...score,
  tracks: score.tracks.map((track, index) =>
    index === 1 ? { ...track, notes: track.notes.map((note) => ({ ...note, pitch: note.pitch + 7 })) } : track,
  ),
});
const sha256 = createHash("sha256").update(midi).digest("hex");
/** The file of the data set among {@link seeds}: it can be read, and is rejected because it is too short. */
export const seededFile = sha256;
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Makes the resource with all its files and gives its id: a new one where none is asked for. */
type Seed = (harness: ResourceHarness, id?: string) => Promise<string>;

/** A finished resource of each kind, a data set that can be frozen, and a training job that runs. */
export const seeds = {
  TRACK: async (harness, id = ulid()) => {
    const holds = { tracks: 1, storedBytes: midi.length };
    const row = track({ sub: harness.sub, id, sha256, bytes: midi.length, holds });
    await harness.ports.files.write({ key: trackKey(row), body: midi, contentType: "audio/midi" });
    await harness.seedRow(row);
    return row.id;
  },
  COMPOSITION: async (harness, id = ulid()) => {
    const row = composition({
      sub: harness.sub,
      id,
      state: "COMPLETED",
      output: finishedOutput,
      midi: { revision: 1, sha256, bytes: midi.length },
      inputMidi: { sha256, bytes: midi.length },
    });
    const contentType = "audio/midi";
    await harness.ports.files.write({ key: compositionInputMidiKey(row), body: midi, contentType });
    await harness.ports.files.write({ key: compositionMidiKey(row, { revision: 1 }), body: midi, contentType });
    await harness.ports.files.write({
      key: compositionScoreKey(row),
      body: text(JSON.stringify(score)),
      contentType: "application/json",
    });
    await harness.seedRow(row);
    return row.id;
  },
  MODEL: async (harness, id = ulid()) => {
    const row = model({ sub: harness.sub, id, bytes: 4, holds: { models: 1, storedBytes: 4 } });
    for (const name of [modelFile, modelCardFile]) {
      await harness.ports.files.write({
        key: `${modelPrefix(row)}${name}`,
        body: text("onnx"),
        contentType: "application/octet-stream",
      });
    }
    await harness.seedRow(row);
    return row.id;
  },
  TRAINING_JOB: async (harness, id = ulid()) => {
    const row = trainingJob({ sub: harness.sub, id, state: "STOPPED", resumable: true, holds: { trainingJobs: 1 } });
    const file = { body: text("{}\n"), contentType: "application/jsonl" };
    await harness.ports.artifacts.write({ key: `${trainingJobPrefix(row)}${progressFile}`, ...file });
    await harness.ports.work.write({ key: `${checkpointsPrefix(row)}last.pt`, ...file });
    await harness.seedRow(row);
    return row.id;
  },
  DATASET: async (harness, id = ulid()) => {
    const { artifacts, work, datasetFiles } = harness.ports;
    const file = { path: "brief.mid", tags: {} };
    const { read } = await readFile({ dataset: { sub: harness.sub, id }, file, bytes: midi, artifacts });
    if (read.state !== "REJECTED") throw new Error("a file of one bar is accepted");
    const pending = sha256.replaceAll(/./g, "0");
    const row = dataset({
      sub: harness.sub,
      id,
      files: { pending: 1, accepted: 0, rejected: 1 },
      bytes: 2 * midi.length,
    });
    const counts = { ...row, reasons: { [read.code]: 1 } };
    await work.write({ key: incomingFileKey(row, pending), body: midi, contentType: "audio/midi" });
    await harness.seedRow(row);
    await datasetFiles.replace({ dataset: row, before: [], after: [read], counts });
    return row.id;
  },
  FILLED_DATASET: async (harness, id = ulid()) => {
    const files = acceptedFiles({ sub: harness.sub, id }, bandFiles(4));
    const row = dataset({
      ...{ sub: harness.sub, id, files: { pending: 0, accepted: files.length, rejected: 0 } },
      bytes: files.reduce((sum, file) => sum + file.row.bytes, 0),
    });
    for (const { objectKey: key, body } of files)
      await harness.ports.artifacts.write({ key, body, contentType: "application/gzip" });
    await harness.seedRow(row);
    const after = files.map((file) => file.row);
    await harness.ports.datasetFiles.replace({ dataset: row, before: [], after, counts: row });
    return row.id;
  },
  RUNNING_TRAINING_JOB: async (harness, id = ulid()) => {
    const item = trainingJob({ sub: harness.sub, id, state: "TRAINING", holds: { trainingJobs: 1, models: 1 } });
    await harness.ports.trainingJobs.create({
      item,
      takes: { ...quotaHeld(item), openTrainingJobs: 1 },
      quotas: harness.ports.quotas,
    });
    return id;
  },
} as const satisfies Readonly<Record<OwnedKind | "FILLED_DATASET" | "RUNNING_TRAINING_JOB", Seed>>;
export type SeedKind = keyof typeof seeds;

/** The API on the harness's ports, one of whose calls may fail. */
export function apiOn(harness: ResourceHarness, fault?: Fault): DocumentedApi & { readonly calls: () => number } {
  const { wrap, calls } = faultyPorts(fault);
  const { ports } = harness;
  const files = wrap(ports.files);
  return {
    ...documentedApi(
      composerOperations({
        ...ports,
        tracks: wrap(ports.tracks),
        compositions: wrap(ports.compositions),
        models: wrap(ports.models),
        trainingJobs: wrap(ports.trainingJobs),
        datasets: wrap(ports.datasets),
        datasetFiles: wrap(ports.datasetFiles),
        datasetVersions: wrap(ports.datasetVersions),
        pendingChanges: wrap(ports.pendingChanges),
        ratings: wrap(ports.ratings),
        shares: wrap(ports.shares),
        idempotencyRecords: wrap(ports.idempotencyRecords),
        erasures: wrap(ports.erasures),
        files,
        artifacts: files,
        work: wrap(ports.work),
        newId: ulid,
      }),
    ),
    calls,
  };
}

/** What the reconciler does, until nobody can be working on anything any more. */
export async function reconcilePastGrace({ ports, clock, changes }: ResourceHarness): Promise<void> {
  // And a little more: a real function took its time by another clock.
  clock.advance(pendingChangeGraceSeconds + 60);
  for (const change of await changes()) {
    await finishPendingChange({
      change,
      pendingChanges: ports.pendingChanges,
      removal: ports,
      now: clock.now,
    });
  }
}

/** Files that must be there while a row is. */
function filesOf(row: OwnedRow): readonly string[] {
  switch (row.kind) {
    case "TRACK":
      return [trackKey(row)];
    case "MODEL":
      return [modelFile, modelCardFile].map((name) => `${modelPrefix(row)}${name}`);
    case "COMPOSITION":
      return [
        ...(row.midi === undefined ? [] : [compositionScoreKey(row), compositionMidiKey(row, row.midi)]),
        ...(row.inputMidi === undefined ? [] : [compositionInputMidiKey(row)]),
        ...(row.composed === undefined ? [] : [compositionMidiKey(row, row.composed)]),
        ...(row.correction === undefined ? [] : [compositionCorrectionKey(row, row.correction)]),
      ];
    case "TRAINING_JOB":
      return isFinalTrainingJobState(row.state) ? [`${trainingJobPrefix(row)}${progressFile}`] : [];
    case "DATASET":
      return [];
  }
}

/** @throws Error that says what does not fit: rows and files, rows and counters, or a change that is still pending */
export async function expectWhole(harness: ResourceHarness, when: string): Promise<void> {
  const [rows, objects, quota, changes] = await Promise.all([
    harness.rows(),
    harness.objects(),
    harness.quota(),
    harness.changes(),
  ]);
  const faults: string[] = changes.map(({ of, state }) => `${of} is still ${state}`);
  for (const row of rows) {
    for (const key of filesOf(row)) if (!objects.includes(key)) faults.push(`row of ${row.kind} without ${key}`);
  }
  const has = new Set(rows.map(({ kind, id }) => `${kind} ${id}`));
  for (const key of objects) {
    const owner = parseOwnedObjectKey(key);
    if (owner === undefined || !has.has(`${owner.kind} ${owner.id}`)) faults.push(`${key} without a row`);
  }
  const expected = new Map<string, number>(quotaCounterSchema.options.map((counter) => [counter, 0]));
  const count = (counter: string, by: number): void => void expected.set(counter, (expected.get(counter) ?? 0) + by);
  for (const row of rows) {
    for (const [counter, amount] of Object.entries(quotaHeld(row))) count(counter, amount);
    if (row.kind === "TRAINING_JOB" && !isFinalTrainingJobState(row.state)) count("openTrainingJobs", 1);
  }
  count(
    "openCompositions",
    openPlaces(rows.flatMap((row) => (row.kind === "COMPOSITION" && row.openWork !== undefined ? [row] : []))),
  );
  for (const counter of quotaCounterSchema.options) {
    const [is, should] = [quota[counter] ?? 0, expected.get(counter) ?? 0];
    if (is !== should) faults.push(`quota ${counter} is ${is}, not ${should}`);
  }
  if (faults.length > 0) throw new Error(`${when}: ${faults.join("; ")}`);
}

/** MIDI files of a composition that its row does not name. */
export const otherRevisions = (row: CompositionItem, objects: readonly string[]): readonly string[] =>
  objects.filter((key) => {
    const owner = parseOwnedObjectKey(key);
    return owner?.id === row.id && parseMidiRevision(owner.name) !== undefined && !filesOf(row).includes(key);
  });
