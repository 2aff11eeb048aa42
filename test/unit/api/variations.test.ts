/** `POST /compositions` with `variations`: several pieces of one request, which differ in their seed. */
import * as fc from "fast-check";
import { compositionListSchema, compositionSchema } from "../../../domain/schemas/api/compositions";
import { maxSeed, maxVariations } from "../../../domain/schemas/composition-parts";
import { isFinalCompositionState } from "../../../domain/states/composition-state";
import { TableBusy } from "../../../lambdas/stores/table";
import { compositionMidiKey } from "../../../naming/object-keys";
import { variationGroupKey } from "../../../naming/table-keys";
import { ComposingHarness } from "../../faults/composing-harness";
import { compose } from "../../support/changing-requests";
import { type ComposerApi, composerApi, composerOperations } from "./support/composer-api";
import { documentedApi, problemOf, type Reply, resourceOf } from "./support/documented-api";
import { alice, bob, quotas } from "./support/items";

const arranged = {
  name: "Evening",
  technique: "arranger",
  input: { sampleMelodyId: "twinkle-twinkle" },
};
const post = async (api: ComposerApi, more: object, key?: string, sub = alice): Promise<Reply> =>
  await api.call("POST", "/compositions", {
    sub,
    json: { ...arranged, ...more },
    headers: key === undefined ? {} : { "idempotency-key": key },
  });
const listOf = (reply: Reply) => resourceOf(reply, compositionListSchema);
const openOf = (api: ComposerApi, sub = alice): number => api.stores.quotaOf(sub, "openCompositions");

describe("a request for variations", () => {
  test("gets 202 with their list, which is the list that Location names", async () => {
    const api = composerApi();
    const reply = await post(api, { seed: 7, variations: 4 });
    expect(reply.status).toBe(202);
    const { items, total } = listOf(reply);
    expect(items.map(({ seed }) => seed)).toEqual([7, 8, 9, 10]);
    expect(total).toBe(4);
    const [first] = items;
    expect(new Set(items.map(({ variationGroup }) => variationGroup)).size).toBe(1);
    const location = `/compositions?variationGroup=${first?.variationGroup ?? ""}`;
    expect(reply.headers).toMatchObject({ location, "retry-after": "1" });
    const listed = await api.call("GET", location);
    expect(listed.body).toEqual(reply.body);
    expect(listed.headers["etag"]).toBe(reply.headers["etag"]);
    expect(api.compositions.all()).toHaveLength(4);
    expect(api.metrics).toEqual(["CompositionsSubmitted"]);
  });

  test("of one gets a list as well, and one that asks for none gets the composition", async () => {
    const api = composerApi();
    expect(listOf(await post(api, { variations: 1 })).items).toHaveLength(1);
    const alone = resourceOf(await post(api, {}), compositionSchema);
    expect(alone).not.toHaveProperty("variationGroup");
    expect(api.stores.variationGroups()).toMatchObject([{ open: 1 }]);
  });

  test("without a seed draws the first one, so that all fit", async () => {
    const api = composerApi();
    const drawing = async (seed: number): Promise<readonly number[]> => {
      const ports = { ...api.ports, randomSeed: () => seed };
      const reply = await documentedApi(composerOperations(ports)).call("POST", "/compositions", {
        json: { ...arranged, variations: 3 },
      });
      return listOf(reply).items.map((item) => item.seed);
    };
    expect(await drawing(1234)).toEqual([1234, 1235, 1236]);
    expect(await drawing(maxSeed)).toEqual([maxSeed - 2, maxSeed - 1, maxSeed]);
  });

  test("is refused by field, with what is allowed", async () => {
    const api = composerApi();
    for (const variations of [0, maxVariations + 1, 1.5, "4", null]) {
      const reply = await post(api, { variations });
      expect(reply.status).toBe(400);
      expect(problemOf(reply).errors).toMatchObject([
        { pointer: "/variations", value: variations, allowed: `an integer, 1 to ${maxVariations}` },
      ]);
    }
    expect(problemOf(await post(api, { seed: maxSeed - 2, variations: 4 })).errors).toEqual([
      {
        pointer: "/seed",
        reason: "leaves no seeds for all variations",
        value: maxSeed - 2,
        allowed: `an integer, 0 to ${maxSeed - 3} with 4 variations`,
      },
    ]);
    expect((await post(api, { seed: maxSeed - 3, variations: 4 })).status).toBe(202);
    expect(api.compositions.all()).toHaveLength(4);
  });

  test("with the same Idempotency-Key gets the same list again, and makes nothing", async () => {
    const api = composerApi();
    const first = await post(api, { variations: 3 }, "k");
    const again = await post(api, { variations: 3 }, "k");
    expect(again.bytes).toEqual(first.bytes);
    expect(again.headers).toMatchObject({
      "idempotent-replayed": "true",
      location: first.headers["location"],
      etag: first.headers["etag"],
    });
    expect(problemOf(await post(api, { variations: 2 }, "k")).code).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(api.compositions.all()).toHaveLength(3);
    expect(openOf(api)).toBe(1);
  });

  test("is refused as a whole where the quota has no room for all, and leaves nothing", async () => {
    const api = composerApi();
    // Ten may be kept.
    expect((await post(api, { variations: 8 })).status).toBe(202);
    const refused = await post(api, { variations: 3 }, "k");
    expect(refused.status).toBe(429);
    expect(problemOf(refused).errors).toMatchObject([{ allowed: `at most ${quotas.compositions}` }]);
    expect(api.compositions.all()).toHaveLength(8);
    expect(api.stores.variationGroups()).toHaveLength(1);
    expect((await post(api, { variations: 2 }, "k")).status).toBe(202);
  });

  test("is another user's neither to see nor to count", async () => {
    const api = composerApi();
    const { headers } = await post(api, { variations: 2 });
    expect(listOf(await api.call("GET", headers["location"] ?? "", { sub: bob }))).toEqual({ items: [], total: 0 });
    expect(openOf(api, bob)).toBe(0);
    expect(problemOf(await api.call("GET", "/compositions?variationGroup=mine")).errors).toMatchObject([
      { pointer: "?variationGroup", value: "mine" },
    ]);
  });
});

describe("the place in the quota", () => {
  test("is one for all, and open variations cannot be deleted", async () => {
    const api = composerApi();
    const [one] = listOf(await post(api, { variations: 3 })).items;
    expect(openOf(api)).toBe(1);
    const { body } = await api.call("GET", "/usage");
    expect(body).toMatchObject({ used: { openCompositions: 1, compositions: 3 } });
    const refused = await api.call("DELETE", `/compositions/${one?.id ?? ""}`);
    expect(problemOf(refused).code).toBe("NOT_FINAL");
    expect(openOf(api)).toBe(1);
  });

  test("whatever ends, fails, is ended unread, deleted or tried again, it is freed once, with the last one", async () => {
    const step = fc.record({
      piece: fc.nat(5),
      act: fc.constantFrom("fail", "abandon", "endUnread", "delete", "claim" as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 30 }), async (variations, steps) => {
        const api = composerApi();
        const { items } = listOf(await post(api, { variations }));
        // Another group and a single piece are not touched by it.
        await post(api, { variations: 2 });
        await post(api, {});
        const failure = { code: "X", message: "It failed.", retryable: false };
        for (const { piece, act } of steps) {
          const owned = { sub: alice, id: items[piece]?.id ?? "0".repeat(26) };
          const row = await api.compositions.get(owned);
          if (act === "delete") await api.call("DELETE", `/compositions/${owned.id}`);
          else if (act === "claim") await api.compositions.claim(owned, new Date("2026-01-31T12:00:00.000Z"));
          else if (act === "fail") await api.compositions.fail({ ...owned, attempt: row?.attempt ?? 0 }, failure);
          else if (act === "abandon") await api.compositions.abandon(owned, failure);
          else await api.compositions.endUnread(owned, { failure });
          const group = items[0]?.variationGroup;
          const members = api.compositions.all().filter(({ variationGroup }) => variationGroup === group);
          const open = members.filter(({ state }) => !isFinalCompositionState(state)).length;
          expect(openOf(api)).toBe(open === 0 ? 2 : 3);
          const rows = api.stores.variationGroups().filter(({ id }) => id === group);
          expect(rows.map((one) => one.open)).toEqual(open === 0 ? [] : [open]);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("is freed as well if the group's row was lost: a piece can always end", async () => {
    const api = composerApi();
    const [one] = listOf(await post(api, { variations: 2 })).items;
    const { variationGroup = "", id = "" } = one ?? {};
    api.stores.table.put(variationGroupKey(alice, variationGroup), undefined);
    const failure = { code: "X", message: "It failed.", retryable: false };
    expect(await api.compositions.abandon({ sub: alice, id }, failure)).toMatchObject({ kind: "DONE" });
  });

  test("is freed once when a function is killed before or after any of its writes, and the end is tried again", async () => {
    const failure = { code: "X", message: "It failed.", retryable: false };
    for (const moment of ["before", "after"] as const) {
      for (let killedAt = 1; killedAt <= 3; killedAt += 1) {
        const api = composerApi();
        const { items } = listOf(await post(api, { variations: 2 }));
        const write = api.stores.table.write.bind(api.stores.table);
        let writes = 0;
        jest.spyOn(api.stores.table, "write").mockImplementation(async (parts) => {
          writes += 1;
          if (writes === killedAt && moment === "before") throw new TableBusy("killed");
          const result = await write(parts);
          if (writes === killedAt && moment === "after") throw new TableBusy("killed");
          return result;
        });
        for (const { id } of items) {
          const owned = { sub: alice, id };
          for (let tries = 1; tries <= 2; tries += 1) {
            await api.compositions.abandon(owned, failure).catch((error: unknown) => {
              expect(error).toBeInstanceOf(TableBusy);
            });
          }
        }
        expect(api.compositions.all().map(({ state }) => state)).toEqual(["FAILED", "FAILED"]);
        expect(openOf(api)).toBe(0);
        expect(api.stores.variationGroups()).toEqual([]);
      }
    }
  });
});

test("each is made on its own, with the same bytes as a single composition of its seed", async () => {
  const bytesOf = async (asked: object): Promise<ReadonlyMap<number, string>> => {
    const harness = new ComposingHarness();
    await harness.request("createComposition", "POST", "/compositions", { json: { ...arranged, ...asked } });
    await harness.live();
    expect(harness.problems()).toEqual([]);
    const made = harness.api.compositions.all().map((row): [number, string] => {
      const bytes = harness.api.files.objects.get(compositionMidiKey(row, row.midi ?? { revision: 0 }));
      return [row.seed, Buffer.from(bytes ?? []).toString("base64")];
    });
    return new Map(made);
  };
  const together = await bytesOf({ seed: 5, variations: 3 });
  expect([...together.keys()].sort()).toEqual([5, 6, 7]);
  expect(new Set(together.values()).size).toBeGreaterThan(1);
  for (const [seed, bytes] of together) {
    expect(bytes.length).toBeGreaterThan(100);
    expect((await bytesOf({ seed })).get(seed)).toBe(bytes);
  }
});

test("one fails and the others are completed, and the place is free", async () => {
  const harness = new ComposingHarness();
  harness.responses.push({ kind: "MODEL_ERROR", status: 400, body: "<html>" });
  const { method, path, call } = compose({ variations: 3 });
  await harness.request("createComposition", method, path, call);
  await harness.live();
  expect(harness.problems()).toEqual([]);
  const states = harness.api.compositions.all().map(({ state }) => state);
  expect([...states].sort()).toEqual(["COMPLETED", "COMPLETED", "FAILED"]);
  expect(openOf(harness.api)).toBe(0);
});
