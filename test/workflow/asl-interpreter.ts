/**
 * The part of the Amazon States Language (JSONPath) that our workflow uses, with virtual time. Strict on purpose: a field
 * it does not know, or a path that is not there, is an error, as States.Runtime is on AWS, which no Catch can catch.
 */
import * as z from "zod";
import type { VirtualClock } from "../fakes/clock";

const retrierSchema = z.strictObject({
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.int().min(1),
  MaxAttempts: z.int().min(0),
  BackoffRate: z.number().min(1),
  MaxDelaySeconds: z.int().min(1),
  JitterStrategy: z.enum(["FULL", "NONE"]).optional(),
});
const catcherSchema = z.strictObject({
  ErrorEquals: z.tuple([z.literal("States.ALL")]),
  ResultPath: z.string(),
  Next: z.string(),
});

export interface Rule {
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
type Retrier = z.infer<typeof retrierSchema>;

export interface ExecutionResult {
  readonly status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  readonly states: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  /** Of the Fail state that ended it, or States.Runtime. */
  readonly error: string | undefined;
  readonly cause: string | undefined;
  /** The number of events that GetExecutionHistory lists. */
  readonly historyEvents: number;
}

export interface RunParams {
  readonly definition: Definition;
  readonly input: Readonly<Record<string, unknown>>;
  /**
   * By the name in `${…FunctionArn}`. Its input is `Parameters`; input and result go through JSON, as on AWS. A task
   * that never responds throws {@link HangingTaskError}.
   */
  readonly task: (name: string, input: unknown) => Promise<unknown>;
  readonly clock: VirtualClock;
  /** How time passes for this execution; without it, it moves the clock by itself. */
  readonly sleep?: (seconds: number) => Promise<void>;
  /** For retries with jitter: 0 ≤ x < 1. */
  readonly random: () => number;
  /** Called before each state, with its input: other things that happen in the harness. */
  readonly before?: (state: string, input: unknown) => void | Promise<void>;
  /** Ends the execution from outside when it comes to this state. */
  readonly abortAt?: (state: string) => boolean;
}

/** Thrown by a task in place of a response that never comes: the task's TimeoutSeconds pass. */
export class HangingTaskError extends Error {}

class StatesRuntimeError extends Error {}
/** The machine's TimeoutSeconds have passed. */
class ExecutionTimedOutError extends Error {}

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

/** Returns whether a rule of a Choice, or a part of one, holds for the state's input. */
export function matches(rule: Rule, data: unknown): boolean {
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
  const deadline = clock.now().getTime() + definition.TimeoutSeconds * 1000;
  const states: string[] = [];
  const history: History = { events: 1 };
  let data: Record<string, unknown> = { ...params.input };
  let name = definition.StartAt;
  const end = (
    status: ExecutionResult["status"],
    more: { readonly lastEvents: number; readonly error?: string; readonly cause?: string },
  ): ExecutionResult => ({
    status,
    states,
    data,
    error: more.error,
    cause: more.cause,
    historyEvents: history.events + more.lastEvents,
  });
  const pass = async (seconds: number): Promise<void> => {
    const secondsLeft = Math.max(0, (deadline - clock.now().getTime()) / 1000);
    const slept = Math.min(seconds, secondsLeft);
    if (params.sleep === undefined) clock.advance(slept);
    else await params.sleep(slept);
    if (seconds > secondsLeft) throw new ExecutionTimedOutError();
  };

  for (;;) {
    if (clock.now().getTime() > deadline) return end("TIMED_OUT", { lastEvents: 1 });
    await before?.(name, data);
    if (abortAt?.(name) === true) return end("ABORTED", { lastEvents: 1 });
    const state = definition.States[name];
    if (state === undefined) throw new Error(`no state ${name}`);
    states.push(name);
    history.events += 1;
    if (states.length > 50_000) throw new Error("the execution does not end");
    try {
      switch (state.Type) {
        case "Succeed":
          return end("SUCCEEDED", { lastEvents: 2 });
        case "Fail":
          return end("FAILED", { lastEvents: 1, error: state.Error, cause: state.Cause });
        case "Wait": {
          const seconds = required(state.SecondsPath, data);
          if (typeof seconds !== "number" || !Number.isInteger(seconds) || seconds < 0) {
            throw new StatesRuntimeError(`cannot wait ${String(seconds)} seconds`);
          }
          await pass(seconds);
          name = state.Next;
          break;
        }
        case "Choice": {
          const current = data;
          name = state.Choices.find((rule) => matches(rule, current))?.Next ?? state.Default;
          break;
        }
        case "Task": {
          const done = await runTask(state, { ...params, data, pass, history });
          data = { ...data, [pathOf(done.resultPath)[0] ?? ""]: done.result };
          name = done.next;
          break;
        }
      }
      history.events += 1;
    } catch (error) {
      if (error instanceof ExecutionTimedOutError) return end("TIMED_OUT", { lastEvents: 1 });
      if (!(error instanceof StatesRuntimeError)) throw error;
      return end("FAILED", { lastEvents: 1, error: "States.Runtime", cause: error.message });
    }
  }
}

/** What GetExecutionHistory would list. */
interface History {
  events: number;
}

interface TaskDone {
  readonly resultPath: string;
  readonly result: unknown;
  readonly next: string;
}

/** Seconds to wait before the retry with this number, counted from 0. */
function retryDelay({ retrier, retry, random }: { retrier: Retrier; retry: number; random: () => number }): number {
  const delay = Math.min(retrier.MaxDelaySeconds, retrier.IntervalSeconds * retrier.BackoffRate ** retry);
  return retrier.JitterStrategy === "FULL" ? delay * random() : delay;
}

async function runTask(
  state: Extract<State, { Type: "Task" }>,
  {
    task,
    clock,
    pass,
    random,
    data,
    history,
  }: Pick<RunParams, "task" | "clock" | "random"> & {
    readonly data: Readonly<Record<string, unknown>>;
    /** @throws ExecutionTimedOutError */
    readonly pass: (seconds: number) => Promise<void>;
    readonly history: History;
  },
): Promise<TaskDone> {
  const name = /^\$\{(\w+)FunctionArn\}$/.exec(state.Resource)?.[1] ?? "";
  const retried = state.Retry.map(() => 0);
  const enteredAt = clock.now().toISOString();
  for (;;) {
    // Scheduled, started; then succeeded, failed or timed out.
    history.events += 2;
    let failure: { readonly Error: string; readonly Cause: string };
    try {
      const response = await task(
        name,
        JSON.parse(JSON.stringify({ data, enteredAt, retries: retried.reduce((sum, count) => sum + count, 0) })),
      );
      const payload = JSON.stringify(response ?? null);
      if (payload.length > 10_000)
        throw new Error(`the response of ${name} is not small: ${payload.length} characters`);
      history.events += 1;
      return { resultPath: state.ResultPath, result: JSON.parse(payload), next: state.Next };
    } catch (error) {
      if (error instanceof HangingTaskError) {
        await pass(state.TimeoutSeconds);
        failure = { Error: "States.Timeout", Cause: "" };
      } else failure = failureOf(error);
      history.events += 1;
    }
    const index = state.Retry.findIndex(
      ({ ErrorEquals }) => ErrorEquals.includes(failure.Error) || ErrorEquals.includes("States.ALL"),
    );
    const retrier = state.Retry[index];
    const retry = retried[index] ?? 0;
    if (retrier === undefined || retry >= retrier.MaxAttempts) {
      const [catcher] = state.Catch;
      return { resultPath: catcher.ResultPath, result: failure, next: catcher.Next };
    }
    retried[index] = retry + 1;
    await pass(retryDelay({ retrier, retry, random }));
  }
}

/** What a function's thrown error becomes: Lambda's runtime makes an object of it, whose text is the cause. */
function failureOf(error: unknown): { readonly Error: string; readonly Cause: string } {
  const errorType = error instanceof Error ? error.name : "Error";
  const errorMessage = error instanceof Error ? error.message : "";
  return { Error: errorType, Cause: JSON.stringify({ errorType, errorMessage }) };
}
