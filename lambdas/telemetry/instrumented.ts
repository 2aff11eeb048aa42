/** Wraps every function that is not behind the API. It provides logs and metrics, and swallows no error. */
import type { Context } from "aws-lambda";
import { marginMilliseconds } from "../../naming/time-limits";
import { withCallDeadline } from "../aws/call-deadline";
import { createLogger, type Log, logTo } from "./logger";
import { createMetrics, type MetricRecorder } from "./metrics";

export interface Telemetry {
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

export type Handler<Response> = (event: unknown, context: Context) => Promise<Response>;

/**
 * Returns the handler of a function.
 * @param component - for example `workflow/acquire-slot`
 * @param run - gets the event as it came, which must not be trusted until it is parsed
 */
export function instrumented<Response>(
  component: string,
  run: (event: unknown, telemetry: Telemetry, context: Context) => Promise<Response>,
): Handler<Response> {
  const logger = createLogger(component);
  const metrics = createMetrics();
  return async (event, context) => {
    logger.addContext(context);
    try {
      const callsEndAt = Date.now() + context.getRemainingTimeInMillis() - marginMilliseconds.background;
      return await withCallDeadline(callsEndAt, async () => await run(event, { log: logTo(logger), metrics }, context));
    } catch (error) {
      logger.error("failed", error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      metrics.publish();
    }
  };
}
