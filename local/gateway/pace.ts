/** The minimum pace at which a client must send its body and take its response. */
export interface Pace {
  /** Milliseconds between two checks of the progress. */
  readonly windowMilliseconds: number;
  /** Bytes that must have moved since the last check, unless everything has moved. */
  readonly minBytes: number;
}

/**
 * Watches something that moves in bytes.
 * @param moved returns the number of bytes that have moved since the beginning
 * @param onStalled called once, at the first window in which too little has moved
 * @returns a function that ends the watch
 */
export function watchPace(pace: Pace, moved: () => number, onStalled: () => void): () => void {
  let last = 0;
  let isOver = false;
  const check = (): void => {
    if (isOver) return;
    const now = moved();
    if (now - last >= pace.minBytes) {
      last = now;
      return;
    }
    stop();
    onStalled();
  };
  // Immediates run after input, so bytes that arrived while this process was busy are read before the pace is judged.
  const timer = setInterval(() => setImmediate(check), pace.windowMilliseconds);
  const stop = (): void => {
    isOver = true;
    clearInterval(timer);
  };
  return stop;
}
