/** The metrics that CloudWatch reads from a training container's stdout (contracts/metric-definitions.json). */
import document from "../../contracts/metric-definitions.json";
import type { TrainedTechniqueId } from "../../naming/resource-names";
import { techniques } from "../techniques/registry";

export interface MetricDefinition {
  readonly Name: string;
  /** A regular expression with one group, which matches the number. */
  readonly Regex: string;
}

/**
 * Returns the definitions of the technique's losses and of the metrics that every technique reports. SageMaker takes at
 * most 40 a job.
 */
export function metricDefinitionsOf(technique: TrainedTechniqueId): readonly MetricDefinition[] {
  const { Name, Regex } = document.everyLoss;
  const losses = techniques[technique].losses.map((loss) => ({
    Name: Name.replace("{loss}", loss),
    Regex: Regex.replace("{loss}", loss),
  }));
  return [...document.everyTechnique, ...losses];
}
