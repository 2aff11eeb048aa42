import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { Catalogue } from "../../../domain/datasets/columnar-catalogue";
import type { FilePieces } from "../../../domain/datasets/ingest-file";
import { groupsOf, likenessOf } from "../../../domain/datasets/likeness";
import type { Tags } from "../../../domain/datasets/tags";
import {
  planVersion,
  type VersionFile,
  type VersionPlan,
  type VersionSource,
  writeVersion,
} from "../../../domain/datasets/version";
import { sha256Of } from "../../../domain/digest";
import { madeUpPiece, ofBand } from "../../support/made-up-pieces";

interface GivenFile {
  readonly name: string;
  readonly pieces: FilePieces;
  readonly tags?: Tags;
}

const about = { datasetId: "01J", name: "Mine", licence: "CC0-1.0", source: "own work" };

function sourceOf(given: readonly GivenFile[], lineUp: VersionSource["lineUp"] = "band"): VersionSource {
  const kept = new Map(given.map(({ name, pieces }) => [sha256Of(name), pieces]));
  return {
    lineUp,
    files: given.map(({ name, pieces, tags = {} }): VersionFile => ({
      ...{ sha256: sha256Of(name), notesSha256: sha256Of(JSON.stringify(pieces.lineUps)), tags },
    })),
    readPieces: (sha256) => {
      const pieces = kept.get(sha256);
      return pieces === undefined ? Promise.reject(new Error(`there is no ${sha256}`)) : Promise.resolve(pieces);
    },
  };
}

async function planned(source: VersionSource): Promise<VersionPlan> {
  const plan = await planVersion(source);
  if (plan.kind === "REFUSED") throw new Error(plan.reason);
  return plan;
}

async function written(source: VersionSource) {
  const shards = new Map<string, Uint8Array>();
  const plan = await planned(source);
  const version = await writeVersion({
    ...{ plan, source, about },
    writeShard: (file, bytes) => {
      shards.set(file, bytes);
      return Promise.resolve();
    },
  });
  const text = [...shards.values()].map((bytes) => gunzipSync(bytes).toString()).join("");
  return {
    plan,
    ...version,
    text,
    lines: text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Line),
    shards,
  };
}

interface Line {
  readonly id: string;
  readonly tags: Tags;
  readonly split: string;
  readonly tune: string;
  readonly voices: readonly { readonly name: string; readonly program: number }[];
}

const file = (seed: number, more: Parameters<typeof madeUpPiece>[0] | object = {}, tags: Tags = {}): GivenFile => ({
  ...{ name: `file ${seed} ${JSON.stringify(more)}`, pieces: ofBand(madeUpPiece({ seed, ...more })), tags },
});

/** Files that are new music, in another key the music of an earlier one, or have half of its bars. */
const files = fc
  .array(
    fc.record({
      seed: fc.nat(8),
      transpose: fc.integer({ min: -3, max: 3 }),
      bars: fc.constantFrom(4, 8, 12),
      genre: fc.constantFrom("rock", "jazz"),
    }),
    {
      minLength: 1,
      maxLength: 20,
    },
  )
  .map((given) => given.map(({ seed, transpose, bars, genre }) => file(seed, { transpose, bars }, { genre: [genre] })));

test("the same content in any order is the same version, byte by byte", async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), async (given, numbers) => {
      const shuffled = given
        .map((item) => ({ item, at: numbers.next().value }))
        .sort((one, other) => one.at - other.at)
        .map(({ item }) => item);
      const [one, other] = [
        await written(sourceOf(given)),
        await written(sourceOf([...shuffled, ...given.slice(0, 1)])),
      ];
      expect(other.plan.id).toBe(one.plan.id);
      expect(other.text).toBe(one.text);
      expect(other.manifest).toEqual(one.manifest);
      expect(other.catalogue).toEqual(one.catalogue);
    }),
    { numRuns: 40 },
  );
});

test("another tag, line-up, file, or other notes of a file are another version", async () => {
  const given = [1, 2, 3].map((seed) => file(seed));
  const ids = await Promise.all(
    [
      given,
      given.slice(1),
      [...given, file(4)],
      [...given.slice(1), { ...file(1), tags: { genre: ["rock"] } }],
      [...given.slice(1), { ...file(1), tags: { genre: ["jazz"] } }],
      [...given.slice(1), { ...file(1), pieces: file(9).pieces }],
    ].map(async (content) => (await planned(sourceOf(content))).id),
  );
  const trios = given.map((item) => ({
    ...item,
    pieces: { ...item.pieces, lineUps: { trio: item.pieces.lineUps.band ?? [] } },
  }));
  ids.push((await planned(sourceOf(trios, "trio"))).id);
  expect(new Set(ids).size).toBe(7);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
});

test("no split divides music that is alike: the same notes in any key, or half of them", async () => {
  await fc.assert(
    fc.asyncProperty(files, async (given) => {
      const plan = await planned(sourceOf(given));
      const splitOf = new Map(plan.files.map(({ sha256, split }) => [sha256, split]));
      const splitsOfSeed = new Map<string, Set<string | undefined>>();
      for (const { name } of given) {
        const seed = name.split(" ")[1] ?? "";
        const split = splitOf.get(sha256Of(name));
        // A file with the notes of another one is not in the plan.
        if (split !== undefined) splitsOfSeed.set(seed, (splitsOfSeed.get(seed) ?? new Set()).add(split));
      }
      for (const splits of splitsOfSeed.values()) expect(splits.size).toBe(1);
    }),
    { numRuns: 40 },
  );
});

test("half of the bars is enough to be alike, in another file's other place; a quarter is not", () => {
  const likeness = (first: number, second: number, from: number) => {
    const parts = [
      madeUpPiece({ seed: first, bars: from }),
      madeUpPiece({ seed: second, bars: 16 - from, transpose: 2 }),
    ];
    return { ...likenessOf(parts), openings: [] };
  };
  expect(groupsOf([likeness(1, 2, 8), likeness(3, 2, 8)])).toEqual([0, 0]);
  expect(groupsOf([likeness(1, 2, 12), likeness(3, 2, 12)])).toEqual([0, 1]);
});

test("about 80, 10 and 10 of a hundred bars are for training, validation and test; a single file is for training", async () => {
  const { barsBySplit, bars } = await planned(sourceOf(Array.from({ length: 60 }, (_, seed) => file(seed))));
  expect(bars).toBe(480);
  expect(barsBySplit).toEqual({ train: 384, validation: 48, test: 48 });
  expect((await planned(sourceOf([file(1)]))).barsBySplit).toEqual({ train: 8, validation: 0, test: 0 });
});

test("the lines, the manifest and the catalogue say the same of the pieces", async () => {
  const given = Array.from({ length: 12 }, (_, seed) => file(seed, {}, { genre: [seed % 2 === 0 ? "rock" : "jazz"] }));
  const { lines, text, manifest, catalogue, plan, voices, shards } = await written(sourceOf(given));
  expect(manifest).toMatchObject({ id: "01J", version: plan.id, pieces: 12, bars: 96, sha256: sha256Of(text) });
  expect(manifest.shards).toEqual([{ file: "pieces-0001.jsonl.gz", pieces: 12 }]);
  expect([...shards.keys()]).toEqual(["pieces-0001.jsonl.gz"]);
  expect(voices).toEqual(["Melody", "Chords", "Bass", "Drums"]);
  const selected = new Catalogue(catalogue);
  expect(selected.pieces(selected.select({ genre: ["rock"] })).map(({ id }) => id)).toEqual(
    lines.filter(({ tags }) => tags["genre"]?.[0] === "rock").map(({ id }) => id),
  );
  expect(catalogue.tags).toMatchObject({ metre: { "4-4": expect.anything() }, swing: { no: expect.anything() } });
});

test("all pieces have the same instruments: those of the most bars", async () => {
  const { lines } = await written(
    sourceOf([file(1, { program: 5, bars: 20 }), file(2, { program: 7 }), file(3, { program: 7 })]),
  );
  expect(lines.map(({ voices }) => voices[0]?.program)).toEqual([5, 5, 5]);
});

test("2,001 pieces are two shards", async () => {
  const many = Array.from({ length: 2001 }, (_, index) => ({
    ...madeUpPiece({ seed: index % 7, bars: 4 }),
    fileBar: 1 + 4 * index,
  }));
  const { manifest } = await written(sourceOf([{ name: "many", pieces: ofBand(...many) }]));
  expect(manifest.shards.map(({ pieces }) => pieces)).toEqual([2000, 1]);
});

test("files with equal notes are one piece with the tags of all", async () => {
  const { plan, lines } = await written(
    sourceOf([
      { ...file(1), name: "a", tags: { genre: ["rock"] } },
      { ...file(1), name: "b", tags: { genre: ["pop"], era: ["80s"] } },
    ]),
  );
  expect(plan).toMatchObject({ sameNotes: 1, pieces: 1 });
  expect(lines[0]?.tags).toMatchObject({ genre: ["pop", "rock"], era: ["80s"] });
});

describe("a version that cannot be", () => {
  test("without the line-up it is refused with the counts of the others", async () => {
    expect(await planVersion(sourceOf([file(1), file(2)], "lines"))).toEqual({
      ...{ kind: "REFUSED", code: "LINE_UP_MISSING" },
      reason:
        "None of the 2 files has the voices of the line-up lines; of the files there are 0 for lines, 2 for band, 0 for trio.",
    });
  });

  test("37: with all music in 3/4 it is refused with the bars; beside 4/4 they are counted", async () => {
    const waltz = file(1, { timeSignature: "3/4" });
    expect(await planVersion(sourceOf([waltz]))).toEqual({
      ...{ kind: "REFUSED", code: "METRE_NOT_TRAINABLE" },
      reason: "The line-up band has 8 bars in 3/4; a version has pieces in 4/4. Versions may be in 4/4, 3/4, 6/8.",
    });
    const { plan, lines } = await written(sourceOf([waltz, file(2)]));
    expect(plan).toMatchObject({ pieces: 1, barsLeftOut: { "3/4": 8 } });
    expect(lines).toHaveLength(1);
  });

  test.each(["3/4", "6/8"] as const)("a version in %s has the pieces in it, and counts the others", async (metre) => {
    const source = sourceOf([file(1, { timeSignature: metre }), file(2), file(3, { timeSignature: "2/4" })]);
    const { plan, lines } = await written({ ...source, metre });
    expect(plan).toMatchObject({ metre, pieces: 1, barsLeftOut: { "4/4": 8, "2/4": 8 } });
    expect(lines).toMatchObject([{ timeSignature: metre, tags: { metre: [metre.replace("/", "-")] } }]);
    // Of the same files each metre makes a version of its own.
    expect(plan.id).not.toBe((await written(source)).plan.id);
  });

  test("without files it is refused", async () => {
    expect(await planVersion(sourceOf([]))).toMatchObject({ code: "LINE_UP_MISSING" });
  });

  test("with too many tag values it is refused", async () => {
    const values = (count: number, start = 0) => Array.from({ length: count }, (_, index) => `v${start + index}`);
    expect(await planVersion(sourceOf([file(1, {}, { a: values(33) })]))).toMatchObject({
      code: "TOO_MANY_TAG_VALUES",
    });
    const many = Array.from({ length: 700 }, (_, seed) => file(seed, { bars: 4 }, { a: values(30, 30 * seed) }));
    expect(await planVersion(sourceOf(many))).toMatchObject({ code: "TOO_MANY_TAG_VALUES" });
  });

  test("pieces of an older rule, and errors of reading, are thrown", async () => {
    const old = { ...file(1), pieces: { ...file(1).pieces, rule: 0 } };
    await expect(planVersion(sourceOf([old]))).rejects.toThrow("read the file again");
    const source = {
      ...sourceOf([file(1)]),
      readPieces: () => Promise.reject(new Error("the bucket does not answer")),
    };
    await expect(planVersion(source)).rejects.toThrow("the bucket does not answer");
  });
});
