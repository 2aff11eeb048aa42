import fc from "fast-check";
import { browserTexts, keptTexts, openStorage } from "../../../console/src/app/browser-storage";

/** A storage that keeps at most so many characters, as a browser's does. */
function storageOf(room: number) {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => {
      if (text.length > room) throw new DOMException("The storage is full.", "QuotaExceededError");
      kept.set(key, text);
    },
    removeItem: (key: string) => {
      kept.delete(key);
    },
  };
}
const refuse = (): never => {
  throw new DOMException("The storage is refused.", "SecurityError");
};

describe("what a browser keeps", () => {
  const key = fc.constantFrom("draft", "mode");
  const step = fc.oneof(
    fc.record({ key, text: fc.string({ maxLength: 12 }) }),
    fc.record({ key, text: fc.constant(null) }),
  );

  test.each([
    ["takes all", storageOf(Infinity)],
    ["is soon full", storageOf(6)],
    ["refuses everything", { getItem: refuse, setItem: refuse, removeItem: refuse }],
    ["is not there", undefined],
  ])("is read as it was written last while the page lives, where the storage %s", (_, storage) => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const texts = keptTexts(storage);
        texts.remove("draft");
        texts.remove("mode");
        const expected = new Map<string, string>();
        for (const { key: name, text } of steps) {
          if (text === null) {
            texts.remove(name);
            expected.delete(name);
          } else {
            texts.write(name, text);
            expected.set(name, text);
          }
          for (const one of ["draft", "mode"]) expect(texts.read(one)).toBe(expected.get(one) ?? null);
        }
      }),
    );
  });

  test("is told to outlive the page only where the storage has taken it", () => {
    const storage = storageOf(6);
    const texts = keptTexts(storage);
    expect(texts.write("draft", "short")).toBe(true);
    expect(texts.write("draft", "too long for it")).toBe(false);
    expect([...storage.kept]).toEqual([["draft", "short"]]);
    expect(texts.write("draft", "again")).toBe(true);
    expect([...storage.kept]).toEqual([["draft", "again"]]);
    expect(keptTexts(undefined).write("draft", "short")).toBe(false);
  });
});

test("a storage that throws at the look or at its first use counts as none", () => {
  expect(openStorage(refuse)).toBeUndefined();
  const throwing = { ...storageOf(1), getItem: refuse, clear: refuse, key: refuse, length: 0 };
  expect(openStorage(() => throwing)).toBeUndefined();
  expect(browserTexts.read("opencomposer.nothing")).toBeNull();
});
