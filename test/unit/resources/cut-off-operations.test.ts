/** H1, H6: creating, changing and deleting what has rows and files, cut off at every step and side by side. */
import fc from "fast-check";
import { cutOffEverywhere, cutOffOperations } from "../../support/cut-off-operations";
import {
  apiOn,
  expectWhole,
  midi,
  otherRevisions,
  reconcilePastGrace,
  type ResourceHarness,
  seeds,
} from "../../support/resource-harness";
import type { Reply } from "../api/support/documented-api";
import { memoryHarness } from "./memory-harness";

describe.each(cutOffOperations.map((operation) => [operation.name, operation] as const))("%s", (_, operation) => {
  test("cut off before or after any of its calls, it leaves nothing half-done", async () => {
    expect(await cutOffEverywhere(operation, async () => memoryHarness())).toBeGreaterThan(8);
  });
});

/** The harness with ports whose calls happen in the order that the scheduler chooses. */
function scheduled(harness: ResourceHarness, scheduler: fc.Scheduler): ResourceHarness {
  const wrap = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...parameters: unknown[]): Promise<unknown> => {
          await scheduler.schedule(Promise.resolve(), String(name));
          const response: unknown = await Reflect.apply(method, target, parameters);
          return response;
        };
      },
    });
  const { ports } = harness;
  const files = wrap(ports.files);
  return {
    ...harness,
    ports: {
      ...ports,
      tracks: wrap(ports.tracks),
      compositions: wrap(ports.compositions),
      models: wrap(ports.models),
      trainingJobs: wrap(ports.trainingJobs),
      pendingChanges: wrap(ports.pendingChanges),
      idempotencyRecords: wrap(ports.idempotencyRecords),
      files,
      artifacts: files,
      work: wrap(ports.work),
    },
  };
}

type Sent = readonly [method: string, path: string, call?: Parameters<ReturnType<typeof apiOn>["call"]>[2]];

/** Sends all at once, their steps interleaved, and lets the reconciler come by. */
async function sideBySide(
  harness: ResourceHarness,
  scheduler: fc.Scheduler,
  requests: readonly Sent[],
): Promise<readonly Reply[]> {
  const api = apiOn(scheduled(harness, scheduler));
  const replies = requests.map(async ([method, path, call]) => await api.call(method, path, call));
  await scheduler.waitIdle();
  const responses = await Promise.all(replies);
  for (const { status, body } of responses) {
    if (status >= 500) throw new Error(`responded with ${status} ${JSON.stringify(body)}`);
  }
  await reconcilePastGrace(harness);
  await expectWhole(harness, responses.map(({ status }) => status).join(", "));
  return responses;
}

const kinds = [
  ["TRACK", "tracks", { name: "New" }],
  ["COMPOSITION", "compositions", { programs: [{ index: 1, program: 40 }] }],
  ["MODEL", "models", { name: "New" }],
] as const;
const tags = fc.constantFrom(undefined, '"1"', '"7"');
const header = (tag: string | undefined) => (tag === undefined ? {} : { headers: { "if-match": tag } });

describe("side by side, in any order of their steps", () => {
  test.each(kinds)("PATCH and DELETE of one %s: a refused DELETE has deleted nothing", async (kind, path, change) => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), tags, tags, async (scheduler, patchTag, deleteTag) => {
        const harness = memoryHarness();
        const target = `/${path}/${await seeds[kind](harness)}`;
        const [patched, deleted] = await sideBySide(harness, scheduler, [
          ["PATCH", target, { json: change, ...header(patchTag) }],
          ["DELETE", target, header(deleteTag)],
        ]);
        const there = (await harness.rows()).length;
        expect(deleted?.status === 204 ? 0 : 1).toBe(there);
        expect([200, 404, 409, 412]).toContain(patched?.status);
        if (there === 1 && kind === "COMPOSITION") {
          expect((await apiOn(harness).call("GET", `${target}/midi`)).status).toBe(200);
        }
      }),
      { numRuns: 200 },
    );
  });

  test.each(kinds)("two DELETEs of one %s: one deletes, the other finds nothing", async (kind, path) => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const harness = memoryHarness();
        const target = `/${path}/${await seeds[kind](harness)}`;
        const replies = await sideBySide(harness, scheduler, [
          ["DELETE", target],
          ["DELETE", target],
        ]);
        expect(replies.map(({ status }) => status).sort()).toEqual([204, 404]);
      }),
    );
  });

  test("creations with one idempotency key make one track, also for its last place", async () => {
    const call = { bytes: midi, headers: { "content-type": "audio/midi", "idempotency-key": "k" } };
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 0, max: 4 }), async (scheduler, before) => {
        const harness = memoryHarness();
        for (let count = 0; count < before; count += 1) await seeds.TRACK(harness);
        const replies = await sideBySide(harness, scheduler, [
          ["POST", "/tracks", call],
          ["POST", "/tracks", call],
        ]);
        const made = new Set(replies.filter(({ status }) => status === 201).map(({ bytes }) => bytes.toString()));
        expect(made.size).toBe(1);
        expect(await harness.rows()).toHaveLength(before + 1);
        const again = await apiOn(harness).call("POST", "/tracks", call);
        expect([...made]).toEqual([again.bytes.toString()]);
      }),
      { numRuns: 200 },
    );
  });

  test("any number of changes of one composition: at most the last file and the one before stay", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 4 }), async (scheduler, count) => {
        const harness = memoryHarness();
        const target = `/compositions/${await seeds.COMPOSITION(harness)}`;
        await sideBySide(
          harness,
          scheduler,
          Array.from({ length: count }, (_, program): Sent => [
            "PATCH",
            target,
            { json: { programs: [{ index: 1, program }] } },
          ]),
        );
        const [row] = await harness.rows();
        if (row?.kind !== "COMPOSITION") throw new Error("the composition is gone");
        expect(otherRevisions(row, await harness.objects()).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test("M5: files that earlier changes left behind never stand in the way of the next", async () => {
  const harness = memoryHarness();
  const id = await seeds.COMPOSITION(harness);
  for (let revision = 2; revision <= 9; revision += 1) {
    const key = `users/${harness.sub}/compositions/${id}/${revision}.mid`;
    await harness.ports.files.write({ key, body: midi, contentType: "audio/midi" });
  }
  for (const program of [1, 2, 3]) {
    const reply = await apiOn(harness).call("PATCH", `/compositions/${id}`, {
      json: { programs: [{ index: 1, program }] },
    });
    expect(reply.status).toBe(200);
  }
  expect((await apiOn(harness).call("DELETE", `/compositions/${id}`)).status).toBe(204);
  expect(await harness.objects()).toEqual([]);
});

test("at the quota an upload is refused before its file is written", async () => {
  const harness = memoryHarness();
  for (let count = 0; count < harness.ports.quotas.tracks; count += 1) await seeds.TRACK(harness);
  const before = await harness.objects();
  const written: string[] = [];
  const files = {
    ...harness.ports.files,
    write: async ({ key }: { readonly key: string }) => void written.push(key),
  };
  const reply = await apiOn({ ...harness, ports: { ...harness.ports, files } }).call("POST", "/tracks", {
    bytes: midi,
    headers: { "content-type": "audio/midi" },
  });
  expect(reply.status).toBe(429);
  expect(written).toEqual([]);
  expect(await harness.objects()).toEqual(before);
});

test("a file that a late worker writes after the deletion is removed by the reconciler", async () => {
  const harness = memoryHarness();
  const id = await seeds.COMPOSITION(harness);
  expect((await apiOn(harness).call("DELETE", `/compositions/${id}`)).status).toBe(204);
  expect(await harness.objects()).toEqual([]);
  const key = `users/${harness.sub}/compositions/${id}/score.json`;
  await harness.ports.files.write({ key, body: midi, contentType: "application/json" });
  await reconcilePastGrace(harness);
  await expectWhole(harness, "after a late write");
});
