import fc from "fast-check";
import { mixingIn, withMixing } from "../../../console/src/stage/kept-mixings";
import { isSilent, mixesOf, type Mixing, usualMixing } from "../../../console/src/stage/mixing";

const tracks = 6;
const track = fc.nat(tracks - 1);
const mixings: fc.Arbitrary<Mixing> = fc
  .record({
    muted: fc.uniqueArray(track),
    solo: fc.uniqueArray(track),
    gains: fc.uniqueArray(
      fc.tuple(
        track,
        fc.integer({ min: 0, max: 30 }).map((step) => step / 20),
      ),
      {
        selector: ([index]) => index,
      },
    ),
  })
  .map(({ muted, solo, gains }) => ({ muted: new Set(muted), solo: new Set(solo), gains: new Map(gains) }));

test("a mix is heard again as it was kept, and those of other pieces stay", () => {
  fc.assert(
    fc.property(mixings, mixings, (one, other) => {
      const text = withMixing(withMixing(null, "one", one), "other", other);
      expect(mixesOf(mixingIn(text, "one", tracks), tracks)).toEqual(mixesOf(one, tracks));
      expect(mixesOf(mixingIn(text, "other", tracks), tracks)).toEqual(mixesOf(other, tracks));
    }),
  );
});

test("a piece that is heard as at first leaves nothing behind", () => {
  const text = withMixing(null, "one", { ...usualMixing, muted: new Set([1]) });
  expect(withMixing(text, "one", { ...usualMixing, gains: new Map([[0, 1]]) })).toBe("[]");
});

test("tracks that a piece has no more are forgotten, so that no solo of theirs silences the others", () => {
  const text = withMixing(null, "one", { muted: new Set([0, 4]), solo: new Set([3]), gains: new Map([[5, 0.5]]) });
  const mixing = mixingIn(text, "one", 3);
  expect(mixing).toEqual({ muted: new Set([0]), solo: new Set(), gains: new Map() });
  expect(isSilent(mixing, 1)).toBe(false);
});

test("of many pieces the hundred that were mixed last are kept", () => {
  let text: string | null = null;
  for (let index = 0; index < 120; index += 1)
    text = withMixing(text, `piece ${index}`, { ...usualMixing, muted: new Set([0]) });
  expect(mixingIn(text, "piece 19", 1)).toEqual(usualMixing);
  expect(mixingIn(text, "piece 20", 1).muted).toEqual(new Set([0]));
  expect(mixingIn(text, "piece 119", 1).muted).toEqual(new Set([0]));
});

test.each([null, "", "{", "{}", '[{"id":"one"}]', '[{"id":"one","muted":[],"solo":[],"gains":[[0,9]]}]'])(
  "of %j nothing is kept",
  (text) => {
    expect(mixingIn(text, "one", 1)).toEqual(usualMixing);
  },
);
