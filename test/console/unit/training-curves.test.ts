import * as fc from "fast-check";
import { bandOf, metricNamesIn, metricNumber, overlay, valueOf } from "../../../console/src/training/curve-data";
import { joinEpochs } from "../../../console/src/training/joined-epochs";

const epochs = (from: number, to: number, loss = 1) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ epoch: from + index, criticLoss: loss }));

describe("the curves of a training", () => {
  test("what is read later goes behind what is known, and an epoch that was read twice is taken as it was read last", () => {
    const joined = joinEpochs(
      { items: epochs(1, 5), reference: { dissonantPairShare: 0.1 } },
      { items: epochs(4, 8, 2), reference: {} },
    );
    expect(joined.items.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(joined.items.map((item) => valueOf(item, "criticLoss"))).toEqual([1, 1, 1, 2, 2, 2, 2, 2]);
    expect(joined.reference).toEqual({ dissonantPairShare: 0.1 });
  });

  test("losses and metrics of music stand in charts of their own, and what nobody describes is left out", () => {
    expect(metricNamesIn([{ epoch: 1, criticLoss: 1, similarityIndex: 0.2, emptyBarRate: 0, seconds: 4 }])).toEqual({
      losses: ["criticLoss"],
      music: ["emptyBarRate"],
      hasSimilarityIndex: true,
    });
  });

  test("trainings over one another have a place for each epoch that one of them has", () => {
    const { epochs: all, values } = overlay([{ items: epochs(1, 2) }, { items: epochs(2, 3, 5) }], "criticLoss");
    expect(all).toEqual([1, 2, 3]);
    expect(values).toEqual([
      [1, 1, null],
      [null, 5, 5],
    ]);
  });

  test("a band holds the value of every epoch, and few epochs have none", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 20, maxLength: 200 }),
        (values) => {
          const band = bandOf(values);
          values.forEach((value, index) => {
            expect(band?.low[index]).toBeLessThanOrEqual(value);
            expect(band?.high[index]).toBeGreaterThanOrEqual(value);
          });
        },
      ),
    );
    expect(bandOf([1, 2, 3])).toBeUndefined();
  });

  test("a number has the digits that mean something", () => {
    expect([0.0672, 2.768, -5.524, 19.307].map(metricNumber)).toEqual(["0.067", "2.77", "-5.52", "19.3"]);
  });
});
