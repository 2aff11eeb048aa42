/** What the functions of one execution reply, and what an engine did with it: the same for both engines. */
export type Reply =
  { readonly returns: unknown } | { readonly throws: string; readonly message: string } | { readonly hangs: true };

/** One execution: its input, and the replies of its functions in the order in which they are called. */
export interface Script {
  readonly input: Readonly<Record<string, unknown>>;
  readonly replies: readonly Reply[];
}

/** What a function replies once the script's replies are used up. No Choice knows this outcome, so the execution ends. */
export const afterTheScript: Reply = { returns: { outcome: "SCRIPT_ENDED" } };

/** The virtual instant at which every execution starts. */
export const startsAt = "2026-01-01T00:00:00.000Z";

/** The part of its delay that a retry with full jitter waits here. */
export const jitter = 0.5;

/** One call of a function. */
interface Invocation {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly step: string;
  readonly data: unknown;
  /** Epoch milliseconds. */
  readonly enteredAt: number;
  readonly retries: unknown;
  /** The name of the error that it threw. */
  readonly error: string | undefined;
}

/** One stay in a state. */
export interface Visit {
  readonly state: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly input: unknown;
  readonly calls: readonly Invocation[];
}

/** What an engine did with a script. */
export interface Trace {
  readonly visits: readonly Visit[];
  readonly status: string;
  /** Of an execution that succeeded. */
  readonly output: unknown;
  /** Of an execution that failed. */
  readonly error: string | undefined;
  /** Of a Fail state. Of States.Runtime each engine has words of its own, which are left out. */
  readonly cause: string | undefined;
  /** Left out if the machine timed out: of a function that hangs then, moto still writes that it timed out. */
  readonly historyEvents: number | undefined;
}

/** Returns the input of a call as far as the definition makes it. */
export function payloadOf(payload: {
  readonly data: unknown;
  readonly enteredAt: string;
  readonly retries: unknown;
}): Pick<Invocation, "data" | "enteredAt" | "retries"> {
  // The engines write the same instant as "Z" and as "+00:00".
  return { data: payload.data, enteredAt: Date.parse(payload.enteredAt), retries: payload.retries };
}
