import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { endpointName, resourcePrefix, type Stage, type TrainedTechniqueId } from "../../../naming/resource-names";

/** Returns the ARN of all training jobs that a deployment of this stage makes. Their names begin with its prefix. */
export function trainingJobsArn(scope: Construct, stage: Stage): string {
  return Stack.of(scope).formatArn({
    service: "sagemaker",
    resource: "training-job",
    resourceName: `${resourcePrefix(stage)}-*`,
  });
}

export function endpointArn(scope: Construct, stage: Stage, technique: TrainedTechniqueId): string {
  return Stack.of(scope).formatArn({
    service: "sagemaker",
    resource: "endpoint",
    resourceName: endpointName(stage, technique),
  });
}
