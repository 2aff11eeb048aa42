/** What users do with models: list, hear, rename and delete them. */
import * as z from "zod";
import { modelSampleListSchema } from "../../../domain/schemas/api/models";
import { sampleFile, stockSampleKey, trainingJobPrefix } from "../../../naming/object-keys";
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
    expect(problemOf(await api.call("DELETE", `/models/${own.id}`))).toMatchObject({
      code: "IN_USE",
      usedBy: [{ type: "composition", id: user.id, name: user.name }],
    });
    const others = Array.from({ length: 24 }, () => composition({ model: user.model }));
    for (const other of others) api.compositions.put(other);
    const crowded = problemOf(await api.call("DELETE", `/models/${own.id}`));
    expect(crowded.usedBy).toHaveLength(20);
    expect(crowded).toMatchObject({ usedByMore: 5, detail: expect.stringContaining("and 20 more") as unknown });
    for (const one of [user, ...others]) api.compositions.drop(one);
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

describe("the samples of a model", () => {
  const midi = Buffer.from("MThd a piece");

  test("of a stock model are those that came with it, and everyone's", async () => {
    const api = composerApi();
    const stock = stockModel();
    for (const melodyId of ["ode-to-joy", "twinkle-twinkle"])
      api.files.objects.set(stockSampleKey(stock, melodyId), midi);
    api.files.objects.set(stockSampleKey({ ...stock, sha256: "b".repeat(64) }, "new-world"), midi);
    const path = `/models/${stock.id}/samples`;
    const reply = await api.call("GET", path, { sub: bob });
    expect(reply.body).toEqual({
      items: [
        { melodyId: "ode-to-joy", href: `${path}/ode-to-joy` },
        { melodyId: "twinkle-twinkle", href: `${path}/twinkle-twinkle` },
      ],
      melodies: [
        { id: "twinkle-twinkle", name: "Twinkle, Twinkle, Little Star", bars: 12 },
        { id: "ode-to-joy", name: "Ode to Joy", bars: 8 },
      ],
    });
    const known = { headers: { "if-none-match": reply.headers["etag"] ?? "" } };
    expect((await api.call("GET", path, known)).status).toBe(304);
    const piece = await api.call("GET", `${path}/ode-to-joy`);
    expect(piece).toMatchObject({ status: 200, bytes: midi });
    expect(piece.headers["content-disposition"]).toContain("A model ode-to-joy.mid");
    const url = await api.call("GET", `${path}/ode-to-joy`, { headers: { accept: "application/json" } });
    expect(url.body).toMatchObject({ url: expect.stringContaining(stockSampleKey(stock, "ode-to-joy")) as unknown });
    expect((await api.call("GET", `${path}/new-world`)).status).toBe(404);
    expect((await api.call("GET", "/models/no-model/samples")).status).toBe(404);
  });

  test("of an own model are its job's of the last epoch, its owner's alone, and gone with the job", async () => {
    const api = composerApi();
    const own = model();
    api.models.put(own);
    const job = { sub: own.sub, id: own.trainingJobId };
    const key = (epoch: number) => `${trainingJobPrefix(job)}${sampleFile(epoch, "ode-to-joy")}`;
    for (const epoch of [2, 12_000, 9]) api.files.objects.set(key(epoch), Buffer.from(`MThd ${epoch}`));
    api.files.objects.set(`${trainingJobPrefix(job)}samples/epoch-99999/notes.txt`, midi);
    const path = `/models/${own.id}/samples`;
    const list = resourceOf(await api.call("GET", path), modelSampleListSchema);
    expect(list).toEqual({
      items: [{ melodyId: "ode-to-joy", epoch: 12_000, href: `${path}/ode-to-joy` }],
      melodies: [{ id: "ode-to-joy", name: "Ode to Joy", bars: 8 }],
    });
    expect((await api.call("GET", `${path}/ode-to-joy`)).bytes).toEqual(Buffer.from("MThd 12000"));
    for (const target of [path, `${path}/ode-to-joy`]) {
      expect((await api.call("GET", target, { sub: bob })).status).toBe(404);
      expect((await api.call("GET", `${target}?epoch=2`)).status).toBe(400);
    }
    api.files.objects.clear();
    expect((await api.call("GET", path)).body).toEqual({ items: [], melodies: [] });
    expect(problemOf(await api.call("GET", `${path}/ode-to-joy`)).code).toBe("NOT_FOUND");
  });

  test("that are damaged are told as such", async () => {
    const api = composerApi();
    api.files.objects.set(stockSampleKey(stockModel(), "ode-to-joy"), Buffer.from("no MIDI"));
    const reply = await api.call("GET", "/models/unet-gan-bach/samples/ode-to-joy");
    expect(problemOf(reply)).toMatchObject({
      status: 410,
      code: "FILE_LOST",
      detail: expect.stringContaining("sample ode-to-joy of model unet-gan-bach is damaged") as unknown,
    });
  });
});
