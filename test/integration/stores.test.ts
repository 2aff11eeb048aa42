/** The repositories of the API against real conditional writes, transactions and queries. */
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { ownedKey, quotaKey, stockModelKey } from "../../naming/table-keys";
import { compositionItemSchema, trackItemSchema, trainingJobItemSchema } from "../../domain/schemas/items";
import {
  AlreadyAnswered,
  CapReached,
  ItemNotFound,
  ReferenceGone,
  StaleItem,
  TableBusy,
} from "../../lambdas/stores/outcome";
import { createCompositions } from "../../lambdas/stores/compositions";
import { createIdempotencyRecords, type IdempotencyWrite } from "../../lambdas/stores/idempotency-records";
import { createOpenWork } from "../../lambdas/stores/open-work";
import { createOwnedRows } from "../../lambdas/stores/owned-rows";
import { createStockModels } from "../../lambdas/stores/stock-models";
import { caps, composition, stockModel, track, trainingJob } from "../unit/api/support/items";
import { startLocalTable, type LocalTable } from "./support/local-table";

let local: LocalTable;
beforeAll(async () => {
  local = await startLocalTable();
});
afterAll(async () => {
  await local.stop();
});

/** Every test has users of its own. */
let users = 0;
const newUser = (): string => `user-${(users += 1)}`;
const tracks = () => createOwnedRows({ table: local.table, kind: "TRACK", schema: trackItemSchema });
const compositions = () => createOwnedRows({ table: local.table, kind: "COMPOSITION", schema: compositionItemSchema });
const jobs = () => createOwnedRows({ table: local.table, kind: "TRAINING_JOB", schema: trainingJobItemSchema });
const quota = async (sub: string) =>
  (await local.table.client.send(new GetCommand({ TableName: local.table.tableName, Key: quotaKey(sub) }))).Item;

function remembered(sub: string, key: string, body: string, requestHash = "b".repeat(64)): IdempotencyWrite {
  return {
    claim: { sub, route: "POST /tracks", key, requestHash },
    record: {
      schemaVersion: 1,
      kind: "IDEMPOTENCY",
      requestHash,
      status: 201,
      location: "/tracks/x",
      body,
      expiresAt: Math.floor(Date.now() / 1000) + 3600,
    },
  };
}

describe("owned items", () => {
  test("are found by their owner and by nobody else", async () => {
    const [sub, other] = [newUser(), newUser()];
    const item = track({ sub });
    await tracks().create({ item, raise: { tracks: 1 }, caps });
    expect(await tracks().load({ sub, id: item.id })).toEqual(item);
    expect(await tracks().get({ sub: other, id: item.id })).toBeUndefined();
    await expect(tracks().load({ sub: other, id: item.id })).rejects.toThrow(ItemNotFound);
    expect(await compositions().get({ sub, id: item.id })).toBeUndefined();
  });

  test("are read although a newer version has added attributes", async () => {
    const sub = newUser();
    const item = track({ sub });
    await local.table.client.send(
      new PutCommand({
        TableName: local.table.tableName,
        Item: {
          ...item,
          ...ownedKey("TRACK", sub, item.id),
          mood: "calm",
          tracks: item.tracks.map((one) => ({ ...one, colour: "red" })),
        },
      }),
    );
    expect(await tracks().load({ sub, id: item.id })).toEqual(item);
  });

  test("that do not fit their schema are an error, not missing", async () => {
    const sub = newUser();
    const item = track({ sub });
    await local.table.client.send(
      new PutCommand({
        TableName: local.table.tableName,
        Item: { ...item, ...ownedKey("TRACK", sub, item.id), bars: "many" },
      }),
    );
    await expect(tracks().get({ sub, id: item.id })).rejects.toThrow(/bars/);
  });

  test("are listed newest first, page by page, each once, also while the list changes", async () => {
    const sub = newUser();
    const ids = Array.from({ length: 7 }, (_, index) => `0${index}`.padEnd(26, "A"));
    for (const id of ids) await tracks().create({ item: track({ sub, id }), raise: {}, caps });
    // Sorts after every track, and is no track.
    await jobs().create({ item: trainingJob({ sub }), raise: {}, caps });
    const seen: string[] = [];
    let after: string | undefined;
    for (let more = true; more;) {
      const page = await tracks().list({ sub, limit: 3, after });
      seen.push(...page.items.map(({ id }) => id));
      after = page.items.at(-1)?.id;
      more = page.hasMore;
      // The item that the cursor names goes; the next page must not notice.
      const last = page.items.at(-1);
      if (last !== undefined) await tracks().remove({ item: last, lower: {}, now: new Date() });
    }
    expect(seen).toEqual([...ids].reverse());
  });

  test("hasMore is exact at the end of the list", async () => {
    const sub = newUser();
    for (let count = 0; count < 4; count += 1) await tracks().create({ item: track({ sub }), raise: {}, caps });
    const first = await tracks().list({ sub, limit: 2 });
    expect(first.hasMore).toBe(true);
    expect((await tracks().list({ sub, limit: 2, after: first.items.at(-1)?.id })).hasMore).toBe(false);
    expect((await tracks().list({ sub, limit: 4 })).hasMore).toBe(false);
  });

  test("are changed only as they were read", async () => {
    const sub = newUser();
    const item = track({ sub });
    await tracks().create({ item, raise: {}, caps });
    const changed = await tracks().change(item, { name: "New" }, new Date("2026-02-01T00:00:00Z"));
    expect(changed).toEqual({ ...item, name: "New", version: 2, updatedAt: "2026-02-01T00:00:00.000Z" });
    expect(await tracks().load({ sub, id: item.id })).toEqual(changed);
    await expect(tracks().change(item, { name: "Late" }, new Date())).rejects.toThrow(StaleItem);
    await expect(tracks().remove({ item, lower: {}, now: new Date() })).rejects.toThrow(StaleItem);
    await expect(tracks().change({ ...item, id: "0".repeat(26) }, { name: "Nobody" }, new Date())).rejects.toThrow(
      StaleItem,
    );
  });
});

describe("caps", () => {
  test("are named rightly while work ends at the same moment (field case cap_message.py)", async () => {
    const sub = newUser();
    const inExecution = createCompositions({ ...local.table, now: () => new Date() });
    const failure = { code: "X", message: "x", retryable: false };
    const refusals: unknown[] = [];
    const raise = { compositions: 1, openCompositions: 1 };
    const lessOpen = { ...caps, compositions: 1_000, openCompositions: 3 };
    await Promise.all(
      Array.from({ length: 60 }, async () => {
        const item = composition({ sub });
        try {
          await compositions().create({ item, raise, caps: lessOpen });
          await inExecution.abandon(item, failure);
        } catch (error) {
          refusals.push(error);
        }
      }),
    );
    expect(refusals.length).toBeGreaterThan(0);
    for (const reason of refusals) {
      if (!(reason instanceof TableBusy)) expect(reason).toMatchObject({ counter: "openCompositions", cap: 3 });
    }
  });

  test("hold under concurrency: no more are created than allowed, and the counter says how many", async () => {
    const sub = newUser();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, async () => {
        await tracks().create({ item: track({ sub }), raise: { tracks: 1 }, caps });
      }),
    );
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    expect(outcomes.length - refused.length).toBe(caps.tracks);
    for (const reason of refused) expect(reason).toBeInstanceOf(CapReached);
    expect((await tracks().list({ sub, limit: 50 })).items).toHaveLength(caps.tracks);
    expect(await quota(sub)).toMatchObject({ tracks: caps.tracks });
  });

  test("name the counter that is full, of several", async () => {
    const sub = newUser();
    for (let count = 0; count < caps.openCompositions; count += 1) {
      await compositions().create({
        item: composition({ sub }),
        raise: { compositions: 1, openCompositions: 1 },
        caps,
      });
    }
    const another = compositions().create({
      item: composition({ sub }),
      raise: { compositions: 1, openCompositions: 1 },
      caps,
    });
    await expect(another).rejects.toMatchObject({ counter: "openCompositions", cap: caps.openCompositions });
    expect(await quota(sub)).toMatchObject({ compositions: caps.openCompositions });
  });

  test("are freed by deletion", async () => {
    const sub = newUser();
    const items = Array.from({ length: caps.tracks }, () => track({ sub }));
    for (const item of items) await tracks().create({ item, raise: { tracks: 1 }, caps });
    const [first] = items;
    if (first === undefined) throw new Error("no items");
    await tracks().remove({ item: first, lower: { tracks: 1 }, now: new Date() });
    await tracks().create({ item: track({ sub }), raise: { tracks: 1 }, caps });
    expect(await quota(sub)).toMatchObject({ tracks: caps.tracks });
  });
});

describe("idempotency", () => {
  test("of requests at the same time: one is written, the others get its record", async () => {
    const sub = newUser();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, async () => {
        const item = track({ sub });
        await tracks().create({ item, raise: { tracks: 1 }, caps, idempotency: remembered(sub, "k", item.id) });
        return item.id;
      }),
    );
    const written = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    expect(written).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") continue;
      const reason: unknown = outcome.reason;
      if (reason instanceof TableBusy) continue;
      expect(reason).toBeInstanceOf(AlreadyAnswered);
      expect(reason).toMatchObject({ record: { body: written[0] } });
    }
    expect((await tracks().list({ sub, limit: 50 })).items.map(({ id }) => id)).toEqual(written);
    expect(await quota(sub)).toMatchObject({ tracks: 1 });
  });

  test("is told apart from a full quota: the first answer wins over the cap", async () => {
    const sub = newUser();
    const one = { ...caps, tracks: 1 };
    const item = track({ sub });
    await tracks().create({ item, raise: { tracks: 1 }, caps: one, idempotency: remembered(sub, "k", item.id) });
    await expect(
      tracks().create({
        item: track({ sub }),
        raise: { tracks: 1 },
        caps: one,
        idempotency: remembered(sub, "k", "other"),
      }),
    ).rejects.toThrow(AlreadyAnswered);
    await expect(tracks().create({ item: track({ sub }), raise: { tracks: 1 }, caps: one })).rejects.toThrow(
      CapReached,
    );
  });

  test("keys belong to a user and a route, and expire", async () => {
    const [sub, other] = [newUser(), newUser()];
    const records = createIdempotencyRecords(local.table);
    const write = remembered(sub, "k", "first");
    await tracks().create({ item: track({ sub }), raise: {}, caps, idempotency: write });
    expect(await records.find(write.claim)).toEqual(write.record);
    expect(await records.find({ ...write.claim, sub: other })).toBeUndefined();
    expect(await records.find({ ...write.claim, route: "POST /compositions" })).toBeUndefined();
    const later = createIdempotencyRecords(local.table, () => Date.now() + 3_601_000);
    expect(await later.find(write.claim)).toBeUndefined();
  });

  test("an expired record that time-to-live has not deleted yet gives way", async () => {
    const sub = newUser();
    const old = remembered(sub, "k", "first");
    const expired = { ...old, record: { ...old.record, expiresAt: Math.floor(Date.now() / 1000) - 10 } };
    await tracks().create({ item: track({ sub }), raise: {}, caps, idempotency: expired });
    await tracks().create({ item: track({ sub }), raise: {}, caps, idempotency: remembered(sub, "k", "second") });
    expect(await createIdempotencyRecords(local.table).find(old.claim)).toMatchObject({ body: "second" });
  });
});

describe("references", () => {
  test("that are gone stop the transaction, and nothing of it is written", async () => {
    const sub = newUser();
    const input = track({ sub });
    const item = composition({ sub, input: { trackId: input.id } });
    const gone = ownedKey("TRACK", sub, input.id);
    const create = async () => {
      await compositions().create({ item, raise: { compositions: 1 }, caps, mustExist: [gone] });
    };
    await expect(create()).rejects.toThrow(ReferenceGone);
    expect(await compositions().get(item)).toBeUndefined();
    expect(await quota(sub)).toBeUndefined();
    await tracks().create({ item: input, raise: {}, caps });
    await create();
    expect(await compositions().get(item)).toEqual(item);
  });
});

describe("open work", () => {
  test("of a user is found, that of a user with a longer name is not", async () => {
    const sub = newUser();
    const open = composition({ sub });
    const job = trainingJob({ sub });
    await compositions().create({ item: open, raise: {}, caps });
    await compositions().create({ item: composition({ sub, state: "COMPLETED" }), raise: {}, caps });
    await compositions().create({ item: composition({ sub: `${sub}0` }), raise: {}, caps });
    await jobs().create({ item: job, raise: {}, caps });
    const openWork = createOpenWork(local.table);
    expect((await openWork.compositions(sub)).map(({ id }) => id)).toEqual([open.id]);
    expect((await openWork.trainingJobs(sub)).map(({ id }) => id)).toEqual([job.id]);
  });
});

describe("stock models", () => {
  test("are listed by id, page by page, and got by id", async () => {
    for (const id of ["unet-gan-bach", "ar-cnn-bach", "unet-gan-rock"]) {
      await local.table.client.send(
        new PutCommand({ TableName: local.table.tableName, Item: { ...stockModel({ id }), ...stockModelKey(id) } }),
      );
    }
    const stock = createStockModels(local.table);
    const first = await stock.list({ limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual(["ar-cnn-bach", "unet-gan-bach"]);
    expect(first.hasMore).toBe(true);
    const second = await stock.list({ limit: 2, after: "unet-gan-bach" });
    expect(second.items.map(({ id }) => id)).toEqual(["unet-gan-rock"]);
    expect(second.hasMore).toBe(false);
    expect(await stock.get("unet-gan-rock")).toMatchObject({ id: "unet-gan-rock" });
    expect(await stock.get("../x")).toBeUndefined();
  });
});
