import * as z from "zod";
import type { Rule, TemplateResource } from "./rule";

const oneOrMore = z
  .union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())])
  .transform((value) => [value].flat());
const statementSchema = z.looseObject({
  Effect: z.enum(["Allow", "Deny"]),
  // A statement with NotAction or NotResource allows everything but a few things, and is read as a wildcard.
  Action: oneOrMore.default(["*"]),
  Resource: oneOrMore.default(["*"]),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});
type Statement = z.output<typeof statementSchema>;

const documentSchema = z.looseObject({ Statement: z.union([z.array(statementSchema), statementSchema]) });
const policySchema = z.looseObject({ PolicyDocument: documentSchema });
const roleSchema = z.looseObject({ Policies: z.array(policySchema).default([]) });

/** Types that say what somebody may do. */
const identityPolicies = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role"];

/** Returns the statements of a policy, or of the policies inside a role, that allow something. */
function allowing({ Type, Properties }: TemplateResource): readonly Statement[] {
  const policies = Type === "AWS::IAM::Role" ? roleSchema.parse(Properties).Policies : [policySchema.parse(Properties)];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).filter(({ Effect }) => Effect === "Allow");
}

/** Returns true if a statement allows an action, by its name or by a wildcard. */
function covers({ Action }: Statement, action: string): boolean {
  return Action.some((pattern) => {
    const escaped = String(pattern).replace(/[.+^${}()|[\]\\]/g, "\\$&");
    return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(action);
  });
}

const conditionOf = ({ Condition }: Statement, operator: string, key: string): readonly unknown[] =>
  [Condition[operator]?.[key] ?? []].flat();

/** Returns true for a resource that is not one resource: a pattern for a whole name or for a whole kind. */
const isWild = (resource: unknown): boolean => JSON.stringify(resource).includes("*");

/**
 * Actions that know no resource of ours, so that a policy has to name `*`, each with what AWS needs it for. That they
 * know none is held by test/permissions/service-authorization.test.ts.
 */
export const actionsWithoutResource: Readonly<Record<string, string>> = {
  "cloudwatch:PutMetricData": "SageMaker sends a container's metrics; a condition holds it to name spaces of SageMaker",
  "dynamodb:ListStreams": "Lambda finds the table's stream",
  "ecr:GetAuthorizationToken": "SageMaker signs in to the registry before it pulls an image",
  "logs:CreateLogDelivery": "Step Functions writes the log of executions",
  "logs:DeleteLogDelivery": "Step Functions writes the log of executions",
  "logs:DescribeLogGroups": "Step Functions writes the log of executions",
  "logs:DescribeResourcePolicies": "Step Functions writes the log of executions",
  "logs:GetLogDelivery": "Step Functions writes the log of executions",
  "logs:ListLogDeliveries": "Step Functions writes the log of executions",
  "logs:PutResourcePolicy": "Step Functions writes the log of executions",
  "logs:UpdateLogDelivery": "Step Functions writes the log of executions",
  "xray:GetSamplingRules": "Step Functions sends traces of executions",
  "xray:GetSamplingTargets": "Step Functions sends traces of executions",
  "xray:PutTelemetryRecords": "Lambda and Step Functions send traces",
  "xray:PutTraceSegments": "Lambda and Step Functions send traces",
};

export const permissionRules: readonly Rule[] = [
  {
    id: "IAM1",
    info: "A role may be passed by its name only, and to one service only.",
    explanation: "Whoever may pass any role to any service may do what the most powerful role of the account may do.",
    types: identityPolicies,
    findings: (resource) =>
      allowing(resource)
        .filter((statement) => covers(statement, "iam:PassRole"))
        .flatMap((statement) => [
          ...(statement.Resource.some(isWild) ? ["the role is not named"] : []),
          ...(conditionOf(statement, "StringEquals", "iam:PassedToService").length === 1
            ? []
            : ["the service is not named: iam:PassedToService"]),
        ]),
  },
  {
    id: "IAM2",
    info: "The resource `*` is for actions that know no other, each of which is listed with its reason.",
    explanation: "A permission on `*` reaches what other applications of the account have.",
    types: identityPolicies,
    findings: (resource) =>
      allowing(resource)
        .filter(({ Resource }) => Resource.includes("*"))
        .flatMap((statement) => [
          ...statement.Action.map(String).filter((action) => !(action in actionsWithoutResource)),
          ...(covers(statement, "cloudwatch:PutMetricData") &&
          conditionOf(statement, "StringEquals", "cloudwatch:namespace").length === 0
            ? ["cloudwatch:PutMetricData without a condition on cloudwatch:namespace"]
            : []),
        ]),
  },
  {
    id: "IAM3",
    info: "Actions are named one by one.",
    explanation: "A wildcard gives every action that AWS will ever add under it.",
    types: identityPolicies,
    findings: (resource) =>
      allowing(resource).flatMap(({ Action }) => Action.map(String).filter((action) => action.includes("*"))),
  },
  {
    id: "TRAIN1",
    info: "Training jobs are created without network, of the stage's instance type, and no longer than the stage allows.",
    explanation:
      "The container's code reads music of users and files that users made. Without network it can send them nowhere, and a bounded run on a known machine has a bounded price.",
    types: identityPolicies,
    findings: (resource, { config }) => {
      const { instanceType, runtimeLimitSeconds } = config.training;
      return allowing(resource)
        .filter((statement) => covers(statement, "sagemaker:CreateTrainingJob"))
        .flatMap((statement) => {
          const isolated = conditionOf(statement, "Bool", "sagemaker:NetworkIsolation");
          const longest = conditionOf(statement, "NumericLessThanEquals", "sagemaker:MaxRuntimeInSeconds").map(Number);
          const types = conditionOf(statement, "ForAllValues:StringEquals", "sagemaker:InstanceTypes");
          // ForAllValues is true of a request that names no type.
          const isTypeAsked = conditionOf(statement, "Null", "sagemaker:InstanceTypes").join() === "false";
          return [
            ...(isolated.join() === "true" ? [] : ["jobs with network: sagemaker:NetworkIsolation"]),
            ...(longest.length === 1 && longest.every((seconds) => seconds <= runtimeLimitSeconds)
              ? []
              : ["jobs longer than the stage allows: sagemaker:MaxRuntimeInSeconds"]),
            ...(isTypeAsked && types.length > 0 && types.every((type) => type === instanceType)
              ? []
              : ["jobs on other machines: sagemaker:InstanceTypes"]),
            ...(statement.Resource.includes("*") ? ["jobs of any name"] : []),
          ];
        });
    },
  },
];
