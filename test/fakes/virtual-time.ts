import type { VirtualClock } from "./clock";

/** Lets many that sleep share one virtual clock: time goes on to the next who wakes when nobody is at work. */
export class VirtualTime {
  private readonly sleeping: { readonly at: number; readonly wake: () => void }[] = [];

  constructor(private readonly clock: VirtualClock) {}

  readonly sleep = async (seconds: number): Promise<void> => {
    const at = this.clock.now().getTime() + seconds * 1000;
    await new Promise<void>((wake) => this.sleeping.push({ at, wake }));
  };

  /** Until `done`, or until nobody sleeps any more. */
  async pass(done: () => boolean): Promise<void> {
    for (;;) {
      // Whatever is awake works in promises alone, which are all done before the next turn of the event loop.
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
