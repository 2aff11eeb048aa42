/** What users do with models: list, rename and delete them. */
import * as z from "zod";
import { composerApi } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";
import { alice, bob, composition, model, stockModel } from "./support/items";

describe("models", () => {
  const idsSchema = z.object({
    items: z.array(z.object({ id: z.string(), stock: z.boolean() })),
    nextCursor: z.string().optional(),
  });

  test("are listed stock first, then the caller's newest first, one cursor through both", async () => {
    for (const limit of [1, 2, 3, 100]) {
      const api = composerApi();
      api.stores.stockModels.add(stockModel({ id: "a-stock-model" }));
      for (const letter of ["A", "B", "C"]) api.models.put(model({ id: letter.repeat(26) }));
      api.models.put(model({ sub: bob }));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const query = cursor === undefined ? "" : `&cursor=${cursor}`;
        const page = resourceOf(await api.call("GET", `/models?limit=${limit}${query}`), idsSchema);
        expect(page.items.length).toBeGreaterThan(0);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(["a-stock-model", "unet-gan-bach", "C".repeat(26), "B".repeat(26), "A".repeat(26)]);
    }
  });

  test("are got and deleted by their owner; stock ones by nobody; none while a composition needs it", async () => {
    const api = composerApi();
    const own = model();
    api.models.put(own);
    expect((await api.call("GET", "/models/unet-gan-bach")).body).toMatchObject({ stock: true });
    expect((await api.call("GET", `/models/${own.id}`)).body).toMatchObject({
      stock: false,
      trainingJobId: own.trainingJobId,
    });
    expect((await api.call("GET", `/models/${own.id}`, { sub: bob })).status).toBe(404);
    expect(problemOf(await api.call("DELETE", "/models/unet-gan-bach"))).toMatchObject({
      status: 409,
      code: "STOCK_MODEL",
    });
    expect((await api.call("DELETE", "/models/nothing")).status).toBe(404);
    const user = composition({ model: { id: own.id, stock: false, sha256: own.sha256, bytes: 1 } });
    api.compositions.put(user);
    expect(problemOf(await api.call("DELETE", `/models/${own.id}`)).code).toBe("IN_USE");
    api.compositions.drop(user);
    expect((await api.call("DELETE", `/models/${own.id}`)).status).toBe(204);
    expect(api.stores.quotaOf(alice, "models")).toBe(-1);
  });

  test("are renamed by their owner, as the client has seen them where it says so; stock ones by nobody", async () => {
    const api = composerApi();
    const own = model({ trainingJobId: "J".repeat(26) });
    api.models.put(own);
    const path = `/models/${own.id}`;
    const json = { name: "Minor keys" };
    const first = await api.call("PATCH", path, { json, headers: { "if-match": '"1"' } });
    expect(first).toMatchObject({ status: 200, body: { id: own.id, name: "Minor keys", stock: false } });
    expect(first.headers["etag"]).toBe('"2"');
    const late = { json: { name: "Late" }, headers: { "if-match": '"1"' } };
    expect(problemOf(await api.call("PATCH", path, late))).toMatchObject({ status: 412, code: "VERSION_MISMATCH" });
    const theirs = await api.call("PATCH", path, { json, sub: bob });
    const missing = await api.call("PATCH", `/models/${"0".repeat(26)}`, { json, sub: bob });
    expect([theirs.status, missing.status]).toEqual([404, 404]);
    expect(problemOf(theirs).detail.replace(own.id, "")).toBe(problemOf(missing).detail.replace("0".repeat(26), ""));
    expect(problemOf(await api.call("PATCH", "/models/unet-gan-bach", { json }))).toMatchObject({
      status: 409,
      code: "STOCK_MODEL",
      detail: expect.stringContaining("cannot be changed") as unknown,
    });
    expect((await api.call("GET", path)).body).toMatchObject({ name: "Minor keys" });
    expect((await api.call("GET", "/models/unet-gan-bach")).body).toMatchObject({ name: "A model" });
  });
});
