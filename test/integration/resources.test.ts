/** H1, H6, M5, H10: the protocol of rows and files on real transactions, a real index and real buckets. */
import { createHash } from "node:crypto";
import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { ulid } from "ulid";
import { countOrphans } from "../../lambdas/resources/count-orphans";
import { createCompositions } from "../../lambdas/stores/compositions";
import { createObjectStore } from "../../lambdas/stores/objects";
import { isDone } from "../../lambdas/stores/outcome";
import { createRowsByKey } from "../../lambdas/stores/rows-by-key";
import { createTrainingJobs } from "../../lambdas/stores/training-jobs";
import { modelOutputPrefix, registerModel } from "../../lambdas/training/register-model";
import {
  modelCardFile,
  modelFile,
  modelPrefix,
  progressFile,
  trackKey,
  trainingJobPrefix,
} from "../../naming/object-keys";
import { ownedKey, ownedKinds } from "../../naming/table-keys";
import { listOrphans, removeOrphans } from "../../scripts/orphans/remove-orphans";
import { modelCard } from "../fakes/scripted-sagemaker";
import { CollectingLog, CollectingMetrics } from "../fakes/telemetry";
import { cutOffEverywhere, cutOffOperations } from "../support/cut-off-operations";
import { everyFault, faultyPorts } from "../support/faulty-ports";
import { apiOn, expectWhole, midi, reconcilePastGrace, type ResourceHarness, seeds } from "../support/resource-harness";
import type { Call } from "../unit/api/support/documented-api";
import { model, trainingJob } from "../unit/api/support/items";
import { localHarness } from "./support/local-harness";
import { type LocalTable, putStockRows, startLocalTable } from "./support/local-table";

let local: LocalTable;
beforeAll(async () => {
  local = await startLocalTable();
  await putStockRows(local);
});
afterAll(async () => {
  await local.stop();
});

test.each(cutOffOperations.map((operation) => [operation.name, operation] as const))(
  "%s: cut off before or after any of its calls, it leaves nothing half-done",
  async (_, operation) => {
    expect(await cutOffEverywhere(operation, async () => localHarness(local))).toBeGreaterThan(8);
  },
  300_000,
);

test.each([
  ["TRACK", "tracks", { name: "New" }],
  ["COMPOSITION", "compositions", { programs: [{ index: 1, program: 40 }] }],
] as const)(
  "PATCH beside DELETE of one %s with the old ETag: a refused DELETE has deleted nothing",
  async (kind, path, json) => {
    for (let tries = 0; tries < 14; tries += 1) {
      const harness = localHarness(local);
      const target = `/${path}/${await seeds[kind](harness)}`;
      const api = apiOn(harness);
      const call = { sub: harness.sub, headers: { "if-match": '"1"' } };
      const [patched, deleted] = await Promise.all([
        api.call("PATCH", target, { ...call, json }),
        api.call("DELETE", target, call),
      ]);
      expect([200, 404, 412]).toContain(patched.status);
      expect([204, 412]).toContain(deleted.status);
      await reconcilePastGrace(harness);
      await expectWhole(harness, `PATCH ${patched.status}, DELETE ${deleted.status}`);
      expect(await harness.rows()).toHaveLength(deleted.status === 204 ? 0 : 1);
      if (kind === "COMPOSITION" && deleted.status === 412) {
        expect((await api.call("GET", `${target}/midi`, { sub: harness.sub })).status).toBe(200);
      }
    }
  },
  300_000,
);

/** A job that is about to register its model, with the model that its training left. */
async function trainedJob(harness: ResourceHarness) {
  const job = trainingJob({
    sub: harness.sub,
    state: "UPLOADING",
    trainingJobName: `opencomposer-local-${ulid()}-1-1`,
    holds: { trainingJobs: 1, models: 1 },
  });
  await harness.seedRow(job);
  const model = new TextEncoder().encode("a model");
  const digest = createHash("sha256").update(model).digest("hex");
  const card = { ...modelCard(job.technique, digest, model.length) };
  const put = async (name: string, Body: Uint8Array | string) => {
    const Key = `${modelOutputPrefix(job, job.trainingJobName ?? "")}${name}`;
    await local.s3.send(new PutObjectCommand({ Bucket: local.workBucket, Key, Body }));
  };
  await put(modelFile, model);
  await put(modelCardFile, JSON.stringify({ ...card, dataset: { ...card.dataset, sha256: job.dataset.sha256 } }));
  const trainingJobs = createTrainingJobs({ table: local.table, now: harness.clock.now });
  const attempt = { sub: job.sub, id: job.id, attempt: job.attempt };
  const end = async () =>
    await trainingJobs.finish(attempt, {
      state: "STOPPED",
      endReason: "USER_STOP",
      stopRequested: false,
      resumable: false,
    });
  return { job, trainingJobs, end };
}

test("registering a model, cut off at any of its calls, leaves model and files together or neither", async () => {
  const register = async (harness: ResourceHarness, ports: ReturnType<typeof faultyPorts>) => {
    const { job, trainingJobs, end } = await trainedJob(harness);
    const stores = {
      work: createObjectStore({ client: local.s3, bucket: local.workBucket }),
      artifacts: createObjectStore({ client: local.s3, bucket: local.artifactsBucket }),
    };
    const input = { sub: job.sub, jobId: job.id, attempt: job.attempt };
    const params = {
      input,
      trainingJobs: ports.wrap(trainingJobs),
      work: ports.wrap(stores.work),
      artifacts: ports.wrap(stores.artifacts),
      now: harness.clock.now,
      log: new CollectingLog(),
    };
    const outcome = await registerModel(params).then(
      ({ outcome: said }) => said,
      () => "CUT OFF",
    );
    return { outcome, end, again: async () => await registerModel({ ...params, trainingJobs, ...stores }) };
  };
  const counting = faultyPorts();
  const whole = await register(localHarness(local), counting);
  expect(whole.outcome).toBe("REGISTERED");
  for (const fault of everyFault(counting.calls())) {
    // Nobody tries again: the job ends without its model, or with it.
    const left = localHarness(local);
    const { end } = await register(left, faultyPorts(fault));
    expect(await end()).toMatchObject({ kind: "DONE" });
    await reconcilePastGrace(left);
    await expectModelWhole(left, `${fault.kind} ${fault.moment} ${fault.at}, given up`);
    // The step is tried again at once, as the workflow does.
    const retried = localHarness(local);
    const { again } = await register(retried, faultyPorts(fault));
    expect((await again()).outcome).toBe("REGISTERED");
    await reconcilePastGrace(retried);
    await expectModelWhole(retried, `${fault.kind} ${fault.moment} ${fault.at}, tried again`);
  }
});

/** The job was put as a row alone: its own counter of open work is left out. */
async function expectModelWhole(harness: ResourceHarness, when: string): Promise<void> {
  const rows = (await harness.rows()).filter(({ kind }) => kind === "MODEL");
  const objects = await harness.objects();
  const expected = rows.flatMap((row) => [modelCardFile, modelFile].map((name) => `${modelPrefix(row)}${name}`));
  expect([when, [...objects].sort()]).toEqual([when, expected.sort()]);
  expect([when, await harness.changes()]).toEqual([when, []]);
  const quota = await harness.quota();
  const [job] = (await harness.rows()).filter(({ kind }) => kind === "TRAINING_JOB");
  const held = job?.holds?.models ?? 0;
  expect([when, quota.models, quota.trainingJobs]).toEqual([when, rows.length + held, 1]);
  expect([when, quota.storedBytes]).toEqual([when, rows.length * "a model".length]);
}

test("H10: after any uploads, trainings, compositions and deletions the counters are what is there", async () => {
  const failure = { code: "X", message: "x", retryable: false };
  const commands = ["UPLOAD", "TRAIN", "END_WITH_MODEL", "END_WITHOUT_MODEL", "COMPOSE", "FAIL", "DELETE"] as const;
  const command = fc.tuple(fc.constantFrom(...commands), fc.nat({ max: 100 }));
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 25 }), async (steps) => {
      const harness = localHarness(local);
      const api = apiOn(harness);
      const send = async (method: string, target: string, call: Call = {}) => {
        const { status } = await api.call(method, target, { ...call, sub: harness.sub });
        expect([method, target, status < 500]).toEqual([method, target, true]);
      };
      const trainingJobs = createTrainingJobs({ table: local.table, now: harness.clock.now });
      const compositions = createCompositions({ table: local.table, now: harness.clock.now });
      for (const [step, chosen] of steps) {
        const rows = await harness.rows();
        const pick = <Row>(from: readonly Row[]): Row | undefined => from[chosen % Math.max(1, from.length)];
        const job = pick(rows.filter((row) => row.kind === "TRAINING_JOB" && row.openWork !== undefined));
        const piece = pick(rows.filter((row) => row.kind === "COMPOSITION" && row.openWork !== undefined));
        if (step === "UPLOAD") await send("POST", "/tracks", upload);
        if (step === "TRAIN") await send("POST", "/training-jobs", trained);
        if (step === "COMPOSE") await send("POST", "/compositions", composed);
        if (step === "FAIL" && piece !== undefined) await compositions.abandon(piece, failure);
        if (step === "DELETE") {
          const row = pick(rows);
          if (row !== undefined) await send("DELETE", `/${folders[row.kind]}/${row.id}`);
        }
        if (job?.kind !== "TRAINING_JOB") continue;
        if (step === "END_WITHOUT_MODEL")
          await trainingJobs.finish(job, { state: "FAILED", failure, stopRequested: false });
        if (step === "END_WITH_MODEL") {
          const creation = await trainingJobs.beginModel(job, job.id);
          const item = model({ sub: harness.sub, id: job.id, trainingJobId: job.id, bytes: 4 });
          for (const name of [modelFile, modelCardFile]) {
            const file = { body: new Uint8Array(4), contentType: "application/octet-stream" };
            await harness.ports.files.write({ key: `${modelPrefix(item)}${name}`, ...file });
          }
          if (isDone(creation)) await trainingJobs.addModel(job, item, creation.value);
          await trainingJobs.finish(job, { state: "STOPPED", endReason: "USER_STOP", stopRequested: false });
        }
        await keepProgress(harness);
      }
      await reconcilePastGrace(harness);
      await expectWhole(harness, steps.map(([step]) => step).join(", "));
    }),
    { numRuns: 25 },
  );
});

const folders = {
  TRACK: "tracks",
  COMPOSITION: "compositions",
  MODEL: "models",
  TRAINING_JOB: "training-jobs",
  DATASET: "datasets",
} as const;
const upload: Call = { bytes: midi, headers: { "content-type": "audio/midi" } };
const trained: Call = {
  json: { name: "A job", technique: "unet-gan", topics: { mode: ["minor"] }, hyperparameters: { epochs: 3 } },
};
const composed: Call = {
  json: {
    name: "A piece",
    technique: "unet-gan",
    modelId: "unet-gan-bach",
    input: { sampleMelodyId: "twinkle-twinkle" },
  },
};

/** What finalizing keeps of every job. */
async function keepProgress(harness: ResourceHarness): Promise<void> {
  for (const row of await harness.rows()) {
    if (row.kind !== "TRAINING_JOB" || row.openWork !== undefined) continue;
    const key = `${trainingJobPrefix(row)}${progressFile}`;
    await harness.ports.artifacts.write({ key, body: new Uint8Array(2), contentType: "application/jsonl" });
  }
}

test("orphans are found and counted, and nothing else is", async () => {
  const harness = localHarness(local);
  const count = async (now: Date) => {
    const metrics = new CollectingMetrics();
    const found = await countOrphans({
      buckets: {
        artifacts: createObjectStore({ client: local.s3, bucket: local.artifactsBucket }),
        work: createObjectStore({ client: local.s3, bucket: local.workBucket }),
      },
      rows: createRowsByKey(local.table),
      now: () => now,
      deadline: new Date(now.getTime() + 1),
      log: new CollectingLog(),
      metrics,
    });
    expect(metrics.recorded).toEqual([{ name: "OrphanObjects", value: found.orphans }]);
    return found;
  };
  const tomorrow = new Date(Date.now() + 2 * 86_400_000);
  // Changes of compositions that were cut off above have left files that are counted until the next changes remove them.
  const { orphans: earlier } = await count(tomorrow);
  for (const kind of ownedKinds) await seeds[kind](harness);
  const before = await count(tomorrow);
  expect(before).toMatchObject({ orphans: earlier, complete: true });
  expect(before.objects).toBeGreaterThan(0);

  const put = async (Key: string, Bucket = local.artifactsBucket) =>
    await local.s3.send(new PutObjectCommand({ Bucket, Key, Body: "12345" }));
  const [composed] = (await harness.rows()).filter(({ kind }) => kind === "COMPOSITION");
  await put(trackKey({ sub: harness.sub, id: ulid() }));
  await put(`${modelPrefix({ sub: harness.sub, id: ulid() })}${modelFile}`);
  await put(`users/${harness.sub}/compositions/${composed?.id ?? ""}/2-lost.mid`);
  await put(`users/${harness.sub}/compositions/${composed?.id ?? ""}/notes.txt`);
  await put(`${trainingJobPrefix({ sub: harness.sub, id: ulid() })}${progressFile}`, local.workBucket);
  await put(`users/${harness.sub}/something-else`);
  expect(await count(tomorrow)).toEqual({
    ...before,
    objects: before.objects + 6,
    orphans: earlier + 6,
    orphanBytes: before.orphanBytes + 30,
  });
  // What is younger than a day may belong to work that is under way.
  expect((await count(new Date())).orphans).toBe(0);
  // A file whose creation is pending is nobody's orphan yet.
  const pending = ulid();
  await harness.ports.tracks.begin({
    owned: { sub: harness.sub, id: pending },
    holds: { tracks: 1 },
    quotas: harness.ports.quotas,
  });
  await put(trackKey({ sub: harness.sub, id: pending }));
  expect((await count(tomorrow)).orphans).toBe(earlier + 6);
});

test("orphans are removed when somebody says how many, and nothing else is", async () => {
  const harness = localHarness(local);
  for (const kind of ownedKinds) await seeds[kind](harness);
  const before = await harness.objects();
  const checkpoints = async () =>
    await local.s3.send(new ListObjectsV2Command({ Bucket: local.workBucket, Prefix: `users/${harness.sub}/` }));
  const { KeyCount } = await checkpoints();
  expect(KeyCount).toBeGreaterThan(0);
  const lost = { sub: harness.sub, id: ulid() };
  for (const [Bucket, Key] of [
    [local.artifactsBucket, trackKey(lost)],
    [local.workBucket, `${trainingJobPrefix(lost)}${progressFile}`],
  ] as const) {
    await local.s3.send(new PutObjectCommand({ Bucket, Key, Body: "12345" }));
  }
  const storeOf = (bucket: string) => createObjectStore({ client: local.s3, bucket });
  const rows = createRowsByKey(local.table);
  const orphansAt = async (now: Date) =>
    await listOrphans({
      buckets: {
        artifacts: storeOf(local.artifactsBucket),
        work: storeOf(local.workBucket),
      },
      rows,
      ageDays: 7,
      now,
    });
  expect(await orphansAt(new Date())).toEqual([]);
  const nextWeek = new Date(Date.now() + 8 * 86_400_000);
  const orphans = await orphansAt(nextWeek);
  expect(orphans.filter(({ key }) => key.includes(lost.id)).map(({ bucket }) => bucket)).toEqual(["artifacts", "work"]);
  const stores = {
    artifacts: storeOf(local.artifactsBucket),
    work: storeOf(local.workBucket),
  };
  const removal = { orphans, rows, stores };
  await expect(removeOrphans({ ...removal, expected: orphans.length + 1 })).rejects.toThrow("nothing was removed");
  expect(await orphansAt(nextWeek)).toEqual(orphans);
  expect(await removeOrphans({ ...removal, expected: orphans.length })).toBe(orphans.length);
  expect(await orphansAt(nextWeek)).toEqual([]);
  // Every row still has all its files.
  expect(await harness.objects()).toEqual(before);
  expect((await checkpoints()).KeyCount).toBe(KeyCount);
});

test("a row from before bytes were counted gives back what it raised, and no more", async () => {
  const harness = localHarness(local);
  const id = await seeds.TRACK(harness);
  const [row] = await harness.rows();
  const { holds: _, ...old } = row ?? {};
  await local.table.write([{ kind: "PUT", key: ownedKey("TRACK", harness.sub, id), row: old }]);
  const before = await harness.quota();
  expect((await apiOn(harness).call("DELETE", `/tracks/${id}`, { sub: harness.sub })).status).toBe(204);
  expect(await harness.quota()).toEqual({ ...before, tracks: 0 });
});
