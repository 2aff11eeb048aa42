import { messageOf } from "./progress";

/** Work that nothing waits for but the end: its disposal waits until it has seen the signal. */
export interface BackgroundWork extends AsyncDisposable {
  /** Whether it went well. Never rejects. */
  readonly succeeded: Promise<boolean>;
}

/** Starts work beside the steps. A failure is said and ends nothing else; after the signal it is no failure. */
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
