import { Stack } from "aws-cdk-lib";
import { type IRepository, Repository } from "aws-cdk-lib/aws-ecr";
import { DockerImageAsset, Platform } from "aws-cdk-lib/aws-ecr-assets";
import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { localImageUri, type TechniqueId } from "../../naming/resource-names";
import type { ImageSource } from "../config/stage-config";
import { repositoryPath } from "./repository-root";

export interface ContainerImageProps {
  readonly technique: TechniqueId;
  /** The stage of the Dockerfile. */
  readonly target: "training" | "inference";
  readonly source: ImageSource;
}

/** A technique's container as SageMaker sees it: a URI, and the permission to pull it. */
export class ContainerImage extends Construct {
  readonly uri: string;
  /** The ECR repository; absent for the local stage, whose SageMaker pulls nothing. */
  private readonly repository?: IRepository;

  constructor(scope: Construct, id: string, { technique, target, source }: ContainerImageProps) {
    super(scope, id);
    switch (source.kind) {
      case "local":
        this.uri = localImageUri(technique, target);
        break;
      case "uri": {
        this.uri = source.uri;
        // The URI is 123456789012.dkr.ecr.eu-west-1.amazonaws.com/name:tag or name@sha256:digest.
        const [registry = "", ...path] = source.uri.split("/");
        const [account = "", , , region = ""] = registry.split(".");
        const name = path.join("/").replace(/[@:].*$/, "");
        this.repository = Repository.fromRepositoryAttributes(this, "Repository", {
          repositoryArn: Stack.of(this).formatArn({
            service: "ecr",
            account,
            region,
            resource: "repository",
            resourceName: name,
          }),
          repositoryName: name,
        });
        break;
      }
      case "build": {
        const asset = new DockerImageAsset(this, "Image", {
          directory: repositoryPath(),
          file: "sagemaker-containers/Dockerfile",
          target,
          // SageMaker's instances are x86, whatever machine builds the image.
          platform: Platform.LINUX_AMD64,
          buildArgs: { TECHNIQUE: technique, TORCH_VARIANT: source.torch },
        });
        this.uri = asset.imageUri;
        this.repository = asset.repository;
      }
    }
  }

  /** Lets a role pull exactly this image's repository. */
  grantPull(grantee: IGrantable): void {
    if (this.repository === undefined) return;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
        resources: [this.repository.repositoryArn],
      }),
    );
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ["ecr:GetAuthorizationToken"], resources: ["*"] }),
    );
  }
}
