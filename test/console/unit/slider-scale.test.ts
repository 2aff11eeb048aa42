import fc from "fast-check";
import { sliderScale } from "../../../console/src/parameters/slider-scale";

const linear = { type: "integer", minimum: 0, maximum: 6, step: 1, scale: "linear" } as const;
const learningRate = { type: "number", minimum: 0.00001, maximum: 0.01, step: 0.00001, scale: "log" } as const;
const scaleOf = (parameter: Parameters<typeof sliderScale>[0]) => {
  const scale = sliderScale(parameter);
  if (scale === undefined) throw new Error("The parameter has no slider.");
  return scale;
};

test("a linear parameter stands at its own value", () => {
  const { min, max, step, positionOf, valueAt } = scaleOf(linear);
  expect([min, max, step]).toEqual([0, 6, 1]);
  expect([positionOf(4), valueAt(4)]).toEqual([4, 4]);
});

test("each tenfold of a logarithmic parameter has a third of three tenfolds' room", () => {
  const { min, max, positionOf } = scaleOf(learningRate);
  const room = [0.00001, 0.0001, 0.001, 0.01].map(positionOf);
  expect([min, max]).toEqual([0, 1000]);
  for (const [index, position] of room.entries()) expect(position).toBeCloseTo((index * 1000) / 3, 6);
});

test("every position means a value in the range, on a step, and a position further on means no smaller one", () => {
  const position = fc.integer({ min: 0, max: 1000 });
  const { valueAt } = scaleOf(learningRate);
  fc.assert(
    fc.property(position, position, (one, other) => {
      const [first, second] = [valueAt(Math.min(one, other)), valueAt(Math.max(one, other))];
      expect(first).toBeGreaterThanOrEqual(learningRate.minimum);
      expect(second).toBeLessThanOrEqual(learningRate.maximum);
      expect(first).toBeLessThanOrEqual(second);
      expect(first / learningRate.step).toBeCloseTo(Math.round(first / learningRate.step), 6);
    }),
  );
});

test("a number of which nobody can hit one value by sliding has no slider, and one without a range neither", () => {
  expect(sliderScale({ type: "integer", minimum: 0, maximum: 2 ** 31 - 1, scale: "linear" })).toBeUndefined();
  expect(sliderScale({ type: "number" })).toBeUndefined();
});
