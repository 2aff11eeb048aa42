import fc from "fast-check";
import { ingestFile } from "../../../domain/datasets/ingest-file";
import { unpackNotes } from "../../../domain/datasets/packed-notes";
import { fileRejectionCodes } from "../../../domain/datasets/rejections";
import { barShapes } from "../../../domain/music/time-signatures";
import { type ArrangedFile, arrangedFiles } from "../../support/arranged-files";
import { ascii, meta, uint32 } from "../../support/midi-bytes";

const about = { path: "rock/a.mid", tags: { genre: ["rock"] } };
const files = arrangedFiles({ count: 12, seed: 15 });
const [first] = files;
if (first === undefined) throw new Error("there is no arranged file");

const accepted = (bytes: Uint8Array, overrides = {}) => {
  const file = ingestFile(bytes, { ...about, ...overrides });
  if (file.state === "REJECTED") throw new Error(`${file.code}: ${file.reason}`);
  return file;
};

/** The file with a track of one name more, which has no notes. */
function withTitle({ bytes }: ArrangedFile, title: string): Uint8Array {
  const name = [...meta(0x03, ascii(title)), 0, 0xff, 0x2f, 0];
  const changed = Uint8Array.from([...bytes, ...ascii("MTrk"), ...uint32(name.length), ...name]);
  changed[11] = (changed[11] ?? 0) + 1;
  return changed;
}

test("an arranged file gives packed pieces of its line-ups, its bars by metre and its tags", () => {
  const file = accepted(first.bytes);
  expect(file).toMatchObject({ tags: about.tags, barsByMetre: { "4/4": first.bars }, pieces: { rule: 1 } });
  expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(file.lineUps).toEqual(Object.keys(file.pieces.lineUps));
  expect(file.lineUps.length).toBeGreaterThan(0);
  for (const piece of Object.values(file.pieces.lineUps).flat()) {
    const steps = piece.bars * barShapes[piece.timeSignature].steps;
    for (const { notes } of piece.voices) expect(unpackNotes(notes, steps).length).toBeGreaterThan(0);
  }
});

test("what is kept of a file is the same after JSON", () => {
  const { pieces } = accepted(first.bytes);
  expect(JSON.parse(JSON.stringify(pieces))).toEqual(pieces);
});

test("drums say that they are drums, and nothing else does", () => {
  const bands = files.flatMap(({ bytes }) => accepted(bytes).pieces.lineUps.band ?? []);
  expect(bands.length).toBeGreaterThan(0);
  for (const { voices } of bands) {
    expect(voices.map(({ name }) => name)).toEqual(["Melody", "Chords", "Bass", "Drums"]);
    expect(voices.map(({ kind }) => kind)).toEqual([undefined, undefined, undefined, "drums"]);
  }
});

test("files with equal notes are recognized, whatever else is in them; others are told apart", () => {
  const all = files.map(({ bytes }) => accepted(bytes));
  for (const [index, file] of files.entries()) {
    const titled = accepted(withTitle(file, `Title ${index}`));
    expect(titled.sha256).not.toBe(all[index]?.sha256);
    expect(titled.notesSha256).toBe(all[index]?.notesSha256);
  }
  expect(new Set(all.map(({ notesSha256 }) => notesSha256)).size).toBe(files.length);
});

test("a MIDI file in a RIFF file has the notes of the file inside", () => {
  const inside = [...first.bytes];
  const size = (bytes: number): number[] => uint32(bytes).reverse();
  const wrapped = [...ascii("RIFF"), ...size(inside.length + 12), ...ascii("RMID"), ...ascii("data")];
  const file = accepted(Uint8Array.from([...wrapped, ...size(inside.length), ...inside]));
  expect(file.notesSha256).toBe(accepted(first.bytes).notesSha256);
  expect(file.report.changes).toContain("the MIDI file was taken out of the RIFF file (RMID) around it");
});

test("a person's word about a file's tracks gives other pieces of the same bytes", () => {
  const bass = first.roles.indexOf("bass");
  const overrides = [{ file: "rock/*", trackIndex: bass, role: "none" as const }];
  const file = ingestFile(first.bytes, { ...about, overrides });
  expect(file.sha256).toBe(accepted(first.bytes).sha256);
  if (file.state === "ACCEPTED") expect(file.notesSha256).not.toBe(accepted(first.bytes).notesSha256);
  const elsewhere = accepted(first.bytes, { overrides: [{ ...overrides[0], file: "jazz/*" }] });
  expect(elsewhere.notesSha256).toBe(accepted(first.bytes).notesSha256);
});

test("whatever the bytes are, there is a state with a digest, and a rejection has a known code and a sentence", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ maxLength: 200 }).map((more) => Uint8Array.from([...first.bytes.subarray(0, 22), ...more])),
    fc.nat({ max: first.bytes.length }).map((length) => first.bytes.subarray(0, length)),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      const file = ingestFile(given, about);
      expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      if (file.state === "ACCEPTED") return;
      expect(fileRejectionCodes).toContain(file.code);
      expect(file.reason).toMatch(/^[A-Z"].*\.$/s);
    }),
    { numRuns: 300 },
  );
});

// The rule by which bytes become pieces has a number, which is part of the ids of versions. Whoever changes what these
// bytes give changes the digests of the notes, and raises `extractionRule`.
test("rule 1 makes these notes of these bytes", () => {
  const digests = files.slice(0, 3).map(({ bytes }) => accepted(bytes));
  expect(digests.map(({ sha256, notesSha256 }) => `${sha256.slice(0, 12)} ${notesSha256.slice(0, 12)}`)).toEqual([
    "103621c541e0 6efd5d591b36",
    "eaca84368769 9c8d2dd55dd4",
    "700542d5ced1 26466ba12ced",
  ]);
});
