/** The lines that a start prints, each with the seconds since the start began. */
export interface Progress {
  /** Prints a line about a step on standard output, whose last line is the path of the MIDI file. */
  readonly report: (line: string) => void;
  /** Prints a line that comes beside or after the steps on standard error. */
  readonly warn: (line: string) => void;
  /**
   * Runs a step and prints how long it took. If the step's result is a string, it is printed behind the time.
   * @throws Error with the step's name before the reason
   */
  readonly step: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;
}

/** Milliseconds between two lines of a step that goes on. */
const signOfLifeMilliseconds = 30_000;

/** Starts the clock and returns the functions that print lines. */
export function startProgress(): Progress {
  const started = Date.now();
  const stamped = (line: string): string => `[${secondsSince(started).padStart(7)}] ${line}`;
  const report = (line: string): void => {
    console.log(stamped(line));
  };
  return {
    report,
    warn: (line) => {
      console.error(stamped(line));
    },
    step: async (name, work) => {
      const began = Date.now();
      // On a slow machine a step takes minutes, and silence looks like a hang.
      const signOfLife = setInterval(() => {
        report(`${name}: still at work after ${secondsSince(began)}`);
      }, signOfLifeMilliseconds);
      try {
        const result = await work();
        report(`${name}: ${secondsSince(began)}${typeof result === "string" ? ` (${result})` : ""}`);
        return result;
      } catch (error) {
        throw new Error(`${name}: ${messageOf(error)}`, { cause: error });
      } finally {
        clearInterval(signOfLife);
      }
    },
  };
}

/** Returns the time since `time` (epoch milliseconds) in seconds, for a line of progress. */
export function secondsSince(time: number): string {
  return `${((Date.now() - time) / 1000).toFixed(1)} s`;
}

/** Returns the message of anything that may be thrown. */
export function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
