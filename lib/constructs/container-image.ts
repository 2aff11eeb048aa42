import { Stack } from "aws-cdk-lib";
import { type IRepository, Repository } from "aws-cdk-lib/aws-ecr";
import { DockerImageAsset, type DockerImageAssetProps, Platform } from "aws-cdk-lib/aws-ecr-assets";
import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { type ImageTarget, localImageUri, type TrainedTechniqueId } from "../../naming/resource-names";
import { imageLocation, type ImageSource } from "../config/stage-config";
import { type BuildContextParams, excludedFromBuild } from "./build-context";
import { repositoryPath } from "./repository-root";

export interface ContainerImageProps {
  readonly technique: TrainedTechniqueId;
  /** The stage of the Dockerfile. */
  readonly target: ImageTarget;
  readonly source: ImageSource;
}

/** Returns how Docker builds an image of a technique. */
export function imageBuild(params: BuildContextParams & { readonly torch: "cpu" | "cuda" }): DockerImageAssetProps {
  const { repository, technique, target, torch } = params;
  return {
    directory: repository,
    exclude: excludedFromBuild(params),
    file: "sagemaker-containers/Dockerfile",
    target,
    // SageMaker's instances are x86, whatever machine builds the image.
    platform: Platform.LINUX_AMD64,
    // Newer versions of BuildKit write OCI manifests by themselves, which SageMaker hosting refuses.
    outputs: ["type=docker,oci-mediatypes=false"],
    // The inference image has no PyTorch, so it is the same whichever build of it is trained with.
    buildArgs: { TECHNIQUE: technique, ...(target === "training" ? { TORCH_VARIANT: torch } : {}) },
  };
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
        const { account, region, repository } = imageLocation(source.uri);
        this.repository = Repository.fromRepositoryAttributes(this, "Repository", {
          repositoryArn: Stack.of(this).formatArn({
            service: "ecr",
            account,
            region,
            resource: "repository",
            resourceName: repository,
          }),
          repositoryName: repository,
        });
        break;
      }
      case "build": {
        const asset = new DockerImageAsset(
          this,
          "Image",
          imageBuild({ repository: repositoryPath(), technique, target, torch: source.torch }),
        );
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
