/**
 * Properties of the templates that only AWS would show at run time, because MiniStack does not enforce them.
 * docs/first-deploy.md has the list of the findings that A6, B3 and the like name.
 */
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod";
import { parseStageConfig } from "../../lib/config/load-stage-config";
import { stageConfigSchema } from "../../lib/config/stage-config";
import { trainedTechniqueIds, trainingLogGroup } from "../../naming/resource-names";
import { matchesArn } from "../permissions/policy-evaluation";
import { devConfig, localConfig, prodConfig } from "./support/stage-configs";
import { type Resource, synthesize, type Synthesized } from "./support/synthesize";

const prod = synthesize("prod");
const dev = synthesize("dev");
const local = synthesize("local");
const stages = [
  ["local", local],
  ["dev", dev],
  ["prod", prod],
] as const;

/** Returns the logical id to which an intrinsic function of CloudFormation points. */
function targetOf(value: unknown): string {
  const parsed = z
    .union([z.looseObject({ Ref: z.string() }), z.looseObject({ "Fn::GetAtt": z.tuple([z.string(), z.string()]) })])
    .parse(value);
  return "Ref" in parsed ? String(parsed.Ref) : z.tuple([z.string(), z.string()]).parse(parsed["Fn::GetAtt"])[0];
}

/** Returns a text of a template. A parameter or resource that it names stands there as its logical id. */
function joined(value: unknown): string {
  const { "Fn::Join": parts } = z
    .object({ "Fn::Join": z.tuple([z.string(), z.array(z.union([z.string(), z.looseObject({ Ref: z.string() })]))]) })
    .parse(value);
  const [separator, texts] = parts;
  return texts.map((text) => (typeof text === "string" ? text : text.Ref)).join(separator);
}

describe("B3: API Gateway may call the function of every route", () => {
  test("the permission that once answered every unknown path with 500 does not fit $default", () => {
    const pattern = "arn:aws:execute-api:eu:1:api/*/*/*";
    expect(matchesArn(pattern, "arn:aws:execute-api:eu:1:api/$default/GET/tracks/{id}")).toBe(true);
    expect(matchesArn(pattern, "arn:aws:execute-api:eu:1:api/$default/$default")).toBe(false);
  });

  /** Returns the source that API Gateway states when it calls the function of a route. */
  const sourceOf = (api: string, routeKey: string): string => {
    const [method = "", path = ""] = routeKey.split(" ");
    return `arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:${api}/$default/${method}${path}`;
  };

  test.each(stages)("%s", (_stage, synthesized) => {
    const { resources } = synthesized.stack("Api");
    const routes = synthesized.resourcesOf("AWS::ApiGatewayV2::Route");
    expect(routes.length).toBeGreaterThan(20);
    const permissions = synthesized
      .resourcesOf("AWS::Lambda::Permission")
      .filter(({ stack }) => stack === "Api")
      .map(({ resource }) => ({
        target: targetOf(resource.Properties["FunctionName"]),
        principal: resource.Properties["Principal"],
        pattern: joined(resource.Properties["SourceArn"]),
      }));
    for (const { resource } of routes) {
      const routeKey = String(resource.Properties["RouteKey"]);
      const integrationId = joined(resource.Properties["Target"]).replace("integrations/", "");
      const called = targetOf(resources[integrationId]?.Properties["IntegrationUri"]);
      const source = sourceOf(targetOf(resource.Properties["ApiId"]), routeKey);
      const permitted = permissions.filter(
        ({ target, principal, pattern }) =>
          target === called && principal === "apigateway.amazonaws.com" && matchesArn(pattern, source),
      );
      expect([routeKey, permitted.length > 0]).toEqual([routeKey, true]);
    }
  });
});

describe("A6: a deleted stage leaves no bucket behind", () => {
  const emptied = (synthesized: Synthesized): readonly string[] =>
    synthesized
      .resourcesOf("Custom::S3AutoDeleteObjects")
      .map(({ resource }) => targetOf(resource.Properties["BucketName"]))
      .sort();
  const buckets = (synthesized: Synthesized): readonly string[] =>
    synthesized
      .resourcesOf("AWS::S3::Bucket")
      .map(({ id }) => id)
      .sort();

  test("dev empties every bucket before CloudFormation deletes it", () => {
    expect(emptied(dev)).toEqual(buckets(dev));
    expect(emptied(dev)).toHaveLength(3);
  });

  test("the function that does so may write logs and delete in the buckets of its stack, and nothing else", () => {
    const roles = dev.resourcesOf("AWS::IAM::Role").filter(({ id }) => id.startsWith("CustomS3AutoDeleteObjects"));
    expect(roles.map(({ stack }) => stack)).toEqual(["Storage", "Console"]);
    for (const { resource } of roles) {
      expect(resource.Properties["ManagedPolicyArns"]).toEqual([
        { "Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole" },
      ]);
      expect(resource.Properties["Policies"]).toBeUndefined();
    }
    const attached = dev
      .resourcesOf("AWS::IAM::Policy")
      .filter(({ resource }) => JSON.stringify(resource.Properties["Roles"]).includes("CustomS3AutoDeleteObjects"));
    expect(attached).toEqual([]);
  });

  test("prod keeps its buckets, and the local cloud is thrown away as a whole", () => {
    expect(emptied(prod)).toEqual([]);
    expect(emptied(local)).toEqual([]);
  });
});

describe("log groups", () => {
  const nameOf = (resource: Resource): unknown => resource.Properties["LogGroupName"];

  test.each(stages)(
    "B8: services deliver to /aws/vendedlogs/ under a name of this deployment only: %s",
    (stage, it) => {
      for (const [stack, service] of [
        ["Api", "apigateway"],
        ["Training", "states"],
      ] as const) {
        const names = Object.values(it.stack(stack).resources)
          .filter(({ Type }) => Type === "AWS::Logs::LogGroup")
          .map(nameOf)
          .filter((name) => name !== undefined);
        expect(names).toEqual([
          {
            "Fn::Join": [
              "",
              [
                `/aws/vendedlogs/${service}/opencomposer-${stage}-`,
                {
                  "Fn::Select": [
                    0,
                    { "Fn::Split": ["-", { "Fn::Select": [2, { "Fn::Split": ["/", { Ref: "AWS::StackId" }] }] }] },
                  ],
                },
              ],
            ],
          },
        ]);
      }
    },
  );

  test("B8: every destination of such logs is one of these groups", () => {
    const destinations = [
      prod.resourcesOf("AWS::ApiGatewayV2::Stage")[0]?.resource.Properties["AccessLogSettings"],
      prod.resourcesOf("AWS::StepFunctions::StateMachine")[0]?.resource.Properties["LoggingConfiguration"],
    ].map((settings) => /"Fn::GetAtt":\["(\w+)","Arn"\]/.exec(JSON.stringify(settings))?.[1]);
    for (const id of destinations) {
      const group = prod.resourcesOf("AWS::Logs::LogGroup").find((candidate) => candidate.id === id);
      expect(JSON.stringify(group?.resource.Properties)).toContain("/aws/vendedlogs/");
    }
  });

  test("B14: no endpoint makes its log group anew after the stack has deleted it", () => {
    const policies = prod.resourcesOf("AWS::IAM::Policy");
    const making = policies.filter(({ resource }) => JSON.stringify(resource).includes('"logs:CreateLogGroup"'));
    expect(making.map(({ stack, id }) => [stack, id])).toEqual([
      ["Training", expect.stringMatching(/^TrainingRoleDefaultPolicy/)],
    ]);
    const ofEndpoints = policies.filter(({ stack }) => stack === "Inference");
    expect(ofEndpoints).toHaveLength(trainedTechniqueIds.length);
    for (const { resource } of ofEndpoints) expect(JSON.stringify(resource)).toContain('"logs:PutLogEvents"');
  });

  describe("C2: SageMaker's log of training jobs, which all stages and projects of an account share", () => {
    const callSchema = z.looseObject({
      service: z.string(),
      action: z.string(),
      parameters: z.record(z.string(), z.unknown()),
      ignoreErrorCodesMatching: z.string().optional(),
    });
    const limited = synthesize(parseStageConfig({ ...prodConfig, trainingLogRetention: 90 }));

    test("is left alone unless the deployer sets its retention, and is never owned", () => {
      for (const [, stage] of [...stages, ["limited", limited] as const]) {
        const names = stage.resourcesOf("AWS::Logs::LogGroup").map(({ resource }) => nameOf(resource));
        expect(names).not.toContain(trainingLogGroup);
      }
      for (const [, stage] of stages) expect(stage.resourcesOf("Custom::AWS")).toEqual([]);
    });

    test("is made where it is missing, then limited, at the first deploy and at a change; nothing is undone", () => {
      const resources = limited.resourcesOf("Custom::AWS");
      const calls = resources.map(({ resource: { Properties } }) => {
        expect(Properties["Delete"]).toBeUndefined();
        expect(Properties["Update"]).toBe(Properties["Create"]);
        return callSchema.parse(JSON.parse(z.string().parse(Properties["Create"])));
      });
      const logGroupName = trainingLogGroup;
      expect(calls).toMatchObject([
        {
          action: "createLogGroup",
          parameters: { logGroupName },
          ignoreErrorCodesMatching: "ResourceAlreadyExistsException",
        },
        { action: "putRetentionPolicy", parameters: { logGroupName, retentionInDays: 90 } },
      ]);
      const [made, limit] = resources;
      expect(z.array(z.string()).parse(limit?.resource["DependsOn"])).toContain(made?.id);
    });

    test("may be changed by the function that does so, and no other group", () => {
      const statements = limited
        .resourcesOf("AWS::IAM::Policy")
        .filter(({ id }) => id.startsWith("TrainingLog"))
        .map(({ resource }) => JSON.stringify(resource.Properties["PolicyDocument"]));
      expect(statements).toHaveLength(2);
      for (const text of statements) {
        expect(text).toMatch(/"Action":"logs:(?:CreateLogGroup|PutRetentionPolicy)"/);
        expect(text.match(/:log-group:[^"]*/g)).toEqual([
          `:log-group:${trainingLogGroup}`,
          `:log-group:${trainingLogGroup}:log-stream:`,
        ]);
      }
    });
  });

  // In the order of Lambda's documentation, which says that a line without a valid level counts as INFO.
  const lambdaLevels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;

  test("no level that a stage may have keeps our own metrics from CloudWatch: their lines have no level", () => {
    const metrics = new Metrics({ namespace: "test", serviceName: "test" });
    metrics.addMetric("JobsFailed", MetricUnit.Count, 1);
    expect(metrics.serializeMetrics()).toMatchObject({ JobsFailed: 1, _aws: expect.anything() });
    expect(metrics.serializeMetrics()).not.toHaveProperty("level");

    for (const logLevel of lambdaLevels) {
      const config = { ...devConfig, functions: { ...devConfig.functions, logLevel } };
      const isKept = lambdaLevels.indexOf("INFO") >= lambdaLevels.indexOf(logLevel);
      const isAllowed = stageConfigSchema.safeParse(config).success;
      expect([logLevel, isAllowed && !isKept]).toEqual([logLevel, false]);
    }
  });

  test("B12: Lambda's own level of logs is the stage's, for every function", () => {
    for (const logLevel of ["DEBUG", "INFO"] as const) {
      const synthesized = synthesize(
        parseStageConfig({ ...devConfig, functions: { ...devConfig.functions, logLevel } }),
      );
      const functions = synthesized
        .resourcesOf("AWS::Lambda::Function")
        // The CDK's function that empties buckets writes no logs in JSON.
        .filter(({ resource }) => resource.Properties["LoggingConfig"] !== undefined);
      expect(functions).toHaveLength(24);
      for (const { resource } of functions) {
        expect(resource.Properties).toMatchObject({
          LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: logLevel },
          Environment: { Variables: { POWERTOOLS_LOG_LEVEL: logLevel } },
        });
      }
    }
  });
});

describe("B5: the training role", () => {
  test("may delete checkpoints, whose files the container deletes, and nothing else", () => {
    const [role, ...more] = prod
      .resourcesOf("AWS::IAM::Policy")
      .filter(({ id }) => id.startsWith("TrainingRoleDefaultPolicy"));
    expect(more).toEqual([]);
    const { Statement } = z
      .looseObject({
        Statement: z.array(
          z.looseObject({ Action: z.union([z.string(), z.array(z.string())]), Resource: z.unknown() }),
        ),
      })
      .parse(role?.resource.Properties["PolicyDocument"]);
    const deleting = Statement.filter(({ Action }) => [Action].flat().includes("s3:DeleteObject"));
    expect(deleting).toHaveLength(1);
    expect(JSON.stringify(deleting[0]?.Resource)).toMatch(
      /^\{"Fn::Join":\["",\[\{[^{}]+ObjectsWork[^{}]+\},"\/users\/\*\/training-jobs\/\*\/checkpoints\/\*"\]\]\}$/,
    );
  });
});

describe("B11: browsers may fetch presigned URLs", () => {
  test.each([
    ["local", local, localConfig, []],
    ["dev", dev, devConfig, []],
    // The console's stack comes after the bucket's, and CloudFront makes its name.
    ["prod", prod, prodConfig, ["https://*.cloudfront.net"]],
  ] as const)(
    "%s: from the API's origins, to read artifacts and to send files, and for nothing else",
    (_stage, synthesized, config, consoles) => {
      const rules = synthesized
        .resourcesOf("AWS::S3::Bucket")
        .map(({ id, resource }) => [id, resource.Properties["CorsConfiguration"]] as const)
        .filter(([, cors]) => cors !== undefined);
      expect(rules).toEqual([
        [
          expect.stringMatching(/^ObjectsArtefacts/),
          {
            CorsRules: [
              {
                AllowedMethods: ["GET", "HEAD"],
                AllowedOrigins: config.api.corsOrigins,
                ExposedHeaders: ["ETag", "Content-Disposition"],
                MaxAge: 3_600,
              },
            ],
          },
        ],
        [
          expect.stringMatching(/^ObjectsWork/),
          {
            CorsRules: [
              {
                AllowedHeaders: ["x-amz-checksum-sha256", "if-none-match", "content-type"],
                AllowedMethods: ["PUT"],
                AllowedOrigins: [...config.api.corsOrigins, ...consoles],
                ExposedHeaders: ["ETag"],
                MaxAge: 3_000,
              },
            ],
          },
        ],
      ]);
    },
  );
});

describe("B9: concurrency of serverless endpoints", () => {
  test("an update of a stage fits the pool of a new account, even if old and new configuration count together", () => {
    for (const synthesized of [dev, prod]) {
      const endpoints = synthesized.resourcesOf("AWS::SageMaker::Endpoint");
      const configurations = synthesized.resourcesOf("AWS::SageMaker::EndpointConfig").map(({ resource }) => {
        const [variant] = z
          .tuple([z.looseObject({ ServerlessConfig: z.looseObject({ MaxConcurrency: z.int() }) })])
          .parse(resource.Properties["ProductionVariants"]);
        return variant.ServerlessConfig.MaxConcurrency;
      });
      // Each endpoint but the first waits for the one before it, so one at a time has two configurations.
      const waiting = endpoints.map(({ resource }) => z.array(z.string()).catch([]).parse(resource["DependsOn"]));
      expect(waiting).toEqual(
        endpoints.map((_, index) => endpoints.slice(Math.max(0, index - 1), index).map(({ id }) => id)),
      );
      const steady = configurations.reduce((sum, one) => sum + one, 0);
      expect(steady + Math.max(...configurations)).toBeLessThanOrEqual(10);
    }
  });

  test("each stage leaves some of the 10 that a new account has, and no worker outruns an endpoint", () => {
    const concurrency = (config: typeof devConfig): number[] =>
      trainedTechniqueIds.map((technique) => {
        const endpoint = config.endpoints?.[technique];
        if (endpoint?.kind !== "serverless") throw new Error(`${config.stage}: ${technique} is not serverless`);
        expect(endpoint.maxConcurrency).toBeGreaterThanOrEqual(config.compositions.concurrency);
        return endpoint.maxConcurrency;
      });
    for (const config of [devConfig, prodConfig]) {
      const all = concurrency(config);
      // Two is the least that a queue's workers can have.
      expect(all).toEqual(trainedTechniqueIds.map(() => 2));
      expect(all.reduce((sum, one) => sum + one, 0)).toBeLessThan(10);
    }
  });
});

describe("a second factor", () => {
  const mfaOf = (synthesized: Synthesized): readonly unknown[] =>
    synthesized
      .resourcesOf("AWS::Cognito::UserPool")
      .map(({ resource }) => [resource.Properties["MfaConfiguration"], resource.Properties["EnabledMfas"]]);

  test("is never optional: Cognito's page sets one up only where it is required, and our tokens may not", () => {
    for (const [, synthesized] of stages) {
      expect(mfaOf(synthesized)).toEqual([["OFF", undefined]]);
      for (const { resource } of synthesized.resourcesOf("AWS::Cognito::UserPoolClient")) {
        // With the scope aws.cognito.signin.user.admin a front end could set a factor up by its user's token.
        expect(resource.Properties["AllowedOAuthScopes"]).toEqual(["openid", "email"]);
      }
    }
  });

  test("is required of everyone where the deployer says so, by an authenticator app", () => {
    const required = synthesize(
      parseStageConfig({ ...prodConfig, identity: { ...prodConfig.identity, mfa: "required" } }),
    );
    expect(mfaOf(required)).toEqual([["ON", ["SOFTWARE_TOKEN_MFA"]]]);
  });
});

describe("B2: the first training does not wait for the spot market", () => {
  test("dev trains on demand", () => {
    expect(devConfig.training.useSpot).toBe(false);
  });
});

test("E: the API's name says of which stage it is", () => {
  for (const [stage, synthesized] of stages) {
    expect(
      synthesized.resourcesOf("AWS::ApiGatewayV2::Api").map(({ resource }) => resource.Properties["Name"]),
    ).toEqual([`opencomposer-${stage}`]);
  }
});
