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

test("a decay goes from fluctuating through finalizing to converged, and stays there", () => {
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

/** The definition as it stands in the docstring of `convergenceOf`, window by window. */
function stateByDefinition(values: readonly number[]): string {
  const smoothed: number[] = [];
  for (const value of values) smoothed.push(smoothed.length === 0 ? value : 0.3 * value + 0.7 * (smoothed.at(-1) ?? 0));
  const length = Math.max(5, Math.ceil(0.2 * values.length));
  if (values.length < length) return "fluctuating";
  const range = Math.max(...smoothed) - Math.min(...smoothed);
  const window = smoothed.slice(-length);
  if (range === 0) return "converged";
  const mean = window.reduce((sum, value) => sum + value, 0) / length;
  const middle = (length - 1) / 2;
  const slope =
    window.reduce((sum, value, n) => sum + (n - middle) * (value - mean), 0) /
    window.reduce((sum, _, n) => sum + (n - middle) ** 2, 0);
  const residuals = window.reduce((sum, value, n) => sum + (value - mean - slope * (n - middle)) ** 2, 0);
  const drift = (Math.abs(slope) * (length - 1)) / range;
  const spread = Math.sqrt(residuals / length) / range;
  if (drift <= 0.05 && spread <= 0.04) return "converged";
  return drift <= 0.15 && spread <= 0.1 ? "settling" : "fluctuating";
}

test("judges as the definition says, also on a high level with a spike at the start", () => {
  const series = fc.tuple(
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 80 }),
    fc.constantFrom(0, 1_000, -30_000),
    fc.constantFrom(0, 10, 33_000),
    fc.constantFrom(0.05, 0.2, 0.5),
  );
  fc.assert(
    fc.property(series, ([noise, level, spike, rate]) => {
      const values = noise.map((value, n) => level + spike * Math.exp(-rate * n) + (spike + 1) * 0.01 * value);
      expect(convergenceOf(epochsOf(values)).state).toBe(stateByDefinition(values));
    }),
  );
});

test("the work grows with the number of epochs, not with its square", () => {
  /** Processor time in microseconds: what else the machine does is not counted. */
  const work = (count: number): number => {
    // It comes to rest early, so `sinceEpoch` lies far back.
    const epochs = epochsOf(decay(count, 20 / count));
    const before = process.cpuUsage();
    expect(convergenceOf(epochs).state).toBe("converged");
    return process.cpuUsage(before).user;
  };
  const min = (count: number): number => Math.min(...[1, 2, 3, 4, 5].map(() => work(count)));
  work(20_000);
  // Linear is 4, quadratic 16. Large enough that a pause of the garbage collector is a small part of either.
  expect(min(80_000) / min(20_000)).toBeLessThan(10);
});
