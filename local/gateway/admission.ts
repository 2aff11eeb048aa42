/** Gives a place back. A second call does nothing. */
export type Leave = () => void;

export interface AdmissionParams {
  /** The number of requests that are admitted at the same time. */
  readonly atOnce: number;
  /**
   * The number of requests that may wait. A flow may have as many waiting requests as there are places left; one more
   * is refused at once.
   */
  readonly maxWaiting: number;
  /** Milliseconds after which a waiting request is refused. */
  readonly maxWaitMilliseconds: number;
}

interface Waiting {
  readonly settle: (leave: Leave | undefined) => void;
}

/**
 * Admits a limited number of requests at once and makes the others wait, in one queue for each flow. A free place goes
 * to the flows in turn, and within a flow to the first request, so that a client that sends hundreds of requests delays
 * only its own.
 */
export class Admission {
  private readonly params: AdmissionParams;
  /**
   * The waiting requests of each flow, in the order of the flows' turns: the first key is the next flow. No queue is
   * empty.
   */
  private readonly flows = new Map<string, Waiting[]>();
  private inside = 0;
  private waiting = 0;

  constructor(params: AdmissionParams) {
    this.params = params;
  }

  /**
   * Waits for a place.
   * @param flow requests of one flow wait for each other
   * @param signal gives up waiting
   * @returns a function that gives the place back, or undefined where the request is refused or given up
   */
  async enter(flow: string, signal: AbortSignal): Promise<Leave | undefined> {
    if (signal.aborted) return undefined;
    if (this.inside < this.params.atOnce) return this.admit();
    const queued = this.flows.get(flow)?.length ?? 0;
    if (queued >= this.params.maxWaiting - this.waiting) return undefined;
    return await new Promise((resolve) => {
      const giveUp = (): void => {
        this.remove(flow, waiting);
        waiting.settle(undefined);
      };
      const timer = setTimeout(giveUp, this.params.maxWaitMilliseconds);
      const waiting: Waiting = {
        settle: (leave) => {
          clearTimeout(timer);
          signal.removeEventListener("abort", giveUp);
          resolve(leave);
        },
      };
      signal.addEventListener("abort", giveUp, { once: true });
      const queue = this.flows.get(flow);
      if (queue === undefined) this.flows.set(flow, [waiting]);
      else queue.push(waiting);
      this.waiting += 1;
    });
  }

  private admit(): Leave {
    this.inside += 1;
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.inside -= 1;
      this.admitNext();
    };
  }

  private admitNext(): void {
    const next = this.flows.entries().next();
    if (next.done === true) return;
    const [flow, queue] = next.value;
    const first = queue.shift();
    // The flow has had its turn and goes behind all others.
    this.flows.delete(flow);
    if (queue.length > 0) this.flows.set(flow, queue);
    if (first === undefined) return;
    this.waiting -= 1;
    first.settle(this.admit());
  }

  private remove(flow: string, waiting: Waiting): void {
    const queue = this.flows.get(flow);
    const index = queue?.indexOf(waiting) ?? -1;
    if (queue === undefined || index < 0) return;
    queue.splice(index, 1);
    this.waiting -= 1;
    if (queue.length === 0) this.flows.delete(flow);
  }
}
