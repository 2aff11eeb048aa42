import fc from "fast-check";
import { keptTexts } from "../../../console/src/app/browser-storage";
import { fromBase64, toBase64 } from "../../../console/src/studio/base64";
import {
  afterSaving,
  type Draft,
  firstDraft,
  newSeed,
  type OwnMelody,
  readDraft,
  replacedMelody,
} from "../../../console/src/studio/draft";
import { draftStorage } from "../../../console/src/studio/draft-storage";
import { type MelodySource, readSource, writeSource } from "../../../console/src/studio/melody-source";
import {
  canBeMade,
  draftOfRecipe,
  type Offer,
  readRecipe,
  recipeOf,
  writeRecipe,
} from "../../../console/src/studio/recipe";

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

const song: OwnMelody = { id: "1", name: "Evening song", origin: "recording", file: "TVRoZA==" };
const draft: Draft = {
  ...firstDraft(),
  source: { kind: "own" },
  own: song,
  values: { "ar-cnn": { temperature: 2, melodyLock: false } },
  shape: { transpose: -3 },
  seed: 42,
  isSeedLocked: true,
};

describe("a stored draft", () => {
  const { own, ...settings } = draft;

  test("is read as it was stored", () => {
    expect(readDraft(JSON.stringify(settings), JSON.stringify(own))).toEqual(draft);
  });

  test.each([null, "", "{", "[]", '{"source":{"kind":"radio"}}'])("%j gives the first draft", (text) => {
    const first = { source: { kind: "sample" }, values: {}, shape: {}, isSeedLocked: false };
    expect(readDraft(text, text)).toMatchObject(first);
  });

  test("that cannot be read leaves the unsaved melody", () => {
    expect(readDraft("{", JSON.stringify(own))).toMatchObject({ own, source: { kind: "sample" } });
  });

  test("without the notes that it names shows a sample melody, and keeps the rest", () => {
    const read = readDraft(JSON.stringify(settings), null);
    expect(read).toMatchObject({ source: { kind: "sample" }, values: draft.values });
  });

  test("a drawn seed is one that the API takes", () => {
    expect(newSeed(() => 0)).toBe(0);
    expect(newSeed(() => 1 - Number.EPSILON)).toBe(2 ** 31 - 1);
  });
});

/** A tab of a browser: its draft, its reload, and what it changes. */
class Tab {
  private readonly tab = keptTexts(undefined);
  draft: Draft;

  constructor(private readonly browser: ReturnType<typeof keptTexts>) {
    this.draft = this.storage().read();
  }

  private storage() {
    return draftStorage(this.tab, this.browser);
  }

  change(change: Partial<Draft>): void {
    const after = { ...this.draft, ...change };
    this.storage().write(after, this.draft);
    this.draft = after;
  }

  reload(): Draft {
    this.draft = this.storage().read();
    return this.draft;
  }
}

describe("two tabs", () => {
  const edited: OwnMelody = { ...song, id: "2", origin: "edit" };

  test("keep what each has, whatever is changed in the other, and a new tab gets both", () => {
    const browser = keptTexts(undefined);
    const [one, other] = [new Tab(browser), new Tab(browser)];
    one.change({ source: { kind: "own" }, own: song });
    other.change({ name: "Morning" });
    expect(one.reload()).toMatchObject({ source: { kind: "own" }, own: song, name: "" });
    expect(other.reload()).toMatchObject({ source: { kind: "sample" }, name: "Morning" });
    expect(new Tab(browser).draft).toMatchObject({ source: { kind: "own" }, own: song, name: "Morning" });
  });

  test("each have an unsaved melody, and take away their own alone", () => {
    const browser = keptTexts(undefined);
    const [one, other] = [new Tab(browser), new Tab(browser)];
    one.change({ source: { kind: "own" }, own: song });
    other.change({ source: { kind: "own" }, own: edited });
    expect(one.reload().own).toEqual(song);
    one.change({ source: { kind: "track", id: "t" }, own: undefined });
    expect(one.reload()).not.toHaveProperty("own");
    expect(other.reload().own).toEqual(edited);
    expect(new Tab(browser).draft.own).toEqual(edited);
    other.change({ own: undefined });
    expect(new Tab(browser).draft).not.toHaveProperty("own");
  });
});

describe("the unsaved melody", () => {
  const saved: MelodySource = { kind: "track", id: "t" };
  const chosen: MelodySource = { kind: "sample", id: "ode-to-joy" };

  test("becomes the saved one", () => {
    expect(afterSaving(draft, song, "t")).toEqual({ source: saved, own: undefined });
  });

  test("stays where it was edited while it was saved", () => {
    expect(afterSaving({ ...draft, own: { ...song, file: "TVRyaw==" } }, song, "t")).toEqual({});
  });

  test("gives no way to the saved one where another melody was chosen meanwhile", () => {
    expect({ ...draft, source: chosen, ...afterSaving({ ...draft, source: chosen }, song, "t") }).toEqual({
      ...draft,
      source: chosen,
      own: undefined,
    });
  });

  test.each<[string, OwnMelody | undefined, OwnMelody | undefined]>([
    ["another melody", { ...song, id: "2" }, song],
    ["an edit of it", { ...song, file: "TVRyaw==" }, undefined],
    ["none, as it was saved", undefined, undefined],
  ])("is told of where %s comes in its place", (_, own, told) => {
    expect(replacedMelody(draft, { ...draft, own })).toBe(told);
  });

  test("comes in nobody's place where there was none", () => {
    expect(replacedMelody({ ...draft, own: undefined }, draft)).toBeUndefined();
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

  test.each([
    { inputOptions: { tempo: 0 } },
    { inputOptions: { tempo: 1e300 } },
    { inputOptions: { transpose: 1e9 } },
    { inputOptions: { transpose: 0.5 } },
    { inputOptions: { startBar: 2.3 } },
    { inputOptions: { bars: 65 } },
    { seed: -1 },
    { technique: "" },
    { sampleMelodyId: "a".repeat(65) },
  ])("with %j is not read", (broken) => {
    const recipe = recipeOf(composition);
    if (recipe === undefined) throw new Error("A piece of a sample melody has a recipe.");
    expect(readRecipe(toBase64(Buffer.from(JSON.stringify({ ...recipe, ...broken }))))).toBeUndefined();
  });

  describe("on another deployment", () => {
    const recipe = recipeOf(composition);
    if (recipe === undefined) throw new Error("A piece of a sample melody has a recipe.");
    const offer: Offer = {
      techniques: [
        {
          id: "ar-cnn",
          parameters: [
            { name: "temperature", type: "number", minimum: 0.1, maximum: 6 },
            { name: "melodyLock", type: "boolean" },
            { name: "samplingIterations", type: "integer", minimum: 0, maximum: 100 },
            { name: "ending", type: "string", values: ["cadence", "open"] },
          ],
        },
      ],
      samples: [{ id: "ode-to-joy" }],
    };

    test("can be made where all that it asks for is there", () => {
      expect(canBeMade(recipe, offer)).toBe(true);
      const parameters = { samplingIterations: 100, ending: "open", temperature: 0.1 };
      expect(canBeMade({ ...recipe, parameters }, offer)).toBe(true);
    });

    test.each([
      { technique: "radio" },
      { sampleMelodyId: "for-elise" },
      { parameters: { temperature: "abc" } },
      { parameters: { temperature: 6.1 } },
      { parameters: { samplingIterations: 2.5 } },
      { parameters: { samplingIterations: -1 } },
      { parameters: { melodyLock: 1 } },
      { parameters: { ending: "fade" } },
    ])("with %j cannot be made", (change) => {
      expect(canBeMade({ ...recipe, ...change }, offer)).toBe(false);
    });
  });

  test("that was cut or changed is not read", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        expect(readRecipe(text)).toBeUndefined();
      }),
    );
  });
});
