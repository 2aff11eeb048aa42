/** The policies of a stage's resources: who may use a bucket, a queue, a topic, a function or a role. */
import * as z from "zod";
import type { StackName, Synthesized } from "../infra/support/synthesize";
import { deployedNames } from "./deployed-names";
import { parseResourceStatement, type ResourceStatement } from "./policy-evaluation";

/** Every statement about one resource. */
export interface ResourcePolicy {
  /** The resource's ARN. */
  readonly resource: string;
  /** Its type, as `AWS::SQS::Queue`. */
  readonly type: string;
  readonly statements: readonly ResourceStatement[];
}

const documentSchema = z.looseObject({ Statement: z.array(z.looseObject({})) });
const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** Policies that are resources of their own, with the member that names what each is about. */
const policyTypes = [
  { policy: "AWS::S3::BucketPolicy", of: "Bucket", type: "AWS::S3::Bucket" },
  { policy: "AWS::SQS::QueuePolicy", of: "Queues", type: "AWS::SQS::Queue" },
  { policy: "AWS::SNS::TopicPolicy", of: "Topics", type: "AWS::SNS::Topic" },
] as const;

/** Types whose resources can have a policy inside them. None of ours has one, so none is read here. */
const unreadPolicies = [
  ["AWS::DynamoDB::Table", "ResourcePolicy"],
  ["AWS::ECR::Repository", "RepositoryPolicyText"],
] as const;
const unreadTypes = ["AWS::KMS::Key", "AWS::Logs::ResourcePolicy", "AWS::Events::EventBusPolicy"];

const permissionSchema = z.strictObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

/** Returns a permission of a function in the form of a policy's statement, as Lambda does in GetPolicy. */
function statementOf(permission: z.output<typeof permissionSchema>): ResourceStatement {
  const { Action, FunctionName, Principal, SourceArn, SourceAccount } = permission;
  return parseResourceStatement({
    Effect: "Allow",
    Principal: { Service: Principal },
    Action,
    Resource: FunctionName,
    Condition: {
      ...(SourceArn === undefined ? {} : { ArnLike: { "AWS:SourceArn": SourceArn } }),
      ...(SourceAccount === undefined ? {} : { StringEquals: { "AWS:SourceAccount": SourceAccount } }),
    },
  });
}

/**
 * Returns the policies of all resources of a stage; also the empty ones, of resources that nobody is told about.
 * @throws Error for a policy of a kind that is not read here
 */
export function resourcePolicies(stage: Synthesized): readonly ResourcePolicy[] {
  const resolveIn = deployedNames(stage);
  const resolved = (type: string) =>
    stage.resourcesOf(type).map(({ stack, id, resource }) => ({
      stack,
      id,
      values: z.record(z.string(), z.unknown()).parse(resolveIn(stack)(resource.Properties)),
    }));
  for (const type of unreadTypes) {
    if (stage.resourcesOf(type).length > 0) throw new Error(`policies of ${type} are not read here`);
  }
  for (const [type, member] of unreadPolicies) {
    if (resolved(type).some(({ values }) => member in values)) throw new Error(`${type}: ${member} is not read here`);
  }

  const arnOf = (stack: StackName, id: string, type: string): string =>
    z.string().parse(resolveIn(stack)(type === "AWS::SNS::Topic" ? { Ref: id } : { "Fn::GetAtt": [id, "Arn"] }));
  const separate = policyTypes.flatMap(({ policy, of, type }) => {
    const found = resolved(policy).map(({ values }) => ({
      names: oneOrMore.parse(values[of]),
      statements: documentSchema.parse(values["PolicyDocument"]).Statement.map(parseResourceStatement),
    }));
    return stage.resourcesOf(type).map(({ stack, id }) => {
      const name = resolveIn(stack)({ Ref: id });
      return {
        resource: arnOf(stack, id, type),
        type,
        statements: found.filter(({ names }) => names.some((one) => one === name)).flatMap((one) => one.statements),
      };
    });
  });

  const permissions = resolved("AWS::Lambda::Permission").map(({ values }) => permissionSchema.parse(values));
  const functions = stage.resourcesOf("AWS::Lambda::Function").map(({ stack, id }) => {
    const resource = arnOf(stack, id, "AWS::Lambda::Function");
    const own = permissions.filter(({ FunctionName }) => FunctionName === resource);
    return { resource, type: "AWS::Lambda::Function", statements: own.map(statementOf) };
  });
  const known = new Set(functions.map(({ resource }) => resource));
  const lost = permissions.find(({ FunctionName }) => !known.has(FunctionName));
  if (lost !== undefined) throw new Error(`a permission is about ${lost.FunctionName}, which is no function`);

  const roles = resolved("AWS::IAM::Role").map(({ stack, id, values }) => {
    const resource = arnOf(stack, id, "AWS::IAM::Role");
    const { Statement } = documentSchema.parse(values["AssumeRolePolicyDocument"]);
    // A trust policy has no Resource: it is about its role.
    const statements = Statement.map((one) => parseResourceStatement({ ...one, Resource: resource }));
    return { resource, type: "AWS::IAM::Role", statements };
  });
  return [...separate, ...functions, ...roles];
}
