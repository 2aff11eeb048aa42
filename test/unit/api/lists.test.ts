/** The lists of tracks, compositions, models and training jobs: filters, order, pages, totals and entity tags. */
import * as fc from "fast-check";
import * as z from "zod";
import { type ComposerApi, composerApi } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";
import { bob, composition, finishedOutput, model, stockModel, track, trainingJob } from "./support/items";

const pageSchema = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string() })),
  total: z.int(),
  nextCursor: z.string().optional(),
});
const idOf = (text: string): string => text.padEnd(26, "0");
const listed = async (api: ComposerApi, target: string) => resourceOf(await api.call("GET", target), pageSchema);
const names = async (api: ComposerApi, target: string): Promise<readonly string[]> =>
  (await listed(api, target)).items.map(({ name }) => name);

/** Reads a list to its end. The next pages are asked for by the cursor alone. */
async function everyPage(api: ComposerApi, path: string, query: string, limit: number) {
  const found: string[] = [];
  const totals = new Set<number>();
  let cursor: string | undefined;
  do {
    const target = `${path}?limit=${limit}${cursor === undefined ? query : `&cursor=${cursor}`}`;
    const page = await listed(api, target);
    found.push(...page.items.map(({ id }) => id));
    totals.add(page.total);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return { found, totals: [...totals] };
}

describe("filters", () => {
  test("choose compositions by technique, state, model, input and name, all that are given", async () => {
    const api = composerApi();
    const [trackId, pieceId] = [idOf("TRACK"), idOf("P1ECE")];
    api.compositions.put(composition({ name: "One", state: "COMPLETED", output: finishedOutput }));
    api.compositions.put(composition({ name: "Two", input: { trackId } }));
    api.compositions.put(composition({ name: "Three", input: { compositionId: pieceId, trackIndex: 1 } }));
    api.compositions.put(
      composition({
        name: "Four",
        technique: "ar-cnn",
        model: { id: "ar-cnn-bach", stock: true, sha256: "a".repeat(64), bytes: 1 },
        input: { trackId },
      }),
    );
    api.compositions.put(composition({ name: "Theirs", sub: bob, input: { trackId } }));
    const chosen = async (query: string) => [...(await names(api, `/compositions?${query}`))].sort();
    expect(await chosen("technique=unet-gan")).toEqual(["One", "Three", "Two"]);
    expect(await chosen("state=COMPLETED")).toEqual(["One"]);
    expect(await chosen("modelId=ar-cnn-bach")).toEqual(["Four"]);
    expect(await chosen(`input=trackId:${trackId}`)).toEqual(["Four", "Two"]);
    expect(await chosen(`input=compositionId:${pieceId}`)).toEqual(["Three"]);
    expect(await chosen(`input=compositionId:${trackId}`)).toEqual([]);
    expect(await chosen(`input=trackId:${trackId}&technique=ar-cnn`)).toEqual(["Four"]);
    expect(await chosen("q=O&technique=unet-gan")).toEqual(["One", "Two"]);
  });

  test("choose training jobs by technique, state and the model that they left", async () => {
    const api = composerApi();
    const modelId = idOf("MDE");
    api.trainingJobs.put(trainingJob({ name: "Ready", state: "READY", modelId }));
    api.trainingJobs.put(trainingJob({ name: "Waiting", technique: "transformer" }));
    expect(await names(api, "/training-jobs?technique=transformer")).toEqual(["Waiting"]);
    expect(await names(api, "/training-jobs?state=READY")).toEqual(["Ready"]);
    expect(await names(api, `/training-jobs?modelId=${modelId}`)).toEqual(["Ready"]);
    expect(await names(api, "/training-jobs?state=FAILED")).toEqual([]);
  });

  test("choose models by technique, and stock ones or own ones", async () => {
    const api = composerApi();
    api.stores.stockModels.add(stockModel({ id: "ar-cnn-bach", name: "Stock AR-CNN", technique: "ar-cnn" }));
    api.models.put(model({ name: "Own AR-CNN", technique: "ar-cnn" }));
    api.models.put(model({ name: "Own U-Net" }));
    expect(await names(api, "/models?technique=ar-cnn")).toEqual(["Stock AR-CNN", "Own AR-CNN"]);
    expect(await names(api, "/models?stock=true&q=stock")).toEqual(["Stock AR-CNN"]);
    expect([...(await names(api, "/models?stock=false"))].sort()).toEqual(["Own AR-CNN", "Own U-Net"]);
  });

  test("find names whatever their capitals and accents", async () => {
    const api = composerApi();
    for (const name of ["Ténor", "tenor 2", "Bass", "Straße"]) api.tracks.put(track({ name }));
    expect([...(await names(api, "/tracks?q=TENOR"))].sort()).toEqual(["Ténor", "tenor 2"]);
    expect(await names(api, `/tracks?q=${encodeURIComponent("t\u00e9nor 2")}`)).toEqual(["tenor 2"]);
    expect(await listed(api, "/tracks?q=none")).toEqual({ items: [], total: 0 });
  });

  test("that do not exist, or have another value, are refused with every one of them", async () => {
    const api = composerApi();
    const refused = async (target: string) => {
      const { status, errors = [] } = problemOf(await api.call("GET", target));
      expect(status).toBe(400);
      return errors.map(({ pointer, allowed }) => [pointer, allowed]);
    };
    expect(await refused("/tracks?technique=ar-cnn&sort=bars&order=up&q=")).toEqual([
      ["?q", expect.stringContaining("1 to 100")],
      ["?sort", expect.stringContaining("name")],
      ["?order", expect.stringContaining("asc")],
      ["?technique", expect.stringContaining("sort")],
    ]);
    expect(await refused("/compositions?input=trackId:1&state=DONE")).toEqual([
      ["?state", expect.stringContaining("COMPLETED")],
      ["?input", expect.stringContaining("trackId:{id}")],
    ]);
    expect(await refused("/models?stock=yes&technique=arranger")).toEqual([
      ["?technique", expect.stringContaining("unet-gan")],
      ["?stock", expect.stringContaining("true")],
    ]);
    expect((await refused("/training-jobs?modelId=unet-gan-bach")).map(([pointer]) => pointer)).toEqual(["?modelId"]);
  });
});

describe("order", () => {
  test("is newest first, or as it is asked for; numbers in names count as numbers", async () => {
    const api = composerApi();
    const created = (second: number) => ({ createdAt: `2026-01-31T12:00:0${second}.000Z` });
    api.tracks.put(track({ name: "Take 10", ...created(2) }));
    api.tracks.put(track({ name: "take 9", ...created(3) }));
    api.tracks.put(track({ name: "Étude", ...created(1) }));
    expect(await names(api, "/tracks")).toEqual(["take 9", "Take 10", "Étude"]);
    expect(await names(api, "/tracks?order=asc")).toEqual(["Étude", "Take 10", "take 9"]);
    expect(await names(api, "/tracks?sort=name")).toEqual(["Étude", "take 9", "Take 10"]);
    expect(await names(api, "/tracks?sort=name&order=desc")).toEqual(["Take 10", "take 9", "Étude"]);
  });

  test("of models keeps the stock models first", async () => {
    const api = composerApi();
    api.models.put(model({ name: "A first name" }));
    for (const order of ["asc", "desc"]) {
      expect((await listed(api, `/models?sort=name&order=${order}`)).items.map(({ id }) => id)[0]).toBe(
        "unet-gan-bach",
      );
    }
  });

  test("gives each item once, on pages of any size, and the pages together are the whole list", async () => {
    const row = fc.record({
      name: fc.constantFrom("a", "B", "é", "e", "10", "9"),
      second: fc.integer({ min: 0, max: 3 }),
      technique: fc.constantFrom("unet-gan" as const, "ar-cnn" as const),
    });
    const query = fc.record({
      sort: fc.constantFrom("", "&sort=name", "&sort=createdAt"),
      order: fc.constantFrom("", "&order=asc", "&order=desc"),
      filter: fc.constantFrom("", "&technique=ar-cnn", "&q=e"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 12 }),
        query,
        fc.integer({ min: 1, max: 5 }),
        async (rows, { sort, order, filter }, limit) => {
          const api = composerApi();
          rows.forEach(({ name, second, technique }, index) => {
            const createdAt = `2026-01-31T12:00:0${second}.000Z`;
            api.compositions.put(composition({ id: idOf(String(index).padStart(2, "0")), name, technique, createdAt }));
          });
          const asked = `${sort}${order}${filter}`;
          const whole = await listed(api, `/compositions?limit=100${asked}`);
          const { found, totals } = await everyPage(api, "/compositions", asked, limit);
          expect(found).toEqual(whole.items.map(({ id }) => id));
          expect(totals).toEqual([whole.total]);
          expect(whole.total).toBe(found.length);
          const wanted = rows.filter(({ name, technique }) =>
            filter === "" ? true : filter === "&q=e" ? /[eé]/.test(name) : technique === "ar-cnn",
          );
          expect(found).toHaveLength(wanted.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a cursor", () => {
  test("goes on after an item that was deleted or renamed meanwhile", async () => {
    const api = composerApi();
    const rows = ["A", "B", "C", "D"].map((name) => track({ name, id: idOf(name) }));
    for (const one of rows) api.tracks.put(one);
    const first = await listed(api, "/tracks?limit=2&sort=name");
    const [, second] = rows;
    if (second === undefined) throw new Error("there is no second track");
    api.tracks.drop(second);
    expect(await names(api, `/tracks?cursor=${first.nextCursor ?? ""}`)).toEqual(["C", "D"]);
  });

  test("is refused beside other filters or another order, by field", async () => {
    const api = composerApi();
    for (const name of ["A", "B"]) api.compositions.put(composition({ name }));
    const { nextCursor = "" } = await listed(api, "/compositions?limit=1&technique=unet-gan&sort=name");
    const target = `/compositions?cursor=${nextCursor}`;
    expect(await names(api, `${target}&technique=unet-gan&sort=name`)).toEqual(["B"]);
    const problem = problemOf(await api.call("GET", `${target}&technique=ar-cnn&sort=createdAt&state=FAILED`));
    expect(problem).toMatchObject({ status: 400, code: "INVALID_CURSOR" });
    expect(problem.errors).toEqual([
      expect.objectContaining({ pointer: "?sort", value: "createdAt", allowed: "`name`, or no value" }),
      expect.objectContaining({ pointer: "?technique", value: "ar-cnn", allowed: "`unet-gan`, or no value" }),
      expect.objectContaining({ pointer: "?state", value: "FAILED" }),
    ]);
  });

  test("with filters that the list does not have was not given by it", async () => {
    const api = composerApi();
    for (const name of ["A", "B"]) api.tracks.put(track({ name }));
    const { nextCursor = "" } = await listed(api, "/tracks?limit=1");
    const content = z.looseObject({}).parse(JSON.parse(Buffer.from(nextCursor, "base64url").toString("utf8")));
    const forged = Buffer.from(JSON.stringify({ ...content, f: { sort: "bars" } })).toString("base64url");
    expect(problemOf(await api.call("GET", `/tracks?cursor=${forged}`)).code).toBe("INVALID_CURSOR");
  });
});

describe.each(["/tracks", "/compositions", "/models", "/training-jobs"])("the list %s", (path) => {
  test("is not sent again to who has it, until something in it changes", async () => {
    const api = composerApi();
    api.tracks.put(track());
    api.compositions.put(composition());
    api.models.put(model());
    api.trainingJobs.put(trainingJob());
    const first = await api.call("GET", path);
    const headers = { "if-none-match": first.headers["etag"] ?? "" };
    const again = await api.call("GET", path, { headers });
    expect([again.status, again.bytes.length, again.headers["etag"]]).toEqual([304, 0, first.headers["etag"]]);
    expect((await api.call("GET", path, { headers, sub: bob })).status).toBe(200);
    api.tracks.put(track());
    api.compositions.put(composition());
    api.models.put(model());
    api.trainingJobs.put(trainingJob());
    const changed = await api.call("GET", path, { headers });
    expect(changed.status).toBe(200);
    expect(changed.headers["etag"]).not.toBe(first.headers["etag"]);
  });
});
