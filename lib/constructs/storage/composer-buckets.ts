import { Duration, Stack } from "aws-cdk-lib";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  HttpMethods,
  type LifecycleRule,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { briefVersionsTag, incomingPrefix, ownedObjectsPrefix } from "../../../naming/object-keys";
import type { StageConfig } from "../../config/stage-config";
import { acknowledge } from "../permissions/acknowledge-findings";
import { removalPolicy } from "../removal-policy";
import { acknowledgeEmptying } from "./acknowledge-emptying";

export interface ComposerBucketsProps {
  readonly config: StageConfig;
}

const unfinishedUploads: LifecycleRule = {
  id: "abort-unfinished-uploads",
  abortIncompleteMultipartUploadAfter: Duration.days(1),
};

/** Days after which a file that was sent to a data set and never read is deleted. */
const incomingDays = 7;

/**
 * Returns the origins from which browsers may send files: the stage's and the console's. The console's stack comes later,
 * and CloudFront makes its name, so every name of CloudFront's is let in. The presigned URL is what gives the right.
 */
function uploadOrigins({ api, console }: StageConfig): string[] {
  const { corsOrigins } = api;
  if (console.kind === "none" || corsOrigins.includes("*")) return [...corsOrigins];
  const { customDomain } = console;
  return [...new Set([...corsOrigins, `https://${customDomain?.name ?? "*.cloudfront.net"}`])];
}

/**
 * The two buckets. `artifacts` keeps what users made and is versioned, so that a mistake can be undone. `work` holds
 * what a running job needs and deletes it after some days. naming/object-keys.ts has the keys of both.
 */
export class ComposerBuckets extends Construct {
  readonly artifacts: Bucket;
  readonly work: Bucket;

  constructor(scope: Construct, id: string, { config }: ComposerBucketsProps) {
    super(scope, id);
    const common = {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: removalPolicy(config),
      // CloudFormation refuses to delete a bucket that holds anything, so a function of the CDK's empties it first. The
      // local cloud is thrown away as a whole and needs none.
      autoDeleteObjects: config.removal === "destroy" && config.stage !== "local",
    };
    // The id keeps its old spelling, because with another id a deployment would get a new, empty bucket.
    this.artifacts = new Bucket(this, "Artefacts", {
      ...common,
      versioned: true,
      // Browsers fetch compositions by presigned URLs of this bucket, which the API hands out.
      cors: [
        {
          allowedOrigins: [...config.api.corsOrigins],
          allowedMethods: [HttpMethods.GET, HttpMethods.HEAD],
          exposedHeaders: ["ETag", "Content-Disposition"],
          maxAge: Duration.hours(1).toSeconds(),
        },
      ],
      lifecycleRules: [
        unfinishedUploads,
        {
          id: "forget-old-versions",
          noncurrentVersionExpiration: Duration.days(config.storage.noncurrentVersionDays),
          expiredObjectDeleteMarker: true,
        },
        {
          id: "forget-brief-versions",
          tagFilters: { [briefVersionsTag.key]: briefVersionsTag.value },
          noncurrentVersionExpiration: Duration.days(1),
        },
      ],
    });
    this.work = new Bucket(this, "Work", {
      ...common,
      // Browsers send the files of data sets by presigned URLs of this bucket.
      cors: [
        {
          allowedOrigins: uploadOrigins(config),
          allowedMethods: [HttpMethods.PUT],
          allowedHeaders: ["x-amz-checksum-sha256", "if-none-match", "content-type"],
          exposedHeaders: ["ETag"],
          maxAge: Duration.minutes(50).toSeconds(),
        },
      ],
      lifecycleRules: [
        unfinishedUploads,
        { id: "forget-work", prefix: ownedObjectsPrefix, expiration: Duration.days(config.storage.workDays) },
        { id: "forget-incoming", prefix: incomingPrefix, expiration: Duration.days(incomingDays) },
      ],
    });
    // The CDK's own switch is a custom resource that configures a bucket after it was made. The property does the same at
    // once, and the local cloud knows it.
    const { defaultChild } = this.work.node;
    if (!(defaultChild instanceof CfnBucket)) throw new Error("the work bucket is not the resource that it should be");
    defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    acknowledgeEmptying(Stack.of(this), config);
    for (const bucket of [this.artifacts, this.work]) {
      // The policy refuses plain HTTP, also while a retained bucket has no stack any more.
      bucket.policy?.applyRemovalPolicy(removalPolicy(config));
      acknowledge(
        bucket,
        "S1",
        "Only our own roles and short presigned URLs reach the bucket. Access logs would need a third bucket that costs more than the data; a team that must have them turns CloudTrail data events on.",
      );
    }
  }
}
