/** The table in memory. No await lies between the check of a write's conditions and the write itself. */
import { openWorkIndex, partitionKey, sortKey, type TableKey } from "../../naming/table-keys";
import type { Comparable, Condition } from "../../lambdas/stores/conditions";
import type { Row, RowChanges, RowPage, RowQuery, Table, Write, WriteResult } from "../../lambdas/stores/table";

/** What DynamoDB takes: at most 400 KB, and no number that it cannot hold. */
function assertStorable(row: object): void {
  const text = JSON.stringify(row, (_, value: unknown) => {
    if (typeof value === "number" && value !== 0) {
      const size = Math.abs(value);
      if (!(size <= Number.MAX_SAFE_INTEGER && size >= 1e-130)) throw new Error(`the table does not take ${value}`);
    }
    return value;
  });
  if (text.length > 400_000) throw new Error(`an item of ${text.length} bytes is larger than 400 KB`);
}

/** The row as a table keeps it: a copy without attributes that are undefined, also inside. */
function stored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stored);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, stored(inner)]])),
  );
}
const storedRow = (row: object): Row => Object.fromEntries(Object.entries(Object(stored(row))));

const valueAt = (row: Row | undefined, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>(
      (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
      row,
    );

const isComparable = (value: unknown): value is Comparable => ["string", "number", "boolean"].includes(typeof value);

function holds(condition: Condition, row: Row | undefined): boolean {
  switch (condition.kind) {
    case "PRESENT":
      return valueAt(row, condition.attribute) !== undefined;
    case "ABSENT":
      return valueAt(row, condition.attribute) === undefined;
    case "COMPARE": {
      const value = valueAt(row, condition.attribute);
      // Values of two types are neither equal nor ordered.
      if (!isComparable(value) || typeof value !== typeof condition.value) return false;
      if (condition.operator === "=") return value === condition.value;
      return condition.operator === "<" ? value < condition.value : value <= condition.value;
    }
    case "ALL":
      return condition.conditions.every((each) => holds(each, row));
    case "ANY":
      return condition.conditions.some((each) => holds(each, row));
  }
}

function changed(row: Row, { set = {}, setOnce = {}, add = {}, remove = [] }: RowChanges): Row {
  const sums = Object.entries(add).map(([name, by]) => [name, Number(row[name] ?? 0) + by]);
  const kept = Object.entries(row).filter(([name]) => !remove.includes(name));
  const written = Object.entries(set).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...Object.entries(setOnce), ...kept, ...written, ...sums]);
}

const nameOf = ({ pk, sk }: TableKey): string => `${pk}|${sk}`;

export class MemoryTable implements Table {
  private readonly rows = new Map<string, Row>();
  private readonly listeners: ((key: TableKey, row: Row | undefined) => void)[] = [];

  /** Tells every row that is written, and `undefined` for one that is deleted. */
  onWrite(listener: (key: TableKey, row: Row | undefined) => void): void {
    this.listeners.push(listener);
  }

  /** The rows of a partition whose sort key begins with a prefix, as they are now. */
  peek(partition: string | undefined, prefix = ""): readonly Row[] {
    return [...this.rows.values()].filter(
      (row) => (partition === undefined || row[partitionKey] === partition) && String(row[sortKey]).startsWith(prefix),
    );
  }

  /** Writes a row whatever is there, or deletes it. */
  put(key: TableKey, row: object | undefined): void {
    if (row === undefined) {
      this.rows.delete(nameOf(key));
    } else {
      const whole = storedRow({ ...row, ...key });
      assertStorable(whole);
      this.rows.set(nameOf(key), whole);
    }
    for (const listener of this.listeners) listener(key, this.rows.get(nameOf(key)));
  }

  /** The row as it is now; for a test that cannot wait. */
  rowNow(key: TableKey): Row | undefined {
    return this.rows.get(nameOf(key));
  }

  async read(key: TableKey, attributes?: readonly string[]): Promise<Row | undefined> {
    const row = this.rows.get(nameOf(key));
    return row === undefined ? undefined : projected(row, attributes);
  }

  async readMany(keys: readonly TableKey[], attributes: readonly string[]): Promise<readonly Row[]> {
    return keys.flatMap((key) => {
      const row = this.rows.get(nameOf(key));
      return row === undefined ? [] : [projected(row, attributes)];
    });
  }

  private found({ partition, index, prefix = "", before, after, newestFirst = false }: RowQuery): Row[] {
    const keys = index === undefined ? { partitionKey, sortKey } : openWorkIndex;
    const found = [...this.rows.values()]
      .filter((row) => {
        const sort = row[keys.sortKey];
        return (
          row[keys.partitionKey] === partition &&
          typeof sort === "string" &&
          // As the real table's range of sort keys: from the prefix to `before`.
          (before === undefined ? sort.startsWith(prefix) : sort >= prefix && sort < before) &&
          (after === undefined || sort > after)
        );
      })
      .sort((one, other) => (String(one[keys.sortKey]) < String(other[keys.sortKey]) ? -1 : 1));
    return newestFirst ? found.reverse() : found;
  }

  async query(query: RowQuery, limit: number): Promise<RowPage> {
    const rows = this.found(query);
    return { rows: rows.slice(0, limit).map((row) => projected(row)), hasMore: rows.length > limit };
  }

  async *all(query: RowQuery): AsyncIterable<Row> {
    for (const row of this.found(query)) yield projected(row);
  }

  async write(writes: readonly Write[]): Promise<WriteResult> {
    const index = writes.findIndex(
      ({ key, condition }) => condition !== undefined && !holds(condition, this.rows.get(nameOf(key))),
    );
    const refused = writes[index];
    if (refused !== undefined) {
      const row = this.rows.get(nameOf(refused.key));
      return { kind: "REFUSED", index, row: row === undefined ? undefined : projected(row) };
    }
    if (new Set(writes.map(({ key }) => nameOf(key))).size < writes.length) {
      throw new Error("a transaction writes a row twice");
    }
    for (const write of writes) this.apply(write);
    const [alone, ...others] = writes;
    if (alone?.kind !== "UPDATE" || others.length > 0) return { kind: "WRITTEN" };
    return { kind: "WRITTEN", row: await this.read(alone.key) };
  }

  private apply(write: Write): void {
    if (write.kind === "PUT") this.put(write.key, write.row);
    if (write.kind === "DELETE") this.put(write.key, undefined);
    if (write.kind === "UPDATE") this.put(write.key, changed(this.rows.get(nameOf(write.key)) ?? {}, write.changes));
  }
}

/** A copy: who reads a row cannot change the table. */
const projected = (row: Row, attributes?: readonly string[]): Row =>
  attributes === undefined
    ? storedRow(row)
    : storedRow(Object.fromEntries(Object.entries(row).filter(([name]) => attributes.includes(name))));
