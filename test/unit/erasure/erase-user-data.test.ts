/** `DELETE /me/data` erases everything of one user, whatever kind it is of, and nothing of anybody else. */
import fc from "fast-check";
import { ulid } from "ulid";
import * as z from "zod";
import { userDataSchema } from "../../../domain/schemas/api/erasure";
import { overdueErasureSeconds } from "../../../lambdas/erasure/continue-erasures";
import { compositionMidiKey, trackKey, userObjectsPrefix } from "../../../naming/object-keys";
import { shareKey, userPartition } from "../../../naming/table-keys";
import { problemOf, type Reply, resourceOf } from "../api/support/documented-api";
import { alice, bob, composition, track, trainingJob } from "../api/support/items";
import {
  type ErasureHarness,
  erasureHarness,
  everythingOf,
  giveEverything,
  quietSeconds,
} from "./support/erasure-harness";

const request = async ({ api }: ErasureHarness, sub = alice) => await api.call("DELETE", "/me/data", { sub });
const erasureIn = (reply: Reply) => {
  const { erasure } = resourceOf(reply, userDataSchema);
  if (erasure === null) throw new Error("there is no erasure");
  return erasure;
};
const erasureOf = async ({ api }: ErasureHarness, sub = alice) => erasureIn(await api.call("GET", "/me/data", { sub }));

const codeOf = ({ body }: Reply): string | undefined => z.looseObject({ code: z.string().optional() }).parse(body).code;

/** Takes turns as the schedule does, until the erasure has ended. */
async function untilErased(harness: ErasureHarness, sub = alice): Promise<void> {
  for (let turns = 1; (await erasureOf(harness, sub)).state !== "ERASED"; turns += 1) {
    if (turns > 20) throw new Error("the erasure does not end");
    await harness.turn();
    harness.clock.advance(300);
  }
}

test("it is accepted, ends with the proof, and leaves no trace of the user but itself", async () => {
  const harness = erasureHarness();
  await giveEverything(harness, alice);
  await giveEverything(harness, bob);
  const bobsBefore = everythingOf(harness, bob);
  // The pieces that are in work are not waited for: nobody has taken them.
  expect(harness.traces(alice).length).toBeGreaterThan(15);

  const accepted = await request(harness);
  expect(accepted.status).toBe(202);
  expect(accepted.headers).toMatchObject({ location: "/me/data", "retry-after": "15" });
  expect(accepted.body).toMatchObject({ erasure: { state: "PENDING", left: null } });

  expect(await harness.turn()).toEqual({ open: 1, erased: 0, failed: 0 });
  expect(harness.traces(alice)).toEqual([]);
  const seenEmptyAt = "2026-01-31T12:00:30.000Z";
  expect(await erasureOf(harness)).toMatchObject({
    state: "WATCHING",
    left: { items: {}, objects: { artifacts: 0, work: 0 } },
    watchedUntil: new Date(Date.parse(seenEmptyAt) + quietSeconds * 1000).toISOString(),
  });

  harness.clock.advance(quietSeconds - 1);
  await harness.turn();
  expect((await erasureOf(harness)).state).toBe("WATCHING");
  harness.clock.advance(1);
  expect(await harness.turn()).toEqual({ open: 1, erased: 1, failed: 0 });
  const erased = await erasureOf(harness);
  expect(erased).toMatchObject({
    state: "ERASED",
    proof: {
      seenEmptyAt: harness.clock.now().toISOString(),
      partitions: [userPartition(alice)],
      prefixes: [
        { bucket: "artifacts", prefix: userObjectsPrefix(alice) },
        { bucket: "work", prefix: userObjectsPrefix(alice) },
        { bucket: "work", prefix: `incoming/${alice}/` },
        { bucket: "work", prefix: `incoming-archives/${alice}/` },
      ],
    },
  });
  expect(erased.watchedUntil).toBeUndefined();
  expect(harness.traces(alice)).toEqual([]);
  expect(everythingOf(harness, bob)).toBe(bobsBefore);
  expect(harness.metrics.count("ErasuresCompleted")).toBe(1);
  // It is not open work any more.
  expect(await harness.turn()).toEqual({ open: 0, erased: 0, failed: 0 });
});

test("a second request while one is under way gives the same erasure; one after its end begins another", async () => {
  const harness = erasureHarness();
  const { id } = erasureIn(await request(harness));
  expect(erasureIn(await request(harness)).id).toBe(id);
  await untilErased(harness);
  const again = erasureIn(await request(harness));
  expect(again.id).not.toBe(id);
  expect(again).toMatchObject({ state: "PENDING", left: null });
  expect(again.proof).toBeUndefined();
});

test("there is none before one was asked for, none of another user, and none when its proof has expired", async () => {
  const harness = erasureHarness();
  await request(harness);
  expect((await harness.api.call("GET", "/me/data", { sub: bob })).body).toEqual({ erasure: null });
  await untilErased(harness);
  harness.clock.advance(89 * 86_400);
  expect((await erasureOf(harness)).state).toBe("ERASED");
  harness.clock.advance(86_400 + 1);
  expect((await harness.api.call("GET", "/me/data")).body).toEqual({ erasure: null });
});

test("whoever polls gets 304 until a look has found something new", async () => {
  const harness = erasureHarness();
  const { headers } = await request(harness);
  const poll = async () =>
    await harness.api.call("GET", "/me/data", { headers: { "if-none-match": headers["etag"] ?? "" } });
  expect((await poll()).status).toBe(304);
  await harness.turn();
  expect((await poll()).status).toBe(200);
});

describe("work under way", () => {
  test("a training is asked to stop, and nothing is erased before it has ended", async () => {
    const harness = erasureHarness();
    const { trainingJobs, files } = harness.api;
    const job = trainingJob({ state: "TRAINING", trainingJobName: "job", openWork: "TRAINING_JOB" });
    trainingJobs.add(job);
    const uploaded = track();
    harness.api.tracks.put(uploaded);
    files.put(trackKey(uploaded), "notes");
    await request(harness);
    await harness.turn();
    expect(trainingJobs.all()).toMatchObject([{ stopRequested: true, state: "STOPPING" }]);
    expect(await erasureOf(harness)).toMatchObject({
      state: "STOPPING",
      left: { items: { TRAINING_JOB: 1, TRACK: 1, QUOTA: 1 }, objects: { artifacts: 1, work: 0 } },
    });
    expect(files.keys()).toHaveLength(1);
    // Asking again changes nothing.
    const [asked] = trainingJobs.all();
    await harness.turn();
    expect(trainingJobs.all()).toEqual([asked]);
    await trainingJobs.finish(
      { ...job, attempt: 1 },
      { state: "STOPPED", stopRequested: true, endReason: "USER_STOP" },
    );
    await untilErased(harness);
    expect(harness.traces(alice)).toEqual([]);
  });

  test("a composition that a worker has is waited for until its lease runs out", async () => {
    const harness = erasureHarness();
    const piece = composition();
    harness.api.compositions.add(piece);
    await harness.api.compositions.claim(piece, new Date(harness.clock.now().getTime() + 60_000));
    await request(harness);
    await harness.turn();
    expect((await erasureOf(harness)).state).toBe("STOPPING");
    harness.clock.advance(61);
    await harness.turn();
    expect((await erasureOf(harness)).state).toBe("WATCHING");
    // The worker's result finds no row, and leaves none.
    const late = await harness.api.compositions.fail(
      { ...piece, attempt: 1 },
      { code: "X", message: "A late failure.", retryable: false },
    );
    expect(late.kind).toBe("STALE");
    expect(harness.traces(alice)).toEqual([]);
  });

  test("a composition that nobody has taken is erased, and its message finds nothing", async () => {
    const harness = erasureHarness();
    const piece = composition();
    harness.api.compositions.add(piece);
    await request(harness);
    await harness.turn();
    expect((await harness.api.compositions.claim(piece, harness.clock.now())).kind).toBe("STALE");
    expect(harness.traces(alice)).toEqual([]);
  });
});

test("what comes after an empty look is erased, and the watch begins anew", async () => {
  const harness = erasureHarness();
  const { files, tracks } = harness.api;
  await request(harness);
  await harness.turn();
  harness.clock.advance(quietSeconds - 10);
  const late = track();
  files.put(trackKey(late), "notes");
  tracks.put(late);
  await harness.turn();
  harness.clock.advance(quietSeconds - 10);
  await harness.turn();
  expect((await erasureOf(harness)).state).toBe("WATCHING");
  harness.clock.advance(10);
  await harness.turn();
  expect((await erasureOf(harness)).state).toBe("ERASED");
  expect(harness.traces(alice)).toEqual([]);
});

test("a share that is made between the look and the deletion is not left behind", async () => {
  const harness = erasureHarness();
  const { stores, compositions } = harness.api;
  const piece = composition({ state: "COMPLETED" });
  compositions.put(piece);
  await request(harness);
  const share = {
    tokenSha256: "b".repeat(64),
    createdAt: harness.clock.now().toISOString(),
    expiresAt: new Date(harness.clock.now().getTime() + 1e9).toISOString(),
  };
  let isShared = false;
  await harness.turn((_name, port) => {
    const remove: unknown = Reflect.get(port, "remove");
    if (_name !== "rowsOfUser" || typeof remove !== "function") return port;
    return {
      ...port,
      remove: async (...rows: unknown[]) => {
        if (!isShared) await stores.shares.create(piece, share);
        isShared = true;
        return (await Reflect.apply(remove, port, rows)) as unknown;
      },
    };
  });
  expect((await erasureOf(harness)).state).toBe("ERASING");
  await harness.turn();
  expect(harness.traces(alice)).toEqual([]);
  expect(stores.table.rowNow(shareKey(share.tokenSha256))).toBeUndefined();
});

test("what does not fit into one turn is left to the next, and told", async () => {
  const harness = erasureHarness();
  await giveEverything(harness, alice);
  await request(harness);
  // Nothing is begun when the time is over.
  await harness.turn(undefined, 0);
  expect((await erasureOf(harness)).state).toBe("PENDING");
  // The time is over after the rows.
  await harness.turn(
    (name, port) =>
      name === "slots"
        ? {
            ...port,
            forgetTurns: async (sub: string) => {
              await harness.api.stores.slots.forgetTurns(sub);
              harness.clock.advance(60);
            },
          }
        : port,
    60,
  );
  const { state, left } = await erasureOf(harness);
  expect(state).toBe("ERASING");
  expect(left).toEqual({ items: {}, objects: { artifacts: expect.any(Number) as number, work: 1 } });
  expect(left?.objects.artifacts).toBeGreaterThan(3);
  await untilErased(harness);
  expect(harness.traces(alice)).toEqual([]);
});

test("one that fails does not delay the others, and one that does not end is counted as overdue", async () => {
  const harness = erasureHarness();
  await giveEverything(harness, alice);
  await giveEverything(harness, bob);
  await request(harness, alice);
  await request(harness, bob);
  const result = await harness.turn((name, port) =>
    name === "rowsOfUser"
      ? {
          ...port,
          all: (sub: string) => {
            if (sub === alice) throw new Error("the table is away");
            return harness.api.stores.rowsOfUser.all(sub);
          },
        }
      : port,
  );
  expect(result).toEqual({ open: 2, erased: 0, failed: 1 });
  expect(harness.metrics.count("ErasureFailures")).toBe(1);
  expect(harness.traces(bob)).toEqual([]);
  expect(harness.metrics.count("OverdueErasures")).toBe(0);
  harness.clock.advance(overdueErasureSeconds + 1);
  await harness.turn();
  expect(harness.metrics.count("OverdueErasures")).toBe(2);
});

describe("while it is under way", () => {
  const adding: readonly (readonly [method: string, path: string, json: object])[] = [
    ["POST", "/compositions", { name: "A", technique: "arranger", input: { sampleMelodyId: "ode-to-joy" } }],
    ["POST", "/training-jobs", { name: "A", technique: "unet-gan" }],
    ["PATCH", `/compositions/${ulid()}`, { name: "B" }],
    ["POST", `/compositions/${ulid()}/rating`, { rating: "good" }],
    ["POST", `/compositions/${ulid()}/share`, {}],
  ];
  test.each(adding)("%s %s is refused, and served again afterwards", async (method, path, json) => {
    const harness = erasureHarness();
    await request(harness);
    const refused = await harness.api.call(method, path, { json });
    expect(refused.status).toBe(409);
    expect(problemOf(refused).code).toBe("ERASURE_UNDER_WAY");
    expect(refused.headers["retry-after"]).toBe("60");
    expect(codeOf(await harness.api.call(method, path, { json, sub: bob }))).not.toBe("ERASURE_UNDER_WAY");
    await untilErased(harness);
    expect(codeOf(await harness.api.call(method, path, { json }))).not.toBe("ERASURE_UNDER_WAY");
  });

  test("reading, deleting, stopping and estimating go on", async () => {
    const harness = erasureHarness();
    const piece = composition({ state: "COMPLETED" });
    harness.api.compositions.put(piece);
    const job = trainingJob({ state: "TRAINING" });
    harness.api.trainingJobs.add(job);
    await request(harness);
    const statuses = await Promise.all([
      harness.api.call("GET", `/compositions/${piece.id}`),
      harness.api.call("POST", `/training-jobs/${job.id}/stop`),
      harness.api.call("POST", "/training-jobs/estimate", { json: { name: "A", technique: "unet-gan" } }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([200, 202, 200]);
    expect((await harness.api.call("DELETE", `/compositions/${piece.id}`)).status).toBe(204);
  });
});

/** Something of a user that no present code knows. */
const unknownThing = fc.record({
  kind: fc.constantFrom("DATASET", "DATASET_FILE", "UPLOAD", "TRACK", "NOTE"),
  folder: fc.constantFrom("datasets", "uploads", "tracks", "deep/er/still"),
  versions: fc.integer({ min: 1, max: 4 }),
  isDeleted: fc.boolean(),
  bucket: fc.constantFrom("files" as const, "work" as const),
});

test("law: whatever kinds of rows and files a user has, all are erased, and nobody else's", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(unknownThing, { maxLength: 12 }), async (things) => {
      const harness = erasureHarness();
      const { stores } = harness.api;
      // A user whose name begins as another one's.
      const longer = `${alice}2`;
      for (const sub of [alice, bob, longer]) {
        for (const { kind, folder, versions, isDeleted, bucket } of things) {
          const id = ulid();
          stores.table.put({ pk: userPartition(sub), sk: `${kind}#${id}` }, { sub, anything: { at: "all" } });
          const key = `${userObjectsPrefix(sub)}${folder}/${id}`;
          const store = harness.api[bucket];
          for (let version = 1; version <= versions; version += 1) {
            await store.write({ key, body: `version ${version}`, contentType: "text/plain" });
          }
          if (isDeleted) await store.delete([key]);
        }
      }
      const before = [bob, longer].map((sub) => everythingOf(harness, sub));
      await request(harness);
      await untilErased(harness);
      expect(harness.traces(alice).filter((trace) => !trace.includes(longer))).toEqual([]);
      expect([bob, longer].map((sub) => everythingOf(harness, sub))).toEqual(before);
    }),
    { numRuns: 40 },
  );
});

test("the pieces of stock models and data sets stay", async () => {
  const harness = erasureHarness();
  const { files, stores } = harness.api;
  files.put("stock/models/unet-gan-bach/abc/model.onnx", "stock");
  files.put("datasets/bach-chorales/1/catalogue.json", "{}");
  const piece = composition({ state: "COMPLETED" });
  files.put(compositionMidiKey(piece, { revision: 1 }), "notes");
  await request(harness);
  await untilErased(harness);
  expect(files.keys()).toEqual([
    "datasets/bach-chorales/1/catalogue.json",
    "stock/models/unet-gan-bach/abc/model.onnx",
  ]);
  expect(await stores.stockModels.get("unet-gan-bach")).toBeDefined();
  expect(await stores.catalogues.get("bach-chorales")).toBeDefined();
});
