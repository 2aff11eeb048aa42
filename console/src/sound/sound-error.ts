/** The error for sound that does not begin. The message says what to do, in sentences for the user. */
export class SoundError extends Error {
  override readonly name = "SoundError";
}

/**
 * Waits for a promise, but not longer than some seconds. The decoder of sounds never settles where the browser may not
 * start it, so every start has an end.
 * @throws SoundError with the message when the time is over
 */
export async function within<Value>(seconds: number, work: Promise<Value>, message: string): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new SoundError(message));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
