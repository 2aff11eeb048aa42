import { RemovalPolicy } from "aws-cdk-lib";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { CfnEndpoint, CfnEndpointConfig, CfnModel } from "aws-cdk-lib/aws-sagemaker";
import { Construct } from "constructs";
import { endpointName, type TrainedTechniqueId } from "../../naming/resource-names";
import type { EndpointConfig, StageConfig } from "../config/stage-config";
import { ContainerImage } from "./container-image";
import { makeSageMakerRole } from "./permissions/sagemaker-role";

export interface TechniqueEndpointProps {
  readonly config: StageConfig;
  readonly technique: TrainedTechniqueId;
  readonly endpoint: EndpointConfig;
  /** The bucket from which models come, by presigned URL. The endpoint itself has no permission to read it. */
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
 * The endpoint of one technique, which plays all its models.
 *
 * Model and endpoint configuration get no names from us, because neither can be changed in place. CloudFormation makes
 * new ones under new names and moves the endpoint to them. The workers know only the endpoint's name.
 */
export class TechniqueEndpoint extends Construct {
  readonly endpoint: CfnEndpoint;

  constructor(scope: Construct, id: string, { config, technique, endpoint, artifacts }: TechniqueEndpointProps) {
    super(scope, id);
    const name = endpointName(config.stage, technique);
    const logGroupName = `/aws/sagemaker/Endpoints/${name}`;
    // The log group is made here, because SageMaker would make one that keeps its events for ever. It is never
    // retained: SageMaker decides its name, and a group that is left over would block the next deploy.
    const logs = new LogGroup(this, "Logs", {
      logGroupName,
      retention: config.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = makeSageMakerRole(this, "Role", {
      description: `Endpoint ${name}`,
      logGroupName,
      makesLogGroup: false,
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
          // The container fetches models from this host only.
          OPENCOMPOSER_MODEL_ORIGINS: `https://${artifacts.bucketRegionalDomainName}`,
        },
      },
    });
    // SageMaker checks the role when the model is made, so the role's policies have to exist by then.
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
