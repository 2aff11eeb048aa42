/** The templates of what keeps data: buckets, table, image repositories, and what a removal leaves of them. */
import { Match } from "aws-cdk-lib/assertions";
import { parseStageConfig } from "../../../lib/config/load-stage-config";
import type { StageConfig } from "../../../lib/config/stage-config";
import { briefVersionsTag } from "../../../naming/object-keys";
import { perTrainedTechnique, trainedTechniqueIds } from "../../../naming/resource-names";
import { allowing } from "../support/policy-statements";
import { devConfig, prodConfig } from "../support/stage-configs";
import { property, synthesize } from "../support/synthesize";

const prod = synthesize("prod");
const dev = synthesize("dev");

describe("storage", () => {
  const { template } = prod.stack("Storage");

  test("the table is on demand, streams old and new images, expires items, recovers to a point in time", () => {
    template.hasResource("AWS::DynamoDB::Table", {
      DeletionPolicy: "Retain",
      Properties: {
        BillingMode: "PAY_PER_REQUEST",
        StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
        TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
        GlobalSecondaryIndexes: [{ IndexName: "OpenWork", Projection: { ProjectionType: "ALL" } }],
      },
    });
  });

  test("no bucket is public, and none can be used without TLS", () => {
    const buckets = prod.resourcesOf("AWS::S3::Bucket");
    expect(buckets).toHaveLength(3);
    for (const { stack, id, resource } of buckets) {
      expect(property(resource, "PublicAccessBlockConfiguration")).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      prod.stack(stack).template.hasResourceProperties("AWS::S3::BucketPolicy", {
        Bucket: { Ref: id },
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
          ]),
        },
      });
    }
  });

  test("no bucket keeps the parts of an upload that was never finished, which are not listed and cost", () => {
    for (const { resource } of prod.resourcesOf("AWS::S3::Bucket")) {
      expect(property(resource, "LifecycleConfiguration")).toMatchObject({
        Rules: expect.arrayContaining([
          expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: "Enabled" }),
        ]),
      });
    }
  });

  test("artifacts keep old versions for a while, work is forgotten", () => {
    template.hasResourceProperties("AWS::S3::Bucket", {
      VersioningConfiguration: { Status: "Enabled" },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 30 } })]),
      },
    });
    // H10: uploads can be made and deleted in a loop, so their old versions go after a day.
    template.hasResourceProperties("AWS::S3::Bucket", {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
            TagFilters: [{ Key: briefVersionsTag.key, Value: briefVersionsTag.value }],
          }),
        ]),
      },
    });
    template.hasResourceProperties("AWS::S3::Bucket", {
      VersioningConfiguration: Match.absent(),
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 7, Prefix: "users/", Status: "Enabled" })]),
      },
    });
  });

  test("browsers may send files to the work bucket, which tells the event bus of them and forgets what nobody reads", () => {
    template.hasResourceProperties("AWS::S3::Bucket", {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      CorsConfiguration: {
        CorsRules: [
          {
            AllowedMethods: ["PUT"],
            AllowedHeaders: ["x-amz-checksum-sha256", "if-none-match", "content-type"],
            AllowedOrigins: [...prodConfig.api.corsOrigins, "https://*.cloudfront.net"],
            ExposedHeaders: ["ETag"],
            MaxAge: 3_000,
          },
        ],
      },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 7, Prefix: "incoming/", Status: "Enabled" })]),
      },
    });
  });
});

describe("the images' own repository", () => {
  test.each([
    ["prod", prod, "RetainExceptOnCreate", false],
    ["dev", dev, "Delete", true],
  ] as const)("%s: no tag can be moved, each image is scanned, and old ones go", (_, stage, policy, isEmptied) => {
    const [found, ...more] = stage.resourcesOf("AWS::ECR::Repository");
    expect(more).toEqual([]);
    const { LifecyclePolicy, ...properties } = found?.resource.Properties ?? {};
    expect(properties).toMatchObject({
      ImageTagMutability: "IMMUTABLE",
      ImageScanningConfiguration: { ScanOnPush: true },
      EmptyOnDelete: isEmptied,
    });
    expect([found?.stack, found?.resource.DeletionPolicy]).toEqual(["Storage", policy]);
    // One that stays after its stack must not be in the way of the next.
    expect("RepositoryName" in properties).toBe(false);
    expect(JSON.stringify(LifecyclePolicy)).toContain('\\"countType\\":\\"imageCountMoreThan\\",\\"countNumber\\":60');
    expect(stage.stack("Storage").outputs).toContain("ImageRepositoryUri");
  });

  test("roles pull from the one repository that their image is in, named, whichever way it came there", () => {
    const pulls = (config: StageConfig): readonly string[] =>
      allowing(synthesize(config), "ecr:BatchGetImage").flatMap(({ Resource }) =>
        Resource.map((one) => JSON.stringify(one)),
      );
    const built = pulls(prodConfig);
    expect(built).toHaveLength(1 + trainedTechniqueIds.length);
    for (const resource of built)
      expect(resource).toMatch(/:repository\/",\{"Fn::Sub":"cdk-hnb659fds-container-assets-/);
    const uri = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/music@sha256:${"0a".repeat(32)}`;
    const image = { kind: "uri", uri } as const;
    const images = perTrainedTechnique(() => ({ training: image, inference: image }));
    const named = pulls(parseStageConfig({ ...prodConfig, images }));
    expect(named).toHaveLength(1 + trainedTechniqueIds.length);
    for (const resource of named) expect(resource).toMatch(/:ecr:eu-west-1:123456789012:repository\/music"/);
  });
});

describe("removal", () => {
  // Groups that SageMaker names are deleted, because one that is left over would block the next deploy.
  const kept = (type: string): readonly (string | undefined)[] =>
    prod
      .resourcesOf(type)
      .filter(({ stack }) => stack !== "Inference")
      .map(({ resource }) => resource.DeletionPolicy);
  const holdsData = [
    // CloudFormation cannot delete these while their own protection is on, so a rollback that tried would fail itself.
    ["AWS::DynamoDB::Table", "Retain"],
    ["AWS::Cognito::UserPool", "Retain"],
    // A failed first deploy leaves none of these behind: they are empty, and the next try makes others.
    ["AWS::S3::Bucket", "RetainExceptOnCreate"],
    ["AWS::S3::BucketPolicy", "RetainExceptOnCreate"],
    ["AWS::Logs::LogGroup", "RetainExceptOnCreate"],
    ["AWS::ECR::Repository", "RetainExceptOnCreate"],
  ] as const;

  test.each(holdsData)("%s is retained in prod (%s) and goes with its stack in dev", (type, policy) => {
    expect(new Set(kept(type))).toEqual(new Set([policy]));
    expect(new Set(prod.resourcesOf(type).map(({ resource }) => resource.UpdateReplacePolicy))).toEqual(
      type === "AWS::Logs::LogGroup" ? new Set(["Retain", "Delete"]) : new Set(["Retain"]),
    );
    expect(new Set(dev.resourcesOf(type).map(({ resource }) => resource.DeletionPolicy))).toEqual(new Set(["Delete"]));
  });

  test("nothing of prod is retained over the rollback of its creation but what is protected", () => {
    const retained = ["Storage", "Console", "Api", "Training", "Inference", "Observability"] as const;
    const types = retained.flatMap((name) =>
      Object.values(prod.stack(name).resources)
        .filter(({ DeletionPolicy }) => DeletionPolicy === "Retain")
        .map(({ Type, Properties }) => [
          Type,
          Properties["DeletionProtectionEnabled"] ?? Properties["DeletionProtection"],
        ]),
    );
    expect(types).toEqual([
      ["AWS::DynamoDB::Table", true],
      ["AWS::Cognito::UserPool", "ACTIVE"],
    ]);
  });

  test("without a protection of its own, data that is retained goes with a failed first deploy, too", () => {
    const open = synthesize(
      parseStageConfig({
        ...devConfig,
        removal: "retain",
        storage: { ...devConfig.storage, deletionProtection: false },
      }),
    );
    for (const [type] of holdsData) {
      const policies = open
        .resourcesOf(type)
        .filter(({ stack }) => stack !== "Inference")
        .map(({ resource }) => resource.DeletionPolicy);
      expect([type, new Set(policies)]).toEqual([type, new Set(["RetainExceptOnCreate"])]);
    }
  });
});
