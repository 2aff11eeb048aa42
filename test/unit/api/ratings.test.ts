/** How compositions are rated, and what everyone sees of it. */
import fc from "fast-check";
import type { CompositionItem } from "../../../lambdas/stores/items";
import { everyFault } from "../../support/faulty-ports";
import { apiOn, seeds } from "../../support/resource-harness";
import { memoryHarness } from "../resources/memory-harness";
import { type ComposerApi, composerApi } from "./support/composer-api";
import { problemOf } from "./support/documented-api";
import { alice, bob, composition, finishedOutput, model, stockModel } from "./support/items";

const finished = (more: Partial<CompositionItem> = {}): CompositionItem =>
  composition({ state: "COMPLETED", output: finishedOutput, ...more });
const put = (api: ComposerApi, more: Partial<CompositionItem> = {}): CompositionItem => {
  const item = finished(more);
  api.compositions.put(item);
  return item;
};
const rate = async (api: ComposerApi, { id, sub }: CompositionItem, rating: unknown, headers = {}) =>
  await api.call("POST", `/compositions/${id}/rating`, { sub, json: { rating }, headers });
const get = async (api: ComposerApi, path: string, sub = alice) => (await api.call("GET", path, { sub })).body;
const ofStockModel = async (api: ComposerApi) => await get(api, "/models/unet-gan-bach");
const ofTechniques = async (api: ComposerApi, sub = alice) => await get(api, "/technique-ratings", sub);

const none = { poor: 0, neutral: 0, good: 0 };

test("a rating stands in the composition, and is counted for its technique and its stock model", async () => {
  const api = composerApi();
  const item = put(api);
  expect(await ofTechniques(api)).toMatchObject({
    items: expect.arrayContaining([{ technique: "unet-gan", ratings: none }]),
  });
  const reply = await rate(api, item, "good");
  expect(reply).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { id: item.id, rating: "good" } });
  expect(await get(api, `/compositions/${item.id}`)).toMatchObject({ rating: "good" });
  const ratings = { ...none, good: 1, mean: 2 };
  expect(await ofStockModel(api)).toMatchObject({ ratings });
  expect(await get(api, "/models")).toMatchObject({ items: [{ id: "unet-gan-bach", ratings }] });
  expect(await ofTechniques(api)).toEqual({
    items: expect.arrayContaining([
      { technique: "unet-gan", ratings },
      { technique: "ar-cnn", ratings: none },
    ]),
  });
});

test("a second rating replaces the first, and an equal one changes nothing", async () => {
  const api = composerApi();
  const item = put(api);
  for (const rating of ["good", "poor", "poor"]) expect((await rate(api, item, rating)).status).toBe(200);
  expect((await rate(api, item, "poor")).headers["etag"]).toBe('"3"');
  expect(await ofStockModel(api)).toMatchObject({ ratings: { ...none, poor: 1, mean: 0 } });
});

test("whatever is rated in whatever order, the totals are those of the compositions", async () => {
  const rating = fc.constantFrom("poor", "neutral", "good");
  const steps = fc.array(fc.tuple(fc.nat(3), rating), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(steps, async (asked) => {
      const api = composerApi();
      const items = [put(api), put(api, { sub: bob }), put(api), put(api, { sub: bob })];
      for (const [index, word] of asked) await rate(api, items[index] ?? finished(), word);
      const expected: Record<string, number> = { ...none };
      for (const row of api.compositions.all()) {
        if (row.rating !== undefined) expected[row.rating] = (expected[row.rating] ?? 0) + 1;
      }
      expect(await api.ports.ratings.ofTechnique("unet-gan")).toEqual(expected);
      expect(await api.ports.ratings.ofStockModel(stockModel())).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test("the totals of all users say neither who has rated nor what", async () => {
  const api = composerApi();
  const theirs = put(api, { sub: bob });
  const ours = put(api);
  await rate(api, theirs, "poor");
  await rate(api, ours, "good");
  const shown = [await ofStockModel(api), await ofTechniques(api)];
  expect(shown[0]).toMatchObject({ ratings: { poor: 1, neutral: 0, good: 1, mean: 1 } });
  const rows = api.stores.table.peek("RATINGS");
  expect(rows).toHaveLength(2);
  for (const text of [JSON.stringify(shown), JSON.stringify(rows)]) {
    for (const secret of [bob, theirs.id, ours.id, alice]) expect(text).not.toContain(secret);
  }
});

test("the ratings of one's own model are seen by its owner, in its row", async () => {
  const api = composerApi();
  const own = model();
  api.models.put(own);
  const item = put(api, { model: { id: own.id, stock: false, sha256: own.sha256, bytes: own.bytes } });
  await rate(api, item, "neutral");
  const ratings = { ...none, neutral: 1, mean: 1 };
  const reply = await api.call("GET", `/models/${own.id}`);
  expect(reply).toMatchObject({ headers: { etag: '"2"' }, body: { ratings } });
  expect((await api.call("GET", `/models/${own.id}`, { sub: bob })).status).toBe(404);
  expect(await get(api, "/models")).toMatchObject({ items: [{ ratings: none }, { id: own.id, ratings }] });
  expect(await ofTechniques(api)).toMatchObject({
    items: expect.arrayContaining([{ technique: "unet-gan", ratings }]),
  });
});

test("a composition whose own model is deleted can be rated; its technique counts it", async () => {
  const api = composerApi();
  const item = put(api, { model: { id: "0".repeat(26), stock: false, sha256: "a".repeat(64), bytes: 1 } });
  expect((await rate(api, item, "good")).body).toMatchObject({ rating: "good" });
  expect(api.models.all()).toEqual([]);
  expect(await api.ports.ratings.ofTechnique("unet-gan")).toEqual({ ...none, good: 1 });
});

test("ratings stay counted when the composition is deleted", async () => {
  const api = composerApi();
  const item = put(api);
  await rate(api, item, "good");
  expect((await api.call("DELETE", `/compositions/${item.id}`)).status).toBe(204);
  expect(await ofStockModel(api)).toMatchObject({ ratings: { ...none, good: 1 } });
});

test("a stock model that is trained anew begins without ratings; pieces of the earlier file count for that", async () => {
  const api = composerApi();
  const item = put(api);
  await rate(api, item, "poor");
  const before = await api.call("GET", "/models/unet-gan-bach");
  api.stores.stockModels.add(stockModel({ sha256: "b".repeat(64) }));
  const after = await api.call("GET", "/models/unet-gan-bach", {
    headers: { "if-none-match": before.headers["etag"] ?? "" },
  });
  expect(after).toMatchObject({ status: 200, body: { ratings: none } });
  await rate(api, item, "good");
  expect(await ofStockModel(api)).toMatchObject({ ratings: none });
  expect(await api.ports.ratings.ofStockModel(stockModel())).toEqual({ ...none, good: 1 });
});

test("a stock model's ETag changes with its ratings, and only then", async () => {
  const api = composerApi();
  const item = put(api);
  const tag = (await api.call("GET", "/models/unet-gan-bach")).headers["etag"] ?? "";
  const again = async () =>
    (await api.call("GET", "/models/unet-gan-bach", { headers: { "if-none-match": tag } })).status;
  expect(await again()).toBe(304);
  await rate(api, item, "neutral");
  expect(await again()).toBe(200);
});

test.each(["PENDING", "RUNNING", "FAILED"] as const)("a composition that is %s cannot be rated", async (state) => {
  const api = composerApi();
  const item = composition({ state });
  api.compositions.put(item);
  const reply = await rate(api, item, "good");
  expect(reply.status).toBe(409);
  expect(problemOf(reply)).toMatchObject({
    code: "NOT_READY",
    detail: expect.stringContaining(state),
    errors: [{ pointer: "/rating", value: "good", allowed: "poor, neutral, good, of a COMPLETED composition" }],
  });
  expect(reply.headers["retry-after"] === undefined).toBe(state === "FAILED");
  expect(await api.ports.ratings.ofTechnique("unet-gan")).toEqual(none);
});

test.each<[object, string]>([
  [{}, "/rating"],
  [{ rating: "great" }, "/rating"],
  [{ rating: 5 }, "/rating"],
  [{ rating: null }, "/rating"],
  [{ rating: "good", comment: "!" }, "/comment"],
])("the body %j is refused with its broken field", async (json, pointer) => {
  const api = composerApi();
  const item = put(api);
  const reply = await api.call("POST", `/compositions/${item.id}/rating`, { json });
  expect(reply.status).toBe(400);
  expect(problemOf(reply)).toMatchObject({ code: "INVALID_REQUEST", errors: [{ pointer }] });
  if (pointer === "/rating") expect(problemOf(reply).errors?.[0]?.allowed).toContain("poor, neutral, good");
});

test("another user's composition cannot be rated, and looks as if there were none", async () => {
  const api = composerApi();
  const item = put(api, { sub: bob });
  const reply = await api.call("POST", `/compositions/${item.id}/rating`, { json: { rating: "poor" } });
  expect(reply.status).toBe(404);
  expect(await api.ports.ratings.ofTechnique("unet-gan")).toEqual(none);
});

test("If-Match guards a rating like any other change", async () => {
  const api = composerApi();
  const item = put(api);
  expect((await rate(api, item, "good", { "if-match": '"7"' })).status).toBe(412);
  expect((await rate(api, item, "good", { "if-match": '"1"' })).status).toBe(200);
});

test("a later change of the composition keeps its rating", async () => {
  const api = composerApi();
  const item = put(api);
  await rate(api, item, "good");
  const [rated] = api.compositions.all();
  if (rated === undefined) throw new Error("the composition is gone");
  await api.ports.compositions.change(rated, { name: "New" });
  expect(await get(api, `/compositions/${item.id}`)).toMatchObject({ name: "New", rating: "good" });
});

test("wherever a rating is cut off, it is counted once after the same request is sent again", async () => {
  const once = memoryHarness();
  const dry = apiOn(once);
  await dry.call("POST", `/compositions/${await seeds.COMPOSITION(once)}/rating`, { json: { rating: "good" } });
  const faults = everyFault(dry.calls());
  expect(faults.length).toBeGreaterThanOrEqual(8);
  for (const fault of faults) {
    const harness = memoryHarness();
    const path = `/compositions/${await seeds.COMPOSITION(harness)}/rating`;
    await apiOn(harness, fault).call("POST", path, { json: { rating: "good" } });
    expect((await apiOn(harness).call("POST", path, { json: { rating: "good" } })).status).toBe(200);
    expect(await harness.ports.ratings.ofTechnique("unet-gan")).toEqual({ ...none, good: 1 });
    expect(await harness.ports.ratings.ofStockModel(stockModel())).toEqual({ ...none, good: 1 });
  }
});
