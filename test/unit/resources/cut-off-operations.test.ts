/** H1, H6: creating, changing and deleting what has rows and files, cut off at every step and side by side. */
import fc from "fast-check";
import { cutOffEverywhere, cutOffOperations } from "../../support/cut-off-operations";
import {
  apiOn,
  expectWhole,
  midi,
  otherRevisions,
  seeds,
  sweepPastGrace,
  type ResourceWorld,
} from "../../support/resource-world";
import type { Reply } from "../api/support/documented-api";
import { memoryWorld } from "./memory-world";

describe.each(cutOffOperations.map((operation) => [operation.name, operation] as const))("%s", (_, operation) => {
  test("cut off before or after any of its calls, it leaves nothing half-done", async () => {
    expect(await cutOffEverywhere(operation, async () => memoryWorld())).toBeGreaterThan(8);
  });
});

/** The world with ports whose calls happen in the order that the scheduler chooses. */
function scheduled(world: ResourceWorld, scheduler: fc.Scheduler): ResourceWorld {
  const wrap = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...parameters: unknown[]): Promise<unknown> => {
          await scheduler.schedule(Promise.resolve(), String(name));
          const answer: unknown = await Reflect.apply(method, target, parameters);
          return answer;
        };
      },
    });
  const { ports } = world;
  const files = wrap(ports.files);
  return {
    ...world,
    ports: {
      ...ports,
      tracks: wrap(ports.tracks),
      compositions: wrap(ports.compositions),
      models: wrap(ports.models),
      trainingJobs: wrap(ports.trainingJobs),
      pendingChanges: wrap(ports.pendingChanges),
      idempotencyRecords: wrap(ports.idempotencyRecords),
      files,
      artefacts: files,
      work: wrap(ports.work),
    },
  };
}

type Sent = readonly [method: string, path: string, call?: Parameters<ReturnType<typeof apiOn>["call"]>[2]];

/** Sends all at once, their steps interleaved, and lets the sweeper come by. */
async function sideBySide(
  world: ResourceWorld,
  scheduler: fc.Scheduler,
  requests: readonly Sent[],
): Promise<readonly Reply[]> {
  const api = apiOn(scheduled(world, scheduler));
  const replies = requests.map(async ([method, path, call]) => await api.call(method, path, call));
  await scheduler.waitIdle();
  const answers = await Promise.all(replies);
  for (const { status, body } of answers) {
    if (status >= 500) throw new Error(`answered ${status} ${JSON.stringify(body)}`);
  }
  await sweepPastGrace(world);
  await expectWhole(world, answers.map(({ status }) => status).join(", "));
  return answers;
}

const kinds = [
  ["TRACK", "tracks", { name: "New" }],
  ["COMPOSITION", "compositions", { programs: [{ index: 1, program: 40 }] }],
] as const;
const tags = fc.constantFrom(undefined, '"1"', '"7"');
const header = (tag: string | undefined) => (tag === undefined ? {} : { headers: { "if-match": tag } });

describe("side by side, in any order of their steps", () => {
  test.each(kinds)("PATCH and DELETE of one %s: a refused DELETE has deleted nothing", async (kind, path, change) => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), tags, tags, async (scheduler, patchTag, deleteTag) => {
        const world = memoryWorld();
        const target = `/${path}/${await seeds[kind](world)}`;
        const [patched, deleted] = await sideBySide(world, scheduler, [
          ["PATCH", target, { json: change, ...header(patchTag) }],
          ["DELETE", target, header(deleteTag)],
        ]);
        const there = (await world.rows()).length;
        expect(deleted?.status === 204 ? 0 : 1).toBe(there);
        expect([200, 404, 409, 412]).toContain(patched?.status);
        if (there === 1 && kind === "COMPOSITION") {
          expect((await apiOn(world).call("GET", `${target}/midi`)).status).toBe(200);
        }
      }),
      { numRuns: 200 },
    );
  });

  test.each(kinds)("two DELETEs of one %s: one deletes, the other finds nothing", async (kind, path) => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = memoryWorld();
        const target = `/${path}/${await seeds[kind](world)}`;
        const replies = await sideBySide(world, scheduler, [
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
        const world = memoryWorld();
        for (let count = 0; count < before; count += 1) await seeds.TRACK(world);
        const replies = await sideBySide(world, scheduler, [
          ["POST", "/tracks", call],
          ["POST", "/tracks", call],
        ]);
        const made = new Set(replies.filter(({ status }) => status === 201).map(({ bytes }) => bytes.toString()));
        expect(made.size).toBe(1);
        expect(await world.rows()).toHaveLength(before + 1);
        const again = await apiOn(world).call("POST", "/tracks", call);
        expect([...made]).toEqual([again.bytes.toString()]);
      }),
      { numRuns: 200 },
    );
  });

  test("any number of changes of one composition: at most the last file and the one before stay", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 4 }), async (scheduler, count) => {
        const world = memoryWorld();
        const target = `/compositions/${await seeds.COMPOSITION(world)}`;
        await sideBySide(
          world,
          scheduler,
          Array.from({ length: count }, (_, program): Sent => [
            "PATCH",
            target,
            { json: { programs: [{ index: 1, program }] } },
          ]),
        );
        const [row] = await world.rows();
        if (row?.kind !== "COMPOSITION") throw new Error("the composition is gone");
        expect(otherRevisions(row, await world.objects()).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test("M5: files that earlier changes left behind never stand in the way of the next", async () => {
  const world = memoryWorld();
  const id = await seeds.COMPOSITION(world);
  for (let revision = 2; revision <= 9; revision += 1) {
    const key = `users/${world.sub}/compositions/${id}/${revision}.mid`;
    await world.ports.files.write({ key, body: midi, contentType: "audio/midi" });
  }
  for (const program of [1, 2, 3]) {
    const reply = await apiOn(world).call("PATCH", `/compositions/${id}`, {
      json: { programs: [{ index: 1, program }] },
    });
    expect(reply.status).toBe(200);
  }
  expect((await apiOn(world).call("DELETE", `/compositions/${id}`)).status).toBe(204);
  expect(await world.objects()).toEqual([]);
});

test("at the cap an upload is refused before its file is written", async () => {
  const world = memoryWorld();
  for (let count = 0; count < world.ports.caps.tracks; count += 1) await seeds.TRACK(world);
  const before = await world.objects();
  const written: string[] = [];
  const files = {
    ...world.ports.files,
    write: async ({ key }: { readonly key: string }) => void written.push(key),
  };
  const reply = await apiOn({ ...world, ports: { ...world.ports, files } }).call("POST", "/tracks", {
    bytes: midi,
    headers: { "content-type": "audio/midi" },
  });
  expect(reply.status).toBe(429);
  expect(written).toEqual([]);
  expect(await world.objects()).toEqual(before);
});

test("a file that a late worker writes after the deletion is removed by the sweeper", async () => {
  const world = memoryWorld();
  const id = await seeds.COMPOSITION(world);
  expect((await apiOn(world).call("DELETE", `/compositions/${id}`)).status).toBe(204);
  expect(await world.objects()).toEqual([]);
  const key = `users/${world.sub}/compositions/${id}/score.json`;
  await world.ports.files.write({ key, body: midi, contentType: "application/json" });
  await sweepPastGrace(world);
  await expectWhole(world, "after a late write");
});
