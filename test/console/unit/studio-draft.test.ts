import fc from "fast-check";
import { fromBase64, toBase64 } from "../../../console/src/studio/base64";
import { type Draft, firstDraft, newSeed, readDraft } from "../../../console/src/studio/draft";
import { type MelodySource, readSource, writeSource } from "../../../console/src/studio/melody-source";
import { draftOfRecipe, readRecipe, recipeOf, writeRecipe } from "../../../console/src/studio/recipe";

const id = fc.stringMatching(/^[a-z0-9-]{1,26}$/);
const source: fc.Arbitrary<MelodySource> = fc.oneof(
  fc.record({ kind: fc.constant("sample" as const), id }),
  fc.record({ kind: fc.constant("track" as const), id }),
  fc.record({ kind: fc.constant("composition" as const), id }),
  fc.record({ kind: fc.constant("composition" as const), id, trackIndex: fc.nat(63) }),
);

describe("a melody in an address", () => {
  test("is read as it was written", () => {
    fc.assert(
      fc.property(source, (melody) => {
        expect(readSource(writeSource(melody))).toEqual(melody);
      }),
    );
  });

  test.each(["", "sample", "sample:", "radio:one", "composition"])("%j names none", (text) => {
    expect(readSource(text)).toBeUndefined();
  });
});

describe("bytes as text", () => {
  test("are read as they were written", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });
});

describe("a stored draft", () => {
  const draft: Draft = {
    ...firstDraft(),
    source: { kind: "own" },
    own: { name: "Evening song", origin: "recording", file: "TVRoZA==" },
    values: { "ar-cnn": { temperature: 2, melodyLock: false } },
    shape: { transpose: -3 },
    seed: 42,
    isSeedLocked: true,
  };

  test("is read as it was stored", () => {
    expect(readDraft(JSON.stringify(draft))).toEqual(draft);
  });

  test.each([null, "", "{", "[]", '{"source":{"kind":"radio"}}'])("%j gives the first draft", (text) => {
    expect(readDraft(text)).toMatchObject({ source: { kind: "sample" }, values: {}, shape: {}, isSeedLocked: false });
  });

  test("without the notes that it names shows a sample melody, and keeps the rest", () => {
    const { own: _, ...rest } = draft;
    expect(readDraft(JSON.stringify(rest))).toMatchObject({ source: { kind: "sample" }, values: draft.values });
  });

  test("a drawn seed is one that the API takes", () => {
    expect(newSeed(() => 0)).toBe(0);
    expect(newSeed(() => 1 - Number.EPSILON)).toBe(2 ** 31 - 1);
  });
});

describe("a recipe", () => {
  const composition = {
    technique: "ar-cnn" as const,
    modelId: "ar-cnn-bach",
    seed: 7,
    parameters: { temperature: 2.5, melodyLock: false },
    input: { sampleMelodyId: "ode-to-joy" },
    inputOptions: { transpose: -2, tempo: 90 },
  };

  test("is read from a link as it was written, in characters that no link changes", () => {
    const recipe = recipeOf(composition);
    const text = recipe === undefined ? "" : writeRecipe(recipe);
    expect(text).toMatch(/^[\w-]+$/);
    expect(readRecipe(text)).toEqual(recipe);
  });

  test("becomes a draft that asks for the same piece", () => {
    const recipe = recipeOf(composition);
    if (recipe === undefined) throw new Error("A piece of a sample melody has a recipe.");
    expect(draftOfRecipe(recipe, { models: { transformer: "own" }, values: {} })).toEqual({
      source: { kind: "sample", id: "ode-to-joy" },
      technique: "ar-cnn",
      models: { transformer: "own", "ar-cnn": "ar-cnn-bach" },
      values: { "ar-cnn": composition.parameters },
      shape: composition.inputOptions,
      seed: 7,
      isSeedLocked: true,
      name: "",
    });
  });

  test("is there for sample melodies alone", () => {
    expect(recipeOf({ ...composition, input: { trackId: "01JD8Z6Y3Q4M5N6P7R8S9T0V1W" } })).toBeUndefined();
  });

  test("that was cut or changed is not read", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        expect(readRecipe(text)).toBeUndefined();
      }),
    );
  });
});
