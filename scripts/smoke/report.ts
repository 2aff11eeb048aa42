/** What a run has come to. */
import type { Stage } from "../../naming/resource-names";
import { prices, pricesFile } from "../operators/prices";
import { cleanUpCommand } from "./advice";
import type { Left } from "./delete";
import { formatUsd, type StepResult } from "./step";

export interface SmokeReport {
  readonly passed: boolean;
  readonly canceled: boolean;
  readonly steps: readonly StepResult[];
  readonly seconds: number;
  /** The estimate in US dollars. */
  readonly costUsd: number;
  /** What could not be deleted. */
  readonly left: readonly Left[];
}

/** Returns the last lines of a run: the result, the time, the cost beside its ceiling, and what is left. */
export function describeReport(
  { passed, canceled, steps, seconds, costUsd, left }: SmokeReport,
  params: { readonly ceiling: number; readonly cleanUp: boolean; readonly stage: Stage; readonly region: string },
): string {
  const { ceiling, cleanUp, stage, region } = params;
  const count = (wanted: string): number => steps.filter(({ result }) => result === wanted).length;
  const result = passed
    ? cleanUp
      ? "Everything is deleted"
      : "Everything works"
    : canceled
      ? "Canceled"
      : `Not everything ${cleanUp ? "is deleted" : "works"}: ${count("failed")} failed, ${count("skipped")} not tried`;
  const elsewhere = region === prices.region ? "" : ` Prices in ${region} are others.`;
  return [
    `${result}. ${count("passed")} steps passed, ${seconds.toFixed(0)} s, estimated cost ${formatUsd(costUsd)} of ${formatUsd(ceiling)} (--max-cost).`,
    `The estimate is from ${pricesFile}: list prices of ${prices.region}, ${prices.asOf}.${elsewhere}`,
    ...(left.length === 0
      ? []
      : [
          `Left: ${left.map(({ kind, name, id }) => `${kind} "${name}" (${id})`).join(", ")}. Delete it: ${cleanUpCommand(stage)}`,
        ]),
  ].join("\n");
}
