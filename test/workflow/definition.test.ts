/** What can be said of the definition without running it. */
import { readFileSync } from "node:fs";
import validate from "asl-validator";
import { definitionFile, readDefinition, stepNames } from "./training-world";

const text = readFileSync(definitionFile, "utf8");
const definition = readDefinition();
const tasks = Object.entries(definition.States).flatMap(([name, state]) =>
  state.Type === "Task" ? [{ name, state }] : [],
);

/** How long each function may run (lib/): its task's time-out must be longer, or a step is cut off while it still works. */
const functionSeconds: Readonly<Record<string, number>> = {
  PrepareData: 300,
  TakeSlot: 30,
  LaunchTrainingJob: 90,
  LookAtTrainingJob: 90,
  RegisterModel: 300,
  SettleTrainingJob: 300,
};

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
  expect(state.TimeoutSeconds).toBeGreaterThan(functionSeconds[name] ?? Number.POSITIVE_INFINITY);
  const last = state.Retry.at(-1);
  expect(last?.ErrorEquals).toEqual(["States.ALL"]);
  expect(state.Retry.flatMap(({ ErrorEquals }) => ErrorEquals)).toEqual(
    expect.arrayContaining(["Lambda.ServiceException", "Lambda.TooManyRequestsException"]),
  );
  // The local cloud names every error of a function alike, so a Catch by name would never match there.
  expect(state.Catch).toEqual([
    {
      ErrorEquals: ["States.ALL"],
      ResultPath: "$.error",
      Next: name === "SettleTrainingJob" ? "SettlingFailed" : "SettleTrainingJob",
    },
  ]);
});

/** Seconds that a retrier's tries can take at most, and on average with full jitter. */
function patience({
  IntervalSeconds,
  BackoffRate,
  MaxDelaySeconds,
  MaxAttempts,
}: (typeof tasks)[number]["state"]["Retry"][number]) {
  const delays = Array.from({ length: MaxAttempts }, (_, n) =>
    Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** n),
  );
  const atMost = delays.reduce((sum, delay) => sum + delay, 0);
  // A delay is even between nothing and its length: its variance is a twelfth of its square.
  const deviation = Math.sqrt(delays.reduce((sum, delay) => sum + delay ** 2 / 12, 0));
  return { atMost, mean: atMost / 2, deviation };
}
const patienceOf = (name: string) => {
  const [first, ...others] = tasks.find((task) => task.name === name)?.state.Retry ?? [];
  if (first === undefined) throw new Error(`${name} does not retry`);
  for (const other of others) expect({ ...other, ErrorEquals: [] }).toEqual({ ...first, ErrorEquals: [] });
  return patience(first);
};

test.each(tasks.filter(({ name }) => name !== "SettleTrainingJob"))(
  "$name outlives four minutes in which it fails, and ends the job within 15 if it always fails",
  ({ name }) => {
    const { atMost, mean, deviation } = patienceOf(name);
    expect(atMost + patienceOf("SettleTrainingJob").atMost).toBeLessThan(15 * 60);
    expect(mean - 3 * deviation).toBeGreaterThan(4 * 60);
  },
);

test("no state but the two last ends the execution, and all that happens comes to settle", () => {
  const ends = Object.entries(definition.States).filter(([, { Type }]) => Type === "Succeed" || Type === "Fail");
  expect(ends.map(([name]) => name).sort()).toEqual(["Settled", "SettlingFailed"]);
  const defaults = Object.values(definition.States).flatMap((state) =>
    state.Type === "Choice" ? [state.Default] : [],
  );
  expect(new Set(defaults)).toEqual(new Set(["SettleTrainingJob", "SettlingFailed"]));
});

test("every choice asks whether a path is there before it reads it", () => {
  for (const state of Object.values(definition.States)) {
    if (state.Type !== "Choice") continue;
    for (const { And = [] } of state.Choices) {
      const guarded = new Set<string>();
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
