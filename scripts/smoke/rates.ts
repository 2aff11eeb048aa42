/** Gives what the units of a run cost on a stage. */
import type { EndpointConfig, StageConfig } from "../../lib/config/stage-config";
import { type Prices, pricesFile } from "../operators/prices";
import type { Rates } from "./usage";

/** What of a stage's settings decides what a run costs. */
export interface PricedSettings {
  readonly training: Pick<StageConfig["training"], "instanceType">;
  readonly endpoints?: Readonly<Record<string, EndpointConfig>> | undefined;
}

/**
 * Returns the GB of memory that a second of the stage's largest serverless endpoint is charged for. An endpoint that
 * runs all the time costs the same whether or not somebody composes, so it counts as nothing.
 */
function endpointGb(endpoints: PricedSettings["endpoints"]): number {
  const gigabytes = Object.values(endpoints ?? {}).map((endpoint) =>
    endpoint.kind === "serverless" ? endpoint.memoryMb / 1024 : 0,
  );
  return Math.max(0, ...gigabytes);
}

/**
 * Returns the price of one unit of each kind of usage on a stage.
 *
 * @throws Error if the list has no price for the stage's training instance
 */
export function ratesOf(list: Prices, { training, endpoints }: PricedSettings): Rates {
  const hour = list.trainingInstanceHour[training.instanceType];
  if (hour === undefined) {
    throw new Error(
      `${pricesFile} has no price for training on ${training.instanceType}; it has ${Object.keys(list.trainingInstanceHour).join(", ")}. Without one nobody knows what a training costs: add it.`,
    );
  }
  const { perUnit } = list;
  return {
    apiRequests: perUnit.apiRequest,
    functionCalls: perUnit.functionCall,
    functionGbSeconds: perUnit.functionGbSecond,
    tableReads: perUnit.tableRead,
    tableWrites: perUnit.tableWrite,
    objectReads: perUnit.objectRead,
    objectWrites: perUnit.objectWrite,
    queueRequests: perUnit.queueRequest,
    workflowTransitions: perUnit.workflowTransition,
    endpointSeconds: perUnit.serverlessEndpointGbSecond * endpointGb(endpoints),
    trainingSeconds: hour / 3600,
  };
}
