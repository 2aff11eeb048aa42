/** A step of the workflow that keeps failing gives up after some minutes, and says so as data. */
import * as z from "zod";
import type { Log } from "../telemetry/logger";

/** What the definition hands to every step: `Parameters` in stepfunctions/training-workflow.asl.json. */
const taskSchema = z.object({
  /** The execution's data: its input, and what the steps before this one said. */
  data: z.unknown(),
  /** When the execution came to this state. It stays the same while the state is tried again. */
  enteredAt: z.iso.datetime({ offset: true }),
  /** How often it has been tried before. */
  retries: z.int().min(0),
});

/** However much time has passed: a machine may have slept meanwhile. */
const minRetries = 2;

export interface GaveUp {
  readonly outcome: "GAVE_UP";
}

/**
 * Runs a step. What it throws is thrown on, and the workflow tries again, until the state has been tried for longer than
 * its patience. Tries alone could not bound this: each of them may take as long as the calls that it waits for.
 * @throws what the step throws, while there is patience left
 */
export async function patientStep<Response>(params: {
  /** Hostile until it is parsed. */
  readonly event: unknown;
  readonly patienceSeconds: number;
  readonly now: () => Date;
  readonly log: Log;
  readonly run: (data: unknown) => Promise<Response>;
}): Promise<Response | GaveUp> {
  const { event, patienceSeconds, now, log, run } = params;
  const { data, enteredAt, retries } = taskSchema.parse(event);
  try {
    return await run(data);
  } catch (error) {
    const hasPatience = now().getTime() - Date.parse(enteredAt) < patienceSeconds * 1000 || retries < minRetries;
    if (hasPatience) throw error;
    log.error("the step gives up", { enteredAt, patienceSeconds, retries, reason: String(error) });
    return { outcome: "GAVE_UP" };
  }
}
