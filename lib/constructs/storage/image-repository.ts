import { RemovalPolicy } from "aws-cdk-lib";
import { Repository, RepositoryEncryption, TagMutability } from "aws-cdk-lib/aws-ecr";
import { Construct } from "constructs";
import { imageTargets, trainedTechniqueIds } from "../../../naming/resource-names";
import type { StageConfig } from "../../config/stage-config";
import { removalPolicy } from "../removal-policy";

export interface ImageRepositoryProps {
  readonly config: StageConfig;
}

/** Those of ten versions of the application: each has a training and an inference image of every technique with models. */
const keptImages = 10 * imageTargets.length * trainedTechniqueIds.length;

/**
 * The stage's own repository of container images, for images that are built elsewhere and named by their digests
 * (`npm run images:push`, docs/adr/0037-images-built-at-deploy-or-named-by-digest.md). It has no name of ours, so one
 * that outlives its stack is not in the way of the next deploy.
 */
export class ImageRepository extends Construct {
  readonly repository: Repository;

  constructor(scope: Construct, id: string, { config }: ImageRepositoryProps) {
    super(scope, id);
    const removal = removalPolicy(config);
    this.repository = new Repository(this, "Repository", {
      imageTagMutability: TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      encryption: RepositoryEncryption.AES_256,
      lifecycleRules: [{ description: "Keeps the images of the ten latest versions", maxImageCount: keptImages }],
      removalPolicy: removal,
      // CloudFormation deletes no repository that holds an image.
      emptyOnDelete: removal === RemovalPolicy.DESTROY,
    });
  }
}
