/** Runs a script on the interpreter of these tests. */
import * as z from "zod";
import { VirtualClock } from "../../fakes/clock";
import { type Definition, HangingTaskError, runExecution } from "../asl-interpreter";
import { afterTheScript, jitter, payloadOf, type Reply, type Script, startsAt, type Trace, type Visit } from "./script";

const payloadSchema = z.strictObject({ data: z.unknown(), enteredAt: z.string(), retries: z.int() });

/** Returns what the interpreter does with the script. */
export async function interpreterTrace(definition: Definition, script: Script): Promise<Trace> {
  const left = [...script.replies];
  return await interpreterTraceOf({ definition, input: script.input, reply: () => left.shift() ?? afterTheScript });
}

/** Returns what the interpreter does if functions reply so. */
export async function interpreterTraceOf({
  definition,
  input,
  reply,
}: {
  readonly definition: Definition;
  readonly input: Script["input"];
  readonly reply: (step: string) => Reply;
}): Promise<Trace> {
  const clock = new VirtualClock(startsAt);
  const at = (): number => clock.now().getTime();
  const visits: (Visit & { readonly calls: Visit["calls"][number][] })[] = [];
  const result = await runExecution({
    definition,
    input,
    clock,
    random: () => jitter,
    before: (state, data) => {
      visits.push({ state, at: at(), input: data, calls: [] });
    },
    task: async (step, payload) => {
      const replied = reply(step);
      const error = "throws" in replied ? replied.throws : "hangs" in replied ? "States.Timeout" : undefined;
      visits.at(-1)?.calls.push({ at: at(), step, ...payloadOf(payloadSchema.parse(payload)), error });
      if ("returns" in replied) return replied.returns;
      if ("hangs" in replied) throw new HangingTaskError();
      throw Object.assign(new Error(replied.message), { name: replied.throws });
    },
  });
  const { status, data, error, cause, historyEvents } = result;
  return {
    visits,
    status,
    output: status === "SUCCEEDED" ? data : undefined,
    error,
    cause: error === "States.Runtime" ? undefined : cause,
    historyEvents: status === "TIMED_OUT" ? undefined : historyEvents,
  };
}
