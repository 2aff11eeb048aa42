/** Writes logs as JSON, one line for each event. They contain no request bodies, tokens or presigned URLs. */
import { Logger } from "@aws-lambda-powertools/logger";

export type LogDetails = Readonly<Record<string, unknown>>;

/** The log that operations receive. Tests pass one that collects the lines. */
export interface Log {
  debug(message: string, details?: LogDetails): void;
  info(message: string, details?: LogDetails): void;
  warn(message: string, details?: LogDetails): void;
  error(message: string, details?: LogDetails): void;
}

/**
 * Creates the logger of a function. Service and level come from the POWERTOOLS_ variables.
 * @param component - the function, for example `workflow/acquire-slot`, which every line names
 */
export function createLogger(component: string): Logger {
  return new Logger({ persistentKeys: { component } });
}

/** Returns the narrow port over a Powertools logger. */
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
