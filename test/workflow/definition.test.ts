/** What can be said of the definition without running it. */
import { readFileSync } from "node:fs";
import validate from "asl-validator";
import { functionSeconds, stepPatienceSeconds } from "../../naming/time-limits";
import { definitionFile, readDefinition, stepFolders, stepNames } from "./training-harness";

const text = readFileSync(definitionFile, "utf8");
const definition = readDefinition();
const tasks = Object.entries(definition.States).flatMap(([name, state]) =>
  state.Type === "Task" ? [{ name, state }] : [],
);

/** How long a step's function may run, and how long it is tried, in seconds. */
function limitsOf(task: string): { readonly runs: number; readonly isTriedFor: number } {
  const step = stepNames.find((name) => name === task);
  if (step === undefined) throw new Error(`no step ${task}`);
  const folder = stepFolders[step];
  return { runs: functionSeconds[folder], isTriedFor: stepPatienceSeconds[folder] };
}

test("asl-validator finds no fault once the substitutions are made", () => {
  const substituted = text.replace(/\$\{(\w+)\}/g, "arn:aws:lambda:eu-west-1:123456789012:function:$1:1");
  const { isValid, errorsText } = validate(JSON.parse(substituted));
  expect(isValid ? "" : errorsText()).toBe("");
});

test("every substitution is a known step's function, and every step is used once", () => {
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  expect(names.sort()).toEqual(stepNames.map((name) => `${name}FunctionArn`).sort());
});

test.each(tasks)("$name is cut off by its own time-out, retries, and catches States.ALL alone", ({ name, state }) => {
  // Else a step would be tried again while it still works.
  expect(state.TimeoutSeconds).toBeGreaterThan(limitsOf(name).runs);
  const last = state.Retry.at(-1);
  expect(last?.ErrorEquals).toEqual(["States.ALL"]);
  expect(state.Retry.flatMap(({ ErrorEquals }) => ErrorEquals)).toEqual(
    expect.arrayContaining(["Lambda.ServiceException", "Lambda.TooManyRequestsException"]),
  );
  // The local cloud names every error of a function alike, so a Catch by name would never match there.
  expect(state.Catch).toEqual([
    {
      ErrorEquals: ["States.ALL"],
      ...(name === "FinalizeTrainingJob"
        ? { ResultPath: "$.finalizingError", Next: "WhyNotFinalized" }
        : { ResultPath: "$.error", Next: "FinalizeTrainingJob" }),
    },
  ]);
});

/** Seconds between the tries of a retrier, all together: at most, and on average with full jitter. */
function delays({
  IntervalSeconds,
  BackoffRate,
  MaxDelaySeconds,
  MaxAttempts,
}: (typeof tasks)[number]["state"]["Retry"][number]) {
  const each = Array.from({ length: MaxAttempts }, (_, n) =>
    Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** n),
  );
  const atMost = each.reduce((sum, delay) => sum + delay, 0);
  // A delay is even between nothing and its length: its variance is a twelfth of its square.
  const deviation = Math.sqrt(each.reduce((sum, delay) => sum + delay ** 2 / 12, 0));
  return { atMost, mean: atMost / 2, deviation, max: Math.max(0, ...each) };
}

/** In the order of their kind: what Lambda says of itself, a time-out, any other error. */
function retriersOf(name: string) {
  const [service, timeOut, other, ...more] = tasks.find((task) => task.name === name)?.state.Retry ?? [];
  if (service === undefined || timeOut === undefined || other === undefined || more.length > 0) {
    throw new Error(`${name} has not the three retriers`);
  }
  return { service, timeOut, other };
}

const outageSeconds = 4 * 60;
const maxSeconds = 15 * 60;

/** The longest that a state can take whose every try throws, and whose every try hangs until its task's time-out. */
function maxOf(name: string) {
  const { timeOut, other } = retriersOf(name);
  const { runs, isTriedFor } = limitsOf(name);
  const timeOutSeconds = tasks.find((task) => task.name === name)?.state.TimeoutSeconds ?? Number.NaN;
  return {
    ifItThrows: isTriedFor + delays(other).max + runs,
    ifItHangs: timeOutSeconds * (timeOut.MaxAttempts + 1) + delays(timeOut).atMost,
  };
}

describe.each(tasks.filter(({ name }) => name !== "FinalizeTrainingJob"))("$name", ({ name }) => {
  test("outlives four minutes in which it fails or hangs", () => {
    const { service, timeOut, other } = retriersOf(name);
    expect({ ...service, ErrorEquals: [] }).toEqual({ ...other, ErrorEquals: [] });
    const { mean, deviation, max } = delays(other);
    expect(mean - 3 * deviation).toBeGreaterThan(outageSeconds);
    expect(limitsOf(name).isTriedFor).toBeGreaterThan(outageSeconds + max);
    const timeOutSeconds = tasks.find((task) => task.name === name)?.state.TimeoutSeconds ?? 0;
    // The try after the last one that the outage can reach.
    expect(timeOut.MaxAttempts + 1).toBeGreaterThan(outageSeconds / timeOutSeconds);
  });

  test("ends the job within 15 minutes if it always fails or hangs, finalizing with it", () => {
    const finalizing = maxOf("FinalizeTrainingJob");
    const step = maxOf(name);
    expect(Math.max(step.ifItThrows, step.ifItHangs) + finalizing.ifItThrows).toBeLessThan(maxSeconds);
    expect(Math.max(step.ifItThrows, step.ifItHangs) + finalizing.ifItHangs).toBeLessThan(maxSeconds);
  });
});

test("every step is told when its state was entered, and what has been said before it", () => {
  for (const { state } of tasks) {
    expect(state.Parameters).toEqual({
      "data.$": "$",
      "enteredAt.$": "$$.State.EnteredTime",
      "retries.$": "$$.State.RetryCount",
    });
  }
});

test("no state but the three last ends the execution, and all that happens comes to finalize", () => {
  const ends = Object.entries(definition.States).filter(([, { Type }]) => Type === "Succeed" || Type === "Fail");
  expect(ends.map(([name]) => name).sort()).toEqual(["Finalized", "FinalizingFailed", "StepFailed"]);
  const defaults = Object.values(definition.States).flatMap((state) =>
    state.Type === "Choice" ? [state.Default] : [],
  );
  expect(new Set(defaults)).toEqual(new Set(["FinalizeTrainingJob", "WhyNotFinalized", "FinalizingFailed"]));
});

test("every choice asks whether a path is there before it reads it", () => {
  for (const state of Object.values(definition.States)) {
    if (state.Type !== "Choice") continue;
    for (const { And = [] } of state.Choices) {
      const guarded = new Set<string>();
      // A rule of its own that asks whether a path is there reads nothing.
      for (const rule of And) {
        if (rule.IsPresent === true) guarded.add(rule.Variable ?? "");
        const read = [rule, ...(rule.Or ?? [])].flatMap(({ Variable }) => (Variable === undefined ? [] : [Variable]));
        for (const variable of read) expect(guarded).toContain(variable);
      }
    }
  }
});

test("every wait is as long as the step before it said, and only where the choice has seen the number", () => {
  for (const [name, state] of Object.entries(definition.States)) {
    if (state.Type !== "Wait") continue;
    const ways = Object.values(definition.States).flatMap((other) =>
      other.Type === "Choice" ? other.Choices.filter(({ Next }) => Next === name) : [],
    );
    expect(ways.length).toBeGreaterThan(0);
    for (const { And = [] } of ways) {
      expect(And).toContainEqual({ Variable: state.SecondsPath, IsNumeric: true });
      expect(And).toContainEqual({ Variable: state.SecondsPath, NumericGreaterThanEquals: 1 });
    }
  }
});
