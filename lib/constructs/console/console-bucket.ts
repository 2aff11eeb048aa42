import { Duration, Stack } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { StageConfig } from "../../config/stage-config";
import { acknowledge } from "../permissions/acknowledge-findings";
import { removalPolicy } from "../removal-policy";
import { acknowledgeEmptying } from "../storage/acknowledge-emptying";

export interface ConsoleBucketProps {
  readonly config: StageConfig;
}

/** The bucket of the console's files, which `npm run seed` puts there. CloudFront alone serves them. */
export class ConsoleBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { config }: ConsoleBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, "Files", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      // The files can be built again. They are kept as the other buckets' objects are, so that `prod` needs no function
      // that may empty a bucket.
      removalPolicy: removalPolicy(config),
      autoDeleteObjects: config.removal === "destroy",
      lifecycleRules: [{ id: "abort-unfinished-uploads", abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });
    this.bucket.policy?.applyRemovalPolicy(removalPolicy(config));
    acknowledgeEmptying(Stack.of(this), config);
    acknowledge(
      this.bucket,
      "S1",
      "The bucket holds what anybody may read: the files of the console. Only CloudFront and the person who seeds the stage reach it.",
    );
  }
}
