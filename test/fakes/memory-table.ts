/**
 * The table in memory. There is no await between the check of a write's conditions and the write itself, so a write is
 * atomic.
 */
import { inspect } from "node:util";
import type { Condition } from "../../lambdas/stores/conditions";
import type { Row, RowChanges, RowQuery, Table, Write, WriteResult } from "../../lambdas/stores/table";
import { openWorkIndex, partitionKey, sortKey, type TableKey } from "../../naming/table-keys";

/** The limits of DynamoDB. Bytes are counted as DynamoDB counts them. */
const maxItemBytes = 400 * 1024;
const maxWritesOfTransaction = 100;

const bytesOf = (text: string): number => Buffer.byteLength(text);

/**
 * Returns a value as DynamoDB stores it: a copy without undefined parts, also in nested values.
 * @throws Error for a value that DynamoDB cannot store
 */
function stored(value: unknown): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    const size = Math.abs(value);
    const fits = value === 0 || (size <= Number.MAX_SAFE_INTEGER && size >= 1e-130);
    if (!fits) throw new Error(`the table does not take the number ${value}`);
    return value;
  }
  if (Array.isArray(value)) return value.filter((inner) => inner !== undefined).map(stored);
  if (typeof value !== "object" || Object.prototype.toString.call(value) !== "[object Object]")
    throw new Error(`the table does not take ${inspect(value)}`);
  return storedRow(value);
}
const storedRow = (row: object): Row =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, inner]: [string, unknown]) =>
      inner === undefined ? [] : [[name, stored(inner)]],
    ),
  );

/** Returns the size of a stored value in bytes, as DynamoDB counts it. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return bytesOf(value);
  if (typeof value === "number") return Math.ceil(String(value).length / 2) + 1;
  if (typeof value !== "object" || value === null) return 1;
  if (Array.isArray(value)) return value.reduce<number>((sum, inner) => sum + sizeOf(inner) + 1, 3);
  return Object.entries(value).reduce((sum, [name, inner]) => sum + bytesOf(name) + sizeOf(inner) + 1, 3);
}

/**
 * Returns a row as the table stores it.
 * @throws Error for a row that DynamoDB refuses
 */
function checkedRow(key: TableKey, row: object): Row {
  const whole = storedRow({ ...row, ...key });
  for (const name of [openWorkIndex.partitionKey, openWorkIndex.sortKey]) {
    const value = whole[name];
    if (value !== undefined && (typeof value !== "string" || value === ""))
      throw new Error(`the index does not take ${JSON.stringify(value)} as ${name}`);
  }
  const bytes = sizeOf(whole);
  if (bytes > maxItemBytes) throw new Error(`an item of ${bytes} bytes is larger than 400 KB`);
  return whole;
}

const isMap = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);

const valueAt = (row: Row | undefined, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>((value, name) => (isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined), row);

/** Compares two values. Strings are in the order of their UTF-8 bytes. */
function order(one: unknown, other: unknown): number {
  if (typeof one === "string" && typeof other === "string") return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return Number(one) - Number(other);
}

function holds(condition: Condition, row: Row | undefined): boolean {
  switch (condition.kind) {
    case "PRESENT":
      return valueAt(row, condition.attribute) !== undefined;
    case "ABSENT":
      return valueAt(row, condition.attribute) === undefined;
    case "COMPARE": {
      const value = valueAt(row, condition.attribute);
      // Values of two types are neither equal nor ordered.
      if (typeof value !== typeof condition.value) return false;
      if (condition.operator === "=") return value === condition.value;
      const compared = order(value, condition.value);
      if (condition.operator === ">") return compared > 0;
      return condition.operator === "<" ? compared < 0 : compared <= 0;
    }
    case "ALL":
      return condition.conditions.every((part) => holds(part, row));
    case "ANY":
      return condition.conditions.some((part) => holds(part, row));
  }
}

const written = (set: Readonly<Record<string, unknown>>): readonly (readonly [name: string, value: unknown])[] =>
  Object.entries(set).filter(([, value]) => value !== undefined);

/**
 * Checks changes apart from the row.
 * @throws Error for changes that DynamoDB refuses whatever the row is
 */
function assertChanges({ set = {}, setOnce = {}, add = {}, remove = [] }: RowChanges): void {
  const names = [...written(set).map(([name]) => name), ...Object.keys(setOnce), ...Object.keys(add), ...remove];
  if (names.length === 0) throw new Error("an update changes nothing");
  if (new Set(names).size < names.length) throw new Error(`an update changes one of ${names.join(", ")} twice`);
  if (names.includes(partitionKey) || names.includes(sortKey)) throw new Error("an update changes a key");
}

/**
 * Checks a condition.
 * @throws Error for a condition of kind ALL or ANY that contains no conditions
 */
function assertCondition(condition: Condition): void {
  if (condition.kind !== "ALL" && condition.kind !== "ANY") return;
  if (condition.conditions.length === 0) throw new Error("a condition of kind ALL or ANY contains no conditions");
  condition.conditions.forEach(assertCondition);
}

/**
 * Returns a row after changes.
 * @throws Error when a number is added to an attribute that is no number
 */
function changed(row: Row, { set = {}, setOnce = {}, add = {}, remove = [] }: RowChanges): Row {
  const sums = Object.entries(add).map(([name, amount]): readonly [string, number] => {
    const before: unknown = Object.hasOwn(row, name) ? row[name] : 0;
    if (typeof before !== "number") throw new Error(`nothing can be added to ${name}: ${JSON.stringify(before)}`);
    return [name, before + amount];
  });
  const kept = Object.entries(row).filter(([name]) => !remove.includes(name));
  return Object.fromEntries([...Object.entries(setOnce), ...kept, ...written(set), ...sums]);
}

const nameOf = ({ pk, sk }: TableKey): string => JSON.stringify([pk, sk]);

export class MemoryTable implements Table {
  private readonly rows = new Map<string, Row>();
  private readonly listeners: ((key: TableKey, row: Row | undefined) => void)[] = [];

  /** Calls the listener for every row that is written, and with `undefined` for one that is deleted. */
  onWrite(listener: (key: TableKey, row: Row | undefined) => void): void {
    this.listeners.push(listener);
  }

  /** Returns the rows of a partition whose sort key begins with a prefix, as they are now. */
  peek(partition: string | undefined, prefix = ""): readonly Row[] {
    return [...this.rows.values()].filter(
      (row) => (partition === undefined || row[partitionKey] === partition) && String(row[sortKey]).startsWith(prefix),
    );
  }

  /** Writes a row without any condition, or deletes it. */
  put(key: TableKey, row: object | undefined): void {
    this.keep(key, row === undefined ? undefined : checkedRow(key, row));
  }

  private keep(key: TableKey, row: Row | undefined): void {
    if (row === undefined) this.rows.delete(nameOf(key));
    else this.rows.set(nameOf(key), row);
    for (const listener of this.listeners) listener(key, this.rows.get(nameOf(key)));
  }

  /** Returns the row as it is now, for a test that cannot await. */
  rowNow(key: TableKey): Row | undefined {
    return this.rows.get(nameOf(key));
  }

  async read(key: TableKey, attributes?: readonly string[]): Promise<Row | undefined> {
    const row = this.rows.get(nameOf(key));
    return row === undefined ? undefined : projected(row, attributes);
  }

  async readMany(keys: readonly TableKey[], attributes?: readonly string[]): Promise<readonly Row[]> {
    if (new Set(keys.map(nameOf)).size < keys.length) throw new Error("a row is asked for twice");
    return keys.flatMap((key) => {
      const row = this.rows.get(nameOf(key));
      return row === undefined ? [] : [projected(row, attributes)];
    });
  }

  async *all({ partition, index, prefix = "", after = "", attributes }: RowQuery): AsyncIterable<Row> {
    const keys = index === undefined ? { partitionKey, sortKey } : openWorkIndex;
    const found = [...this.rows.values()]
      .filter((row) => {
        const sort = row[keys.sortKey];
        return (
          row[keys.partitionKey] === partition && typeof sort === "string" && sort.startsWith(prefix) && sort > after
        );
      })
      .sort((one, other) => order(one[keys.sortKey], other[keys.sortKey]));
    for (const row of found) yield projected(row, attributes);
  }

  async write(writes: readonly Write[]): Promise<WriteResult> {
    const [alone, ...others] = writes;
    if (alone?.kind === "CHECK" && others.length === 0) throw new Error("a write of kind CHECK cannot be sent alone");
    if (writes.length > maxWritesOfTransaction) throw new Error(`a transaction has ${writes.length} writes`);
    if (new Set(writes.map(({ key }) => nameOf(key))).size < writes.length) {
      throw new Error("a transaction writes a row twice");
    }
    // In DynamoDB, too, a write that is wrong in itself is an error, even if its condition would refuse it.
    for (const write of writes) {
      if (write.condition !== undefined) assertCondition(write.condition);
      if (write.kind === "PUT") checkedRow(write.key, write.row);
      if (write.kind === "UPDATE") assertChanges(write.changes);
    }
    const index = writes.findIndex(
      ({ key, condition }) => condition !== undefined && !holds(condition, this.rows.get(nameOf(key))),
    );
    const refused = writes[index];
    if (refused !== undefined) return { kind: "REFUSED", index, row: await this.read(refused.key) };
    // All rows are made before any is stored, so that an error in one write leaves nothing of the others.
    for (const keep of writes.map((write) => this.made(write))) keep();
    return alone?.kind === "UPDATE" && others.length === 0
      ? { kind: "WRITTEN", row: await this.read(alone.key) }
      : { kind: "WRITTEN" };
  }

  /** Makes the row that a write leaves. Returns the function that stores it. */
  private made(write: Write): () => void {
    if (write.kind === "CHECK") return () => undefined;
    const row =
      write.kind === "DELETE"
        ? undefined
        : checkedRow(
            write.key,
            write.kind === "PUT" ? write.row : changed(this.rows.get(nameOf(write.key)) ?? {}, write.changes),
          );
    return () => {
      this.keep(write.key, row);
    };
  }
}

/** Returns a copy of a row, so that whoever reads it cannot change the table. */
const projected = (row: Row, attributes?: readonly string[]): Row =>
  attributes === undefined
    ? storedRow(row)
    : storedRow(Object.fromEntries(Object.entries(row).filter(([name]) => attributes.includes(name))));
