/** The steps of a run: each has a result, its seconds and its cost, and is told in one line. */
import type { Clock } from "../../client/retry";
import type { Stage } from "../../naming/resource-names";
import { marks } from "../operators/marks";
import { adviceOn } from "./advice";
import { RequestRefused } from "./requests";
import type { Spending } from "./spending";

/** What a step has come to, for a person's line and for the report of `--json`. */
export interface StepResult {
  readonly step: string;
  /** `skipped`: the step needs something that an earlier step did not give. */
  readonly result: "passed" | "failed" | "skipped";
  readonly seconds: number;
  /** The estimate in US dollars. */
  readonly costUsd: number;
  /** What was seen, or what is wrong. */
  readonly found: string;
  /** The request that was refused, with the problem; present where one was. */
  readonly refused?: { readonly request: string; readonly status: number; readonly code: string };
  /** What to do next; present where something is wrong. */
  readonly toDo?: string;
}

/** What a step gives to later ones, and the sentence that says what was seen. */
export interface Found<Value> {
  readonly found: string;
  readonly value: Value;
}

/** The error for a step that found something wrong in what the API gave. */
export class StepFailed extends Error {
  override readonly name = "StepFailed";

  constructor(
    /** The code of a failure, or a word of {@link adviceOn}. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const markOf = { passed: marks.right, failed: marks.wrong, skipped: marks.skipped } as const;

/** Returns US dollars as text, with the digits that a small amount needs. */
export const formatUsd = (usd: number): string => `$${usd.toFixed(usd < 0.01 ? 5 : 3)}`;

/** Returns the step in one line; what to do stands under it. */
export function describeStep({ step, result, seconds, costUsd, found, toDo }: StepResult): string {
  const amounts = result === "skipped" ? "" : ` (${seconds.toFixed(1)} s, ${formatUsd(costUsd)})`;
  return `${markOf[result]} ${step}${amounts}: ${found}${toDo === undefined ? "" : `\n    ${toDo}`}`;
}

export interface StepsParams {
  readonly stage: Stage;
  readonly spending: Spending;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Gets each line. */
  readonly tell: (line: string) => void;
}

/** Runs steps one after the other and keeps their results. */
export class Steps {
  readonly #results: StepResult[] = [];

  constructor(private readonly params: StepsParams) {}

  get results(): readonly StepResult[] {
    return this.#results;
  }

  /** Returns true if a step has failed or could not be tried. */
  get hasFailed(): boolean {
    return this.#results.some(({ result }) => result !== "passed");
  }

  /**
   * Runs a step.
   *
   * @param needs what earlier steps gave, by name; where one is undefined, the step is skipped
   * @param work gets what was needed, and returns what later steps need with the sentence that says what was seen
   * @returns the value of `work`; undefined if the step failed or was skipped
   * @throws the signal's reason if the run is canceled
   */
  async run<Needs extends Readonly<Record<string, unknown>>, Value>(
    step: string,
    needs: Needs,
    work: (needs: {
      readonly [Name in keyof Needs]: NonNullable<Needs[Name]>;
    }) => Promise<Found<Value>>,
  ): Promise<Value | undefined> {
    const { spending, clock, signal } = this.params;
    signal.throwIfAborted();
    const missing = Object.entries(needs).filter(([, value]) => value === undefined);
    if (!hasAll(needs)) {
      const found = `not tried, because there is no ${missing.map(([name]) => name).join(" and no ")}`;
      this.#keep({ step, result: "skipped", seconds: 0, costUsd: 0, found });
      return undefined;
    }
    const begun = clock.now();
    const before = spending.spent;
    const amounts = (): Pick<StepResult, "seconds" | "costUsd"> => ({
      seconds: (clock.now() - begun) / 1000,
      costUsd: spending.spent - before,
    });
    try {
      const { found, value } = await work(needs);
      this.#keep({ step, result: "passed", ...amounts(), found });
      return value;
    } catch (error) {
      this.#keep({ step, result: "failed", ...amounts(), ...this.#describe(error) });
      signal.throwIfAborted();
      return undefined;
    }
  }

  #describe(error: unknown): Pick<StepResult, "found" | "refused" | "toDo"> {
    const { stage, signal } = this.params;
    if (signal.aborted) return { found: "canceled" };
    if (error instanceof RequestRefused) {
      const { status, code } = error.problem;
      return {
        found: error.message,
        refused: { request: error.request, status, code },
        toDo: adviceOn({ code, status }, stage),
      };
    }
    if (error instanceof StepFailed) return { found: error.message, toDo: adviceOn({ code: error.code }, stage) };
    // Whatever it was, the other steps are of use, and what was made has to be deleted.
    return { found: error instanceof Error ? error.message : String(error) };
  }

  #keep(result: StepResult): void {
    this.#results.push(result);
    this.params.tell(describeStep(result));
  }
}

function hasAll<Needs extends Readonly<Record<string, unknown>>>(
  needs: Needs,
): needs is Needs & { readonly [Name in keyof Needs]: NonNullable<Needs[Name]> } {
  return Object.values(needs).every((value) => value !== undefined);
}
