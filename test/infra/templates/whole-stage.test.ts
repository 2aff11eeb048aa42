/** What holds for all templates of a stage: cost, alarms, outputs, and no name of an account. */
import { readFileSync } from "node:fs";
import { Match } from "aws-cdk-lib/assertions";
import { parseStageConfig } from "../../../lib/config/load-stage-config";
import { repositoryPath } from "../../../lib/constructs/repository-root";
import { devConfig, prodConfig } from "../support/stage-configs";
import { property, synthesize } from "../support/synthesize";

const prod = synthesize("prod");

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
    expect(prod.resourcesOf("AWS::CloudWatch::Alarm").length).toBeLessThanOrEqual(11);
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
    expect(alarms.map(({ id }) => id).length).toBe(11);
    for (const { resource } of alarms) {
      const [, anchor] = /docs\/runbook\.md#([a-z0-9-]+)$/.exec(String(property(resource, "AlarmDescription"))) ?? [];
      expect([anchor, headings.has(anchor ?? "")]).toEqual([anchor, true]);
      expect(property(resource, "AlarmActions")).toHaveLength(1);
    }
  });

  test("are silent while nothing happens, and ring at the first five minutes that reach their threshold", () => {
    for (const { id, resource } of alarms) {
      const { TreatMissingData, EvaluationPeriods, ComparisonOperator, Threshold } = resource.Properties;
      // One bad composition or response is its user's; five within five minutes are the deployment's.
      expect([id, Threshold]).toEqual([id, /CompositionsFailed|ApiServerErrors/.test(id) ? 5 : 1]);
      expect([id, TreatMissingData, EvaluationPeriods, ComparisonOperator]).toEqual([
        id,
        "notBreaching",
        1,
        "GreaterThanOrEqualToThreshold",
      ]);
      // A metric of its own, or one that is computed from several.
      expect(JSON.stringify(resource.Properties)).toContain('"Period":300');
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

test.each([
  ["dev", devConfig, false],
  ["prod", prodConfig, true],
] as const)("every stack of %s carries the tag by which leftovers are found", (stage, config, isProtected) => {
  const { stacks } = stage === "prod" ? prod : synthesize(config);
  expect(stacks.size).toBe(6);
  for (const [name, { tags, terminationProtection }] of stacks) {
    expect([name, tags, terminationProtection]).toEqual([name, { "opencomposer:stage": stage }, isProtected]);
  }
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
  ["Console", ["ConsoleUrl", "ConsoleBucketName", "ConsoleDistributionId"]],
  ["Api", ["ApiId", "ApiUrl", "UserPoolId", "UserPoolClientId"]],
  ["Training", ["StateMachineArn", "CompositionQueueUrl", "ReconcileFunctionName", "TrainingRoleArn"]],
] as const)("%s has the outputs that clients and tools need", (stack, outputs) => {
  expect(prod.stack(stack).outputs).toEqual(expect.arrayContaining([...outputs]));
});
