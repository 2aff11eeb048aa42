import { type App, CfnOutput, Stack } from "aws-cdk-lib";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { CfnEndpoint } from "aws-cdk-lib/aws-sagemaker";
import { trainedTechniqueIds } from "../../naming/resource-names";
import type { StageConfig } from "../config/stage-config";
import { TechniqueEndpoint } from "../constructs/technique-endpoint";
import { stackSettings } from "./stack-settings";

export interface InferenceStackProps {
  readonly config: StageConfig;
  readonly endpoints: NonNullable<StageConfig["endpoints"]>;
  readonly artifacts: Bucket;
}

/**
 * The stack of one SageMaker endpoint per technique. The local stage has none, because its SageMaker server makes them
 * when it starts.
 */
export class InferenceStack extends Stack {
  constructor(scope: App, id: string, { config, endpoints, artifacts }: InferenceStackProps) {
    super(scope, id, stackSettings(config, "SageMaker endpoints"));
    let previous: CfnEndpoint | undefined;
    for (const technique of trainedTechniqueIds) {
      const { endpoint } = new TechniqueEndpoint(this, technique, {
        config,
        technique,
        endpoint: endpoints[technique],
        artifacts,
      });
      // CloudFormation would change all endpoints at once. While one changes, its old and its new configuration may both
      // count against the account's pool of serverless concurrency, so only one at a time does.
      if (previous !== undefined && endpoints[technique].kind === "serverless")
        endpoint.addResourceDependency(previous);
      previous = endpoint;
      new CfnOutput(this, `${technique}-endpoint`, { value: endpoint.attrEndpointName });
    }
  }
}
