/** Every store, and the table beneath it, on the table in memory and on a real one: the two behave alike. */
import { randomBytes } from "node:crypto";
import { ulid } from "ulid";
import { quotaCounterSchema } from "../../domain/schemas/user-quotas";
import { withOffered, withSettled } from "../../lambdas/datasets/count-files";
import { catalogueItem, createCatalogues, packCatalogue } from "../../lambdas/stores/catalogues";
import { createCompositions } from "../../lambdas/stores/compositions";
import { createDatasetFiles, type PendingFile, type ReadFile } from "../../lambdas/stores/dataset-files";
import { createDatasets } from "../../lambdas/stores/datasets";
import { createIdempotencyRecords, type IdempotencyWrite } from "../../lambdas/stores/idempotency-records";
import { UnreadableItem } from "../../lambdas/stores/item-codec";
import type { PendingChangeItem } from "../../lambdas/stores/items";
import { createModels, createStockModels } from "../../lambdas/stores/models";
import { isDone, type NotDone, type Outcome } from "../../lambdas/stores/outcome";
import { createPendingChanges } from "../../lambdas/stores/pending-changes";
import { createQuotaCounters } from "../../lambdas/stores/quotas";
import { createRatings } from "../../lambdas/stores/ratings";
import { createRowsByKey } from "../../lambdas/stores/rows-by-key";
import { createShares } from "../../lambdas/stores/shares";
import { createSlots } from "../../lambdas/stores/slots";
import { type Table, TableBusy } from "../../lambdas/stores/table";
import { createTickets } from "../../lambdas/stores/tickets";
import { createTracks } from "../../lambdas/stores/tracks";
import { createTrainingJobs } from "../../lambdas/stores/training-jobs";
import { datasetCatalogueKey } from "../../naming/object-keys";
import {
  catalogueKey,
  type OpenWorkKind,
  openWorkOwner,
  ownedKey,
  quotaKey,
  stockModelKey,
  type TableKey,
  variationGroupKey,
} from "../../naming/table-keys";
import { VirtualClock } from "../fakes/clock";
import { MemoryTable } from "../fakes/memory-table";
import { doneValue } from "../support/done-value";
import {
  catalogue,
  composition,
  dataset,
  finishedOutput,
  model,
  quotas,
  stockModel,
  track,
  trainingJob,
} from "../unit/api/support/items";
import { type LocalTable, startLocalTable } from "./support/local-table";
import { expectSameTables, tableBehavior } from "./support/table-behavior";

let local: LocalTable;
const memory = new MemoryTable();
beforeAll(async () => {
  local = await startLocalTable();
});
afterAll(async () => {
  await local.stop();
});

/** Every test has users of its own. */
let users = 0;
const newUser = (): string => `user-${(users += 1)}`;

const stale = { kind: "STALE" };
const failure = { code: "X", message: "x", retryable: true };
const kinds = (outcomes: readonly Outcome<unknown, NotDone>[]): readonly string[] =>
  outcomes.map(({ kind }) => kind).sort();

/** The outcome; nothing when the table was too busy to tell one. */
const unlessBusy = async <Result>(work: Promise<Result>): Promise<Result | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TableBusy) return undefined;
    throw error;
  }
};

describe.each([
  ["in memory", (): Table => memory],
  ["in DynamoDB", (): Table => local.table],
] as const)("the table %s", (_, open) => {
  tableBehavior(open);
});

test("the table in memory also refuses what MiniStack takes and AWS does not", async () => {
  const key = { pk: "PARTITION", sk: "ROW" };
  await memory.write([{ kind: "PUT", key, row: { n: 1 } }]);
  for (const changes of [
    { set: { n: 2 }, remove: ["n"] },
    { set: { n: 2 }, add: { n: 1 } },
    { setOnce: { n: 2 }, add: { n: 1 } },
    { set: { sk: "OTHER" } },
    { remove: ["pk"] },
  ]) {
    await expect(memory.write([{ kind: "UPDATE", key, changes }])).rejects.toThrow(/twice|a key/);
  }
  expect(await memory.read(key)).toEqual({ ...key, n: 1 });
});

test("whatever is written, both tables give the same results and hold the same rows", async () => {
  await expectSameTables(
    () => memory,
    () => local.table,
  );
}, 300_000);

describe.each([
  ["in memory", (): Table => memory],
  ["in DynamoDB", (): Table => local.table],
] as const)("the stores %s", (_, open) => {
  const clock = new VirtualClock();
  const { now } = clock;
  const params = () => ({ table: open(), now });
  const tracks = () => createTracks(params());
  const compositions = () => createCompositions(params());
  const models = () => createModels(params());
  const jobs = () => createTrainingJobs(params());
  const changes = () => createPendingChanges(params());
  /** The part of a kind's store that knows its open rows. */
  const openRows = (kind: OpenWorkKind) => (kind === "COMPOSITION" ? compositions() : jobs());

  const put = async (key: TableKey, row: object): Promise<void> => {
    await open().write([{ kind: "PUT", key, row: { ...row } }]);
  };
  const quota = async (sub: string) => await open().read(quotaKey(sub));
  const pending = async (sub: string): Promise<readonly PendingChangeItem[]> => {
    const found: PendingChangeItem[] = [];
    for await (const change of changes().list()) if (change.sub === sub) found.push(change);
    return found;
  };
  const remembered = (sub: string, key: string, body: string, requestHash = "b".repeat(64)): IdempotencyWrite => ({
    claim: { sub, route: "POST /tracks", key, requestHash },
    record: {
      schemaVersion: 1,
      kind: "IDEMPOTENCY",
      requestHash,
      status: 201,
      location: "/tracks/x",
      body,
      expiresAt: Math.floor(now().getTime() / 1000) + 3600,
    },
  });
  /** Puts an item without its quota. */
  const putOwned = async <Item extends { kind: Parameters<typeof ownedKey>[0]; sub: string; id: string }>(
    item: Item,
  ): Promise<Item> => {
    await put(ownedKey(item.kind, item.sub, item.id), item);
    return item;
  };

  describe("owned items", () => {
    test("are found by their owner and by nobody else", async () => {
      const [sub, other] = [newUser(), newUser()];
      const item = track({ sub });
      doneValue(await tracks().create({ item, takes: { tracks: 1 }, quotas }));
      expect(await tracks().get({ sub, id: item.id })).toEqual(item);
      expect(await tracks().get({ sub: other, id: item.id })).toBeUndefined();
      expect(await compositions().get({ sub, id: item.id })).toBeUndefined();
      expect(await tracks().get({ sub, id: "no-ulid" })).toBeUndefined();
    });

    test("are read although a newer version has added attributes", async () => {
      const sub = newUser();
      const item = track({ sub });
      const tracksOfNewer = item.tracks.map((one) => ({ ...one, color: "red" }));
      await putOwned({ ...item, mood: "calm", tracks: tracksOfNewer });
      expect(await tracks().get({ sub, id: item.id })).toEqual(item);
      // What the newer version wrote is still there after a change by this one.
      doneValue(await tracks().change(item, { name: "New" }));
      expect(await open().read(ownedKey("TRACK", sub, item.id))).toMatchObject({
        name: "New",
        mood: "calm",
        tracks: tracksOfNewer,
      });
    });

    test("that do not fit their schema are an error, not missing", async () => {
      const item = track({ sub: newUser() });
      await putOwned({ ...item, bars: "many" });
      await expect(tracks().get(item)).rejects.toThrow(/bars/);
      await expect(tracks().get(item)).rejects.toThrow(UnreadableItem);
    });

    test("are not created twice, and nothing of the second time is written", async () => {
      const item = track({ sub: newUser() });
      doneValue(await tracks().create({ item, takes: { tracks: 1 }, quotas }));
      const again = tracks().create({ item: { ...item, name: "Second" }, takes: { tracks: 1 }, quotas });
      expect(await again).toEqual(stale);
      expect(await tracks().get(item)).toEqual(item);
      expect(await quota(item.sub)).toMatchObject({ tracks: 1 });
    });

    test("have summaries, of one user and one kind alone, and are got by their ids in any order", async () => {
      const [sub, other] = [newUser(), newUser()];
      const track1 = await putOwned(track({ sub, name: "First", id: "01".padEnd(26, "A") }));
      const own = await putOwned(track({ sub, name: "Second", id: "02".padEnd(26, "A") }));
      await putOwned(track({ sub: other }));
      const piece = await putOwned(composition({ sub, input: { trackId: own.id } }));
      const job = await putOwned(trainingJob({ sub, state: "READY", modelId: "0M".padEnd(26, "A") }));
      const of = ({ id, name, createdAt }: { id: string; name: string; createdAt: string }) => ({
        id,
        name,
        createdAt,
      });
      expect(await tracks().summaries(sub)).toEqual([of(track1), of(own)]);
      expect(await compositions().summaries(sub)).toEqual([
        {
          ...of(piece),
          technique: piece.technique,
          state: piece.state,
          model: { id: "unet-gan-bach" },
          input: { trackId: own.id },
        },
      ]);
      expect(await jobs().summaries(sub)).toEqual([
        { ...of(job), technique: job.technique, state: "READY", modelId: job.modelId },
      ]);
      const gone = "03".padEnd(26, "A");
      expect(await tracks().getMany(sub, [own.id, gone, track1.id])).toEqual([own, track1]);
      expect(await tracks().getMany(sub, [])).toEqual([]);
      expect(await tracks().getMany(other, [own.id])).toEqual([]);
    });

    test("are changed and removed only as they were read", async () => {
      const sub = newUser();
      const item = track({ sub });
      doneValue(await tracks().create({ item, takes: {}, quotas }));
      clock.advance(60);
      const changed = doneValue(await tracks().change(item, { name: "New" }));
      expect(changed).toEqual({ ...item, name: "New", version: 2, updatedAt: now().toISOString() });
      expect(await tracks().get({ sub, id: item.id })).toEqual(changed);
      expect(await tracks().change(item, { name: "Late" })).toEqual(stale);
      expect(await tracks().remove({ item, gives: { tracks: 1 } })).toEqual(stale);
      const nobody = { ...item, id: "0".repeat(26) };
      expect(await tracks().change(nobody, { name: "Nobody" })).toEqual(stale);
      expect(await tracks().get(nobody)).toBeUndefined();
      expect(await tracks().get(item)).toEqual(changed);
      expect([await quota(sub), await pending(sub)]).toEqual([undefined, []]);
    });

    test("keep an attribute that is changed to undefined, in the table and in what the change returns", async () => {
      const item = { ...track({ sub: newUser() }), firstBarWithNotes: 2 };
      doneValue(await tracks().create({ item, takes: {}, quotas }));
      const changed = doneValue(await tracks().change(item, { name: "New", firstBarWithNotes: undefined }));
      expect(changed).toMatchObject({ name: "New", firstBarWithNotes: 2, version: 2 });
      expect(changed).toStrictEqual(await tracks().get(item));
    });

    test("are not changed to what does not fit their schema", async () => {
      const item = track({ sub: newUser() });
      doneValue(await tracks().create({ item, takes: {}, quotas }));
      await expect(tracks().change(item, { bars: -1 })).rejects.toThrow();
      expect(await tracks().get(item)).toEqual(item);
    });

    test("of changes at the same time one is written", async () => {
      const item = track({ sub: newUser() });
      doneValue(await tracks().create({ item, takes: {}, quotas }));
      const outcomes = await Promise.all(
        ["One", "Two", "Three"].map(async (name) => await tracks().change(item, { name })),
      );
      expect(kinds(outcomes)).toEqual(["DONE", "STALE", "STALE"]);
      expect([await tracks().get(item)]).toEqual(outcomes.filter(isDone).map(({ value }) => value));
    });
  });

  describe("quotas", () => {
    test("what a user has is read from the counters that refuse, and nobody else's", async () => {
      const sub = newUser();
      const usedBy = async (user: string) => await createQuotaCounters(open()).usedBy(user);
      const nothing = { ...quotas, ...Object.fromEntries(quotaCounterSchema.options.map((counter) => [counter, 0])) };
      expect(await usedBy(sub)).toEqual(nothing);
      const takes = { tracks: 1, storedBytes: quotas.storedBytes };
      doneValue(await tracks().create({ item: track({ sub }), takes, quotas }));
      expect(await usedBy(sub)).toEqual({ ...nothing, ...takes });
      expect(await tracks().create({ item: track({ sub }), takes, quotas })).toMatchObject({ counter: "storedBytes" });
      expect(await usedBy(sub)).toEqual({ ...nothing, ...takes });
      expect(await usedBy(newUser())).toEqual(nothing);
    });

    test("are named rightly while work ends at the same moment (field case cap_message.py)", async () => {
      const sub = newUser();
      const refused: unknown[] = [];
      const takes = { compositions: 1, openCompositions: 1 };
      const lessOpen = { ...quotas, compositions: 1_000, openCompositions: 3 };
      let created = 0;
      await Promise.all(
        Array.from({ length: 60 }, async () => {
          const item = composition({ sub });
          const outcome = await unlessBusy(compositions().create({ item, takes, quotas: lessOpen }));
          if (outcome?.kind !== "DONE") {
            refused.push(outcome);
            return;
          }
          created += 1;
          await unlessBusy(compositions().abandon(item, failure));
        }),
      );
      expect(created + refused.length).toBe(60);
      expect(refused.length).toBeGreaterThan(0);
      for (const outcome of refused) {
        if (outcome !== undefined) {
          expect(outcome).toEqual({ kind: "QUOTA_REACHED", counter: "openCompositions", quota: 3 });
        }
      }
    });

    test("hold under concurrency: no more are created than allowed, and the counter says how many", async () => {
      const sub = newUser();
      const outcomes = await Promise.all(
        Array.from(
          { length: 12 },
          async () => await tracks().create({ item: track({ sub }), takes: { tracks: 1 }, quotas }),
        ),
      );
      const refused = outcomes.filter((outcome) => !isDone(outcome));
      expect(outcomes.length - refused.length).toBe(quotas.tracks);
      for (const outcome of refused) {
        expect(outcome).toEqual({ kind: "QUOTA_REACHED", counter: "tracks", quota: quotas.tracks });
      }
      expect(await tracks().summaries(sub)).toHaveLength(quotas.tracks);
      expect(await quota(sub)).toMatchObject({ tracks: quotas.tracks });
    });

    test("name the counter that is full, of several", async () => {
      const sub = newUser();
      const takes = { compositions: 1, openCompositions: 1 };
      for (let count = 0; count < quotas.openCompositions; count += 1) {
        doneValue(await compositions().create({ item: composition({ sub }), takes, quotas }));
      }
      expect(await compositions().create({ item: composition({ sub }), takes, quotas })).toEqual({
        kind: "QUOTA_REACHED",
        counter: "openCompositions",
        quota: quotas.openCompositions,
      });
      expect(await quota(sub)).toMatchObject({ compositions: quotas.openCompositions });
    });

    test("are freed by deletion", async () => {
      const sub = newUser();
      const items = Array.from({ length: quotas.tracks }, () => track({ sub }));
      for (const item of items) doneValue(await tracks().create({ item, takes: { tracks: 1 }, quotas }));
      const [first] = items;
      if (first === undefined) throw new Error("no items");
      doneValue(await tracks().remove({ item: first, gives: { tracks: 1 } }));
      doneValue(await tracks().create({ item: track({ sub }), takes: { tracks: 1 }, quotas }));
      expect(await quota(sub)).toMatchObject({ tracks: quotas.tracks });
    });

    test("an amount of 0 asks for room, and one above the quota has none", async () => {
      const sub = newUser();
      const create = async (storedBytes: number) =>
        await tracks().create({ item: track({ sub }), takes: { storedBytes }, quotas });
      const reached = { kind: "QUOTA_REACHED", counter: "storedBytes", quota: quotas.storedBytes };
      expect(await create(quotas.storedBytes + 1)).toEqual(reached);
      doneValue(await create(0));
      expect(await quota(sub)).toMatchObject({ storedBytes: 0 });
      doneValue(await create(quotas.storedBytes));
      expect(await create(0)).toEqual(reached);
      expect(await create(1)).toEqual(reached);
      expect(await quota(sub)).toMatchObject({ storedBytes: quotas.storedBytes });
    });
  });

  describe("idempotency", () => {
    test("of requests at the same time: one is written, the others get its record", async () => {
      const sub = newUser();
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const item = track({ sub });
          const idempotency = remembered(sub, "k", item.id);
          const created = tracks().create({ item, takes: { tracks: 1 }, quotas, idempotency });
          return { id: item.id, outcome: await unlessBusy(created) };
        }),
      );
      const written = outcomes.flatMap(({ id, outcome }) => (outcome?.kind === "DONE" ? [id] : []));
      expect(written).toHaveLength(1);
      for (const { outcome } of outcomes) {
        if (outcome === undefined || outcome.kind === "DONE") continue;
        expect(outcome).toMatchObject({ kind: "REPEATED", record: { body: written[0] } });
      }
      expect((await tracks().summaries(sub)).map(({ id }) => id)).toEqual(written);
      expect(await quota(sub)).toMatchObject({ tracks: 1 });
    });

    test("is told apart from a full quota: the first response wins over the quota", async () => {
      const sub = newUser();
      const one = { ...quotas, tracks: 1 };
      const item = track({ sub });
      const create = async (created: typeof item, idempotency?: IdempotencyWrite) =>
        await tracks().create({ item: created, takes: { tracks: 1 }, quotas: one, idempotency });
      doneValue(await create(item, remembered(sub, "k", item.id)));
      expect(await create(track({ sub }), remembered(sub, "k", "other"))).toMatchObject({
        kind: "REPEATED",
        record: { body: item.id },
      });
      expect(await create(track({ sub }))).toEqual({ kind: "QUOTA_REACHED", counter: "tracks", quota: 1 });
    });

    test("keys belong to a user and a route, and expire", async () => {
      const [sub, other] = [newUser(), newUser()];
      const records = createIdempotencyRecords(params());
      const write = remembered(sub, "k", "first");
      doneValue(await tracks().create({ item: track({ sub }), takes: {}, quotas, idempotency: write }));
      expect(await records.find(write.claim)).toEqual(write.record);
      expect(await records.find({ ...write.claim, sub: other })).toBeUndefined();
      expect(await records.find({ ...write.claim, route: "POST /compositions" })).toBeUndefined();
      clock.advance(3_601);
      expect(await records.find(write.claim)).toBeUndefined();
    });

    test("an expired record that time-to-live has not deleted yet gives way", async () => {
      const sub = newUser();
      const old = remembered(sub, "k", "first");
      doneValue(await tracks().create({ item: track({ sub }), takes: {}, quotas, idempotency: old }));
      clock.advance(3_600);
      const second = remembered(sub, "k", "second");
      doneValue(await tracks().create({ item: track({ sub }), takes: {}, quotas, idempotency: second }));
      expect(await createIdempotencyRecords(params()).find(old.claim)).toMatchObject({ body: "second" });
    });
  });

  describe("references", () => {
    test("that are gone stop the transaction, and nothing of it is written", async () => {
      const sub = newUser();
      const input = track({ sub });
      const item = composition({ sub, input: { trackId: input.id } });
      const gone = ownedKey("TRACK", sub, input.id);
      const create = async () =>
        await compositions().create({ item, takes: { compositions: 1 }, quotas, mustExist: [gone] });
      expect(await create()).toEqual({ kind: "REFERENCE_GONE", key: gone });
      expect(await compositions().get(item)).toBeUndefined();
      expect(await quota(sub)).toBeUndefined();
      doneValue(await tracks().create({ item: input, takes: {}, quotas }));
      doneValue(await create());
      expect(await compositions().get(item)).toEqual(item);
    });
  });

  describe("pending changes", () => {
    test("a creation is pending from its begin until its row is there, and its quota is counted once", async () => {
      const item = track({ sub: newUser(), holds: { tracks: 1, storedBytes: 100 } });
      const holds = { tracks: 1, storedBytes: 100 };
      const creation = doneValue(await tracks().begin({ owned: item, holds, quotas }));
      expect(creation).toMatchObject({ of: "TRACK", state: "CREATING", holds, since: now().toISOString() });
      expect(await pending(item.sub)).toEqual([creation]);
      expect(await changes().isCurrent(creation)).toBe(true);
      expect(await tracks().begin({ owned: item, holds, quotas })).toEqual(stale);
      doneValue(await tracks().create({ item, takes: {}, quotas, creation }));
      expect(await pending(item.sub)).toEqual([]);
      expect(await changes().isCurrent(creation)).toBe(false);
      expect(await quota(item.sub)).toMatchObject({ tracks: 1, storedBytes: 100 });
      // It is over: it is neither given up nor ended again.
      expect(await changes().abandon(creation)).toEqual(stale);
      expect(await changes().remove(creation)).toEqual(stale);
      expect(await tracks().get(item)).toEqual(item);
    });

    test("a creation that was given up writes no row, and gives its quota back once", async () => {
      const item = track({ sub: newUser() });
      const holds = { tracks: 1 };
      const creation = doneValue(await tracks().begin({ owned: item, holds, quotas }));
      clock.advance(1);
      const deletion = doneValue(await changes().abandon(creation));
      expect(deletion).toMatchObject({ state: "DELETING", holds: {}, since: now().toISOString() });
      expect(await changes().abandon(creation)).toEqual(stale);
      expect(await quota(item.sub)).toMatchObject({ tracks: 0 });
      expect(await tracks().create({ item, takes: {}, quotas, creation })).toEqual(stale);
      expect(await tracks().get(item)).toBeUndefined();
      expect(await pending(item.sub)).toEqual([deletion]);
      doneValue(await changes().remove(deletion));
      expect(await pending(item.sub)).toEqual([]);
      expect(await changes().remove(deletion)).toEqual(stale);
    });

    test("a creation whose row is there is not given up", async () => {
      const item = track({ sub: newUser() });
      const creation = doneValue(await tracks().begin({ owned: item, holds: { tracks: 1 }, quotas }));
      await putOwned(item);
      expect(await changes().abandon(creation)).toEqual(stale);
      expect(await changes().isCurrent(creation)).toBe(true);
      expect(await quota(item.sub)).toMatchObject({ tracks: 1 });
    });

    test("no creation begins beyond a quota, or for a request that has its response", async () => {
      const sub = newUser();
      const holds = { tracks: 1 };
      const one = { ...quotas, tracks: 1 };
      const first = track({ sub });
      const write = remembered(sub, "k", first.id);
      const { claim } = write;
      const creation = doneValue(await tracks().begin({ owned: first, holds, quotas: one, claim }));
      doneValue(await tracks().create({ item: first, takes: {}, quotas: one, idempotency: write, creation }));
      expect(await tracks().begin({ owned: track({ sub }), holds, quotas: one, claim })).toMatchObject({
        kind: "REPEATED",
        record: { body: first.id },
      });
      expect(await tracks().begin({ owned: track({ sub }), holds, quotas: one })).toEqual({
        kind: "QUOTA_REACHED",
        counter: "tracks",
        quota: 1,
      });
      expect(await pending(sub)).toEqual([]);
      expect(await quota(sub)).toMatchObject({ tracks: 1 });
    });

    test("a deletion is pending until its files are gone", async () => {
      const item = track({ sub: newUser() });
      doneValue(await tracks().create({ item, takes: { tracks: 1 }, quotas }));
      const deletion = doneValue(await tracks().remove({ item, gives: { tracks: 1 } }));
      expect(deletion).toMatchObject({ of: "TRACK", id: item.id, state: "DELETING", holds: {} });
      expect(await tracks().get(item)).toBeUndefined();
      expect(await quota(item.sub)).toMatchObject({ tracks: 0 });
      expect(await pending(item.sub)).toEqual([deletion]);
      expect(await tracks().remove({ item, gives: { tracks: 1 } })).toEqual(stale);
      doneValue(await changes().remove(deletion));
      expect(await pending(item.sub)).toEqual([]);
    });
  });

  describe("compositions", () => {
    const until = (seconds: number): Date => new Date(now().getTime() + seconds * 1000);
    const result = {
      output: { bars: 1, tempo: 120, tracks: [], metrics: { emptyBarRate: 0 } },
      barsWithNotes: [],
      pitchSpans: [],
      midi: { revision: 1, sha256: "0".repeat(64), bytes: 1 },
      inputMidi: { sha256: "0".repeat(64), bytes: 1 },
    };
    const newComposition = async () => {
      const item = await putOwned(composition({ sub: newUser() }));
      await put(quotaKey(item.sub), { openCompositions: 1 });
      return { item, owned: { sub: item.sub, id: item.id } };
    };

    test("are claimed by one worker, handed on by it, and ended by the one that has them", async () => {
      const { owned } = await newComposition();
      const claims = await Promise.all([1, 2, 3].map(async () => await compositions().claim(owned, until(60))));
      expect(kinds(claims)).toEqual(["DONE", "STALE", "STALE"]);
      const [first] = claims.filter(isDone).map(({ value }) => value);
      if (first === undefined) throw new Error("nobody has it");
      expect(first).toMatchObject({ state: "RUNNING", attempt: 1, version: 2, updatedAt: now().toISOString() });
      expect(await compositions().abandon(owned, failure)).toEqual(stale);
      const longer = until(120);
      doneValue(await compositions().renew(first, longer));
      // The row's version stays: whoever polls it sees nothing new.
      expect(await compositions().get(owned)).toEqual({ ...first, runningUntil: longer.toISOString() });
      expect(await compositions().renew({ ...first, attempt: 7 }, longer)).toEqual(stale);
      expect(await compositions().release({ ...first, attempt: 7 })).toEqual(stale);
      doneValue(await compositions().release(first));
      const second = doneValue(await compositions().claim(owned, until(60)));
      expect(second).toMatchObject({ attempt: 2, version: first.version + 2 });
      expect(await compositions().fail(first, failure)).toEqual(stale);
      expect(await compositions().complete(first, result)).toEqual(stale);
      doneValue(await compositions().complete(second, result));
      expect(await compositions().complete(second, result)).toEqual(stale);
      expect(await compositions().claim(owned, until(60))).toEqual(stale);
      expect(await compositions().renew(second, longer)).toEqual(stale);
      expect(await compositions().release(second)).toEqual(stale);
      const row = await compositions().get(owned);
      expect(row).toMatchObject({ state: "COMPLETED", ...result });
      expect(row).not.toHaveProperty("openWork");
      expect(row).not.toHaveProperty("openWorkOwner");
      expect(row).not.toHaveProperty("runningUntil");
      expect(await quota(owned.sub)).toMatchObject({ openCompositions: 0 });
    });

    test("are taken over when the lease has run out, and not before", async () => {
      const { owned } = await newComposition();
      const first = doneValue(await compositions().claim(owned, until(60)));
      clock.advance(60);
      expect(await compositions().claim(owned, until(60))).toEqual(stale);
      clock.advance(1);
      const second = doneValue(await compositions().claim(owned, until(60)));
      expect(second.attempt).toBe(2);
      // Whoever waits for the piece sees since when it has been worked on, by whichever worker.
      expect(second).toMatchObject({ startedAt: first.updatedAt, updatedAt: now().toISOString() });
      expect(await compositions().complete(first, result)).toEqual(stale);
      expect(await compositions().renew(first, until(60))).toEqual(stale);
      doneValue(await compositions().fail(second, failure));
      expect(await compositions().get(owned)).toMatchObject({
        state: "FAILED",
        failure,
        startedAt: first.updatedAt,
        finishedAt: now().toISOString(),
      });
      expect(await quota(owned.sub)).toMatchObject({ openCompositions: 0 });
    });

    test("that nobody works on are failed once", async () => {
      const { owned } = await newComposition();
      const outcomes = await Promise.all([1, 2].map(async () => await compositions().abandon(owned, failure)));
      expect(kinds(outcomes)).toEqual(["DONE", "STALE"]);
      expect(await compositions().get(owned)).toMatchObject({ state: "FAILED", failure });
      expect(await quota(owned.sub)).toMatchObject({ openCompositions: 0 });
      const left = (await newComposition()).owned;
      doneValue(await compositions().claim(left, until(60)));
      clock.advance(61);
      doneValue(await compositions().abandon(left, failure));
      expect(await compositions().abandon({ ...left, id: "0".repeat(26) }, failure)).toEqual(stale);
    });

    describe("that are variations of one request", () => {
      const newVariations = async (count: number, sub = newUser()) => {
        const variationGroup = ulid();
        const variation = () => ({ ...composition({ sub }), variationGroup });
        const items = [variation(), ...Array.from({ length: count - 1 }, variation)] as const;
        const takes = { openCompositions: 1, compositions: count };
        const create = async (more: object = {}) =>
          await compositions().createVariations({ items, takes, quotas, ...more });
        const group = async () => await open().read(variationGroupKey(sub, variationGroup));
        return { sub, items, create, group };
      };

      test("are written all or none, and take one place", async () => {
        const { sub, items, create, group } = await newVariations(3);
        const gone = ownedKey("TRACK", sub, ulid());
        expect(await create({ mustExist: [gone] })).toEqual({ kind: "REFERENCE_GONE", key: gone });
        expect(await create({ quotas: { ...quotas, compositions: 2 } })).toMatchObject({ counter: "compositions" });
        expect(await group()).toBeUndefined();
        expect(await quota(sub)).toBeUndefined();
        doneValue(await create());
        expect(await group()).toMatchObject({ kind: "VARIATION_GROUP", open: 3 });
        expect(await quota(sub)).toMatchObject({ openCompositions: 1, compositions: 3 });
        expect(await create()).toEqual(stale);
        for (const item of items) expect(await compositions().get(item)).toEqual(item);
      });

      test("free their place once, with the last of them, also if all end at once and twice", async () => {
        const { sub, items, create, group } = await newVariations(4);
        doneValue(await create());
        const [first, ...others] = items;
        const claim = doneValue(await compositions().claim(first, until(60)));
        doneValue(await compositions().complete(claim, result));
        expect(await compositions().complete(claim, result)).toEqual(stale);
        expect(await group()).toMatchObject({ open: 3 });
        expect(await quota(sub)).toMatchObject({ openCompositions: 1 });
        const ends = [...others, ...others].map(
          async (item) => await unlessBusy(compositions().abandon(item, failure)),
        );
        const ended = await Promise.all(ends);
        // Who was too busy to end one tries again.
        for (const item of others) await compositions().abandon(item, failure);
        expect(ended.filter((outcome) => outcome?.kind === "DONE").length).toBeLessThanOrEqual(others.length);
        expect(await group()).toMatchObject({ open: 0, expiresAt: Math.floor(now().getTime() / 1000) + 86_400 });
        expect(await quota(sub)).toMatchObject({ openCompositions: 0, compositions: 4 });
      });

      test("free it as well when the last one cannot be read", async () => {
        const { sub, items, create, group } = await newVariations(2);
        doneValue(await create());
        const [first, second] = items;
        doneValue(await compositions().abandon(first, failure));
        const key = ownedKey("COMPOSITION", sub, second?.id ?? "");
        await open().write([{ kind: "UPDATE", key, changes: { set: { seed: "none" } } }]);
        expect(await compositions().endUnread({ sub, id: second?.id ?? "" }, { failure })).toMatchObject({
          kind: "DONE",
        });
        expect(await group()).toMatchObject({ open: 0 });
        expect(await quota(sub)).toMatchObject({ openCompositions: 0 });
      });
    });

    test("are not completed with what does not fit", async () => {
      const { owned } = await newComposition();
      const claim = doneValue(await compositions().claim(owned, until(60)));
      const midi = { ...result.midi, sha256: "none" };
      await expect(compositions().complete(claim, { ...result, midi })).rejects.toThrow();
      expect(await compositions().get(owned)).toEqual(claim);
    });
  });

  describe("training jobs", () => {
    const newJob = async (more: Parameters<typeof trainingJob>[0] = {}) => {
      const job = await putOwned(trainingJob({ sub: newUser(), ...more }));
      await put(quotaKey(job.sub), { ...job.holds, openTrainingJobs: 1 });
      return job;
    };
    const end = { state: "FAILED", endReason: "FAILURE", failure, stopRequested: false } as const;

    test("change only by legal transitions of their own attempt, and end once", async () => {
      const job = await newJob();
      expect(await jobs().advance({ ...job, attempt: 2 }, { to: "QUEUED" })).toEqual(stale);
      expect(await jobs().advance(job, { to: "UPLOADING" })).toEqual(stale);
      expect(await jobs().get(job)).toEqual(job);
      const starting = await jobs().advance(job, { to: "STARTING", set: { launch: 1, trainingJobName: "name" } });
      expect(doneValue(starting)).toMatchObject({ state: "STARTING", version: 2, trainingJobName: "name" });
      const queued = doneValue(await jobs().advance(job, { to: "QUEUED", remove: ["trainingJobName"] }));
      expect(queued).not.toHaveProperty("trainingJobName");
      // To stay in a state is always allowed.
      const stayed = doneValue(await jobs().advance(job, { to: "QUEUED", set: { resumable: true } }));
      expect(stayed).toEqual({ ...queued, resumable: true, version: 4 });
      expect(await jobs().get(job)).toEqual(stayed);

      expect(await jobs().finish(job, { ...end, stopRequested: true })).toEqual(stale);
      expect(await jobs().finish({ ...job, attempt: 2 }, end)).toEqual(stale);
      const twice = await Promise.all([jobs().finish(job, end), jobs().finish(job, end)]);
      expect(kinds(twice)).toEqual(["DONE", "STALE"]);
      const row = await jobs().get(job);
      expect(row).toMatchObject({ state: "FAILED", failure: { code: "X" } });
      expect(row).not.toHaveProperty("openWork");
      expect(await quota(job.sub)).toMatchObject({ openTrainingJobs: 0 });
      expect(await jobs().advance(job, { set: { resumable: true } })).toEqual(stale);
      expect(await jobs().finish({ ...job, id: "0".repeat(26) }, end)).toEqual(stale);
    });

    test("a job's model is added once, and takes over the place that the job held", async () => {
      const job = await newJob({ state: "UPLOADING", holds: { trainingJobs: 1, models: 1 } });
      const item = model({ sub: job.sub, id: job.id, trainingJobId: job.id, bytes: 4 });
      const creation = doneValue(await jobs().beginModel(job, item.id));
      expect(await pending(job.sub)).toEqual([creation]);
      clock.advance(1);
      // Beginning again is beginning anew: what began before is not ended by it.
      const again = doneValue(await jobs().beginModel(job, item.id));
      expect(await jobs().addModel(job, item, creation)).toEqual(stale);
      expect(await jobs().addModel({ ...job, attempt: 2 }, item, again)).toEqual(stale);
      expect(await models().get(item)).toBeUndefined();
      const twice = await Promise.all([jobs().addModel(job, item, again), jobs().addModel(job, item, again)]);
      expect(kinds(twice)).toEqual(["DONE", "STALE"]);
      expect(await models().get(item)).toEqual({ ...item, holds: { models: 1, storedBytes: 4 } });
      expect(await jobs().get(job)).toMatchObject({ modelId: item.id, holds: { trainingJobs: 1 }, version: 2 });
      expect(await pending(job.sub)).toEqual([]);
      expect(await jobs().beginModel(job, item.id)).toEqual(stale);
      doneValue(await jobs().finish(job, { state: "READY", endReason: "EPOCHS_COMPLETED", stopRequested: false }));
      const counters = { models: 1, trainingJobs: 1, storedBytes: 4, openTrainingJobs: 0 };
      expect(await quota(job.sub)).toMatchObject(counters);
    });

    test("a job that ends without a model gives its place among the models back", async () => {
      const job = await newJob({ state: "TRAINING", holds: { trainingJobs: 1, models: 1 } });
      const creation = doneValue(await jobs().beginModel(job, job.id));
      doneValue(await jobs().finish(job, end));
      expect(await jobs().get(job)).toMatchObject({ state: "FAILED", holds: { trainingJobs: 1 } });
      expect(await quota(job.sub)).toMatchObject({ models: 0, trainingJobs: 1, openTrainingJobs: 0 });
      const item = model({ sub: job.sub, id: job.id, trainingJobId: job.id });
      expect(await jobs().addModel(job, item, creation)).toEqual(stale);
      expect(await jobs().beginModel(job, item.id)).toEqual(stale);
      expect(await models().get(item)).toBeUndefined();
      // What is being removed is not begun anew.
      const other = await newJob({ state: "UPLOADING" });
      const given = doneValue(await jobs().beginModel(other, other.id));
      doneValue(await changes().abandon(given));
      expect(await jobs().beginModel(other, other.id)).toEqual(stale);
    });

    test("whose execution has died are the next attempt's once, and with nothing that is not its own", async () => {
      const job = await newJob({
        state: "TRAINING",
        launch: 1,
        trainingJobName: "the-first",
        capacityRefusedSince: "2026-01-01T00:00:00.000Z",
      });
      const next = {
        keepsTrainingJob: false,
        attemptsWithoutTraining: 1,
        earlierUsage: { trainingSeconds: 7, billableSeconds: 5 },
      };
      const begun = await Promise.all([jobs().beginNextAttempt(job, next), jobs().beginNextAttempt(job, next)]);
      expect(kinds(begun)).toEqual(["DONE", "STALE"]);
      const row = await jobs().get(job);
      expect(begun.filter(isDone).map(({ value }) => value)).toEqual([row]);
      expect(row).toMatchObject({
        state: "QUEUED",
        attempt: 2,
        launch: 1,
        earlierUsage: next.earlierUsage,
        queuedSince: now().toISOString(),
      });
      expect(row).not.toHaveProperty("trainingJobName");
      expect(row).not.toHaveProperty("capacityRefusedSince");
      const adopting = await jobs().beginNextAttempt(
        { ...job, attempt: 2 },
        { keepsTrainingJob: true, attemptsWithoutTraining: 1, earlierUsage: undefined },
      );
      expect(doneValue(adopting)).toMatchObject({
        attempt: 3,
        attemptsWithoutTraining: 1,
        earlierUsage: next.earlierUsage,
      });
      const stopped = await newJob({ stopRequested: true, state: "STOPPING" });
      expect(await jobs().beginNextAttempt(stopped, next)).toEqual(stale);
    });
  });

  describe("open work", () => {
    test("of a user is found, that of a user with a longer name is not", async () => {
      const sub = newUser();
      const item = composition({ sub });
      const job = trainingJob({ sub });
      for (const created of [item, composition({ sub, state: "COMPLETED" }), composition({ sub: `${sub}0` })]) {
        doneValue(await compositions().create({ item: created, takes: {}, quotas }));
      }
      doneValue(await jobs().create({ item: job, takes: {}, quotas }));
      expect(await compositions().openOf(sub)).toEqual([item]);
      expect(await jobs().openOf(sub)).toEqual([job]);
    });

    test.each(["TRAINING_JOB", "COMPOSITION"] as const)("%s is listed until it is final", async (kind) => {
      const sub = newUser();
      const items = ["1", "2"].map((n) => {
        const id = n.padStart(26, "0");
        return kind === "TRAINING_JOB" ? trainingJob({ sub, id }) : composition({ sub, id });
      });
      for (const item of [...items].reverse()) await putOwned(item);
      const list = async () => {
        const found: string[] = [];
        for await (const owned of openRows(kind).listOpen()) if (owned.sub === sub) found.push(owned.id);
        return found;
      };
      // Oldest first within a user.
      expect(await list()).toEqual(items.map(({ id }) => id));
      const [first, second] = items;
      if (first === undefined || second === undefined) throw new Error("no items");
      expect(await openRows(kind).isOpen(first)).toBe(true);
      if (first.kind === "COMPOSITION") doneValue(await compositions().abandon(first, failure));
      else doneValue(await jobs().finish(first, { state: "STOPPED", endReason: "USER_STOP", stopRequested: false }));
      expect(await list()).toEqual([second.id]);
      expect(await openRows(kind).isOpen(first)).toBe(false);
      expect(await openRows(kind).isOpen({ sub, id: "9".repeat(26) })).toBe(false);
    });

    test.each(["TRAINING_JOB", "COMPOSITION"] as const)(
      "%s that nobody can read is ended all the same, once",
      async (kind) => {
        const owned = { sub: newUser(), id: "5".padStart(26, "0") };
        const key = ownedKey(kind, owned.sub, owned.id);
        const counter = kind === "TRAINING_JOB" ? "openTrainingJobs" : "openCompositions";
        await put(quotaKey(owned.sub), { [counter]: 1 });
        await put(key, {
          ...owned,
          kind,
          version: "not a number",
          state: 7,
          openWork: kind,
          openWorkOwner: openWorkOwner(owned.sub, owned.id),
        });
        expect(await openRows(kind).isOpen(owned)).toBe(true);
        const first = now();
        expect(doneValue(await openRows(kind).noteFailedRepair(owned))).toEqual(first);
        clock.advance(60);
        expect(doneValue(await openRows(kind).noteFailedRepair(owned))).toEqual(first);
        expect(await openRows(kind).endUnread(owned, { failure, attempt: 3 })).toEqual(stale);
        const ended = await Promise.all([1, 2].map(async () => await openRows(kind).endUnread(owned, { failure })));
        expect(kinds(ended)).toEqual(["DONE", "STALE"]);
        expect(ended.filter(isDone).map(({ value }) => value)).toEqual(["FAILED"]);
        expect(await openRows(kind).isOpen(owned)).toBe(false);
        expect(await openRows(kind).noteFailedRepair(owned)).toEqual(stale);
        expect(await quota(owned.sub)).toMatchObject({ [counter]: 0 });
        const row = await open().read(key);
        expect(row).toMatchObject({ state: "FAILED", failure, version: Math.ceil(now().getTime() / 1000) });
        for (const gone of ["openWork", "openWorkOwner", "repairFailedSince"]) expect(row).not.toHaveProperty(gone);
      },
    );

    test("a job that nobody can read ends with the model that it has, and gives back what it holds without one", async () => {
      const broken = async (more: object) => {
        const job = trainingJob({ sub: newUser(), holds: { trainingJobs: 1, models: 1 } });
        await putOwned({ ...job, progress: "none", ...more });
        await put(quotaKey(job.sub), { openTrainingJobs: 1, trainingJobs: 1, models: 1 });
        return job;
      };
      const ready = await broken({ modelId: "0".repeat(26), attempt: 4 });
      expect(await jobs().attemptOf(ready)).toBe(4);
      expect(doneValue(await jobs().endUnread(ready, { failure, attempt: 4 }))).toBe("READY");
      expect(await quota(ready.sub)).toMatchObject({ openTrainingJobs: 0, trainingJobs: 1, models: 1 });
      expect(await open().read(ownedKey("TRAINING_JOB", ready.sub, ready.id))).not.toHaveProperty("failure");
      const stopped = await broken({ modelId: "0".repeat(26), stopRequested: true });
      expect(doneValue(await jobs().endUnread(stopped, { failure }))).toBe("STOPPED");
      const failed = await broken({ attempt: "none" });
      expect(await jobs().attemptOf(failed)).toBeUndefined();
      expect(doneValue(await jobs().endUnread(failed, { failure }))).toBe("FAILED");
      expect(await quota(failed.sub)).toMatchObject({ openTrainingJobs: 0, trainingJobs: 1, models: 0 });
      expect(await open().read(ownedKey("TRAINING_JOB", failed.sub, failed.id))).toMatchObject({
        holds: { trainingJobs: 1 },
        endReason: "FAILURE",
      });
    });
  });

  describe("slots", () => {
    const jobId = (n: number): string => String(n).padStart(26, "0");
    const sub = "slot-user";
    const holder = (n: number) => ({ sub, jobId: jobId(n) });

    test("of many that acquire a slot at once one gets it; renewing, reclaiming and freeing ask who holds it", async () => {
      const slots = createSlots(open());
      const index = 50;
      const heldAt = async (at: number) => (await slots.held()).find((slot) => slot.index === at);
      const order = await slots.order();
      const taken = await Promise.all(
        [1, 2, 3, 4, 5].map(async (n) => await slots.acquire({ index, holder: holder(n), leasedUntil: 1_000, order })),
      );
      expect(kinds(taken)).toEqual(["DONE", "STALE", "STALE", "STALE", "STALE"]);
      // Decided on an order that is past: no slot, though it is free.
      expect(await slots.acquire({ index: index + 1, holder: holder(6), leasedUntil: 1_000, order })).toEqual(stale);
      const later = await slots.order();
      expect(later).toEqual({ version: order.version + 1, turns: [sub] });
      const held = await heldAt(index);
      if (held === undefined) throw new Error("nobody holds the slot");
      expect(held.leasedUntil).toBe(1_000);
      expect(await slots.renew({ index, jobId: jobId(9), leasedUntil: 2_000 })).toEqual(stale);
      doneValue(await slots.renew({ index, jobId: held.holder.jobId, leasedUntil: 2_000 }));
      // Reclaimed on what was read before the holder renewed it.
      const reclaim = { index, holder: holder(9), leasedUntil: 3_000, order: later };
      expect(await slots.acquire({ ...reclaim, reclaimed: held })).toEqual(stale);
      doneValue(await slots.acquire({ ...reclaim, reclaimed: { ...held, leasedUntil: 2_000 } }));
      expect(await slots.release({ index, jobId: held.holder.jobId })).toEqual(stale);
      expect((await heldAt(index))?.holder).toEqual(holder(9));
      doneValue(await slots.release({ index, jobId: jobId(9) }));
      expect(await heldAt(index)).toBeUndefined();
      doneValue(await slots.acquire({ index, holder: holder(1), leasedUntil: 1, order: await slots.order() }));
      doneValue(await slots.release({ index, jobId: jobId(1) }));
    });

    test("are renewed for the job that holds one, and all that it holds are freed", async () => {
      const slots = createSlots(open());
      for (const index of [2, 0]) {
        doneValue(await slots.acquire({ index, holder: holder(1), leasedUntil: 10, order: await slots.order() }));
      }
      doneValue(
        await slots.acquire({
          index: 1,
          holder: { sub: "other", jobId: jobId(2) },
          leasedUntil: 10,
          order: await slots.order(),
        }),
      );
      // Youngest first, each user once.
      expect((await slots.order()).turns).toEqual(["other", sub]);
      expect(doneValue(await slots.renewFor({ jobId: jobId(1), leasedUntil: 20 }))).toBe(0);
      expect(await slots.renewFor({ jobId: jobId(2), leasedUntil: 20, slots: 1 })).toEqual(stale);
      expect(await slots.renewFor({ jobId: jobId(3), leasedUntil: 20 })).toEqual(stale);
      expect(await slots.held()).toEqual([
        { index: 0, holder: holder(1), leasedUntil: 20 },
        { index: 1, holder: { sub: "other", jobId: jobId(2) }, leasedUntil: 10 },
        { index: 2, holder: holder(1), leasedUntil: 10 },
      ]);
      await slots.releaseAllOf(jobId(1));
      expect((await slots.held()).map(({ index }) => index)).toEqual([1]);
      await slots.releaseAllOf(jobId(2));
      expect(await slots.held()).toEqual([]);
    });

    test("tickets come in the order of their jobs", async () => {
      const tickets = createTickets(open());
      for (const n of [7, 5, 6]) await tickets.heartbeat({ sub, jobId: jobId(n), heartbeatAt: n, asksAgainBy: 100 });
      await tickets.heartbeat({ sub, jobId: jobId(5), heartbeatAt: 50, asksAgainBy: 100 });
      expect(await tickets.waiting()).toEqual(
        [5, 6, 7].map((n) => ({ sub, jobId: jobId(n), heartbeatAt: n === 5 ? 50 : n, asksAgainBy: 100 })),
      );
      for (const n of [5, 6, 7]) await tickets.remove(jobId(n));
      await tickets.remove(jobId(5));
      expect(await tickets.waiting()).toEqual([]);
    });
  });

  describe("shares", () => {
    const shares = () => createShares(params());
    const finished = async () =>
      await putOwned(composition({ sub: newUser(), state: "COMPLETED", output: finishedOutput }));
    const newShare = () => ({
      tokenSha256: randomBytes(32).toString("hex"),
      createdAt: "2026-01-31T12:00:00.000Z",
      expiresAt: "2026-02-07T12:00:00.500Z",
    });

    test("a share is in the composition and leads to it, until another replaces it or it is revoked", async () => {
      const item = await finished();
      const [first, second] = [newShare(), newShare()];
      const shared = doneValue(await shares().create(item, first));
      expect(shared).toEqual(await compositions().get(item));
      expect(shared).toMatchObject({ share: first, version: item.version + 1 });
      expect(await shares().find(first.tokenSha256)).toEqual({ sub: item.sub, id: item.id });
      const replaced = doneValue(await shares().create(shared, second));
      expect(replaced).toEqual(await compositions().get(item));
      expect(await shares().find(first.tokenSha256)).toBeUndefined();
      expect(await shares().find(second.tokenSha256)).toEqual({ sub: item.sub, id: item.id });
      const revoked = doneValue(await shares().revoke(replaced));
      expect(revoked).toEqual(await compositions().get(item));
      expect(revoked).not.toHaveProperty("share");
      expect(await shares().find(second.tokenSha256)).toBeUndefined();
      expect(doneValue(await shares().revoke(revoked))).toEqual(revoked);
    });

    test("of two shares of one composition at once, one is written and the other leads nowhere", async () => {
      const item = await finished();
      const both = [newShare(), newShare()];
      const outcomes = await Promise.all(both.map(async (share) => await shares().create(item, share)));
      expect(kinds(outcomes)).toEqual(["DONE", "STALE"]);
      const found = await Promise.all(both.map(async ({ tokenSha256 }) => await shares().find(tokenSha256)));
      expect(found.filter((one) => one !== undefined)).toEqual([{ sub: item.sub, id: item.id }]);
      const row = await compositions().get(item);
      expect(await shares().find(row?.share?.tokenSha256 ?? "")).toBeDefined();
    });

    test("a share ends with its composition, and one that has changed since is neither shared nor revoked", async () => {
      const item = await finished();
      const share = newShare();
      const shared = doneValue(await shares().create(item, share));
      expect(await shares().create(item, newShare())).toEqual(stale);
      expect(await shares().revoke({ ...shared, version: item.version })).toEqual(stale);
      expect(await shares().find(share.tokenSha256)).toBeDefined();
      doneValue(await compositions().remove({ item: shared, gives: {} }));
      expect(await shares().find(share.tokenSha256)).toBeUndefined();
      expect(await shares().create(shared, newShare())).toEqual(stale);
    });
  });

  describe("ratings", () => {
    const ratings = () => createRatings(params());
    const finished = async (sub: string, stockModelId: string) => {
      const reference = { id: stockModelId, stock: true, sha256: "a".repeat(64), bytes: 1 };
      return await putOwned(
        composition({ sub, technique: "ar-cnn", state: "COMPLETED", output: finishedOutput, model: reference }),
      );
    };
    const ofModel = async (id: string) => await ratings().ofStockModel({ id, sha256: "a".repeat(64) });
    const total = ({ poor, neutral, good }: Readonly<Record<"poor" | "neutral" | "good", number>>): number =>
      poor + neutral + good;

    test("a rating is in the composition, and moves the totals of its technique and its model", async () => {
      const item = await finished(newUser(), "rated-once");
      const before = await ratings().ofTechnique("ar-cnn");
      const rated = doneValue(await ratings().rate(item, "good"));
      expect(rated).toEqual(await compositions().get(item));
      expect(rated).toMatchObject({ rating: "good", version: item.version + 1 });
      expect(doneValue(await ratings().rate(rated, "good"))).toEqual(rated);
      const changed = doneValue(await ratings().rate(rated, "poor"));
      expect(changed).toEqual(await compositions().get(item));
      expect(await ofModel("rated-once")).toEqual({ poor: 1, neutral: 0, good: 0 });
      expect(await ratings().ofTechnique("ar-cnn")).toEqual({ ...before, poor: before.poor + 1 });
    });

    test("many users who rate at once are counted once each, or told that the table is busy", async () => {
      const items = await Promise.all(
        Array.from({ length: 12 }, async () => await finished(newUser(), "rated-by-many")),
      );
      const before = total(await ratings().ofTechnique("ar-cnn"));
      const outcomes = await Promise.all(items.map(async (item) => await unlessBusy(ratings().rate(item, "good"))));
      expect(outcomes.some((outcome) => outcome !== undefined)).toBe(true);
      const rows = await Promise.all(items.map(async (item) => await compositions().get(item)));
      const rated = rows.filter((row) => row?.rating === "good").length;
      expect(rated).toBe(outcomes.filter((outcome) => outcome !== undefined && isDone(outcome)).length);
      expect(await ofModel("rated-by-many")).toEqual({ poor: 0, neutral: 0, good: rated });
      expect(total(await ratings().ofTechnique("ar-cnn")) - before).toBe(rated);
    });

    test("of two ratings of one composition at once, one is written and the other is stale", async () => {
      const item = await finished(newUser(), "rated-twice-at-once");
      const outcomes = await Promise.all([ratings().rate(item, "good"), ratings().rate(item, "poor")]);
      expect(kinds(outcomes)).toEqual(["DONE", "STALE"]);
      const row = await compositions().get(item);
      expect(await ofModel("rated-twice-at-once")).toEqual({
        poor: 0,
        neutral: 0,
        good: 0,
        [row?.rating ?? "neutral"]: 1,
      });
    });

    test("a composition that has changed since is not rated, and nothing is counted", async () => {
      const item = await finished(newUser(), "rated-late");
      doneValue(await compositions().change(item, { name: "New" }));
      expect(await ratings().rate(item, "good")).toEqual(stale);
      doneValue(await compositions().remove({ item: { ...item, version: 2 }, gives: {} }));
      expect(await ratings().rate({ ...item, version: 2 }, "good")).toEqual(stale);
      expect(await ofModel("rated-late")).toEqual({ poor: 0, neutral: 0, good: 0 });
    });

    test("the totals of a user's own model are in its row, until it is deleted", async () => {
      const sub = newUser();
      const own = await putOwned(model({ sub }));
      const reference = { id: own.id, stock: false, sha256: own.sha256, bytes: own.bytes };
      const done = { sub, state: "COMPLETED", output: finishedOutput, model: reference } as const;
      const first = await putOwned(composition(done));
      const second = await putOwned(composition(done));
      const rated = doneValue(await ratings().rate(first, "good"));
      doneValue(await ratings().rate(second, "good"));
      doneValue(await ratings().rate(rated, "neutral"));
      const row = await models().get(own);
      expect(row).toMatchObject({ version: 4, ratedGood: 1, ratedNeutral: 1 });
      if (row === undefined) throw new Error("the model is gone");
      doneValue(await models().remove({ item: row, gives: {} }));
      const before = await ratings().ofTechnique("unet-gan");
      const third = await putOwned(composition(done));
      expect(doneValue(await ratings().rate(third, "poor"))).toMatchObject({ rating: "poor" });
      expect(await models().get(own)).toBeUndefined();
      expect(await ratings().ofTechnique("unet-gan")).toEqual({ ...before, poor: before.poor + 1 });
    });
  });

  describe("what belongs to no user", () => {
    test("stock models are listed by id, and got by id", async () => {
      for (const id of ["unet-gan-bach", "ar-cnn-bach", "unet-gan-rock"])
        await put(stockModelKey(id), stockModel({ id }));
      const stock = createStockModels(open());
      const ids = (await stock.all()).map(({ id }) => id);
      expect(ids).toEqual(["ar-cnn-bach", "unet-gan-bach", "unet-gan-rock"]);
      expect(await stock.get("unet-gan-rock")).toEqual(stockModel({ ...(await stock.get("unet-gan-rock")) }));
      expect(await stock.get("unet-gan-rock")).toMatchObject({ id: "unet-gan-rock" });
      expect(await stock.get("../x")).toBeUndefined();
    });

    test("the catalogue of a data set is got by its id", async () => {
      const file = catalogue();
      const objects = new Map([[datasetCatalogueKey(file.dataset), packCatalogue(file)]]);
      const catalogues = createCatalogues({ table: open(), artifacts: { read: async (key) => objects.get(key) } });
      await put(catalogueKey("bach-chorales"), catalogueItem(file));
      expect(await catalogues.describe("bach-chorales")).toEqual(catalogueItem(file));
      expect((await catalogues.get("bach-chorales"))?.catalogue.columns).toEqual(file.columns);
      expect(await catalogues.get("none")).toBeUndefined();
      await put(catalogueKey("broken"), { ...catalogueItem(file), pieces: "none" });
      await expect(catalogues.get("broken")).rejects.toThrow(/pieces/);
      // A row of the form before this one held the pieces themselves.
      await put(catalogueKey("old"), { schemaVersion: 1, kind: "CATALOGUE", dataset: file.dataset, pieces: [] });
      await expect(catalogues.get("old")).rejects.toThrow(/npm run seed/);
    });
  });

  test("files of data sets are in one state each, and are counted with every change", async () => {
    const row = dataset({ sub: newUser() });
    await putOwned(row);
    const files = createDatasetFiles(params());
    const datasets = createDatasets(params());
    const pendingFile = (digit: string): PendingFile => ({
      ...{ schemaVersion: 1, kind: "DATASET_FILE", state: "PENDING", sha256: digit.repeat(64), path: `${digit}.mid` },
      ...{ bytes: 100, tags: { genre: ["rock"] }, offeredAt: "2026-01-31T12:00:00.000Z" },
    });
    const [one, two, three] = ["1", "2", "3"].map(pendingFile);
    if (one === undefined || two === undefined || three === undefined) throw new Error("there are three files");
    const offered = doneValue(
      await files.offer({ dataset: row, files: [one, two, three], counts: withOffered(row, [one, two, three]) }),
    );
    expect(offered).toEqual(await datasets.get(row));
    expect(offered).toMatchObject({ version: 2, files: { pending: 3, accepted: 0, rejected: 0 }, bytes: 300 });
    // The row has changed since it was read, or a file is known in some state: nothing is written.
    expect(await files.offer({ dataset: row, files: [], counts: row })).toEqual(stale);
    expect(await files.offer({ dataset: offered, files: [one], counts: offered })).toEqual(stale);

    const { offeredAt: _, ...common } = one;
    const rejected: ReadFile = { ...common, state: "REJECTED", code: "NOT_MIDI", reason: "It is no MIDI file." };
    const settled = [{ pending: one, read: rejected }];
    const read = doneValue(
      await files.settle({ dataset: offered, files: [rejected], counts: withSettled(offered, settled) }),
    );
    expect(read).toMatchObject({ files: { pending: 2, accepted: 0, rejected: 1 }, reasons: { NOT_MIDI: 1 } });
    expect(await files.settle({ dataset: read, files: [rejected], counts: read })).toEqual(stale);
    expect(await files.offer({ dataset: read, files: [one], counts: read })).toEqual(stale);

    const again = { ...two, offeredAt: "2026-01-31T13:00:00.000Z" };
    await files.offerAgain(row, again);
    await files.offerAgain(row, one);
    const known = await files.find(
      row,
      [one, two, three].map(({ sha256 }) => sha256),
    );
    expect([...known.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1))).toEqual([rejected, again, three]);
    expect(await files.page({ dataset: row, limit: 2 })).toEqual([again, three]);
    expect(await files.page({ dataset: row, after: three, limit: 2 })).toEqual([rejected]);
    expect(await files.page({ dataset: row, state: "PENDING", after: again, limit: 2 })).toEqual([three]);
    await files.removeAll(row);
    expect(await files.page({ dataset: row, limit: 2 })).toEqual([]);
  });

  test("rows are found by their keys, with the file that each names", async () => {
    const sub = newUser();
    const midi = { revision: 2, sha256: "0".repeat(64), bytes: 1 };
    const finished = await putOwned(composition({ sub, state: "COMPLETED", output: finishedOutput, midi }));
    const uploaded = await putOwned(track({ sub }));
    const keys = [
      ownedKey("COMPOSITION", sub, finished.id),
      ownedKey("TRACK", sub, uploaded.id),
      ownedKey("MODEL", sub, finished.id),
    ];
    const found = await createRowsByKey(open()).find(keys);
    expect([...found].sort((one, other) => (one.sk < other.sk ? -1 : 1))).toEqual([
      { ...keys[0], midi },
      { ...keys[1] },
    ]);
  });
});
