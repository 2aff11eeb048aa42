import type { VirtualClock } from "./clock";

/**
 * Lets many sleepers share one virtual clock. When nobody is at work, the time jumps to the instant at which the next
 * sleeper wakes.
 */
export class VirtualTime {
  private readonly sleeping: { readonly at: number; readonly wake: () => void }[] = [];

  constructor(private readonly clock: VirtualClock) {}

  readonly sleep = async (seconds: number): Promise<void> => {
    const at = this.clock.now().getTime() + seconds * 1000;
    await new Promise<void>((wake) => this.sleeping.push({ at, wake }));
  };

  /** Lets time pass until `done` returns true, or until nobody sleeps any more. */
  async pass(done: () => boolean): Promise<void> {
    for (;;) {
      // Whoever is awake works in promises alone, which all settle before the next turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      if (done()) return;
      const next = this.sleeping.reduce<(typeof this.sleeping)[number] | undefined>(
        (first, other) => (first === undefined || other.at < first.at ? other : first),
        undefined,
      );
      if (next === undefined) return;
      this.sleeping.splice(this.sleeping.indexOf(next), 1);
      this.clock.advance((next.at - this.clock.now().getTime()) / 1000);
      next.wake();
    }
  }
}
