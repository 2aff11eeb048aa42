/** Ends the retries of a workflow step that keeps failing: after some minutes it gives up, and returns that as data. */
import * as z from "zod";
import type { Log } from "../telemetry/logger";

/**
 * The input that the workflow's definition hands to every step: `Parameters` in
 * stepfunctions/training-workflow.asl.json.
 */
const taskSchema = z.object({
  /** The execution's data: its input, and the results of the steps before this one. */
  data: z.unknown(),
  /** The instant at which the execution came to this state. It stays the same while the state is tried again. */
  enteredAt: z.iso.datetime({ offset: true }),
  /** The number of earlier tries of this state. */
  retries: z.int().min(0),
});

/** The number of retries that a step gets in any case: time may have passed because the machine slept. */
const minRetries = 2;

/** The result of a step that is not tried any more. */
export interface GaveUp {
  readonly outcome: "GAVE_UP";
}

/**
 * Runs a step. If it throws, the error is thrown on and the workflow tries again, until the state has been tried for
 * longer than its patience. The number of tries alone could not limit this, because each may take as long as the calls
 * that it waits for.
 * @throws what the step throws, while there is patience left
 */
export async function patientStep<Response>(params: {
  /** The event, which must not be trusted until it is parsed. */
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
