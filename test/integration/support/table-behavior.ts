/** What every table must do, whatever it is made of: see stores.test.ts. */
import fc from "fast-check";
import {
  absent,
  allOf,
  anyOf,
  atMost,
  type Condition,
  equals,
  lessThan,
  moreThan,
  oneOf,
  present,
  rowExists,
  rowIsAbsent,
} from "../../../lambdas/stores/conditions";
import type { Row, RowChanges, RowQuery, Table, Write, WriteResult } from "../../../lambdas/stores/table";
import { openWorkIndex, type TableKey } from "../../../naming/table-keys";

let partitions = 0;
/** Every test has a partition of its own. */
export const newPartition = (): string => `PARTITION#${(partitions += 1)}`;

export async function collect(rows: AsyncIterable<Row>): Promise<readonly Row[]> {
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

const sorts = (rows: readonly Row[]): readonly unknown[] => rows.map(({ sk }) => sk);
const inIndex = (openWork: string, openWorkOwner: string) => ({ openWork, openWorkOwner });

export function tableBehavior(open: () => Table): void {
  const put = async (key: TableKey, row: Row): Promise<void> => {
    expect(await open().write([{ kind: "PUT", key, row }])).toEqual({ kind: "WRITTEN" });
  };
  const newRow = async (row: Row): Promise<TableKey> => {
    const key = { pk: newPartition(), sk: "ROW" };
    await put(key, row);
    return key;
  };
  /** Whether a row meets a condition: in a transaction that writes another one. */
  const meets = async (key: TableKey, condition: Condition): Promise<boolean> => {
    const other = { pk: newPartition(), sk: "OTHER" };
    const { kind } = await open().write([
      { kind: "PUT", key: other, row: {} },
      { kind: "CHECK", key, condition },
    ]);
    expect(await open().read(other)).toEqual(kind === "WRITTEN" ? other : undefined);
    return kind === "WRITTEN";
  };

  describe("reading", () => {
    test("a row as it was written, keys included; what is undefined is left out, also inside", async () => {
      const row = {
        text: "",
        number: -1.5,
        yes: true,
        nothing: null,
        list: [1, "two", { three: 3, gone: undefined }, []],
        map: { "a name with.dots": {}, gone: undefined },
        gone: undefined,
      };
      const key = await newRow(row);
      expect(Object.entries((await open().read(key)) ?? {}).sort()).toEqual(
        Object.entries({
          ...key,
          text: "",
          number: -1.5,
          yes: true,
          nothing: null,
          list: [1, "two", { three: 3 }, []],
          map: { "a name with.dots": {} },
        }).sort(),
      );
      expect(await open().read({ ...key, sk: "ANOTHER" })).toBeUndefined();
      expect(await open().read({ ...key, pk: newPartition() })).toBeUndefined();
    });

    test("only the attributes that are named", async () => {
      const key = await newRow({ state: "OPEN", name: "reserved words of DynamoDB", "a.b": 1, a: { b: 2 } });
      expect(await open().read(key, ["sk", "name", "none"])).toEqual({
        sk: "ROW",
        name: "reserved words of DynamoDB",
      });
      expect(await open().read(key, ["a.b"])).toEqual({ "a.b": 1 });
      expect(await open().read(key, ["none"])).toEqual({});
      expect(await open().read({ ...key, sk: "ANOTHER" }, ["none"])).toBeUndefined();
    });

    test("what is read is a copy", async () => {
      const key = await newRow({ list: [1] });
      const read = await open().read(key);
      if (Array.isArray(read?.["list"])) read["list"].push(2);
      expect(await open().read(key)).toMatchObject({ list: [1] });
    });

    test("more than a hundred rows by their keys, those that there are", async () => {
      const pk = newPartition();
      const keys = Array.from({ length: 230 }, (_, n) => ({ pk, sk: `ROW#${String(n).padStart(3, "0")}` }));
      const written = keys.filter((_, n) => n % 7 !== 0);
      for (let start = 0; start < written.length; start += 100) {
        const writes = written
          .slice(start, start + 100)
          .map((key): Write => ({ kind: "PUT", key, row: { x: 1, y: 2 } }));
        expect(await open().write(writes)).toEqual({ kind: "WRITTEN" });
      }
      const found = await open().readMany(keys, ["sk", "y"]);
      expect([...found].sort((one, other) => (String(one["sk"]) < String(other["sk"]) ? -1 : 1))).toEqual(
        written.map(({ sk }) => ({ sk, y: 2 })),
      );
      const whole = await open().readMany(written.slice(0, 1));
      expect(whole).toEqual([{ ...written[0], x: 1, y: 2 }]);
      expect(await open().readMany([], ["sk"])).toEqual([]);
      await expect(open().readMany([...keys.slice(0, 1), ...keys.slice(0, 1)], ["sk"])).rejects.toThrow();
    });
  });

  describe("conditions", () => {
    const row = {
      text: "b",
      number: 5,
      yes: true,
      nothing: null,
      list: [1],
      holder: { jobId: "x", deep: { n: 1 } },
    };
    const cases: readonly (readonly [Condition, boolean])[] = [
      [present("text"), true],
      [present("nothing"), true],
      [present("list"), true],
      [present("none"), false],
      [present("holder.jobId"), true],
      [present("holder.deep.n"), true],
      [present("holder.none"), false],
      [present("none.none"), false],
      [present("text.none"), false],
      [present("constructor"), false],
      [absent("none"), true],
      [absent("text"), false],
      [absent("nothing"), false],
      [absent("holder.none"), true],
      [absent("holder.jobId"), false],
      [absent("none.none"), true],
      [rowExists, true],
      [rowIsAbsent, false],
      [equals("text", "b"), true],
      [equals("text", "B"), false],
      [equals("number", 5), true],
      [equals("number", "5"), false],
      [equals("yes", true), true],
      [equals("yes", false), false],
      [equals("yes", "true"), false],
      [equals("nothing", ""), false],
      [equals("none", ""), false],
      [equals("none", false), false],
      [equals("holder.jobId", "x"), true],
      [equals("holder.jobId", "y"), false],
      [equals("holder.deep.n", 1), true],
      [equals("text.jobId", "x"), false],
      [moreThan("number", 4), true],
      [moreThan("number", 5), false],
      [moreThan("none", 0), false],
      [moreThan("text", 0), false],
      [lessThan("number", 6), true],
      [lessThan("number", 5), false],
      [lessThan("number", "6"), false],
      [lessThan("text", "c"), true],
      [lessThan("text", "ba"), true],
      [lessThan("text", "b"), false],
      [lessThan("text", 9), false],
      [lessThan("none", 6), false],
      [lessThan("yes", "z"), false],
      [atMost("number", 5), true],
      [atMost("number", 4.5), false],
      [atMost("text", 9), false],
      [atMost("none", 1), false],
      [atMost("list", 9), false],
      [allOf(equals("number", 5), equals("text", "b")), true],
      [allOf(equals("number", 5), equals("text", "c")), false],
      [anyOf(equals("number", 4), equals("text", "b")), true],
      [anyOf(equals("number", 4), equals("text", "c")), false],
      [allOf(anyOf(absent("none"), present("x")), anyOf(equals("number", 1), atMost("number", 9))), true],
      [anyOf(allOf(rowExists, equals("number", 1)), allOf(rowIsAbsent, equals("number", 5))), false],
      [oneOf("text", ["a", "b"]), true],
      [oneOf("text", ["a", "c"]), false],
    ];

    test("of each kind hold, or do not", async () => {
      const key = await newRow(row);
      for (const [condition, expected] of cases) {
        expect([condition, await meets(key, condition)]).toEqual([condition, expected]);
      }
    });

    test("on a row that does not exist: everything is absent", async () => {
      const key = { pk: newPartition(), sk: "NONE" };
      for (const [condition, expected] of [
        [rowIsAbsent, true],
        [rowExists, false],
        [absent("holder.jobId"), true],
        [present("text"), false],
        [equals("text", ""), false],
        [lessThan("number", 1), false],
        [atMost("number", 0), false],
        [anyOf(absent("number"), atMost("number", 0)), true],
      ] as const) {
        expect([condition, await meets(key, condition)]).toEqual([condition, expected]);
      }
    });

    test("compare text by the bytes of its UTF-8", async () => {
      const key = await newRow({ text: "\u{1F3B9}" });
      // By the units of UTF-16 it would be the other way round.
      expect(await meets(key, lessThan("text", "\uFFFD"))).toBe(false);
      expect(await meets(await newRow({ text: "\uFFFD" }), lessThan("text", "\u{1F3B9}"))).toBe(true);
    });

    test("guard every kind of single write; a refused write tells the row as it is", async () => {
      const key = await newRow({ n: 1, holder: { jobId: "x" } });
      const now = { ...key, n: 1, holder: { jobId: "x" } };
      const condition = equals("holder.jobId", "y");
      const writes: readonly Write[] = [
        { kind: "PUT", key, row: { n: 2 }, condition },
        { kind: "UPDATE", key, changes: { add: { n: 1 } }, condition },
        { kind: "DELETE", key, condition },
      ];
      for (const write of writes) {
        expect(await open().write([write])).toEqual({ kind: "REFUSED", index: 0, row: now });
        expect(await open().read(key)).toEqual(now);
        const elsewhere = { ...write, key: { ...key, sk: "NONE" } };
        expect(await open().write([elsewhere])).toEqual({ kind: "REFUSED", index: 0, row: undefined });
        expect(await open().read(elsewhere.key)).toBeUndefined();
      }
    });
  });

  describe("writing", () => {
    const update = async (key: TableKey, changes: RowChanges, condition?: Condition): Promise<WriteResult> =>
      await open().write([{ kind: "UPDATE", key, changes, condition }]);

    test("PUT replaces the whole row", async () => {
      const key = await newRow({ a: 1, b: 1 });
      await put(key, { b: 2 });
      expect(await open().read(key)).toEqual({ ...key, b: 2 });
    });

    test("UPDATE sets, sets once, adds and removes, and tells the row as it is then", async () => {
      const key = await newRow({ kept: "k", replaced: 1, once: null, sum: 5, removed: 1, left: "l" });
      const result = await update(key, {
        set: { replaced: { deep: 2, gone: undefined }, left: undefined, "with.dot": 1 },
        setOnce: { once: 3, first: 3 },
        add: { sum: -7, fromNothing: 0, fromNothingToo: 4 },
        remove: ["removed", "neverThere"],
      });
      const expected = {
        ...key,
        kept: "k",
        replaced: { deep: 2 },
        "with.dot": 1,
        once: null,
        first: 3,
        sum: -2,
        fromNothing: 0,
        fromNothingToo: 4,
        left: "l",
      };
      expect(result).toEqual({ kind: "WRITTEN", row: expected });
      expect(await open().read(key)).toEqual(expected);
    });

    test("UPDATE of a row that does not exist makes it, unless its condition forbids that", async () => {
      const key = { pk: newPartition(), sk: "ROW" };
      expect(await update(key, { set: { a: 1 } }, rowExists)).toMatchObject({ kind: "REFUSED", row: undefined });
      expect(await open().read(key)).toBeUndefined();
      expect(await update(key, { add: { n: 1 }, setOnce: { a: 1 }, remove: ["b"] })).toEqual({
        kind: "WRITTEN",
        row: { ...key, n: 1, a: 1 },
      });
      const other = { ...key, sk: "OTHER" };
      expect(await update(other, { remove: ["b"] })).toMatchObject({ kind: "WRITTEN" });
      expect(await open().read(other)).toEqual(other);
    });

    test("DELETE deletes; without a condition also what is not there", async () => {
      const key = await newRow({});
      expect(await open().write([{ kind: "DELETE", key, condition: rowExists }])).toEqual({ kind: "WRITTEN" });
      expect(await open().read(key)).toBeUndefined();
      expect(await open().write([{ kind: "DELETE", key }])).toEqual({ kind: "WRITTEN" });
    });

    test("a transaction writes everything, and tells no row", async () => {
      const pk = newPartition();
      const [a, b, c, d] = ["A", "B", "C", "D"].map((sk) => ({ pk, sk })) as [TableKey, TableKey, TableKey, TableKey];
      await put(b, { n: 1 });
      await put(c, {});
      await put(d, {});
      expect(
        await open().write([
          { kind: "PUT", key: a, row: { x: 1 }, condition: rowIsAbsent },
          { kind: "UPDATE", key: b, changes: { add: { n: 1 } }, condition: equals("n", 1) },
          { kind: "DELETE", key: c },
          { kind: "CHECK", key: d, condition: rowExists },
        ]),
      ).toEqual({ kind: "WRITTEN" });
      expect(await collect(open().all({ partition: pk }))).toEqual([{ ...a, x: 1 }, { ...b, n: 2 }, d]);
    });

    test("a transaction that is refused writes nothing, and names its first part that was refused, with its row", async () => {
      const pk = newPartition();
      const [a, b, c, d] = ["A", "B", "C", "D"].map((sk) => ({ pk, sk })) as [TableKey, TableKey, TableKey, TableKey];
      await put(b, { n: 1 });
      await put(c, { n: 2 });
      const writes = (conditionOfC: Condition): readonly Write[] => [
        { kind: "PUT", key: a, row: { x: 1 } },
        { kind: "UPDATE", key: b, changes: { set: { n: 7 } } },
        { kind: "DELETE", key: c, condition: conditionOfC },
        { kind: "CHECK", key: d, condition: rowExists },
      ];
      const both = await open().write(writes(equals("n", 1)));
      expect(both).toEqual({ kind: "REFUSED", index: 2, row: { ...c, n: 2 } });
      const last = await open().write(writes(equals("n", 2)));
      expect(last).toEqual({ kind: "REFUSED", index: 3, row: undefined });
      expect(await collect(open().all({ partition: pk }))).toEqual([
        { ...b, n: 1 },
        { ...c, n: 2 },
      ]);
    });

    test("of many transactions at once on one row each counts, and a condition lets only one through", async () => {
      const pk = newPartition();
      const [counter, lock] = [
        { pk, sk: "COUNTER" },
        { pk, sk: "LOCK" },
      ];
      await Promise.all(Array.from({ length: 10 }, async () => await update(counter, { add: { n: 1 } })));
      expect(await open().read(counter)).toEqual({ ...counter, n: 10 });
      const taken = await Promise.all(
        Array.from(
          { length: 10 },
          async (_, n) =>
            await open().write([
              { kind: "PUT", key: lock, row: { n }, condition: rowIsAbsent },
              { kind: "UPDATE", key: counter, changes: { set: { holder: n } } },
            ]),
        ),
      );
      const winners = taken.flatMap(({ kind }, n) => (kind === "WRITTEN" ? [n] : []));
      expect(winners).toHaveLength(1);
      expect(await open().read(lock)).toEqual({ ...lock, n: winners[0] });
      expect(await open().read(counter)).toEqual({ ...counter, n: 10, holder: winners[0] });
    });

    test("no writes are no transaction", async () => {
      expect(await open().write([])).toEqual({ kind: "WRITTEN" });
    });

    test("what DynamoDB refuses is an error, and nothing of the transaction is written", async () => {
      const key = await newRow({ text: "5", nothing: null, n: 1 });
      const before = await open().read(key);
      const text = (bytes: number) => "x".repeat(bytes);
      const bad: Readonly<Record<string, readonly Write[]>> = {
        "an item of more than 400 KB": [{ kind: "PUT", key, row: { text: text(400 * 1024) } }],
        "an update to more than 400 KB": [{ kind: "UPDATE", key, changes: { set: { text: text(400 * 1024) } } }],
        "adding to text": [{ kind: "UPDATE", key, changes: { add: { text: 1 } } }],
        "adding to null": [{ kind: "UPDATE", key, changes: { add: { nothing: 1 } } }],
        "an update that changes nothing": [{ kind: "UPDATE", key, changes: { set: { n: undefined } } }],
        "a number beyond the safe integers": [{ kind: "PUT", key, row: { n: 2 ** 60 } }],
        "no number": [{ kind: "PUT", key, row: { n: Number.NaN } }],
        "a date": [{ kind: "PUT", key, row: { at: new Date() } }],
        "a number as key of the index": [{ kind: "PUT", key, row: { openWork: 7, openWorkOwner: "x" } }],
        "empty text as key of the index": [{ kind: "PUT", key, row: inIndex("MARK", "") }],
        "a check alone": [{ kind: "CHECK", key, condition: rowExists }],
        "a condition of several that has none": [{ kind: "DELETE", key, condition: oneOf("text", []) }],
        "a row written twice": [
          { kind: "DELETE", key },
          { kind: "UPDATE", key, changes: { set: { n: 3 } } },
        ],
        "a row checked and written": [
          { kind: "CHECK", key, condition: rowExists },
          { kind: "DELETE", key },
        ],
        "more than a hundred rows": Array.from({ length: 101 }, (_, n) => ({
          kind: "PUT",
          key: { pk: key.pk, sk: `MORE#${n}` },
          row: {},
        })),
      };
      for (const [name, writes] of Object.entries(bad)) {
        const other = { ...key, sk: "OTHER" };
        const together: readonly Write[] = [{ kind: "PUT", key: other, row: {} }, ...writes];
        const outcomeOf = async (written: readonly Write[]): Promise<string> =>
          await open()
            .write(written)
            .then(
              ({ kind }) => kind,
              () => "THROWN",
            );
        expect([name, await outcomeOf(writes)]).toEqual([name, "THROWN"]);
        // In a transaction a check may stand beside a write.
        if (name !== "a check alone") expect([name, await outcomeOf(together)]).toEqual([name, "THROWN"]);
        else await open().write([{ kind: "DELETE", key: other }]);
        expect([name, await collect(open().all({ partition: key.pk }))]).toEqual([name, [before]]);
      }
    });

    test("an item of nearly 400 KB is taken", async () => {
      const key = await newRow({ text: "ü".repeat(200 * 1024 - 50) });
      expect(await open().read(key, ["sk"])).toEqual({ sk: "ROW" });
    });
  });

  describe("queries", () => {
    const rowsOf = async (keys: readonly string[]): Promise<string> => {
      const pk = newPartition();
      for (const sk of keys) await put({ pk, sk }, { n: 1 });
      return pk;
    };
    const found = async (query: RowQuery): Promise<readonly unknown[]> => sorts(await collect(open().all(query)));

    test("find a partition in the order of its sort keys", async () => {
      const partition = await rowsOf(["B", "A#2", "C", "A#10", "A#1"]);
      expect(await found({ partition })).toEqual(["A#1", "A#10", "A#2", "B", "C"]);
      expect(await found({ partition: newPartition() })).toEqual([]);
    });

    test("of a prefix", async () => {
      const partition = await rowsOf(["@", "A", "A#", "A#1", "A#2", "A#3", "A$", "B"]);
      expect(await found({ partition, prefix: "A#" })).toEqual(["A#", "A#1", "A#2", "A#3"]);
      expect(await found({ partition, prefix: "C" })).toEqual([]);
    });

    test("of what follows a sort key, whether or not a row has it", async () => {
      const partition = await rowsOf(["@", "A#1", "A#2", "A#3", "B"]);
      expect(await found({ partition, after: "A#1" })).toEqual(["A#2", "A#3", "B"]);
      expect(await found({ partition, prefix: "A#", after: "A#1" })).toEqual(["A#2", "A#3"]);
      expect(await found({ partition, prefix: "A#", after: "A#15" })).toEqual(["A#2", "A#3"]);
      expect(await found({ partition, after: "B" })).toEqual([]);
    });

    test("read whole rows, or the attributes that are asked for", async () => {
      const pk = newPartition();
      await put({ pk, sk: "A#1" }, { name: "one", n: 1, deep: { x: 1 } });
      await put({ pk, sk: "A#2" }, { n: 2 });
      expect(await collect(open().all({ partition: pk }))).toEqual([
        { pk, sk: "A#1", name: "one", n: 1, deep: { x: 1 } },
        { pk, sk: "A#2", n: 2 },
      ]);
      // `name` is a reserved word of DynamoDB, and the keys are attributes like others.
      const attributes = ["name", "deep", "sk"];
      const expected = [{ sk: "A#1", name: "one", deep: { x: 1 } }, { sk: "A#2" }];
      expect(await collect(open().all({ partition: pk, attributes }))).toEqual(expected);
      expect(await collect(open().all({ partition: pk, prefix: "A#", attributes }))).toEqual(expected);
    });

    test("sort keys are in the order of their UTF-8 bytes", async () => {
      const partition = await rowsOf(["\u{1F3B9}", "\uFFFD", "z", "Z", "é"]);
      expect(await found({ partition })).toEqual(["Z", "z", "é", "\uFFFD", "\u{1F3B9}"]);
    });

    test("rows of more than a page of DynamoDB are all found, each once", async () => {
      const pk = newPartition();
      const keys = Array.from({ length: 7 }, (_, n) => `ROW#${n}`);
      for (const sk of keys) await put({ pk, sk }, { text: "x".repeat(300_000), ...inIndex(pk, sk) });
      expect(sorts(await collect(open().all({ partition: pk })))).toEqual(keys);
      expect(sorts(await collect(open().all({ partition: pk, index: "OpenWork" })))).toEqual(keys);
    });

    test("the index has the rows that carry its keys, in their order, and follows every change", async () => {
      const pk = newPartition();
      const mark = `MARK OF ${pk}`;
      const index = "OpenWork";
      const owners = async (more: Omit<RowQuery, "partition"> = {}): Promise<readonly unknown[]> =>
        (await collect(open().all({ partition: mark, index, ...more }))).map((row) => row[openWorkIndex.sortKey]);
      await put({ pk, sk: "1" }, { ...inIndex(mark, "b#2"), whole: true });
      await put({ pk, sk: "2" }, inIndex(mark, "a#9"));
      await put({ pk, sk: "3" }, inIndex(mark, "b#1"));
      await put({ pk, sk: "4" }, inIndex(`${mark}!`, "b#3"));
      await put({ pk, sk: "5" }, { openWork: mark });
      await put({ pk, sk: "6" }, { openWorkOwner: "b#4" });
      expect(await owners()).toEqual(["a#9", "b#1", "b#2"]);
      expect(await owners({ prefix: "b#" })).toEqual(["b#1", "b#2"]);
      expect(await collect(open().all({ partition: mark, index, prefix: "b#2" }))).toEqual([
        { pk, sk: "1", ...inIndex(mark, "b#2"), whole: true },
      ]);
      await open().write([
        { kind: "UPDATE", key: { pk, sk: "1" }, changes: { remove: ["openWork", "openWorkOwner"] } },
        { kind: "UPDATE", key: { pk, sk: "2" }, changes: { set: { openWorkOwner: "c" } } },
        { kind: "DELETE", key: { pk, sk: "3" } },
        { kind: "UPDATE", key: { pk, sk: "5" }, changes: { set: { openWorkOwner: "d" } } },
      ]);
      expect(await owners()).toEqual(["c", "d"]);
    });
  });
}

type Step = readonly Write[];

/** Rows of one small partition, so that writes meet. */
function randomSteps(pk: string): fc.Arbitrary<readonly Step[]> {
  const key = fc.constantFrom("A", "B", "C").map((sk): TableKey => ({ pk, sk }));
  const name = fc.constantFrom("x", "y", "z", "openWork", "openWorkOwner");
  const plain = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom("", "a", "b", pk), fc.boolean());
  const value = fc.oneof(
    { weight: 4, arbitrary: plain },
    fc.constant(null),
    fc.dictionary(fc.constantFrom("x", "y"), plain),
    fc.array(plain, { maxLength: 2 }),
  );
  // The keys of the index are text; what else happens has a test of its own.
  const mark = fc.constantFrom(pk, "other");
  const isMark = (attributeName: string): boolean => attributeName.startsWith("openWork");
  const row = fc.record({ x: value, y: value, z: value, openWork: mark, openWorkOwner: mark }, { requiredKeys: [] });
  const attribute = fc.oneof(
    name,
    fc.tuple(name, name).map((path) => path.join(".")),
  );
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.constantFrom(rowExists, rowIsAbsent),
      attribute.map(present),
      attribute.map(absent),
      fc.tuple(attribute, plain).map(([name, to]) => equals(name, to)),
      fc.tuple(attribute, fc.constantFrom(-1, 0, 1, "a", "b")).map(([name, to]) => lessThan(name, to)),
      fc.tuple(attribute, fc.integer({ min: -2, max: 2 })).map(([name, to]) => atMost(name, to)),
      fc.array(tie("condition"), { minLength: 1, maxLength: 3 }).map((all) => allOf(...all)),
      fc.array(tie("condition"), { minLength: 1, maxLength: 3 }).map((all) => anyOf(...all)),
    ),
  }));
  const amount = fc.integer({ min: -3, max: 3 });
  const orNot = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 8 });
  // Each attribute is changed in one way: MiniStack takes two ways, which AWS refuses.
  const changes = fc.uniqueArray(name, { maxLength: 4 }).chain((names) =>
    fc.array(fc.constantFrom("set", "setOnce", "add", "remove"), { minLength: 4, maxLength: 4 }).chain((ways) => {
      const namesOf = (way: string): readonly string[] => names.filter((_, n) => ways[n] === way);
      const valuesOf = (way: string) =>
        namesOf(way).map((changed) => [changed, isMark(changed) ? mark : value] as const);
      const numbers = namesOf("add").filter((changed) => !isMark(changed));
      return fc.record({
        set: fc.record(
          Object.fromEntries(valuesOf("set").map(([changed, values]) => [changed, orNot<unknown>(values)])),
        ),
        setOnce: fc.record(Object.fromEntries(valuesOf("setOnce"))),
        add: fc.record(Object.fromEntries(numbers.map((changed) => [changed, amount]))),
        remove: fc.constant(namesOf("remove")),
      });
    }),
  );
  // MiniStack asks the condition of an update that changes nothing, which AWS refuses.
  const someChanges = changes.filter(({ set, setOnce, add, remove }) =>
    [...Object.values(set), ...Object.values(setOnce), ...Object.values(add), ...remove].some(
      (change) => change !== undefined,
    ),
  );
  const guard = fc.option(condition, { nil: undefined, freq: 2 });
  const write = fc.oneof(
    fc.record({ kind: fc.constant("PUT" as const), key, row, condition: guard }),
    fc.record({ kind: fc.constant("UPDATE" as const), key, changes: someChanges, condition: guard }),
    fc.record({ kind: fc.constant("DELETE" as const), key, condition: guard }),
    fc.record({ kind: fc.constant("CHECK" as const), key, condition }),
  );
  const step = fc.oneof(
    fc.array(write, { minLength: 1, maxLength: 1 }),
    fc.uniqueArray(write, { minLength: 2, maxLength: 3, selector: (one) => one.key.sk }),
    fc.array(write, { minLength: 2, maxLength: 3 }),
  );
  return fc.array(step, { minLength: 1, maxLength: 10 });
}

async function stateOf(table: Table, pk: string) {
  const marked = await collect(table.all({ partition: pk, index: "OpenWork" }));
  return { rows: await collect(table.all({ partition: pk })), marked: marked.map(({ sk }) => String(sk)).sort() };
}

/** Whatever is written to both tables, they give the same results and hold the same rows. */
export async function expectSameTables(one: () => Table, other: () => Table): Promise<void> {
  const seen = { WRITTEN: 0, REFUSED: 0, THROWN: 0 };
  const arbitrary = fc.constant(undefined).chain(() => {
    const pk = newPartition();
    return fc.record({ pk: fc.constant(pk), steps: randomSteps(pk) });
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ pk, steps }) => {
      for (const table of [one(), other()]) {
        for (const { sk } of await collect(table.all({ partition: pk }))) {
          await table.write([{ kind: "DELETE", key: { pk, sk: String(sk) } }]);
        }
      }
      for (const step of steps) {
        const [first, second] = await Promise.all(
          [one(), other()].map(
            async (table) => await table.write(step).catch((): { readonly kind: "THROWN" } => ({ kind: "THROWN" })),
          ),
        );
        expect(first).toEqual(second);
        if (first !== undefined) seen[first.kind] += 1;
        expect(await stateOf(one(), pk)).toEqual(await stateOf(other(), pk));
      }
    }),
    { numRuns: 80 },
  );
  // A law for which every write is refused would say little.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
}
