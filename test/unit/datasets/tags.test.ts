/** Tags by folder, by file and by table. Row 33 of the list of inputs of data sets in issue 15 is here. */
import fc from "fast-check";
import {
  checkTags,
  mergeTags,
  readTagTable,
  tagsOfFolders,
  tagValue,
  unknownPaths,
} from "../../../domain/datasets/tags";

const table = (text: string) => readTagTable(Buffer.from(text));
const tagsIn = (text: string) => {
  const read = table(text);
  if (read.kind === "REFUSED") throw new Error(JSON.stringify(read.problems));
  return Object.fromEntries(read.tagsOf);
};
const problemsIn = (text: string) => {
  const read = table(text);
  return read.kind === "REFUSED" ? read.problems.map(({ field, value }) => `${field}: ${value}`) : [];
};

test.each([
  ["Rock & Roll", "rock-roll"],
  ["  80's ", "80s"],
  ["Händel", "handel"],
  ["Straße", "strasse"],
  ["Рок", "u440-u43e-u43a"],
  ["&&", ""],
])("the value %j is %j", (given, expected) => {
  expect(tagValue(given)).toBe(expected);
});

test("every value has the form of the contract, keeps it, and long values stay apart", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      const value = tagValue(text);
      expect(value).toMatch(/^$|^[a-z0-9][a-z0-9-]{0,63}$/);
      expect(tagValue(value)).toBe(value);
    }),
  );
  expect(tagValue(`${"long ".repeat(30)}1`)).not.toBe(tagValue(`${"long ".repeat(30)}2`));
});

test("each folder on the path is a value of the tag folder", () => {
  expect(tagsOfFolders("Rock/80s Live/a.mid")).toEqual({ folder: ["80s-live", "rock"] });
  expect(tagsOfFolders("a.mid")).toEqual({});
});

test("tags of a file are spelled as pieces have them, or each that is wrong is named", () => {
  expect(checkTags({ genre: ["Rock", "rock", "Pop"] })).toEqual({ kind: "TAGS", tags: { genre: ["pop", "rock"] } });
  const refused = checkTags({ Genre: ["rock"], metre: ["3/4"], mood: ["=1+1", "!"] });
  expect(refused.kind === "REFUSED" && refused.problems.map(({ value }) => value)).toEqual([
    "Genre",
    "metre",
    "=1+1",
    "!",
  ]);
  const many = checkTags({ a: Array.from({ length: 1000 }, (_, index) => `v${index}`) });
  expect(many).toMatchObject({ problems: [{ field: "tags", value: "1000 values" }] });
});

test("33: a table has a byte order mark, CRLF, quotes and empty cells", () => {
  expect(tagsIn('\ufeffpath,genre,mood\r\nrock/a.mid,"Rock; Pop",\r\n"b, ""c"".mid",Jazz,calm\r\n')).toEqual({
    "rock/a.mid": { genre: ["pop", "rock"] },
    'b, "c".mid': { genre: ["jazz"], mood: ["calm"] },
  });
  expect(tagsIn("genre,path\nrock,a.mid\n\n")).toEqual({ "a.mid": { genre: ["rock"] } });
});

test("33: 1,000 values, formulas, wrong paths, lines of other lengths and doubled columns are named with their lines", () => {
  const values = Array.from({ length: 1000 }, (_, index) => `v${index}`).join(";");
  expect(problemsIn(`path,genre\na.mid,${values}\n`)).toEqual(["line 2: 1000 values"]);
  expect(problemsIn('path,genre\na.mid,"=HYPERLINK(""http://x"")"\nb.mid,@SUM(1)\n')).toEqual([
    'line 2, genre: =HYPERLINK("http://x")',
    "line 3, genre: @SUM(1)",
  ]);
  expect(problemsIn("path,genre\n../a.mid,rock\nb.mid\nc.mid,pop\nc.mid,pop\n")).toEqual([
    'line 2, path: "../a.mid"',
    "line 3: 1 cells",
    'line 5, path: "c.mid"',
  ]);
  expect(problemsIn("path,genre,genre,My Tag\n")).toEqual(["line 1: genre", "line 1: My Tag"]);
  expect(problemsIn("file,genre\na.mid,rock\n")).toEqual(['line 1: "file,genre"']);
  expect(readTagTable(Uint8Array.from([0xff, 0xfe, 0x41]))).toMatchObject({ kind: "REFUSED", problemCount: 1 });
});

test("33: of many problems the first are told, and all are counted", () => {
  const read = table(`path,genre\n${"../x,rock\n".repeat(500)}`);
  expect(read).toMatchObject({ kind: "REFUSED", problemCount: 500 });
  expect(read.kind === "REFUSED" && read.problems).toHaveLength(20);
});

test("paths of a table that no file has are told", () => {
  const read = table("path,genre\na.mid,rock\nb.mid,pop\n");
  expect(read.kind === "TABLE" && unknownPaths(read, new Set(["a.mid", "c.mid"]))).toEqual(["b.mid"]);
});

test("what is written as CSV is read again, whatever the cells are", () => {
  const value = fc
    .string({ minLength: 1, maxLength: 12 })
    .filter((text) => tagValue(text) !== "" && !/[;=+@\-\t\r]/.test(text));
  const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), fc.constantFrom("\n", "\r\n", "\r"), (values, end) => {
      const lines = values.map((text, index) => `${index}.mid,${cell(text)}`);
      const read = tagsIn(["path,genre", ...lines].join(end));
      expect(read).toEqual(
        Object.fromEntries(values.map((text, index) => [`${index}.mid`, { genre: [tagValue(text)] }])),
      );
    }),
  );
});

test("merged tags do not depend on the order", () => {
  const tags = fc.dictionary(
    fc.constantFrom("genre", "mood", "toString"),
    fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1 }),
  );
  fc.assert(
    fc.property(tags, tags, (one, other) => {
      expect(JSON.stringify(mergeTags(one, other))).toBe(JSON.stringify(mergeTags(other, one, one)));
    }),
  );
});
