/** The amount that one request holds of a stock that all requests share. */
export interface Holding {
  /** Returns true if `take` of this amount would be granted now. */
  readonly mayTake: (amount: number) => boolean;
  /** Takes this amount in addition. Returns true if it was granted. */
  readonly take: (amount: number) => boolean;
  /** Gives back all that was taken. A second call does nothing. */
  readonly release: () => void;
}

/**
 * A stock (bytes of memory, places) that many flows draw on. A flow may hold at most as much as is left free after it
 * has taken. So one flow alone gets half of the stock, two get a third each, and the next flow finds as much free as
 * the greediest one holds (dynamic thresholds: Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998).
 */
export class Shares {
  private readonly total: number;
  private readonly byFlow = new Map<string, number>();
  private held = 0;

  constructor(total: number) {
    this.total = total;
  }

  /** The amount that no flow holds. */
  get free(): number {
    return this.total - this.held;
  }

  /**
   * Begins the holding of one request, which has taken nothing yet.
   * @param flow requests of one flow share one limit
   */
  hold(flow: string): Holding {
    let taken = 0;
    // An amount of 0 is always granted: a flow that exceeds its share since other flows came may still send requests
    // without a body.
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
