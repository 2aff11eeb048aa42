import { Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from "aws-cdk-lib/custom-resources";
import { Construct } from "constructs";
import { trainingLogGroup } from "../../../naming/resource-names";
import type { StageConfig } from "../../config/stage-config";
import { functionLogFindings } from "../../rules/function-rules";
import { acknowledge, acknowledgeOwnRule } from "../permissions/acknowledge-findings";
import { removalPolicy } from "../removal-policy";

export interface TrainingLogRetentionProps {
  readonly config: StageConfig;
  readonly retention: RetentionDays;
}

/** The id that the CDK gives the function behind every AwsCustomResource of a stack. */
const providerId = "AWS679f53fac002430cb0da5b7982bd2287";

/**
 * Limits how long SageMaker's log of training jobs is kept. The group has one name for all training jobs of an account,
 * so a stack that owned it would fail where it exists already, and would delete it from under another stage. Two calls
 * while the stack is deployed do without owning it: one makes the group where there is none, one sets its retention.
 * Nothing is undone when the stack is deleted.
 */
export class TrainingLogRetention extends Construct {
  constructor(scope: Construct, id: string, { config, retention }: TrainingLogRetentionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, "Logs", {
      retention: config.logRetention,
      removalPolicy: removalPolicy(config),
    });
    const group = Stack.of(this).formatArn({
      service: "logs",
      resource: `log-group:${trainingLogGroup}`,
    });
    const shared = { installLatestAwsSdk: false, logGroup };
    const allowing = (action: string): AwsCustomResourcePolicy =>
      AwsCustomResourcePolicy.fromStatements([
        // CloudWatch Logs asks for the group's ARN with and without the beginning of a stream's.
        new PolicyStatement({ actions: [action], resources: [group, `${group}:log-stream:`] }),
      ]);
    const made = new AwsCustomResource(this, "Group", {
      ...shared,
      policy: allowing("logs:CreateLogGroup"),
      onUpdate: {
        service: "CloudWatchLogs",
        action: "createLogGroup",
        parameters: { logGroupName: trainingLogGroup },
        ignoreErrorCodesMatching: "ResourceAlreadyExistsException",
        physicalResourceId: PhysicalResourceId.of(trainingLogGroup),
      },
    });
    const limited = new AwsCustomResource(this, "Retention", {
      ...shared,
      policy: allowing("logs:PutRetentionPolicy"),
      onUpdate: {
        service: "CloudWatchLogs",
        action: "putRetentionPolicy",
        parameters: { logGroupName: trainingLogGroup, retentionInDays: retention },
        physicalResourceId: PhysicalResourceId.of(`${trainingLogGroup} ${retention}`),
      },
    });
    limited.node.addDependency(made);
    this.acknowledgeProvider(config);
  }

  private acknowledgeProvider(config: StageConfig): void {
    const provider = Stack.of(this).node.tryFindChild(providerId);
    if (provider === undefined) throw new Error(`The CDK's function for calls at deploy time is not ${providerId}.`);
    const reason = "The CDK's own function, which runs while the stack is deployed. Its log group is the stack's.";
    for (const finding of [functionLogFindings.noJson, functionLogFindings.otherLevel(config.functions.logLevel)]) {
      acknowledgeOwnRule(provider, "LOG2", finding, reason);
    }
    acknowledge(
      provider,
      "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
      "The CDK gives its function this policy, which lets it write its log.",
    );
  }
}
