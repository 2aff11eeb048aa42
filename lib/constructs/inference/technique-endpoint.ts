import { RemovalPolicy } from "aws-cdk-lib";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { CfnEndpoint, CfnEndpointConfig, CfnModel } from "aws-cdk-lib/aws-sagemaker";
import { Construct } from "constructs";
import { endpointName, type TechniqueId } from "../../../naming/resource-names";
import type { EndpointConfig, StageConfig } from "../../config/stage-config";
import { ContainerImage } from "../images/container-image";
import { makeSageMakerRole } from "../permissions/sagemaker-role";

export interface TechniqueEndpointProps {
  readonly config: StageConfig;
  readonly technique: TechniqueId;
  readonly endpoint: EndpointConfig;
  /** Models come from here, by presigned URL; the endpoint itself has no right to read it. */
  readonly artifacts: Bucket;
}

const variantName = "all";

function variant(endpoint: EndpointConfig, modelName: string): CfnEndpointConfig.ProductionVariantProperty {
  switch (endpoint.kind) {
    case "serverless":
      return {
        modelName,
        variantName,
        serverlessConfig: { memorySizeInMb: endpoint.memoryMb, maxConcurrency: endpoint.maxConcurrency },
      };
    case "realTime":
      return {
        modelName,
        variantName,
        instanceType: endpoint.instanceType,
        initialInstanceCount: endpoint.instanceCount,
        initialVariantWeight: 1,
      };
  }
}

/**
 * The endpoint of one technique, for every model of it.
 *
 * Model and endpoint configuration have no names of their own: neither can be changed in place, so CloudFormation makes
 * new ones under new names and moves the endpoint, whose name the workers know, over to them.
 */
export class TechniqueEndpoint extends Construct {
  readonly endpoint: CfnEndpoint;

  constructor(scope: Construct, id: string, { config, technique, endpoint, artifacts }: TechniqueEndpointProps) {
    super(scope, id);
    const name = endpointName(config.stage, technique);
    const logGroupName = `/aws/sagemaker/Endpoints/${name}`;
    // Made here, or SageMaker would make it without an end to its keeping. Never retained: its name is SageMaker's, and a
    // group that is left over would stand in the way of the next deploy.
    const logs = new LogGroup(this, "Logs", {
      logGroupName,
      retention: config.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = makeSageMakerRole(this, "Role", {
      description: `Endpoint ${name}`,
      logGroupName,
      metricNamespaces: ["/aws/sagemaker/Endpoints", "AWS/SageMaker"],
    });
    const image = new ContainerImage(this, "Container", {
      technique,
      target: "inference",
      source: config.images[technique].inference,
    });
    image.grantPull(role);

    const model = new CfnModel(this, "Model", {
      executionRoleArn: role.roleArn,
      primaryContainer: {
        image: image.uri,
        environment: {
          // The only host that the container fetches models from.
          OPENCOMPOSER_MODEL_ORIGINS: `https://${artifacts.bucketRegionalDomainName}`,
        },
      },
    });
    // SageMaker checks the role when the model is made: its policies have to be there by then.
    model.node.addDependency(role, logs);
    const endpointConfig = new CfnEndpointConfig(this, "Config", {
      productionVariants: [variant(endpoint, model.attrModelName)],
    });
    this.endpoint = new CfnEndpoint(this, "Endpoint", {
      endpointName: name,
      endpointConfigName: endpointConfig.attrEndpointConfigName,
    });
  }
}
