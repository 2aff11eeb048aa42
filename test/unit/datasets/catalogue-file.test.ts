import { catalogueFile, openCatalogue } from "../../../domain/datasets/catalogue-file";

const dataset = { id: "songs", version: "1", sha256: "a".repeat(64), name: "Songs", licence: "Public domain" };
const piece = (id: string) => ({ id, bars: 4, split: "train" as const, tags: { mode: ["major"] } });
const file = catalogueFile({ dataset, voices: ["Melody", "Bass"], pieces: [piece("a"), piece("b")] });

test("a catalogue that was written is read", () => {
  const { dataset: read, catalogue } = openCatalogue(JSON.parse(JSON.stringify(file)));
  expect(read).toEqual(dataset);
  expect(catalogue.size).toBe(2);
  expect(catalogue.pieces(catalogue.select({ mode: ["major"] })).map(({ id }) => id)).toEqual(["a", "b"]);
});

test.each([
  ["a column is shorter than the others", { bars: [4] }, "has 2 ids, 1 numbers of bars and 2 splits"],
  ["bars are no number", { bars: [4, "x"] }, "says that piece 1 has x bars"],
  ["a posting is beyond the pieces", { tags: { mode: { major: [0, 2] } } }, "has for mode major the posting 1 of 2"],
  ["a posting does not ascend", { tags: { mode: { major: [1, 0] } } }, "has for mode major the posting 1 of 0"],
])("a catalogue of which %s is refused by its name", (_, columns, message) => {
  expect(() => openCatalogue({ ...file, columns: { ...file.columns, ...columns } })).toThrow(
    `The catalogue of songs 1 ${message}`,
  );
});
