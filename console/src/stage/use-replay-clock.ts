import { useEffect } from "react";

export interface ReplayClockParams {
  readonly isRunning: boolean;
  /** 1 forward, -1 back. */
  readonly direction: 1 | -1;
  readonly length: number;
  readonly position: () => number;
  readonly onPosition: (position: number) => void;
  readonly onEnd: () => void;
  /** The positions between which it steps; without them it runs. */
  readonly stops: readonly number[] | undefined;
}

/** A replay of the whole takes so many seconds, however many edits it has. */
const secondsOfReplay = 12;
/** Seconds between two steps, where nothing may move. */
const secondsPerStop = 1;

/** Moves a replay on with time, until its end. */
export function useReplayClock(params: ReplayClockParams): void {
  const { isRunning, direction, length, position, onPosition, onEnd, stops } = params;
  useEffect(() => {
    if (!isRunning) return undefined;
    const move = (to: number): boolean => {
      const at = Math.max(0, Math.min(length, to));
      onPosition(at);
      const isAtEnd = direction === 1 ? at >= length : at <= 0;
      if (isAtEnd) onEnd();
      return !isAtEnd;
    };
    if (stops !== undefined) {
      const timer = setInterval(() => {
        const now = position();
        const next = direction === 1 ? stops.find((stop) => stop > now) : stops.findLast((stop) => stop < now);
        move(next ?? (direction === 1 ? length : 0));
      }, secondsPerStop * 1000);
      return () => {
        clearInterval(timer);
      };
    }
    let frame = 0;
    let last = performance.now();
    let exact = position();
    const run = (now: number): void => {
      exact += (direction * (now - last) * length) / (secondsOfReplay * 1000);
      last = now;
      if (move(exact)) frame = requestAnimationFrame(run);
    };
    frame = requestAnimationFrame(run);
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [direction, isRunning, length, onEnd, onPosition, position, stops]);
}
