import { readFileSync } from "node:fs";
import { Match } from "aws-cdk-lib/assertions";
import * as z from "zod";
import { parseStageConfig } from "../../lib/config/load-stage-config";
import type { StageConfig } from "../../lib/config/stage-config";
import { repositoryPath } from "../../lib/constructs/repository-root";
import { type ApiRoute, apiRoutes, routeKeys } from "../../naming/api-routes";
import { briefVersionsTag } from "../../naming/object-keys";
import { endpointName, trainedTechniqueIds } from "../../naming/resource-names";
import { devConfig, prodConfig, prodWithCustomDomain } from "./support/stage-configs";
import { type Resource, type StackName, synthesize } from "./support/synthesize";

const prod = synthesize("prod");
const dev = synthesize("dev");

const statementSchema = z.looseObject({
  Effect: z.enum(["Allow", "Deny"]),
  Action: z.union([z.string(), z.array(z.string())]).transform((action) => [action].flat()),
  Resource: z.unknown().transform((resource) => [resource].flat()),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});
const policySchema = z.looseObject({ PolicyDocument: z.looseObject({ Statement: z.array(statementSchema) }) });

interface Statement extends z.infer<typeof statementSchema> {
  readonly stack: StackName;
  readonly policy: string;
}

/** Everything that a role of ours may do. */
const allowed: readonly Statement[] = prod.resourcesOf("AWS::IAM::Policy").flatMap(({ stack, id, resource }) =>
  policySchema
    .parse(resource.Properties)
    .PolicyDocument.Statement.filter(({ Effect }) => Effect === "Allow")
    .map((statement) => ({ ...statement, stack, policy: id })),
);
const allowing = (action: string): readonly Statement[] => allowed.filter(({ Action }) => Action.includes(action));

/** Jest types its matchers as `any`. */
const anything: unknown = expect.anything();

const property = (resource: Resource, name: string): unknown => resource.Properties[name];

describe("HTTP API", () => {
  const { resources } = prod.stack("Api");
  const routes = prod.resourcesOf("AWS::ApiGatewayV2::Route").map(({ resource }) => resource.Properties);
  const routeOf = (key: string): Record<string, unknown> | undefined => routes.find(({ RouteKey }) => RouteKey === key);

  test("has exactly the routes of the route map, and $default", () => {
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual(
      [...Object.values<ApiRoute>(apiRoutes).flatMap(routeKeys), "$default"].sort(),
    );
  });

  test.each(
    Object.values<ApiRoute>(apiRoutes).flatMap((route) => routeKeys(route).map((key) => [key, route.public] as const)),
  )("%s asks for an access token unless it is public (%p)", (key, isPublic) => {
    expect(routeOf(key)).toMatchObject(
      isPublic ? { AuthorizationType: "NONE" } : { AuthorizationType: "JWT", AuthorizerId: anything },
    );
  });

  test("serves HEAD wherever it serves GET, by the same function, within API Gateway's 300 routes", () => {
    const gets = routes.filter(({ RouteKey }) => String(RouteKey).startsWith("GET "));
    expect(gets.length).toBeGreaterThan(10);
    for (const { RouteKey, ...rest } of gets) {
      const { RouteKey: _, ...head } = routeOf(String(RouteKey).replace("GET ", "HEAD ")) ?? {};
      expect(head).toEqual(rest);
    }
    expect(routes.length).toBeLessThanOrEqual(300);
  });

  test("takes tokens of its own user pool and client only", () => {
    prod.stack("Api").template.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
      AuthorizerType: "JWT",
      IdentitySource: ["$request.header.Authorization"],
      JwtConfiguration: {
        Audience: [{ Ref: Match.stringLikeRegexp("UserPoolClient") }],
        Issuer: Match.objectLike({ "Fn::Join": Match.anyValue() }),
      },
    });
  });

  test("throttles every public route by itself, after the routes are there", () => {
    const [stage] = prod.resourcesOf("AWS::ApiGatewayV2::Stage");
    const publicKeys = [
      ...Object.values<ApiRoute>(apiRoutes)
        .filter((route) => route.public)
        .flatMap(routeKeys),
      "$default",
    ];
    const { publicThrottle } = prodConfig.api;
    expect(stage?.resource.Properties["RouteSettings"]).toEqual(
      Object.fromEntries(
        publicKeys.map((key) => [
          key,
          { ThrottlingRateLimit: publicThrottle.rate, ThrottlingBurstLimit: publicThrottle.burst },
        ]),
      ),
    );
    const dependsOn = z.array(z.string()).parse(stage?.resource["DependsOn"]);
    const routeIds = Object.entries(resources)
      .filter(
        ([, { Type, Properties }]) =>
          Type === "AWS::ApiGatewayV2::Route" && publicKeys.includes(String(Properties["RouteKey"])),
      )
      .map(([id]) => id);
    expect(routeIds).toHaveLength(publicKeys.length);
    expect(dependsOn).toEqual(expect.arrayContaining(routeIds));
  });

  test("lets browsers read what polling and creating need", () => {
    prod.stack("Api").template.hasResourceProperties("AWS::ApiGatewayV2::Api", {
      CorsConfiguration: {
        AllowHeaders: ["authorization", "content-type", "accept", "idempotency-key", "if-match", "if-none-match"],
        AllowMethods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
        ExposeHeaders: ["ETag", "Location", "Retry-After", "X-Request-Id", "Content-Disposition"],
      },
    });
  });

  test("logs each request as JSON, without query strings or headers", () => {
    const [stage] = prod.resourcesOf("AWS::ApiGatewayV2::Stage");
    const { Format } = z.looseObject({ Format: z.string() }).parse(stage?.resource.Properties["AccessLogSettings"]);
    const fields = z.record(z.string(), z.string()).parse(JSON.parse(Format));
    expect(Object.values(fields)).toEqual(expect.arrayContaining(["$context.requestId", "$context.status"]));
    expect(Format).not.toMatch(/querystring|header|authorization/i);
  });

  test("a custom domain is mapped to the stage and needs a certificate of the region", () => {
    const custom = synthesize(prodWithCustomDomain());
    custom.stack("Api").template.hasResourceProperties("AWS::ApiGatewayV2::ApiMapping", { Stage: Match.anyValue() });
    expect(custom.stack("Api").outputs).toContain("CustomDomainTarget");
    expect(prod.resourcesOf("AWS::ApiGatewayV2::DomainName")).toEqual([]);
  });

  test.each([
    ["alone", undefined, true],
    ["alone, as asked", true, true],
    ["besides API Gateway's own address, as asked", false, undefined],
  ])("a custom domain is the API's address %s", (_, exclusive, disabled) => {
    const own = exclusive === undefined ? {} : { exclusive };
    const [api] = synthesize(prodWithCustomDomain(own)).resourcesOf("AWS::ApiGatewayV2::Api");
    expect(api?.resource.Properties["DisableExecuteApiEndpoint"]).toBe(disabled);
  });

  test("without a custom domain the API has the address that API Gateway gives it", () => {
    const [api] = prod.resourcesOf("AWS::ApiGatewayV2::Api");
    expect(api?.resource.Properties["DisableExecuteApiEndpoint"]).toBeUndefined();
  });
});

describe("users", () => {
  test("are added by an administrator, with a password that is not easily guessed", () => {
    prod.stack("Api").template.hasResourceProperties("AWS::Cognito::UserPool", {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      DeletionProtection: "ACTIVE",
      Policies: {
        PasswordPolicy: { MinimumLength: 12, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true },
      },
    });
  });

  test("B10: sign in by the code flow on AWS: the client is public, and no flow of it sends a password", () => {
    prod.stack("Api").template.hasResourceProperties("AWS::Cognito::UserPoolClient", {
      GenerateSecret: false,
      AllowedOAuthFlows: ["code"],
      ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
      PreventUserExistenceErrors: "ENABLED",
      EnableTokenRevocation: true,
    });
  });
});

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
    expect(buckets).toHaveLength(2);
    for (const { id, resource } of buckets) {
      expect(property(resource, "PublicAccessBlockConfiguration")).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      template.hasResourceProperties("AWS::S3::BucketPolicy", {
        Bucket: { Ref: id },
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
          ]),
        },
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
    expect(JSON.stringify(LifecyclePolicy)).toContain('\\"countType\\":\\"imageCountMoreThan\\",\\"countNumber\\":40');
    expect(stage.stack("Storage").outputs).toContain("ImageRepositoryUri");
  });

  test("roles pull from the one repository that their image is in, named, whichever way it came there", () => {
    const pulls = (config: StageConfig): readonly string[] =>
      synthesize(config)
        .resourcesOf("AWS::IAM::Policy")
        .flatMap(({ resource }) => policySchema.parse(resource.Properties).PolicyDocument.Statement)
        .filter(({ Action }) => Action.includes("ecr:BatchGetImage"))
        .flatMap(({ Resource }) => Resource.map((one) => JSON.stringify(one)));
    const built = pulls(prodConfig);
    expect(built).toHaveLength(1 + trainedTechniqueIds.length);
    for (const resource of built)
      expect(resource).toMatch(/:repository\/",\{"Fn::Sub":"cdk-hnb659fds-container-assets-/);
    const uri = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/music@sha256:${"0a".repeat(32)}`;
    const image = { kind: "uri", uri } as const;
    const images = {
      "unet-gan": { training: image, inference: image },
      "ar-cnn": { training: image, inference: image },
    };
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
    const retained = ["Storage", "Api", "Training", "Inference", "Observability"] as const;
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

describe("functions", () => {
  const functions = prod.resourcesOf("AWS::Lambda::Function");

  test("each has a role and a log group of its own, a time limit, memory, tracing", () => {
    expect(functions).toHaveLength(17);
    const roles = new Set<string>();
    for (const { resource } of functions) {
      roles.add(JSON.stringify(property(resource, "Role")));
      expect(resource.Properties).toMatchObject({
        Architectures: ["arm64"],
        TracingConfig: { Mode: "Active" },
        LoggingConfig: { LogFormat: "JSON", LogGroup: anything },
        Timeout: anything,
        MemorySize: anything,
      });
    }
    expect(roles.size).toBe(functions.length);
    for (const { resource } of prod.resourcesOf("AWS::Logs::LogGroup")) {
      expect(property(resource, "RetentionInDays")).toBe(90);
    }
  });

  test("none has a managed policy", () => {
    for (const { id, resource } of prod.resourcesOf("AWS::IAM::Role")) {
      expect([id, property(resource, "ManagedPolicyArns")]).toEqual([id, undefined]);
    }
  });

  test("concurrency is reserved only where the stage says so", () => {
    const reserved = (config: unknown): number =>
      synthesize(parseStageConfig(config))
        .resourcesOf("AWS::Lambda::Function")
        .filter(({ resource }) => property(resource, "ReservedConcurrentExecutions") !== undefined).length;
    expect(
      functions.filter(({ resource }) => property(resource, "ReservedConcurrentExecutions") !== undefined),
    ).toEqual([]);
    expect(
      reserved({
        ...prodConfig,
        functions: { ...prodConfig.functions, reservedConcurrency: { dispatchWork: 2, executeComposition: 4 } },
      }),
    ).toBe(2);
  });
});

describe("permissions", () => {
  test("nobody may scan the table, delete it, or use an action wildcard", () => {
    const actions = new Set(allowed.flatMap(({ Action }) => Action));
    expect([...actions].filter((action) => action.includes("*"))).toEqual([]);
    expect([...actions].filter((action) => action.startsWith("dynamodb:")).sort()).toEqual([
      "dynamodb:BatchGetItem",
      "dynamodb:ConditionCheckItem",
      "dynamodb:DeleteItem",
      "dynamodb:DescribeStream",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:GetShardIterator",
      "dynamodb:ListStreams",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]);
  });

  test("functions that only change rows cannot add or remove any", () => {
    const writers = new Set(
      allowed
        .filter(({ Action }) => Action.some((action) => /:(?:Put|Delete)Item$/.test(action)))
        .map(({ policy }) => policy),
    );
    for (const name of [
      "Worker",
      "PrepareData",
      "LaunchTrainingJob",
      "MonitorTrainingJob",
      "DispatchWork",
      "TrainingJobChanged",
    ]) {
      expect([name, [...writers].filter((policy) => policy.includes(name))]).toEqual([name, []]);
    }
    expect([...writers].some((policy) => policy.includes("FinalizeTrainingJob"))).toBe(true);
  });

  test("users' objects are deleted by the API and the reconciler alone, and the orphan count only reads", () => {
    const isOfSageMaker = ({ policy }: Statement): boolean => policy.startsWith("TrainingRole");
    const deleting = new Set(
      allowing("s3:DeleteObject")
        .filter((statement) => !isOfSageMaker(statement))
        .map(({ policy }) => policy.replace(/RoleDefaultPolicy.*$/, "")),
    );
    expect([...deleting].sort()).toEqual([
      "FunctionsCompositions",
      "FunctionsModels",
      "FunctionsTracks",
      "FunctionsTraining",
      "OpenWorkReconcileOpenWork",
    ]);
    // SageMaker deletes what a container deletes in its checkpoint folder, and nothing else.
    const bySageMaker = allowing("s3:DeleteObject")
      .filter(isOfSageMaker)
      .flatMap(({ Resource }) => Resource.map((resource) => JSON.stringify(resource)));
    expect(bySageMaker).toHaveLength(1);
    expect(bySageMaker[0]).toMatch(/Work.*users\/\*\/training-jobs\/\*\/checkpoints\/\*"/);
    const ofCount = allowed.filter(({ policy }) => policy.includes("CountOrphans")).flatMap(({ Action }) => Action);
    expect(ofCount.filter((action) => /^(?:s3|dynamodb):/.test(action)).sort()).toEqual([
      "dynamodb:BatchGetItem",
      "s3:ListBucket",
    ]);
    expect(allowing("s3:PutObjectTagging").map(({ policy }) => policy)).toEqual([
      expect.stringMatching(/^FunctionsTracks/),
    ]);
  });

  test("the resource * is used only for actions that know no other, or under a condition", () => {
    const everywhere = allowed.filter(({ Resource }) => Resource.includes("*"));
    const actions = new Set(everywhere.flatMap(({ Action }) => Action));
    expect([...actions].sort()).toEqual([
      "cloudwatch:PutMetricData",
      "dynamodb:ListStreams",
      "ecr:GetAuthorizationToken",
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]);
    for (const { Action, Condition } of everywhere) {
      if (Action.includes("cloudwatch:PutMetricData")) {
        expect(Condition["StringEquals"]?.["cloudwatch:namespace"]).toEqual(
          expect.arrayContaining([expect.any(String)]),
        );
      }
    }
  });

  test("only the launching step creates training jobs: isolated, of our type, no longer than allowed", () => {
    const [create, ...more] = allowing("sagemaker:CreateTrainingJob");
    expect(more).toEqual([]);
    expect(create?.policy).toMatch(/LaunchTrainingJob/);
    expect(create?.Condition).toEqual({
      Bool: { "sagemaker:NetworkIsolation": "true" },
      "ForAllValues:StringEquals": { "sagemaker:InstanceTypes": ["ml.m5.xlarge"] },
      Null: { "sagemaker:InstanceTypes": "false" },
      NumericLessThanEquals: { "sagemaker:MaxRuntimeInSeconds": "86400" },
    });
    expect(JSON.stringify(create?.Resource)).toContain("training-job/opencomposer-prod-*");
  });

  test("only the launching step passes a role: the training role, to SageMaker", () => {
    const [pass, ...more] = allowing("iam:PassRole");
    expect(more).toEqual([]);
    expect(pass?.Condition).toEqual({ StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } });
    expect(pass?.Resource).toEqual([{ "Fn::GetAtt": [expect.stringMatching(/^TrainingRole/), "Arn"] }]);
  });

  test("endpoints are invoked by the worker alone, each by its name", () => {
    const [invoke, ...more] = allowing("sagemaker:InvokeEndpoint");
    expect(more).toEqual([]);
    expect(invoke?.policy).toMatch(/CompositionsWorker/);
    for (const technique of trainedTechniqueIds) {
      expect(JSON.stringify(invoke?.Resource)).toContain(`endpoint/${endpointName("prod", technique)}"`);
    }
  });

  test("the API starts nothing: work goes through the outbox", () => {
    const services = allowed
      .filter(({ stack }) => stack === "Api")
      .flatMap(({ Action }) => Action.map((action) => action.split(":")[0]));
    expect([...new Set(services)].sort()).toEqual(["dynamodb", "logs", "s3", "xray"]);
  });

  test("discovery has no data at all", () => {
    const services = allowed
      .filter(({ policy }) => policy.startsWith("FunctionsDiscovery"))
      .flatMap(({ Action }) => Action.map((action) => action.split(":")[0]));
    expect([...new Set(services)].sort()).toEqual(["logs", "xray"]);
  });

  test("SageMaker's roles are for SageMaker on behalf of this account, and no endpoint reads data", () => {
    const roles = prod
      .resourcesOf("AWS::IAM::Role")
      .filter(({ resource }) => JSON.stringify(resource).includes("sagemaker.amazonaws.com"));
    // There is one for training jobs and one for each endpoint.
    expect(roles).toHaveLength(1 + trainedTechniqueIds.length);
    for (const { resource } of roles) {
      expect(JSON.stringify(property(resource, "AssumeRolePolicyDocument"))).toContain("aws:SourceAccount");
    }
    const ofEndpoint = allowed.filter(({ stack }) => stack === "Inference").flatMap(({ Action }) => Action);
    expect(ofEndpoint.filter((action) => /^(?:s3|dynamodb):/.test(action))).toEqual([]);
  });

  test("a training job reads no user's music", () => {
    const s3 = allowed.filter(
      ({ policy, Action }) => policy.startsWith("TrainingRole") && Action.some((action) => action.startsWith("s3:")),
    );
    expect(s3.length).toBeGreaterThan(0);
    expect(JSON.stringify(s3)).not.toMatch(/tracks|compositions|models/);
  });
});

describe("queues", () => {
  test("all are encrypted, refuse plain HTTP, and every queue of work has a dead-letter queue", () => {
    const queues = prod.resourcesOf("AWS::SQS::Queue");
    const redriven = queues.filter(({ resource }) => property(resource, "RedrivePolicy") !== undefined);
    expect(queues).toHaveLength(4);
    expect(redriven.map(({ id }) => id)).toEqual([expect.stringMatching(/^CompositionsQueue/)]);
    for (const { id, resource } of queues) {
      expect(property(resource, "SqsManagedSseEnabled")).toBe(true);
      prod.stack("Training").template.hasResourceProperties("AWS::SQS::QueuePolicy", {
        Queues: [{ Ref: id }],
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
          ]),
        },
      });
    }
    for (const { resource } of queues.filter(({ id }) => !id.startsWith("CompositionsQueue"))) {
      expect(property(resource, "MessageRetentionPeriod")).toBe(14 * 86_400);
    }
  });

  test("a message is hidden for longer than its worker may run, and given up after many deliveries", () => {
    const { template } = prod.stack("Training");
    template.hasResourceProperties("AWS::SQS::Queue", {
      VisibilityTimeout: 120,
      RedrivePolicy: { maxReceiveCount: 20, deadLetterTargetArn: Match.anyValue() },
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Description: Match.stringLikeRegexp("^Executes one composition"),
      Timeout: 90,
    });
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      BatchSize: 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });
});

describe("events", () => {
  const { template } = prod.stack("Training");

  test("the stream starts work once: filtered, bounded in tries and age, failures kept", () => {
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      StartingPosition: "TRIM_HORIZON",
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 3_600,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
      FilterCriteria: {
        Filters: [
          {
            Pattern: JSON.stringify({
              eventName: ["INSERT"],
              dynamodb: { NewImage: { openWork: { S: ["COMPOSITION", "TRAINING_JOB"] } } },
            }),
          },
          {
            Pattern: JSON.stringify({
              eventName: ["MODIFY"],
              dynamodb: {
                NewImage: { openWork: { S: ["COMPOSITION", "TRAINING_JOB"] }, stopRequested: { BOOL: [true] } },
                OldImage: { stopRequested: { BOOL: [false] } },
              },
            }),
          },
        ],
      },
    });
  });

  test("every rule and every function behind one keeps what it could not handle", () => {
    const rules = prod.resourcesOf("AWS::Events::Rule");
    expect(rules).toHaveLength(4);
    for (const { resource } of rules) {
      expect(property(resource, "Targets")).toEqual([
        expect.objectContaining({ DeadLetterConfig: { Arn: anything }, RetryPolicy: anything }),
      ]);
    }
    template.resourcePropertiesCountIs(
      "AWS::Lambda::EventInvokeConfig",
      { MaximumRetryAttempts: 2, DestinationConfig: { OnFailure: { Destination: Match.anyValue() } } },
      4,
    );
  });

  test("executions that were cut off, and training jobs of ours that changed, are heard of", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.states"],
        detail: {
          status: ["FAILED", "TIMED_OUT", "ABORTED"],
          stateMachineArn: [{ Ref: Match.stringLikeRegexp("StateMachine") }],
        },
      },
    });
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.sagemaker"],
        "detail-type": ["SageMaker Training Job State Change"],
        detail: { TrainingJobName: [{ prefix: "opencomposer-prod-" }] },
      },
    });
  });
});

describe("training workflow", () => {
  const { resources } = prod.stack("Training");
  const [machine] = prod.resourcesOf("AWS::StepFunctions::StateMachine");
  const definition = readFileSync(repositoryPath("stepfunctions", "training-workflow.asl.json"), "utf8");

  test("is the ASL file, Standard, logged without data, traced, and limited in time", () => {
    expect(machine?.resource.Properties).toMatchObject({
      StateMachineType: "STANDARD",
      DefinitionString: definition,
      LoggingConfiguration: { Level: "ALL", IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    });
    expect(z.looseObject({ TimeoutSeconds: z.int().min(1) }).safeParse(JSON.parse(definition)).success).toBe(true);
  });

  test("every substitution of the file is given, every given one is used, each a version of its function", () => {
    const given = z
      .record(z.string(), z.looseObject({ Ref: z.string() }))
      .parse(machine?.resource.Properties["DefinitionSubstitutions"]);
    const used = new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect(Object.keys(given).sort()).toEqual([...used].sort());
    for (const [name, { Ref }] of Object.entries(given)) {
      const version = resources[Ref];
      expect([name, version?.Type, version?.DeletionPolicy, version?.UpdateReplacePolicy]).toEqual([
        name,
        "AWS::Lambda::Version",
        // Kept for executions that still run, but deleted in the rollback of the update that made it: Lambda publishes
        // no second version of the same code, and the next deploy of this code would fail.
        "RetainExceptOnCreate",
        "Retain",
      ]);
      expect(Ref).toContain(name.replace(/FunctionArn$/, ""));
    }
  });

  test("may call every version of its steps and nothing else", () => {
    const [invoke, ...more] = allowing("lambda:InvokeFunction");
    expect(more).toEqual([]);
    expect(invoke?.policy).toMatch(/StateMachine/);
    expect(invoke?.Resource).toHaveLength(6);
    for (const resource of invoke?.Resource ?? []) expect(JSON.stringify(resource)).toMatch(/":\*"/);
  });
});

describe("inference", () => {
  test("is serverless by default, with its concurrency and memory stated", () => {
    const { template } = prod.stack("Inference");
    template.hasResourceProperties("AWS::SageMaker::EndpointConfig", {
      ProductionVariants: [
        { ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 2 }, InstanceType: Match.absent() },
      ],
    });
    template.resourceCountIs("AWS::SageMaker::Endpoint", trainedTechniqueIds.length);
    for (const technique of trainedTechniqueIds) {
      template.hasResourceProperties("AWS::SageMaker::Endpoint", { EndpointName: `opencomposer-prod-${technique}` });
    }
  });

  test("models are fetched from the artifacts bucket's own host only", () => {
    const models = prod.resourcesOf("AWS::SageMaker::Model");
    expect(models).toHaveLength(trainedTechniqueIds.length);
    for (const { resource } of models) {
      const { Environment } = z
        .looseObject({ Environment: z.record(z.string(), z.unknown()) })
        .parse(resource.Properties["PrimaryContainer"]);
      expect(Object.keys(Environment)).toEqual(["OPENCOMPOSER_MODEL_ORIGINS"]);
      expect(JSON.stringify(Environment)).toMatch(/"https:\/\/".*Artefacts/);
    }
  });

  test("a change makes a new model and a new configuration: neither has a name that would be in the way", () => {
    for (const [type, name] of [
      ["AWS::SageMaker::Model", "ModelName"],
      ["AWS::SageMaker::EndpointConfig", "EndpointConfigName"],
    ] as const) {
      for (const { resource } of prod.resourcesOf(type)) expect(property(resource, name)).toBeUndefined();
    }
  });

  test("can be real-time by stage option", () => {
    const realTime = synthesize(
      parseStageConfig({
        ...prodConfig,
        endpoints: {
          ...prodConfig.endpoints,
          "unet-gan": { kind: "realTime", instanceType: "ml.c5.large", instanceCount: 1 },
        },
      }),
    );
    realTime.stack("Inference").template.hasResourceProperties("AWS::SageMaker::EndpointConfig", {
      ProductionVariants: [{ InstanceType: "ml.c5.large", InitialInstanceCount: 1, ServerlessConfig: Match.absent() }],
    });
  });

  test("an image that is in ECR already is pinned as written, and only its repository may be pulled", () => {
    const uri = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/music/unet-gan@sha256:${"0".repeat(64)}`;
    const pinned = synthesize(
      parseStageConfig({
        ...prodConfig,
        images: {
          ...prodConfig.images,
          "unet-gan": { training: { kind: "uri", uri }, inference: { kind: "uri", uri } },
        },
      }),
    );
    pinned.stack("Inference").template.hasResourceProperties("AWS::SageMaker::Model", {
      PrimaryContainer: { Image: uri },
    });
    expect(JSON.stringify(pinned.resourcesOf("AWS::IAM::Policy"))).toContain(
      ":ecr:eu-west-1:123456789012:repository/music/unet-gan",
    );
  });
});

test("each technique has two images of its own from the one Dockerfile, whose build has the stages that they name", () => {
  const built = prod.imageBuilds.map(({ dockerFile, dockerBuildTarget, dockerBuildArgs, platform, dockerOutputs }) => ({
    dockerFile,
    dockerOutputs,
    image: `${dockerBuildArgs["TECHNIQUE"]} ${dockerBuildTarget}`,
    platform,
  }));
  const wanted = trainedTechniqueIds.flatMap((technique) => [`${technique} inference`, `${technique} training`]);
  expect(built.map(({ image }) => image).sort()).toEqual(wanted.sort());
  const dockerfile = readFileSync(repositoryPath("sagemaker-containers", "Dockerfile"), "utf8");
  for (const { dockerFile, platform, dockerOutputs } of built) {
    expect({ dockerFile, platform, dockerOutputs }).toEqual({
      dockerFile: "sagemaker-containers/Dockerfile",
      platform: "linux/amd64",
      // SageMaker hosting refuses an OCI manifest.
      dockerOutputs: ["type=docker,oci-mediatypes=false"],
    });
  }
  for (const target of ["training", "inference"])
    expect(dockerfile).toMatch(new RegExp(`^FROM base AS ${target}$`, "m"));
});

describe("cost", () => {
  test("nothing is provisioned and nothing stands by", () => {
    const types = new Set(
      [...prod.stacks.values()].flatMap(({ resources }) => Object.values(resources).map(({ Type }) => Type)),
    );
    expect(
      [...types].filter((type) =>
        /^AWS::(?:EC2|RDS|ECS|ElastiCache|ApplicationAutoScaling|KMS|WAFv2|Kinesis)::/.test(type),
      ),
    ).toEqual([]);
    for (const { resource } of prod.resourcesOf("AWS::Lambda::Alias")) {
      expect(property(resource, "ProvisionedConcurrencyConfig")).toBeUndefined();
    }
    for (const { resource } of prod.resourcesOf("AWS::SageMaker::EndpointConfig")) {
      expect(JSON.stringify(resource)).not.toMatch(/ProvisionedConcurrency|InitialInstanceCount/);
    }
  });

  test("alarms are few", () => {
    expect(prod.resourcesOf("AWS::CloudWatch::Alarm").length).toBeLessThanOrEqual(10);
  });
});

describe("alarms", () => {
  const alarms = prod.resourcesOf("AWS::CloudWatch::Alarm");
  const headings = new Set(
    [...readFileSync(repositoryPath("docs", "runbook.md"), "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-"),
    ),
  );

  test("each says what it means and where the runbook says what to do", () => {
    expect(alarms.map(({ id }) => id).length).toBe(9);
    for (const { resource } of alarms) {
      const [, anchor] = /docs\/runbook\.md#([a-z0-9-]+)$/.exec(String(property(resource, "AlarmDescription"))) ?? [];
      expect([anchor, headings.has(anchor ?? "")]).toEqual([anchor, true]);
      expect(property(resource, "AlarmActions")).toHaveLength(1);
    }
  });

  test.each(["JobsFailed", "QuotaRefusals", "AccessRefusals"])("%s are counted for this stage alone", (metric) => {
    prod.stack("Observability").template.hasResourceProperties("AWS::CloudWatch::Alarm", {
      Namespace: "OpenComposer",
      MetricName: metric,
      Dimensions: [{ Name: "service", Value: "opencomposer-prod" }],
      Threshold: 1,
    });
  });

  test("may be published to the topic: its own policy replaces the default one", () => {
    prod.stack("Observability").template.hasResourceProperties("AWS::SNS::TopicPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: "Allow",
            Action: "sns:Publish",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
          }),
        ]),
      },
    });
  });

  test("go to the stage's addresses", () => {
    const withAddress = synthesize(
      parseStageConfig({ ...prodConfig, alarms: { emailAddresses: ["ops@opencomposer.test"] } }),
    );
    withAddress.stack("Observability").template.hasResourceProperties("AWS::SNS::Subscription", {
      Protocol: "email",
      Endpoint: "ops@opencomposer.test",
    });
  });
});

test("no template names an account or a region", () => {
  for (const { resources } of prod.stacks.values()) {
    expect(JSON.stringify(resources)).not.toMatch(
      /\b\d{12}\b(?!-)|(?:us|eu|ap)-(?:east|west|central|south|north)\w*-\d/,
    );
  }
});

test.each([
  ["Storage", ["TableName", "ArtifactsBucketName", "WorkBucketName"]],
  ["Api", ["ApiId", "ApiUrl", "UserPoolId", "UserPoolClientId"]],
  ["Training", ["StateMachineArn", "CompositionQueueUrl", "ReconcileFunctionName", "TrainingRoleArn"]],
] as const)("%s has the outputs that clients and tools need", (stack, outputs) => {
  expect(prod.stack(stack).outputs).toEqual(expect.arrayContaining([...outputs]));
});
