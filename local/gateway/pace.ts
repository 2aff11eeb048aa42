/** How fast a client must at least send its body, and take its response. */
export interface Pace {
  /** Progress is looked at each time after so long. */
  readonly windowMilliseconds: number;
  /** What must have moved since the last look, unless all is done. */
  readonly minBytes: number;
}

/**
 * Watches something that moves in bytes.
 *
 * @param moved how many bytes have moved since the beginning
 * @param onStalled called once, at the first window in which too little moved
 * @returns ends the watch
 */
export function watchPace(pace: Pace, moved: () => number, onStalled: () => void): () => void {
  let last = 0;
  let isOver = false;
  const look = (): void => {
    if (isOver) return;
    const now = moved();
    if (now - last >= pace.minBytes) {
      last = now;
      return;
    }
    stop();
    onStalled();
  };
  // What has arrived while this process was busy is read before it is judged: immediates run after input.
  const timer = setInterval(() => setImmediate(look), pace.windowMilliseconds);
  const stop = (): void => {
    isOver = true;
    clearInterval(timer);
  };
  return stop;
}
