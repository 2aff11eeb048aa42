/** What one request holds of a stock that all requests share. */
export interface Holding {
  /** Whether `take` of so much would be granted now. */
  readonly mayTake: (amount: number) => boolean;
  /** Takes so much more. @returns whether it was granted */
  readonly take: (amount: number) => boolean;
  /** Gives back all that was taken. Calling it twice does nothing more. */
  readonly release: () => void;
}

/**
 * A stock (bytes of memory, places) that many flows draw on. A flow may hold as much as is left free after it has
 * taken, and no more. So one flow alone gets half of the stock, two get a third each, and whoever comes next finds as
 * much free as the greediest holds (dynamic thresholds: Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2),
 * 1998).
 */
export class Shares {
  private readonly total: number;
  private readonly byFlow = new Map<string, number>();
  private held = 0;

  constructor(total: number) {
    this.total = total;
  }

  /** What no flow holds. */
  get free(): number {
    return this.total - this.held;
  }

  /** @param flow requests of one flow share one limit */
  hold(flow: string): Holding {
    let taken = 0;
    // Nothing may always be taken: a flow that is over its share since others came still asks for what has no body.
    const mayTake = (amount: number): boolean =>
      amount === 0 || (this.byFlow.get(flow) ?? 0) + amount <= this.free - amount;
    return {
      mayTake,
      take: (amount) => {
        if (!mayTake(amount)) return false;
        taken += amount;
        this.add(flow, amount);
        return true;
      },
      release: () => {
        this.add(flow, -taken);
        taken = 0;
      },
    };
  }

  private add(flow: string, amount: number): void {
    this.held += amount;
    const after = (this.byFlow.get(flow) ?? 0) + amount;
    if (after === 0) this.byFlow.delete(flow);
    else this.byFlow.set(flow, after);
  }
}
