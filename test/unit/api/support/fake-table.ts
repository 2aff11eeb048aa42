/** The table in memory: what the repositories promise, without DynamoDB. test/integration/table.test.ts has tests of its own for the real ones. */
import { catalogueKey, ownedKey, stockModelKey, type OwnedKind, type TableKey } from "../../../../naming/table-keys";
import type {
  CatalogueItem,
  IdempotencyRecord,
  PendingChangeItem,
  StockModelItem,
} from "../../../../domain/schemas/items";
import type { CompositionItem, TrainingJobItem } from "../../../../domain/schemas/items";
import {
  quotaCounterSchema,
  type QuotaAmounts,
  type QuotaCounter,
  type UserCaps,
} from "../../../../domain/schemas/user-caps";
import {
  AlreadyAnswered,
  CapReached,
  ItemNotFound,
  ReferenceGone,
  StaleItem,
} from "../../../../lambdas/stores/outcome";
import type { IdempotencyRecords } from "../../../../lambdas/stores/idempotency-records";
import type { OpenWorkOfUser } from "../../../../lambdas/stores/open-work-of-user";
import type { OwnedItem, OwnedItems } from "../../../../lambdas/stores/owned-rows";
import { pendingChange, type PendingChanges } from "../../../../lambdas/stores/pending-changes";
import type { Catalogues, StockModels } from "../../../../lambdas/stores/stock-models";

const text = ({ pk, sk }: TableKey): string => `${pk}|${sk}`;

export class FakeTable {
  readonly keys = new Set<string>();
  readonly quotas = new Map<string, number>();
  private readonly records = new Map<string, IdempotencyRecord>();
  private readonly stock = new Map<string, StockModelItem>();
  private readonly catalogues = new Map<string, CatalogueItem>();
  /** By the key of the row that they are about. */
  readonly changes = new Map<string, PendingChangeItem>();
  readonly openCompositions: CompositionItem[] = [];
  readonly openTrainingJobs: TrainingJobItem[] = [];

  owned<Item extends OwnedItem>(kind: OwnedKind, initial: readonly Item[] = []): FakeOwnedItems<Item> {
    return new FakeOwnedItems(this, kind, initial);
  }

  quota(sub: string, counter: QuotaCounter): number {
    return this.quotas.get(`${sub}/${counter}`) ?? 0;
  }

  addStockModel(item: StockModelItem): void {
    this.stock.set(item.id, item);
    this.keys.add(text(stockModelKey(item.id)));
  }

  addCatalogue(item: CatalogueItem): void {
    this.catalogues.set(item.dataset.id, item);
    this.keys.add(text(catalogueKey(item.dataset.id)));
  }

  readonly stockModels: StockModels = {
    get: async (id) => this.stock.get(id),
    list: async ({ limit, after }) => {
      const items = [...this.stock.values()]
        .filter(({ id }) => after === undefined || id > after)
        .sort((one, other) => (one.id < other.id ? -1 : 1));
      return { items: items.slice(0, limit), hasMore: items.length > limit };
    },
  };

  readonly cataloguesOfDatasets: Catalogues = { get: async (id) => this.catalogues.get(id) };

  move(sub: string, amounts: QuotaAmounts, sign: 1 | -1): void {
    for (const counter of quotaCounterSchema.options) {
      const by = amounts[counter];
      if (by !== undefined) this.quotas.set(`${sub}/${counter}`, this.quota(sub, counter) + sign * by);
    }
  }

  /** @throws CapReached */
  checkCaps(sub: string, raise: QuotaAmounts, caps: UserCaps): void {
    for (const counter of quotaCounterSchema.options) {
      const by = raise[counter];
      if (by !== undefined && this.quota(sub, counter) + Math.max(1, by) > caps[counter]) {
        throw new CapReached(counter, caps[counter]);
      }
    }
  }

  private isUnchanged({ of, sub, id, state, since }: PendingChangeItem): boolean {
    const current = this.changes.get(text(ownedKey(of, sub, id)));
    return current?.state === state && current.since === since;
  }

  readonly pendingChanges: PendingChanges = (() => {
    const { changes } = this;
    return {
      async *list() {
        yield* [...changes.values()];
      },
      isCurrent: async (change) => this.isUnchanged(change),
      abandon: async (change, now) => {
        const key = text(ownedKey(change.of, change.sub, change.id));
        if (!this.isUnchanged(change) || this.keys.has(key)) return undefined;
        const deletion = pendingChange({ ...change, state: "DELETING", now, holds: {} });
        changes.set(key, deletion);
        this.move(change.sub, change.holds, -1);
        return deletion;
      },
      remove: async (change) => {
        if (!this.isUnchanged(change)) return false;
        changes.delete(text(ownedKey(change.of, change.sub, change.id)));
        return true;
      },
    };
  })();

  /** Whether a creation is still pending, and may so be ended by its row. */
  endCreation(creation: PendingChangeItem): void {
    const key = ownedKey(creation.of, creation.sub, creation.id);
    if (!this.isUnchanged(creation)) throw new StaleItem(key);
    this.changes.delete(text(key));
  }

  readonly idempotencyRecords: IdempotencyRecords = {
    find: async ({ sub, route, key }) => this.records.get(`${sub}/${route}/${key}`),
  };

  readonly openWork: OpenWorkOfUser = {
    compositions: async (sub) => this.openCompositions.filter((item) => item.sub === sub),
    trainingJobs: async (sub) => this.openTrainingJobs.filter((item) => item.sub === sub),
  };

  remember(id: string, record: IdempotencyRecord): void {
    this.records.set(id, record);
  }

  recordOf(id: string): IdempotencyRecord | undefined {
    return this.records.get(id);
  }
}

export class FakeOwnedItems<Item extends OwnedItem> implements OwnedItems<Item> {
  private readonly items = new Map<string, Item>();

  constructor(
    private readonly table: FakeTable,
    private readonly kind: OwnedKind,
    initial: readonly Item[],
  ) {
    for (const item of initial) this.put(item);
  }

  put(item: Item): void {
    const key = this.keyOf(item);
    this.items.set(key, item);
    this.table.keys.add(key);
  }

  all(): Item[] {
    return [...this.items.values()];
  }

  private keyOf({ sub, id }: { readonly sub: string; readonly id: string }): string {
    return text(ownedKey(this.kind, sub, id));
  }

  readonly get: OwnedItems<Item>["get"] = async (of) => this.items.get(this.keyOf(of));

  readonly load: OwnedItems<Item>["load"] = async (of) => {
    const item = this.items.get(this.keyOf(of));
    if (item === undefined) throw new ItemNotFound(this.kind, of.id);
    return item;
  };

  readonly list: OwnedItems<Item>["list"] = async ({ sub, limit, after }) => {
    const items = this.all()
      .filter((item) => item.sub === sub && (after === undefined || item.id < after))
      .sort((one, other) => (one.id < other.id ? 1 : -1));
    return { items: items.slice(0, limit), hasMore: items.length > limit };
  };

  readonly begin: OwnedItems<Item>["begin"] = async ({ of, holds, caps, claim, now }) => {
    const first = claim === undefined ? undefined : this.table.recordOf(`${claim.sub}/${claim.route}/${claim.key}`);
    if (first !== undefined) throw new AlreadyAnswered(first);
    this.table.checkCaps(of.sub, holds, caps);
    const change = pendingChange({ of: this.kind, ...of, state: "CREATING", now, holds });
    this.table.changes.set(this.keyOf(of), change);
    this.table.move(of.sub, holds, 1);
    return change;
  };

  readonly create: OwnedItems<Item>["create"] = async ({
    item,
    raise,
    caps,
    idempotency,
    mustExist = [],
    creation,
  }) => {
    const id =
      idempotency === undefined
        ? undefined
        : `${idempotency.claim.sub}/${idempotency.claim.route}/${idempotency.claim.key}`;
    const first = id === undefined ? undefined : this.table.recordOf(id);
    if (first !== undefined) throw new AlreadyAnswered(first);
    this.table.checkCaps(item.sub, raise, caps);
    for (const key of mustExist) if (!this.table.keys.has(text(key))) throw new ReferenceGone(key);
    if (creation !== undefined) this.table.endCreation(creation);
    this.table.move(item.sub, raise, 1);
    if (id !== undefined && idempotency !== undefined) this.table.remember(id, idempotency.record);
    this.put(item);
  };

  readonly change: OwnedItems<Item>["change"] = async (item, attributes, now) => {
    if (this.items.get(this.keyOf(item))?.version !== item.version) {
      throw new StaleItem(ownedKey(this.kind, item.sub, item.id));
    }
    const changed = { ...item, ...attributes, version: item.version + 1, updatedAt: now.toISOString() };
    this.put(changed);
    return changed;
  };

  readonly remove: OwnedItems<Item>["remove"] = async ({ item, lower, now }) => {
    const key = this.keyOf(item);
    if (this.items.get(key)?.version !== item.version) throw new StaleItem(ownedKey(this.kind, item.sub, item.id));
    const change = pendingChange({ of: this.kind, sub: item.sub, id: item.id, state: "DELETING", now });
    this.items.delete(key);
    this.table.keys.delete(key);
    this.table.changes.set(key, change);
    this.table.move(item.sub, lower, -1);
    return change;
  };
}
