/** The arithmetic of costs, the ceiling, the plan of a deletion; and that docs/deploy.md says what the prices say. */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { loadStageConfig } from "../../../lib/config/load-stage-config";
import { prices } from "../../../scripts/operators/prices";
import { kindsOfMade, type Made, planDeletion } from "../../../scripts/smoke/made";
import { ratesOf } from "../../../scripts/smoke/rates";
import { Spending } from "../../../scripts/smoke/spending";
import { topicsBySize } from "../../../scripts/smoke/train";
import {
  compositionUsage,
  costOf,
  type Rates,
  requestUsage,
  sumOf,
  trainingUsage,
  type Usage,
  usageKinds,
} from "../../../scripts/smoke/usage";
import { stageConfigs } from "../../infra/support/stage-configs";

const amounts = fc.double({ min: 0, max: 1e6, noNaN: true });
const usages: fc.Arbitrary<Usage> = fc.record(Object.fromEntries(usageKinds.map((kind) => [kind, amounts])), {
  requiredKeys: [],
});
const madeKinds = kindsOfMade.map(({ kind }) => kind);
const dev = ratesOf(prices, loadStageConfig({ stage: "dev", folder: tmpdir() }));
/** Sums of floating-point numbers differ in their last digits by their order. */
const near = (one: number, other: number): void => {
  expect(Math.abs(one - other)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(one)));
};

test("work together costs what its parts cost, and more work never costs less", () => {
  fc.assert(
    fc.property(usages, usages, (one, other) => {
      const together = costOf(sumOf([one, other]), dev);
      near(together, costOf(one, dev) + costOf(other, dev));
      expect(together).toBeGreaterThanOrEqual(costOf(one, dev));
    }),
  );
});

test("each kind of usage has its price", () => {
  for (const kind of usageKinds) expect(costOf({ [kind]: 2 }, dev)).toBe(2 * dev[kind]);
  expect(costOf({ trainingSeconds: 3600 }, dev)).toBeCloseTo(0.23, 10);
  // 2 GB.
  expect(costOf({ endpointSeconds: 1000 }, dev)).toBeCloseTo(0.04, 10);
});

test("an endpoint that runs all the time adds nothing, and the largest serverless one counts", () => {
  const training = { instanceType: "ml.m5.xlarge" };
  const realTime = { kind: "realTime", instanceType: "ml.m5.large", instanceCount: 1 } as const;
  const serverless = (memoryMb: 1024 | 4096) => ({ kind: "serverless", memoryMb, maxConcurrency: 2 }) as const;
  expect(ratesOf(prices, { training, endpoints: { one: realTime } }).endpointSeconds).toBe(0);
  expect(
    ratesOf(prices, { training, endpoints: { one: serverless(1024), other: serverless(4096) } }).endpointSeconds,
  ).toBeCloseTo(0.00008, 10);
});

test("an instance without a price is refused, with the file that lacks it", () => {
  expect(() => ratesOf(prices, { training: { instanceType: "ml.p9.large" } })).toThrow(
    /^docs\/prices\.json has no price for training on ml\.p9\.large; it has ml\.m5\.large,/,
  );
});

test("what stays under the ceiling may begin, and what would pass it may not", () => {
  fc.assert(
    fc.property(usages, usages, amounts, (spent, toCome, ceiling) => {
      const spending = new Spending(dev, ceiling);
      spending.add(spent);
      expect(spending.spent).toBe(costOf(spent, dev));
      const begins = !spending.exceeds(toCome);
      spending.add(toCome);
      expect(begins).toBe(spending.spent <= ceiling);
    }),
  );
});

const things: fc.Arbitrary<readonly Made[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...madeKinds),
    id: fc.constantFrom("a", "b", "c", "d", "e"),
    name: fc.constantFrom("run 1", "run 1 model", "run 2", "mine", "a run 1"),
  }),
);
const key = ({ kind, id }: Made): string => `${kind} ${id}`;

test("a plan has each thing once, all that is known or has the name, and nothing else", () => {
  fc.assert(
    fc.property(things, things, (known, found) => {
      const plan = planDeletion({ known, found, name: "run 1" });
      const expected = new Set([...known, ...found.filter(({ name }) => name.startsWith("run 1"))].map(key));
      expect(plan.map(key).sort()).toEqual([...expected].sort());
    }),
  );
});

test("a plan has the kinds in their order, and of each kind the latest first", () => {
  fc.assert(
    fc.property(things, things, (known, found) => {
      const plan = planDeletion({ known, found, name: "run 1" });
      const places = plan.map(({ kind }) => madeKinds.indexOf(kind));
      expect(places).toEqual([...places].sort((one, other) => one - other));
      for (const kind of madeKinds) {
        const ids = plan.filter((made) => made.kind === kind).map(({ id }) => id);
        expect(ids).toEqual([...ids].sort().reverse());
      }
    }),
  );
});

test("topics are tried from the fewest pieces on", () => {
  expect(topicsBySize({ mode: { major: 5, minor: 2 }, key: { c: 3 } })).toEqual([
    { mode: ["minor"] },
    { key: ["c"] },
    { mode: ["major"] },
  ]);
});

test("a training is charged for as many turns of its workflow as the stage's settings give it", () => {
  const transitions = (laterSeconds: number): number =>
    trainingUsage({
      seconds: 3_600,
      epochs: 1,
      monitor: { firstSeconds: 15, laterSeconds, firstForSeconds: 0 },
    }).workflowTransitions ?? 0;
  // Three states a turn, and 27 for the beginning and the end.
  expect(transitions(60)).toBe(27 + 3 * 60);
  expect(transitions(120)).toBe(27 + 3 * 30);
});

test("docs/deploy.md says of costs what the prices say", () => {
  const root = resolve(__dirname, "../../..");
  const page = readFileSync(join(root, "docs/deploy.md"), "utf8");
  /** The dollars at the end of a row of a table that begins so, within a third: the page rounds. */
  const expectRow = (beginning: string, usd: number): void => {
    const row = page.split("\n").find((line) => line.startsWith(`| ${beginning}`)) ?? "";
    const said = Number(/\$(\d+\.\d+) *\|$/.exec(row)?.[1]);
    expect({ beginning, said }).toEqual({ beginning, said: expect.any(Number) });
    expect(Math.abs(said - usd)).toBeLessThanOrEqual(said / 3);
  };
  const costs = (usage: Usage, rates: Rates = dev): number => costOf(usage, rates);
  // A composition, with the requests that make it, poll it and fetch its file.
  expectRow(
    "1,000 compositions",
    1000 * costs(sumOf([compositionUsage(1.5), requestUsage, requestUsage, requestUsage])),
  );
  expectRow("One hour of training on `ml.m5.xlarge`", costs({ trainingSeconds: 3600 }));
  // A monitoring turn every 64 s, as in prod.
  const { workflowTransitions = 0 } = trainingUsage({
    seconds: 8 * 3600,
    epochs: 1,
    monitor: stageConfigs.prod.training.monitor,
  });
  expectRow("The workflow of an 8-hour job", costs({ workflowTransitions }));
  expectRow("Images in ECR, about 2 GB before compression, at $0.10/GB", prices.perMonth.imageGb);
  expect(page).toContain(`at $${prices.perMonth.imageGb.toFixed(2)}/GB`);
  expect(page).toContain(`Alarms, $${prices.perMonth.alarm.toFixed(2)} each`);
  // What users cost at most: a stage whose training slots and compositions are busy day and night.
  const ceiling = (beginning: string, usdADay: number): void => {
    const row = page.split("\n").find((line) => line.startsWith(`| ${beginning}`)) ?? "";
    const [perDay = 0, perMonth = 0] = [...row.matchAll(/\$(?:[\d.]+ to )?([\d.]+) *(?=\|)/g)].map((found) =>
      Number(found[1]),
    );
    expect({ beginning, near: Math.abs(perDay - usdADay) < usdADay / 20 }).toEqual({ beginning, near: true });
    expect({ beginning, near: Math.abs(perMonth - 30 * usdADay) < usdADay * 3 }).toEqual({ beginning, near: true });
  };
  const stageOf = (stage: "dev" | "prod") => stageConfigs[stage];
  for (const stage of ["dev", "prod"] as const) {
    const { slots, instanceType } = stageOf(stage).training;
    ceiling(`Training in \`${stage}\``, slots * 24 * (prices.trainingInstanceHour[instanceType] ?? 0));
  }
  const { concurrency } = stageOf("prod").compositions;
  ceiling("Compositions", concurrency * 2 * 24 * 3600 * prices.perUnit.serverlessEndpointGbSecond);
  const [year = "", month = ""] = prices.asOf.split("-");
  const monthName = new Intl.DateTimeFormat("en", { month: "long" }).format(new Date(Number(year), Number(month) - 1));
  expect(page).toContain(`${prices.region} list prices as remembered in ${monthName} ${year}`);
});
