/** What CloudWatch reads from a training container's stdout: contracts/metric-definitions.json. */
import document from "../../contracts/metric-definitions.json";
import type { TechniqueId } from "../../naming/resource-names";
import { techniques } from "../techniques/registry";

export interface MetricDefinition {
  readonly Name: string;
  /** One group: the number. */
  readonly Regex: string;
}

/** The technique's losses and what every technique reports; SageMaker takes at most 40 a job. */
export function metricDefinitionsOf(technique: TechniqueId): readonly MetricDefinition[] {
  const { Name, Regex } = document.everyLoss;
  const losses = techniques[technique].losses.map((loss) => ({
    Name: Name.replace("{loss}", loss),
    Regex: Regex.replace("{loss}", loss),
  }));
  return [...document.everyTechnique, ...losses];
}
