import fc from "fast-check";
import { convergenceOf } from "../../../domain/training/convergence";
import type { EpochProgress } from "../../../domain/training/progress";

const epochsOf = (values: readonly number[], name = "similarityIndex"): EpochProgress[] =>
  values.map((value, index) => ({
    epoch: index + 1,
    epochs: 1_000,
    metrics: { [name]: value },
    seconds: undefined,
    writtenAt: undefined,
  }));
const decay = (n: number, rate: number): number[] =>
  Array.from({ length: n }, (_, epoch) => 1 + 4 * Math.exp(-rate * epoch));

test("too few epochs, and a line that still falls, are fluctuating", () => {
  expect(convergenceOf([])).toEqual({ state: "fluctuating" });
  expect(convergenceOf(epochsOf([1, 1, 1, 1]))).toEqual({ state: "fluctuating" });
  expect(convergenceOf(epochsOf(Array.from({ length: 60 }, (_, epoch) => -epoch)))).toEqual({ state: "fluctuating" });
});

test("a decay goes from fluctuating through settling to converged, and stays there", () => {
  const states = Array.from({ length: 100 }, (_, n) => convergenceOf(epochsOf(decay(n + 1, 0.1))).state);
  const order = { fluctuating: 0, settling: 1, converged: 2 };
  const ranks = states.map((state) => order[state]);
  expect(ranks).toEqual([...ranks].sort((one, other) => one - other));
  expect(new Set(states)).toEqual(new Set(["fluctuating", "settling", "converged"]));
});

test("sinceEpoch is where the present state began", () => {
  const { state, sinceEpoch = 0 } = convergenceOf(epochsOf(decay(100, 0.1)));
  expect(state).toBe("converged");
  expect(convergenceOf(epochsOf(decay(sinceEpoch, 0.1))).state).toBe("converged");
  expect(convergenceOf(epochsOf(decay(sinceEpoch - 1, 0.1))).state).not.toBe("converged");
});

test("one restless series keeps the whole training from having converged", () => {
  const restless = decay(60, 0.3).map((value, index) => ({
    similarityIndex: value,
    criticLoss: index % 10 < 5 ? 3 : -3,
  }));
  const epochs = epochsOf(decay(60, 0.3)).map((epoch, index) => ({ ...epoch, metrics: restless[index] ?? {} }));
  expect(convergenceOf(epochsOf(decay(60, 0.3))).state).toBe("converged");
  expect(convergenceOf(epochs).state).toBe("fluctuating");
});

test("unit and sign of a loss make no difference", () => {
  const values = fc.array(
    fc.double({ min: -10, max: 10, noNaN: true }).map((value) => Math.round(value * 8) / 8),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(values, fc.constantFrom(2, 8, 0.25, -1, -4), (series, factor) => {
      const scaled = series.map((value) => value * factor);
      expect(convergenceOf(epochsOf(scaled, "criticLoss"))).toEqual(convergenceOf(epochsOf(series, "criticLoss")));
    }),
  );
});

test("what is not judged does not count", () => {
  const noisy = Array.from({ length: 60 }, (_, epoch) => (epoch % 2) * 100);
  expect(convergenceOf(epochsOf(noisy, "samplesPerSecond"))).toEqual({ state: "fluctuating" });
  const epochs = epochsOf(decay(60, 0.3)).map((epoch, index) => ({
    ...epoch,
    metrics: { ...epoch.metrics, samplesPerSecond: noisy[index] ?? 0 },
  }));
  expect(convergenceOf(epochs).state).toBe("converged");
});
