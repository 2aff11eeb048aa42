import { costOf, type Rates, type Usage } from "./usage";

/** The estimated spending of a run, held against its ceiling. */
export class Spending {
  #spent = 0;

  constructor(
    private readonly rates: Rates,
    /** US dollars that the run may cost. */
    readonly ceiling: number,
  ) {}

  /** US dollars so far. */
  get spent(): number {
    return this.#spent;
  }

  add(usage: Usage): void {
    this.#spent += costOf(usage, this.rates);
  }

  /** Returns what the run will have cost after this usage, in US dollars. */
  with(usage: Usage): number {
    return this.#spent + costOf(usage, this.rates);
  }

  /** Returns true if this usage would take the run over its ceiling. */
  exceeds(usage: Usage): boolean {
    return this.with(usage) > this.ceiling;
  }
}
