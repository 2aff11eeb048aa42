/** The definition on two engines that share nothing: what the interpreter of these tests does, moto's engine does too. */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type Definition, definitionSchema } from "../asl-interpreter";
import { definitionFile, readDefinition } from "../training-harness";
import { changesOf } from "./definition-changes";
import { interpreterTrace } from "./interpreter-trace";
import { motoTraces } from "./moto-trace";
import { randomScripts } from "./random-scripts";
import { scenarios } from "./scenarios";
import type { Script, Trace } from "./script";
import { transitionsOf, transitionsTaken } from "./transitions";

const definitionText = readFileSync(definitionFile, "utf8");
const definition = readDefinition();

interface Run extends Script {
  readonly trace: Trace;
}
const runOnMoto = async <Scripts extends Script>(scripts: readonly Scripts[]): Promise<(Scripts & Run)[]> => {
  const traces = await motoTraces(definitionText, scripts);
  return scripts.flatMap((script, index) => {
    const trace = traces[index];
    return trace === undefined ? [] : [{ ...script, trace }];
  });
};

let runs: Awaited<ReturnType<typeof runOnMoto<(typeof scenarios)[number]>>>;
beforeAll(async () => {
  runs = await runOnMoto([...scenarios].sort((one, other) => one.replies.length - other.replies.length));
});

/** Returns the transitions of a definition that none of the scenarios takes on moto. */
function missing(changed: Definition): readonly string[] {
  const taken = new Set(runs.flatMap(({ trace }) => transitionsTaken(definition, trace)));
  return transitionsOf(changed).filter((transition) => !taken.has(transition));
}

test.each(scenarios)("$name", async (scenario) => {
  const trace = runs.find(({ name }) => name === scenario.name)?.trace;
  expect({
    steps: trace?.visits.flatMap(({ calls }) => calls.map(({ step }) => step)),
    last: trace?.visits.at(-1)?.state,
    status: trace?.status,
  }).toEqual({ steps: scenario.steps, last: scenario.last, status: scenario.status });
  expect(await interpreterTrace(definition, scenario)).toEqual(trace);
});

test("the scenarios take every transition of the definition on the second engine", () => {
  const all = transitionsOf(definition);
  const left = missing(definition);
  const percent = ((all.length - left.length) / all.length) * 100;
  process.stdout.write(
    `The workflow on moto: ${all.length - left.length} of ${all.length} transitions, ${percent.toFixed(1)} %, ` +
      `by ${scenarios.length} executions\n`,
  );
  expect(new Set(all).size).toBe(all.length);
  expect(left).toEqual([]);
});

test("a new state, rule, retried error or alternative without a scenario is named", () => {
  const changed = structuredClone(definition);
  const { AcquireSlot, IsSlotAcquired, HasTrainingEnded } = changed.States;
  if (AcquireSlot?.Type !== "Task" || IsSlotAcquired?.Type !== "Choice" || HasTrainingEnded?.Type !== "Choice") {
    throw new Error("the states have other types");
  }
  changed.States["WaitForBudget"] = { Type: "Wait", SecondsPath: "$.step.waitSeconds", Next: "AcquireSlot" };
  AcquireSlot.Retry[0]?.ErrorEquals.push("Lambda.NewException");
  IsSlotAcquired.Choices = [
    ...IsSlotAcquired.Choices,
    { Variable: "$.step.budget", IsPresent: true, Next: "WaitForBudget" },
  ];
  HasTrainingEnded.Choices = HasTrainingEnded.Choices.map((rule) =>
    rule.Next !== "RegisterModel"
      ? rule
      : {
          ...rule,
          And: (rule.And ?? []).map((part) =>
            part.Or === undefined
              ? part
              : { Or: [...part.Or, { Variable: "$.step.outcome", StringEquals: "EARLY_STOPPED" }] },
          ),
        },
  );
  expect(missing(changed)).toEqual([
    "AcquireSlot: Retry 1 for Lambda.NewException",
    "IsSlotAcquired: rule 3, Next WaitForBudget",
    "IsSlotAcquired: rule 3 fails by part 1",
    "HasTrainingEnded: rule 3, part 2 holds by alternative 4",
    "WaitForBudget is entered",
    "WaitForBudget: Next AcquireSlot",
  ]);
});

/** The changes that no execution can show. */
const withoutEffect = [
  // A retrier with so few tries never comes to these fields.
  ...["PrepareData", "RegisterModel"].flatMap((step) => [
    `${step}.Retry.1.BackoffRate`,
    `${step}.Retry.1.MaxDelaySeconds`,
  ]),
  ...["LaunchTrainingJob", "MonitorTrainingJob"].map((step) => `${step}.Retry.1.MaxDelaySeconds`),
  ...["IntervalSeconds", "BackoffRate", "MaxDelaySeconds", "JitterStrategy"].map(
    (field) => `FinalizeTrainingJob.Retry.1.${field}`,
  ),
  // IsNumeric: a comparison of numbers does not hold for anything else by itself.
  "IsSlotAcquired.Choices.1.And without 3",
  ...["IsTrainingJobLaunched", "HasTrainingEnded"].flatMap((state) =>
    [0, 1].map((rule) => `${state}.Choices.${rule}.And without 3`),
  ),
  "IsFinalized.Choices.0.And without 3",
];

test("no change of the definition goes unnoticed: some scenario ends otherwise than on the second engine", async () => {
  const unnoticed = new Set<string>();
  let changes = 0;
  for (const { what, changed } of changesOf(JSON.parse(definitionText))) {
    const parsed = definitionSchema.safeParse(changed);
    // What the schema refuses is noticed by it.
    if (!parsed.success) continue;
    changes += 1;
    if (!(await isNoticed(parsed.data))) unnoticed.add(what.replace(/^States\./, "").replace(/ \S+ → \S+$/, ""));
  }
  expect(changes).toBeGreaterThan(500);
  expect([...unnoticed].sort()).toEqual(withoutEffect.sort());
});

async function isNoticed(changed: Definition): Promise<boolean> {
  const isSame = (state: string): boolean => isDeepStrictEqual(changed.States[state], definition.States[state]);
  const changedStates = Object.keys(definition.States).filter((state) => !isSame(state));
  const reaching = runs.filter(
    ({ trace }) => changedStates.length === 0 || trace.visits.some(({ state }) => changedStates.includes(state)),
  );
  for (const { trace, ...script } of reaching) {
    if (!isDeepStrictEqual(await interpreterTrace(changed, script), trace)) return true;
  }
  return false;
}

test("whatever the steps return, throw or leave undone, both engines do the same", async () => {
  const random = await runOnMoto(await randomScripts(definition, 100));
  const differing: unknown[] = [];
  for (const { trace, ...script } of random) {
    const ours = await interpreterTrace(definition, script);
    if (!isDeepStrictEqual(ours, trace)) differing.push({ script, ours, moto: trace });
  }
  expect(differing).toEqual([]);
});
