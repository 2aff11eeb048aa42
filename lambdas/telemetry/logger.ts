/** JSON logs, one line an event. No request bodies, no tokens, no presigned URLs in them. */
import { Logger } from "@aws-lambda-powertools/logger";

export type LogDetails = Readonly<Record<string, unknown>>;

/** What operations are given: tests pass one that collects. */
export interface Log {
  debug(message: string, details?: LogDetails): void;
  info(message: string, details?: LogDetails): void;
  warn(message: string, details?: LogDetails): void;
  error(message: string, details?: LogDetails): void;
}

/**
 * Service and level come from the POWERTOOLS_ variables.
 * @param component - the function, for example `workflow/acquire-slot`; it stands in every line
 */
export function createLogger(component: string): Logger {
  return new Logger({ persistentKeys: { component } });
}

/** The narrow port over a Powertools logger. */
export function logTo(logger: Logger): Log {
  return {
    debug: (message, details = {}) => {
      logger.debug(message, { ...details });
    },
    info: (message, details = {}) => {
      logger.info(message, { ...details });
    },
    warn: (message, details = {}) => {
      logger.warn(message, { ...details });
    },
    error: (message, details = {}) => {
      logger.error(message, { ...details });
    },
  };
}
