/** Runs scripts on moto's Step Functions engine (moto_engine.py beside this file). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { environmentPython } from "../../../tools/python/environments";
import { jitter, payloadOf, type Script, startsAt, type Trace, type Visit } from "./script";

const json = z.string().transform((value): unknown => JSON.parse(value));
const errorSchema = z.object({ error: z.string(), cause: z.string().optional() });
const eventSchema = z.object({
  type: z.string(),
  timestamp: z.string(),
  stateEnteredEventDetails: z.object({ name: z.string(), input: json }).optional(),
  lambdaFunctionScheduledEventDetails: z
    .object({
      resource: z.string(),
      input: json.pipe(z.strictObject({ data: z.unknown(), enteredAt: z.string(), retries: z.int() })),
    })
    .optional(),
  lambdaFunctionFailedEventDetails: errorSchema.optional(),
  lambdaFunctionTimedOutEventDetails: errorSchema.optional(),
});
const lineSchema = z.strictObject({
  execution: z.strictObject({
    status: z.string(),
    output: z.unknown(),
    error: z.string().nullable(),
    cause: z.string().nullable(),
  }),
  events: z.array(eventSchema),
});

/**
 * Returns what moto does with each script.
 * @param definition - the definition's text, with its substitutions
 * @throws Error with what the program wrote, if it fails
 */
export async function motoTraces(definition: string, scripts: readonly Script[]): Promise<readonly Trace[]> {
  const python = environmentPython("second-engine");
  if (!existsSync(python)) throw new Error(".venv/second-engine is not there: npm run pretest makes it");
  const engine = spawn(python, [join(__dirname, "moto_engine.py")]);
  const written = Promise.all([text(engine.stdout), text(engine.stderr), once(engine, "exit")]);
  engine.stdin.end(JSON.stringify({ definition: withFunctions(definition), startsAt, jitter, scripts }));
  const [lines, errors, [code]] = await written;
  if (code !== 0) throw new Error(`moto_engine.py ended with ${String(code)}: ${errors}`);
  return lines.trimEnd().split("\n").map(traceOfLine);
}

/** Returns the definition with a version's ARN for each function, as a deploy would put it in. */
function withFunctions(definition: string): string {
  return definition.replace(/\$\{(\w+)FunctionArn\}/g, "arn:aws:lambda:eu-west-1:123456789012:function:$1:1");
}

function traceOfLine(line: string): Trace {
  const { execution, events } = lineSchema.parse(JSON.parse(line));
  const visits: (Visit & { readonly calls: Visit["calls"][number][] })[] = [];
  for (const event of events) {
    const at = Date.parse(event.timestamp);
    const calls = visits.at(-1)?.calls ?? [];
    const entered = event.stateEnteredEventDetails;
    if (entered !== undefined) visits.push({ state: entered.name, at, input: entered.input, calls: [] });
    const scheduled = event.lambdaFunctionScheduledEventDetails;
    if (scheduled !== undefined) {
      const [, step = ""] = /:function:(\w+):1$/.exec(scheduled.resource) ?? [];
      calls.push({ at, step, ...payloadOf(scheduled.input), error: undefined });
    }
    const failed = event.lambdaFunctionFailedEventDetails ?? event.lambdaFunctionTimedOutEventDetails;
    const last = failed === undefined ? undefined : calls.pop();
    if (failed !== undefined && last !== undefined) calls.push({ ...last, error: failed.error });
  }
  const { status, output } = execution;
  const error = execution.error ?? undefined;
  return {
    visits,
    status,
    output: output ?? undefined,
    error,
    cause: error === "States.Runtime" ? undefined : (execution.cause ?? undefined),
    historyEvents: status === "TIMED_OUT" ? undefined : events.length,
  };
}
