import fc from "fast-check";
import { Catalogue, type CataloguePiece, columnsOf } from "../../../domain/datasets/columnar-catalogue";
import { isTrainedOn, type Topics } from "../../../domain/training/selection";

const value = fc.constantFrom("rock", "jazz", "pop", "constructor");
const tag = fc.constantFrom("genre", "mode", "toString");
const piece: fc.Arbitrary<CataloguePiece> = fc.record({
  id: fc.uuid(),
  bars: fc.integer({ min: 1, max: 4_096 }),
  split: fc.constantFrom("train", "validation", "test"),
  tags: fc.dictionary(tag, fc.array(value, { minLength: 1, maxLength: 3 })),
});
const topics = fc.dictionary(tag, fc.array(value, { maxLength: 2 }));

/** The rule piece by piece: for every tag that is asked for, a piece has at least one of its values. */
const selectPieces = (pieces: readonly CataloguePiece[], asked: Topics): CataloguePiece[] =>
  pieces.filter(({ tags }) =>
    Object.entries(asked).every(([name, values]) => {
      const had = Object.hasOwn(tags, name) ? (tags[name] ?? []) : [];
      return values.length === 0 || had.some((one) => values.includes(one));
    }),
  );

test("columns select and count what the pieces themselves say", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), topics, (pieces, asked) => {
      const catalogue = new Catalogue(JSON.parse(JSON.stringify(columnsOf(pieces))) as ReturnType<typeof columnsOf>);
      const selected = selectPieces(pieces, asked);
      const chosen = catalogue.select(asked);
      expect(catalogue.pieces(chosen)).toEqual(selected.map(({ id, bars, split }) => ({ id, bars, split })));
      const trained = selected.filter(isTrainedOn);
      const narrowed = catalogue.narrow(chosen, isTrainedOn);
      expect(catalogue.pieces(narrowed).map(({ id }) => id)).toEqual(trained.map(({ id }) => id));
      for (const [name, counts] of Object.entries(catalogue.count(narrowed))) {
        for (const [wanted, count] of Object.entries(counts)) {
          const having = trained.filter(
            ({ tags }) => Object.hasOwn(tags, name) && tags[name]?.includes(wanted) === true,
          );
          expect(count).toBe(having.length);
        }
      }
    }),
  );
});

describe("a training on pieces in several time signatures", () => {
  const piece = (id: string, bars: number, metre?: string): CataloguePiece => ({
    ...{ id, bars, split: "train", tags: metre === undefined ? { composer: ["nobody"] } : { metre: [metre] } },
  });
  const chosenOf = (...pieces: readonly CataloguePiece[]) => {
    const catalogue = new Catalogue(columnsOf(pieces));
    const { pieces: chosen, ...rest } = catalogue.inOneTimeSignature(catalogue.select({}));
    return { ...rest, pieces: catalogue.pieces(chosen).map(({ id }) => id) };
  };

  test("learns from the one with the most bars, and counts the pieces in the others", () => {
    const pieces = [
      piece("a", 8, "4-4"),
      piece("b", 20, "3-4"),
      piece("c", 4, "6-8"),
      piece("d", 10),
      piece("e", 1, "3-4"),
    ];
    expect(chosenOf(...pieces)).toEqual({
      ...{ timeSignature: "3/4", pieces: ["b", "e"], leftOut: { "4/4": 2, "6/8": 1 } },
    });
  });

  test("learns from 4/4 where others have as many bars", () => {
    expect(chosenOf(piece("a", 8, "3-4"), piece("b", 8, "4-4"))).toEqual({
      ...{ timeSignature: "4/4", pieces: ["b"], leftOut: { "3/4": 1 } },
    });
  });

  test("learns from all pieces that have no such tag", () => {
    expect(chosenOf(piece("a", 8), piece("b", 8))).toEqual({ timeSignature: "4/4", pieces: ["a", "b"], leftOut: {} });
  });
});
