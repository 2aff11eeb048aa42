/** The real stores on a table in memory, with methods by which a test reads and writes rows directly. */
import type * as z from "zod";
import type { CatalogueFile } from "../../domain/datasets/catalogue-file";
import { type QuotaAmounts, type QuotaCounter, quotaCounterSchema } from "../../domain/schemas/user-quotas";
import {
  isFinalTrainingJobState,
  type TrainingJobState,
  trainingJobStates,
} from "../../domain/states/training-job-state";
import { catalogueItem, createCatalogues, packCatalogue } from "../../lambdas/stores/catalogues";
import { createCompositions } from "../../lambdas/stores/compositions";
import { createDatasetFiles } from "../../lambdas/stores/dataset-files";
import { createDatasetVersions } from "../../lambdas/stores/dataset-versions";
import { createDatasets } from "../../lambdas/stores/datasets";
import { createErasures } from "../../lambdas/stores/erasures";
import { createIdempotencyRecords } from "../../lambdas/stores/idempotency-records";
import { readItem } from "../../lambdas/stores/item-codec";
import {
  compositionItemSchema,
  datasetItemSchema,
  modelItemSchema,
  type PendingChangeItem,
  pendingChangeItemSchema,
  quotaHeld,
  slotItemSchema,
  type StockModelItem,
  trackItemSchema,
  type TrainingJobItem,
  trainingJobItemSchema,
  variationGroupItemSchema,
} from "../../lambdas/stores/items";
import { createModels, createStockModels } from "../../lambdas/stores/models";
import { isDone } from "../../lambdas/stores/outcome";
import { createPendingChanges } from "../../lambdas/stores/pending-changes";
import { createQuotaCounters } from "../../lambdas/stores/quotas";
import { createRatings } from "../../lambdas/stores/ratings";
import { createRowsOfUser } from "../../lambdas/stores/rows-of-user";
import { createShares } from "../../lambdas/stores/shares";
import { createSlots, type HeldSlot, type SlotHolder } from "../../lambdas/stores/slots";
import type { Row } from "../../lambdas/stores/table";
import { createTickets, type Ticket } from "../../lambdas/stores/tickets";
import { createTracks } from "../../lambdas/stores/tracks";
import { createTrainingJobs } from "../../lambdas/stores/training-jobs";
import { datasetCatalogueKey, type OwnedBy } from "../../naming/object-keys";
import {
  catalogueKey,
  kindPrefix,
  ownedKey,
  type OwnedKind,
  quotaKey,
  slotsPartition,
  sortKey,
  stockModelKey,
  ticketsPartition,
  variationGroupKey,
} from "../../naming/table-keys";
import { MemoryTable } from "./memory-table";

const nameOf = ({ sub, id }: OwnedBy): string => `${sub}/${id}`;

interface KeptItem extends OwnedBy {
  readonly kind: OwnedKind;
  readonly holds?: QuotaAmounts | undefined;
}

/** Returns direct access to all rows of a kind, whoever owns them. */
function rowsOf<Schema extends z.ZodType<KeptItem>>(table: MemoryTable, kind: OwnedKind, schema: Schema) {
  type Item = z.output<Schema>;
  /** The items of rows. A stored row never changes but is replaced by another, so each is parsed once. */
  const read = new WeakMap<Row, Item>();
  const itemOf = (row: Row): Item => {
    const item = read.get(row) ?? readItem(schema, row);
    read.set(row, item);
    return item;
  };
  const all = (): Item[] =>
    // A stock model has the same sort key, and no owner.
    table.peek(undefined, kindPrefix(kind)).flatMap((row) => (row["sub"] === undefined ? [] : [itemOf(row)]));
  return {
    all,
    /** Writes a row without its quota. */
    put: (item: Item): void => {
      table.put(ownedKey(kind, item.sub, item.id), schema.parse(item));
    },
    /** Removes a row without its quota. */
    drop: (owned: OwnedBy): void => {
      table.put(ownedKey(kind, owned.sub, owned.id), undefined);
    },
    /** The items by `sub/id`. */
    get rows(): ReadonlyMap<string, Item> {
      return new Map(all().map((item) => [nameOf(item), item]));
    },
  };
}

const openCounters = { COMPOSITION: "openCompositions", TRAINING_JOB: "openTrainingJobs" } as const;

export function memoryStores(now: () => Date, table = new MemoryTable()) {
  const params = { table, now };
  const quotaOf = (sub: string, counter: QuotaCounter): number => Number(table.rowNow(quotaKey(sub))?.[counter] ?? 0);
  /** Returns the sum of a counter over all users. */
  const quotaOfAll = (counter: QuotaCounter): number =>
    table.peek(undefined, quotaKey("").sk).reduce((sum, row) => sum + Number(row[counter] ?? 0), 0);
  const moveQuota = (sub: string, amounts: QuotaAmounts): void => {
    const moved: Record<string, number> = {};
    for (const counter of quotaCounterSchema.options) moved[counter] = quotaOf(sub, counter) + (amounts[counter] ?? 0);
    table.put(quotaKey(sub), moved);
  };

  const compositionRows = rowsOf(table, "COMPOSITION", compositionItemSchema);
  const modelRows = rowsOf(table, "MODEL", modelItemSchema);
  const jobRows = rowsOf(table, "TRAINING_JOB", trainingJobItemSchema);
  const trackRows = rowsOf(table, "TRACK", trackItemSchema);
  const datasetRows = rowsOf(table, "DATASET", datasetItemSchema);
  const pending = (): PendingChangeItem[] =>
    table.peek(undefined, "PENDING_CHANGE#").map((row) => readItem(pendingChangeItemSchema, row));

  /** The states that each job has had, in their order, by the job's id. */
  const history = new Map<string, TrainingJobState[]>();
  table.onWrite(({ sk }, row) => {
    if (row === undefined || !sk.startsWith(kindPrefix("TRAINING_JOB"))) return;
    const id = String(row["id"]);
    const state = trainingJobStates.find((known) => known === row["state"]);
    const states = history.get(id) ?? [];
    if (state !== undefined && states.at(-1) !== state) states.push(state);
    history.set(id, states);
  });

  const slotsNow = (): Map<number, HeldSlot> =>
    new Map(
      table.peek(slotsPartition, "SLOT#").flatMap((row): [number, HeldSlot][] => {
        const { holder, leasedUntil } = readItem(slotItemSchema, row);
        const index = Number(String(row[sortKey]).slice("SLOT#".length));
        return holder === undefined ? [] : [[index, { index, holder, leasedUntil }]];
      }),
    );
  const slotStore = createSlots(table);
  /** The holders of all slots that were ever acquired, the earliest first. */
  const given: SlotHolder[] = [];
  const holders = new Map<string, string | undefined>();
  table.onWrite(({ pk, sk }, row) => {
    if (pk !== slotsPartition || !sk.startsWith("SLOT#")) return;
    const holder = row === undefined ? undefined : readItem(slotItemSchema, row).holder;
    if (holder !== undefined && holders.get(sk) !== holder.jobId) given.push(holder);
    holders.set(sk, holder?.jobId);
  });

  const catalogueObjects = new Map<string, Uint8Array>();
  /** The bucket in which versions of users' data sets are, in tests that have one. */
  let artifacts: { read(key: string, maxBytes: number): Promise<Uint8Array | undefined> } | undefined;

  return {
    table,
    quotaOf,
    moveQuota,
    ratings: createRatings(params),
    shares: createShares(params),
    quotaCounters: createQuotaCounters(table),
    pendingChanges: createPendingChanges(params),
    /** Returns the changes that are pending now. */
    pending,
    /** Returns the groups of variations that have not all ended. */
    variationGroups: (): z.infer<typeof variationGroupItemSchema>[] =>
      table
        .peek(undefined, variationGroupKey("", "").sk)
        .map((row) => readItem(variationGroupItemSchema, row))
        .filter(({ open }) => open > 0),
    idempotencyRecords: createIdempotencyRecords(params),
    erasures: createErasures(params),
    rowsOfUser: createRowsOfUser(table),
    catalogues: {
      ...createCatalogues({
        table,
        artifacts: {
          read: async (key, maxBytes) => catalogueObjects.get(key) ?? (await artifacts?.read(key, maxBytes)),
        },
      }),
      readFrom: (bucket: NonNullable<typeof artifacts>): void => {
        artifacts = bucket;
      },
      add: (file: CatalogueFile): void => {
        catalogueObjects.set(datasetCatalogueKey(file.dataset), packCatalogue(file));
        table.put(catalogueKey(file.dataset.id), catalogueItem(file));
      },
    },
    stockModels: {
      ...createStockModels(table),
      add: (item: StockModelItem): void => {
        table.put(stockModelKey(item.id), item);
      },
    },
    tracks: Object.assign(trackRows, createTracks(params)),
    models: Object.assign(modelRows, createModels(params)),
    datasets: Object.assign(datasetRows, createDatasets(params)),
    datasetFiles: createDatasetFiles(params),
    datasetVersions: createDatasetVersions(params),
    compositions: Object.assign(compositionRows, createCompositions(params), {
      /** Writes an unfinished composition and counts it in its owner's quota. */
      add: (item: z.output<typeof compositionItemSchema>): void => {
        compositionRows.put(item);
        moveQuota(item.sub, { [openCounters.COMPOSITION]: 1 });
      },
      openNow: (): number => quotaOfAll("openCompositions"),
    }),
    trainingJobs: Object.assign(jobRows, createTrainingJobs(params), {
      /** Writes an unfinished job and counts what it holds in its owner's quota. */
      add: (job: TrainingJobItem): void => {
        jobRows.put(job);
        moveQuota(job.sub, { ...quotaHeld(job), [openCounters.TRAINING_JOB]: 1 });
      },
      /** Requests a stop as the API does. Returns false if the job does not exist or is final. */
      requestStop: (owned: OwnedBy): boolean => {
        const row = jobRows.rows.get(nameOf(owned));
        if (row === undefined || isFinalTrainingJobState(row.state)) return false;
        jobRows.put({ ...row, stopRequested: true, state: "STOPPING", version: row.version + 1 });
        return true;
      },
      history,
      openNow: (): number => quotaOfAll("openTrainingJobs"),
      /** Returns the sums of the other counters over all users. */
      quotaNow: () => ({
        models: quotaOfAll("models"),
        trainingJobs: quotaOfAll("trainingJobs"),
        storedBytes: quotaOfAll("storedBytes"),
      }),
    }),
    slots: {
      ...slotStore,
      /** Returns the slots that are held now, by index. */
      heldNow: slotsNow,
      given,
      /** Acquires a slot with the present order, for tests to which the order does not matter. */
      hold: async (index: number, holder: SlotHolder, leasedUntil = Number.MAX_SAFE_INTEGER): Promise<boolean> =>
        isDone(await slotStore.acquire({ index, holder, leasedUntil, order: await slotStore.order() })),
    },
    tickets: {
      ...createTickets(table),
      /** Returns the tickets that are in the table now, by job. */
      waitingNow: (): Map<string, Ticket> =>
        new Map(
          table.peek(ticketsPartition).map((row): [string, Ticket] => {
            const jobId = String(row["jobId"]);
            return [
              jobId,
              {
                sub: String(row["sub"]),
                jobId,
                heartbeatAt: Number(row["heartbeatAt"]),
                asksAgainBy: Number(row["asksAgainBy"]),
              },
            ];
          }),
        ),
    },
  };
}

export type MemoryStores = ReturnType<typeof memoryStores>;
