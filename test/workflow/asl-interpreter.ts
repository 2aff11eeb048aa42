/**
 * The part of the Amazon States Language (JSONPath) that our workflow uses, with virtual time. Strict on purpose: a field
 * it does not know, or a path that is not there, is an error, as States.Runtime is on AWS, which no Catch can catch.
 */
import * as z from "zod";
import type { VirtualClock } from "../fakes/clock";

const retrierSchema = z.strictObject({
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.number(),
  MaxAttempts: z.number(),
  BackoffRate: z.number(),
  MaxDelaySeconds: z.number(),
  JitterStrategy: z.enum(["FULL", "NONE"]).optional(),
});
const catcherSchema = z.strictObject({
  ErrorEquals: z.tuple([z.literal("States.ALL")]),
  ResultPath: z.string(),
  Next: z.string(),
});

interface Rule {
  readonly Variable?: string | undefined;
  readonly IsPresent?: boolean | undefined;
  readonly IsNumeric?: boolean | undefined;
  readonly StringEquals?: string | undefined;
  readonly NumericGreaterThanEquals?: number | undefined;
  readonly And?: readonly Rule[] | undefined;
  readonly Or?: readonly Rule[] | undefined;
  readonly Next?: string | undefined;
}
const ruleSchema: z.ZodType<Rule> = z.lazy(() =>
  z.strictObject({
    Variable: z.string().optional(),
    IsPresent: z.boolean().optional(),
    IsNumeric: z.boolean().optional(),
    StringEquals: z.string().optional(),
    NumericGreaterThanEquals: z.number().optional(),
    And: z.array(ruleSchema).optional(),
    Or: z.array(ruleSchema).optional(),
    Next: z.string().optional(),
  }),
);

const comment = { Comment: z.string().optional() };
const stateSchema = z.discriminatedUnion("Type", [
  z.strictObject({
    Type: z.literal("Task"),
    ...comment,
    Resource: z.string(),
    TimeoutSeconds: z.int().min(1),
    Parameters: z.strictObject({
      "data.$": z.literal("$"),
      "enteredAt.$": z.literal("$$.State.EnteredTime"),
      "retries.$": z.literal("$$.State.RetryCount"),
    }),
    ResultPath: z.string(),
    Retry: z.array(retrierSchema),
    Catch: z.tuple([catcherSchema]),
    Next: z.string(),
  }),
  z.strictObject({ Type: z.literal("Choice"), ...comment, Choices: z.array(ruleSchema), Default: z.string() }),
  z.strictObject({ Type: z.literal("Wait"), ...comment, SecondsPath: z.string(), Next: z.string() }),
  z.strictObject({ Type: z.literal("Succeed"), ...comment }),
  z.strictObject({ Type: z.literal("Fail"), ...comment, Error: z.string(), Cause: z.string() }),
]);
export const definitionSchema = z.strictObject({
  ...comment,
  QueryLanguage: z.literal("JSONPath"),
  StartAt: z.string(),
  TimeoutSeconds: z.int(),
  States: z.record(z.string(), stateSchema),
});
export type Definition = z.infer<typeof definitionSchema>;
type State = z.infer<typeof stateSchema>;

export interface ExecutionResult {
  readonly status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  readonly states: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  /** Of the Fail state that ended it. */
  readonly error: string | undefined;
  /** As AWS counts them: a wait and a choice two, a task five; retries more. */
  readonly historyEvents: number;
}

export interface RunParams {
  readonly definition: Definition;
  readonly input: Readonly<Record<string, unknown>>;
  /** By the name in `${…FunctionArn}`. Its input is `Parameters`; input and result go through JSON, as on AWS. */
  readonly task: (name: string, input: unknown) => Promise<unknown>;
  readonly clock: VirtualClock;
  /** How time passes for this execution; without it, it moves the clock by itself. */
  readonly sleep?: (seconds: number) => Promise<void>;
  /** For retries with jitter: 0 ≤ x < 1. */
  readonly random: () => number;
  /** Called before each state: other things that happen in the harness. */
  readonly before?: (state: string) => void | Promise<void>;
  /** Ends the execution from outside when it comes to this state. */
  readonly abortAt?: (state: string) => boolean;
}

class StatesRuntimeError extends Error {}

const pathOf = (path: string): string[] => {
  if (!/^\$(\.[A-Za-z]+)+$/.test(path)) throw new StatesRuntimeError(`unsupported path ${path}`);
  return path.slice(2).split(".");
};

function valueAt(path: string, data: unknown): unknown {
  return pathOf(path).reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null
        ? new Map<string, unknown>(Object.entries(value)).get(name)
        : undefined,
    data,
  );
}

function required(path: string, data: unknown): unknown {
  const value = valueAt(path, data);
  if (value === undefined) throw new StatesRuntimeError(`path ${path} is not there`);
  return value;
}

function matches(rule: Rule, data: unknown): boolean {
  if (rule.And !== undefined) return rule.And.every((part) => matches(part, data));
  if (rule.Or !== undefined) return rule.Or.some((part) => matches(part, data));
  const { Variable = "" } = rule;
  if (rule.IsPresent !== undefined) return (valueAt(Variable, data) !== undefined) === rule.IsPresent;
  const value = required(Variable, data);
  if (rule.IsNumeric !== undefined) return (typeof value === "number") === rule.IsNumeric;
  if (rule.StringEquals !== undefined) return value === rule.StringEquals;
  if (rule.NumericGreaterThanEquals !== undefined) {
    return typeof value === "number" && value >= rule.NumericGreaterThanEquals;
  }
  throw new StatesRuntimeError("a rule without a test");
}

export async function runExecution(params: RunParams): Promise<ExecutionResult> {
  const { definition, clock, before, abortAt } = params;
  const startedAt = clock.now().getTime();
  const states: string[] = [];
  let data: Record<string, unknown> = { ...params.input };
  let historyEvents = 1;
  let name = definition.StartAt;
  const end = (status: ExecutionResult["status"], error?: string): ExecutionResult => ({
    status,
    states,
    data,
    error,
    historyEvents,
  });

  for (;;) {
    await before?.(name);
    if (abortAt?.(name) === true) return end("ABORTED");
    if ((clock.now().getTime() - startedAt) / 1000 > definition.TimeoutSeconds) return end("TIMED_OUT");
    const state = definition.States[name];
    if (state === undefined) throw new Error(`no state ${name}`);
    states.push(name);
    if (states.length > 50_000) throw new Error("the execution does not end");
    try {
      switch (state.Type) {
        case "Succeed":
          return end("SUCCEEDED");
        case "Fail":
          return end("FAILED", state.Error);
        case "Wait": {
          const seconds = required(state.SecondsPath, data);
          if (typeof seconds !== "number" || !Number.isInteger(seconds) || seconds < 0) {
            throw new StatesRuntimeError(`cannot wait ${String(seconds)} seconds`);
          }
          await passed(params, seconds);
          historyEvents += 2;
          name = state.Next;
          break;
        }
        case "Choice": {
          const current = data;
          name = state.Choices.find((rule) => matches(rule, current))?.Next ?? state.Default;
          historyEvents += 2;
          break;
        }
        case "Task": {
          const done = await runTask(state, { ...params, data });
          historyEvents += done.historyEvents;
          data = { ...data, [pathOf(done.resultPath)[0] ?? ""]: done.result };
          name = done.next;
          break;
        }
      }
    } catch (error) {
      if (error instanceof StatesRuntimeError) return end("FAILED", "States.Runtime");
      throw error;
    }
  }
}

/** Time passes for the execution. */
async function passed(
  { clock, sleep }: { readonly clock: VirtualClock; readonly sleep?: RunParams["sleep"] | undefined },
  seconds: number,
): Promise<void> {
  if (sleep === undefined) clock.advance(seconds);
  else await sleep(seconds);
}

interface TaskDone {
  readonly resultPath: string;
  readonly result: unknown;
  readonly next: string;
  readonly historyEvents: number;
}

async function runTask(
  state: Extract<State, { Type: "Task" }>,
  {
    task,
    clock,
    sleep,
    random,
    data,
  }: Pick<RunParams, "task" | "clock" | "sleep" | "random"> & { readonly data: Readonly<Record<string, unknown>> },
): Promise<TaskDone> {
  const name = /^\$\{(\w+)FunctionArn\}$/.exec(state.Resource)?.[1] ?? "";
  const retried = state.Retry.map(() => 0);
  const enteredAt = clock.now().toISOString();
  let historyEvents = 5;
  for (;;) {
    try {
      const response = await task(
        name,
        JSON.parse(JSON.stringify({ data, enteredAt, retries: retried.reduce((sum, count) => sum + count, 0) })),
      );
      const payload = JSON.stringify(response ?? null);
      if (payload.length > 10_000)
        throw new Error(`the response of ${name} is not small: ${payload.length} characters`);
      return { resultPath: state.ResultPath, result: JSON.parse(payload), next: state.Next, historyEvents };
    } catch (error) {
      historyEvents += 3;
      const errorName = error instanceof Error ? error.name : "Error";
      const index = state.Retry.findIndex(
        ({ ErrorEquals }) => ErrorEquals.includes(errorName) || ErrorEquals.includes("States.ALL"),
      );
      const retrier = state.Retry[index];
      const count = retried[index] ?? 0;
      if (retrier !== undefined && count < retrier.MaxAttempts) {
        retried[index] = count + 1;
        const delay = Math.min(retrier.MaxDelaySeconds, retrier.IntervalSeconds * retrier.BackoffRate ** count);
        await passed({ clock, sleep }, retrier.JitterStrategy === "FULL" ? delay * random() : delay);
        continue;
      }
      const [catcher] = state.Catch;
      const cause = JSON.stringify({ errorMessage: error instanceof Error ? error.message : "" });
      return {
        resultPath: catcher.ResultPath,
        result: { Error: errorName, Cause: cause },
        next: catcher.Next,
        historyEvents,
      };
    }
  }
}
