import { messageOf } from "./progress";

/**
 * Work that runs beside the steps of a start. Only its disposal waits for it, until it has seen the signal and ended.
 */
export interface BackgroundWork extends AsyncDisposable {
  /** Resolves to true if the work went well, else to false. It never rejects. */
  readonly succeeded: Promise<boolean>;
}

/**
 * Starts work beside the steps. A failure is printed and ends nothing else; after the signal it does not count as one.
 */
export function startInBackground(params: {
  readonly work: () => Promise<void>;
  readonly warn: (line: string) => void;
  readonly signal: AbortSignal;
}): BackgroundWork {
  const { work, warn, signal } = params;
  const succeeded = work().then(
    () => true,
    (problem: unknown) => {
      if (!signal.aborted) warn(messageOf(problem));
      return false;
    },
  );
  return {
    succeeded,
    [Symbol.asyncDispose]: async () => {
      await succeeded;
    },
  };
}
