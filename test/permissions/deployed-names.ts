/**
 * The templates of a stage with the names that a deployment gives: CloudFormation's functions are resolved, each resource
 * has a name made of its logical id, and account and region are those of the local cloud.
 */
import * as z from "zod";
import { localRegion } from "../../local/cloud/ministack";
import { localAccountId } from "../../naming/resource-names";
import type { Resource, StackName, Synthesized } from "../infra/support/synthesize";

const partition = "aws";
const pseudoParameters: Readonly<Record<string, string>> = {
  "AWS::Partition": partition,
  "AWS::Region": localRegion,
  "AWS::AccountId": localAccountId,
  "AWS::URLSuffix": "amazonaws.com",
  "AWS::StackId": `arn:aws:cloudformation:${localRegion}:${localAccountId}:stack/stack/0`,
  "AWS::StackName": "stack",
};

/** Resolves values of one stack's template. */
export type Resolve = (value: unknown) => unknown;

export const arnOf = (service: string, resource: string): string =>
  `arn:${partition}:${service}:${localRegion}:${localAccountId}:${resource}`;

/** Returns the name of a bucket, which has no capital letters, and no more than 63 characters. */
const bucketName = (id: string): string => id.toLowerCase().slice(-63);

/** What `Ref` gives, by the resource's type; for the types that are not listed it is the name. */
const references: Readonly<Record<string, (id: string) => string>> = {
  "AWS::S3::Bucket": bucketName,
  "AWS::SQS::Queue": (id) => `https://sqs.${localRegion}.amazonaws.com/${localAccountId}/${id}`,
  "AWS::SNS::Topic": (id) => arnOf("sns", id),
  "AWS::StepFunctions::StateMachine": (id) => arnOf("states", `stateMachine:${id}`),
};

const arns: Readonly<Record<string, (id: string) => string>> = {
  "AWS::DynamoDB::Table": (id) => arnOf("dynamodb", `table/${id}`),
  "AWS::S3::Bucket": (id) => `arn:${partition}:s3:::${bucketName(id)}`,
  "AWS::SQS::Queue": (id) => arnOf("sqs", id),
  "AWS::Lambda::Function": (id) => arnOf("lambda", `function:${id}`),
  "AWS::Logs::LogGroup": (id) => arnOf("logs", `log-group:${id}:*`),
  "AWS::Events::Rule": (id) => arnOf("events", `rule/${id}`),
  "AWS::IAM::Role": (id) => `arn:${partition}:iam::${localAccountId}:role/${id}`,
  "AWS::StepFunctions::StateMachine": (id) => arnOf("states", `stateMachine:${id}`),
  "AWS::ECR::Repository": (id) => arnOf("ecr", `repository/${id.toLowerCase()}`),
};

function reference(id: string, { Type }: Resource, version: string): string {
  if (Type === "AWS::Lambda::Version") return `${version}:1`;
  return references[Type]?.(id) ?? id;
}

/** @throws Error for an attribute whose value is not known here */
function attribute(id: string, { Type }: Resource, name: string): string {
  const arn = arns[Type];
  if (name === "Arn" && arn !== undefined) return arn(id);
  if (Type === "AWS::DynamoDB::Table" && name === "StreamArn")
    return `${arnOf("dynamodb", `table/${id}`)}/stream/2026-01-01T00:00:00.000`;
  if (name === "Name" || name === "QueueName") return id;
  if (name === "RegionalDomainName") return `${bucketName(id)}.s3.${localRegion}.amazonaws.com`;
  return `${id}.${name}`;
}

const outputsSchema = z.looseObject({
  Outputs: z
    .record(z.string(), z.looseObject({ Value: z.unknown(), Export: z.looseObject({ Name: z.string() }).optional() }))
    .default({}),
});

/** Returns what resolves the values of each stack of a stage. */
export function deployedNames(stage: Synthesized): (stack: StackName) => Resolve {
  const exported = new Map<string, { readonly stack: StackName; readonly value: unknown }>();
  for (const [stack, { template }] of stage.stacks) {
    for (const { Value, Export } of Object.values(outputsSchema.parse(template.toJSON()).Outputs)) {
      if (Export !== undefined) exported.set(Export.Name, { stack, value: Value });
    }
  }

  const ids = [...stage.stacks.values()].flatMap(({ resources }) => Object.keys(resources));
  // The CDK's function that empties buckets has one logical id in every stack.
  const shared = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));

  const resolveIn = (stack: StackName): Resolve => {
    const nameOf = (id: string): string => (shared.has(id) ? `${stack}${id}` : id);
    const resourceOf = (id: string): Resource => {
      const resource = stage.stack(stack).resources[id];
      if (resource === undefined) throw new Error(`the stack ${stack} has no resource ${id}`);
      return resource;
    };
    const ref = (name: string): string => {
      const pseudo = pseudoParameters[name];
      if (pseudo !== undefined) return pseudo;
      const resource = resourceOf(name);
      const { FunctionName } = resource.Properties;
      return reference(nameOf(name), resource, FunctionName === undefined ? "" : String(resolveFunction(FunctionName)));
    };
    const resolveFunction = (functionName: unknown): unknown =>
      arnOf("lambda", `function:${String(resolve(functionName))}`);
    const functions: Readonly<Record<string, (argument: unknown) => unknown>> = {
      Ref: (name) => ref(z.string().parse(name)),
      "Fn::GetAtt": (argument) => {
        const [id, name] = z.tuple([z.string(), z.string()]).parse(argument);
        return attribute(nameOf(id), resourceOf(id), name);
      },
      "Fn::Join": (argument) => {
        const [separator, parts] = z.tuple([z.string(), z.array(z.unknown())]).parse(argument);
        return parts.map((part) => String(resolve(part))).join(separator);
      },
      "Fn::Sub": (text) =>
        z
          .string()
          .parse(text)
          .replace(/\$\{([\w:]+)\}/g, (_, name: string) => ref(name)),
      "Fn::ImportValue": (name) => {
        const found = exported.get(z.string().parse(name));
        if (found === undefined) throw new Error(`no stack exports ${String(name)}`);
        return resolveIn(found.stack)(found.value);
      },
    };
    const resolve: Resolve = (value) => {
      if (Array.isArray(value)) return value.map(resolve);
      if (typeof value !== "object" || value === null) return value;
      const entries = Object.entries(value);
      const [[name, argument] = ["", undefined], ...others] = entries;
      const resolveOne = others.length === 0 ? functions[name] : undefined;
      if (resolveOne !== undefined) return resolveOne(argument);
      if (name.startsWith("Fn::")) throw new Error(`${name} is not known here`);
      return Object.fromEntries(entries.map(([key, child]) => [key, resolve(child)]));
    };
    return resolve;
  };
  return resolveIn;
}
