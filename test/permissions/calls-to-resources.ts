/**
 * The calls on our resources for which the resource's own policy decides: by services of AWS, and by the CDK's function
 * that empties buckets. They follow from the templates: a route calls its function, a rule its target.
 */
import * as z from "zod";
import { localRegion } from "../../local/cloud/ministack";
import { localAccountId } from "../../naming/resource-names";
import type { Synthesized } from "../infra/support/synthesize";
import { arnOf, deployedNames } from "./deployed-names";
import type { RequestedPermission } from "./policy-evaluation";
import { isOfCdk } from "./stage-roles";

export interface CallToResource extends RequestedPermission {
  /** The service that calls, or the ARN of the role with which it is called. */
  readonly principal: string;
  readonly reason: string;
}

/** What a service says of the resource on whose behalf it calls. */
const onBehalfOf = (arn: string): NonNullable<RequestedPermission["context"]> => ({
  "aws:SourceArn": [arn],
  "aws:SourceAccount": [localAccountId],
  "aws:SecureTransport": ["true"],
});

const apiSchema = z.looseObject({ ApiId: z.string(), RouteKey: z.string(), Target: z.string() });
const ruleSchema = z.looseObject({
  Targets: z.array(z.looseObject({ Arn: z.string(), DeadLetterConfig: z.looseObject({ Arn: z.string() }).optional() })),
});
const emptiedSchema = z.looseObject({ BucketName: z.string() });

export function callsToResources(stage: Synthesized): readonly CallToResource[] {
  const resolveIn = deployedNames(stage);
  const resolved = (type: string) =>
    stage.resourcesOf(type).map(({ stack, id, resource }) => ({
      stack,
      id,
      values: resolveIn(stack)(resource.Properties),
      arn: (): string => z.string().parse(resolveIn(stack)({ "Fn::GetAtt": [id, "Arn"] })),
    }));

  const integrations = new Map(
    resolved("AWS::ApiGatewayV2::Integration").map(({ id, values }) => [
      id,
      z.looseObject({ IntegrationUri: z.string() }).parse(values).IntegrationUri,
    ]),
  );
  const byRoutes = resolved("AWS::ApiGatewayV2::Route").map(({ values }): CallToResource => {
    const { ApiId, RouteKey, Target } = apiSchema.parse(values);
    const [method = "", path = ""] = RouteKey.split(" ");
    return {
      principal: "apigateway.amazonaws.com",
      action: "lambda:InvokeFunction",
      resource: integrations.get(Target.replace("integrations/", "")) ?? Target,
      // The route $default has no method and no path.
      context: onBehalfOf(arnOf("execute-api", `${ApiId}/$default/${method}${path}`)),
      reason: "API Gateway calls the function of a route",
    };
  });

  const byRules = resolved("AWS::Events::Rule").flatMap(({ values, arn }): CallToResource[] =>
    ruleSchema.parse(values).Targets.flatMap(({ Arn, DeadLetterConfig }) => [
      {
        principal: "events.amazonaws.com",
        ...(Arn.includes(":sqs:")
          ? { action: "sqs:SendMessage", reason: "EventBridge puts the events of a rule into a queue" }
          : { action: "lambda:InvokeFunction", reason: "EventBridge calls the function of a rule" }),
        resource: Arn,
        context: onBehalfOf(arn()),
      },
      ...(DeadLetterConfig === undefined
        ? []
        : [
            {
              principal: "events.amazonaws.com",
              action: "sqs:SendMessage",
              resource: DeadLetterConfig.Arn,
              context: onBehalfOf(arn()),
              reason: "EventBridge keeps an event that it could not deliver",
            },
          ]),
    ]),
  );

  const byAlarms = resolved("AWS::CloudWatch::Alarm").flatMap(({ id, values }): CallToResource[] =>
    z
      .looseObject({ AlarmActions: z.array(z.string()) })
      .parse(values)
      .AlarmActions.map((topic) => ({
        principal: "cloudwatch.amazonaws.com",
        action: "sns:Publish",
        resource: topic,
        context: onBehalfOf(arnOf("cloudwatch", `alarm:${id}`)),
        reason: "CloudWatch tells the receivers of an alarm",
      })),
  );

  const emptying = resolved("AWS::IAM::Role").filter(({ id }) => isOfCdk(id));
  const byCdk = resolved("Custom::S3AutoDeleteObjects").flatMap(({ stack, values }) => {
    const bucket = `arn:aws:s3:::${emptiedSchema.parse(values).BucketName}`;
    const calls = [
      ["s3:GetBucketTagging", bucket],
      ["s3:GetBucketPolicy", bucket],
      ["s3:PutBucketPolicy", bucket],
      ["s3:ListBucketVersions", bucket],
      ["s3:DeleteObject", `${bucket}/key`],
      ["s3:DeleteObjectVersion", `${bucket}/key`],
    ] as const;
    const ofStack = emptying.filter((role) => role.stack === stack);
    return ofStack.flatMap((role) =>
      calls.map(([action, resource]): CallToResource => ({
        principal: role.arn(),
        action,
        resource,
        context: { "aws:SecureTransport": ["true"] },
        reason: "The CDK's function empties a bucket whose stack is deleted",
      })),
    );
  });

  const byCloudFront = resolved("AWS::CloudFront::Distribution").flatMap(({ stack, id }) => {
    // The origin of a distribution is the one bucket of its stack.
    const buckets = resolved("AWS::S3::Bucket").filter((bucket) => bucket.stack === stack);
    return buckets.flatMap((bucket) =>
      [
        ["s3:GetObject", `${bucket.arn()}/key`, "CloudFront fetches a file of the console"],
        ["s3:ListBucket", bucket.arn(), "S3 tells CloudFront that a file is missing, and not that it is forbidden"],
      ].map(([action = "", resource = "", reason = ""]): CallToResource => ({
        principal: "cloudfront.amazonaws.com",
        action,
        resource,
        context: onBehalfOf(`arn:aws:cloudfront::${localAccountId}:distribution/${id}`),
        reason,
      })),
    );
  });

  return [...byRoutes, ...byRules, ...byAlarms, ...byCdk, ...byCloudFront, ...assumedRoles(stage)];
}

/** Which service works with a role, and on behalf of which resources. */
function assumedRoles(stage: Synthesized): CallToResource[] {
  const resolveIn = deployedNames(stage);
  const rolesOf = (type: string, member: string, principal: string, source: (id: string) => string): CallToResource[] =>
    stage.resourcesOf(type).map(({ stack, id, resource }) => ({
      principal,
      action: "sts:AssumeRole",
      resource: z.string().parse(resolveIn(stack)(resource.Properties[member])),
      context: onBehalfOf(source(id)),
      reason: "A service works with the role that was made for it",
    }));
  // The role of training jobs is named by the requests that create them, so no resource of a template has it.
  const training = stage.resourcesOf("AWS::IAM::Role").filter(({ id }) => id.startsWith("TrainingRole"));
  return [
    ...rolesOf("AWS::Lambda::Function", "Role", "lambda.amazonaws.com", (id) => arnOf("lambda", `function:${id}`)),
    ...rolesOf("AWS::StepFunctions::StateMachine", "RoleArn", "states.amazonaws.com", (id) =>
      arnOf("states", `stateMachine:${id}`),
    ),
    ...rolesOf("AWS::SageMaker::Model", "ExecutionRoleArn", "sagemaker.amazonaws.com", (id) =>
      arnOf("sagemaker", `model/${id.toLowerCase()}`),
    ),
    ...training.map(({ stack, id }) => ({
      principal: "sagemaker.amazonaws.com",
      action: "sts:AssumeRole",
      resource: z.string().parse(resolveIn(stack)({ "Fn::GetAtt": [id, "Arn"] })),
      context: onBehalfOf(`arn:aws:sagemaker:${localRegion}:${localAccountId}:training-job/job`),
      reason: "A service works with the role that was made for it",
    })),
  ];
}
