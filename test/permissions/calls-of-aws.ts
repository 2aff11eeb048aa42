/**
 * The calls that AWS itself makes with our roles. No test can record them, so each is listed with its reason and with the
 * page that says so. A permission that no recorded call and no entry of this list asks for is one that nobody needs.
 */
import type { CreateTrainingJobCommandInput } from "@aws-sdk/client-sagemaker";
import * as z from "zod";
import { environmentVariables } from "../../naming/environment-variables";
import { ownVersionPrefix } from "../../naming/object-keys";
import { trainedTechniqueIds, trainingLogGroup } from "../../naming/resource-names";
import type { Synthesized } from "../infra/support/synthesize";
import { arnOf, deployedNames } from "./deployed-names";
import type { RequestedPermission } from "./policy-evaluation";
import { isOfCdk, type StageRole } from "./stage-roles";

export interface CallsOfAws {
  /** The name of the role, see `stage-roles.ts`. */
  readonly role: string;
  readonly permissions: readonly RequestedPermission[];
  readonly reason: string;
  readonly source: string;
}

const docs = "https://docs.aws.amazon.com";
const pages = {
  lambdaLogs: `${docs}/lambda/latest/dg/monitoring-cloudwatchlogs.html`,
  lambdaTraces: `${docs}/lambda/latest/dg/services-xray.html`,
  lambdaQueues: `${docs}/lambda/latest/dg/services-sqs-configure.html`,
  lambdaStreams: `${docs}/lambda/latest/dg/services-dynamodb-eventsourcemapping.html`,
  lambdaDestinations: `${docs}/lambda/latest/dg/invocation-async-retain-records.html`,
  workflowTasks: `${docs}/step-functions/latest/dg/connect-lambda.html`,
  workflowLogs: `${docs}/step-functions/latest/dg/cw-logs.html`,
  workflowTraces: `${docs}/step-functions/latest/dg/concepts-xray-tracing.html`,
  sageMakerRoles: `${docs}/sagemaker/latest/dg/sagemaker-roles.html`,
  sageMakerCheckpoints: `${docs}/sagemaker/latest/dg/model-checkpoints.html`,
  multipartUploads: `${docs}/AmazonS3/latest/userguide/mpuoverview.html`,
} as const;

/** CDK gives this together with the permission to use a queue, and has no way to leave it out. */
const givenByCdk = "CDK's construct brings it; it reads the queue's address or settings, and no message";

const on =
  (resource: string) =>
  (action: string): RequestedPermission => ({ action, resource });

/** What the calls depend on: the stage, its roles, and the training jobs that were launched in it. */
export interface CallsOfAwsParams {
  readonly stage: Synthesized;
  readonly roles: readonly StageRole[];
  readonly launched: readonly CreateTrainingJobCommandInput[];
}

export function callsOfAws(params: CallsOfAwsParams): readonly CallsOfAws[] {
  return [
    ...callsForFunctions(params),
    ...callsForWorkflow(params),
    ...callsForTraining(params),
    ...callsForEndpoints(params),
  ];
}

const functionSchema = z.looseObject({
  Role: z.string(),
  LoggingConfig: z.looseObject({ LogGroup: z.string() }),
});
const mappingSchema = z.looseObject({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  DestinationConfig: z.looseObject({ OnFailure: z.looseObject({ Destination: z.string() }) }).optional(),
});
const asyncSchema = z.looseObject({
  FunctionName: z.string(),
  DestinationConfig: z.looseObject({ OnFailure: z.looseObject({ Destination: z.string() }) }),
});

function callsForFunctions({ stage, roles }: CallsOfAwsParams): CallsOfAws[] {
  const resolveIn = deployedNames(stage);
  const resources = (type: string) =>
    stage.resourcesOf(type).map(({ stack, id, resource }) => ({ id, values: resolveIn(stack)(resource.Properties) }));
  const roleOf = new Map<string, string>();
  const calls: CallsOfAws[] = [];
  for (const { id, values } of resources("AWS::Lambda::Function")) {
    if (isOfCdk(id)) continue;
    const { Role, LoggingConfig } = functionSchema.parse(values);
    const role = roles.find(({ arn }) => arn === Role)?.name ?? Role;
    roleOf.set(id, role);
    const log = arnOf("logs", `log-group:${LoggingConfig.LogGroup}:log-stream:2026/01/01/[$LATEST]0`);
    calls.push(
      {
        role,
        permissions: ["logs:CreateLogStream", "logs:PutLogEvents"].map(on(log)),
        reason: "Lambda writes the function's log",
        source: pages.lambdaLogs,
      },
      {
        role,
        permissions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"].map(on("*")),
        reason: "Lambda sends the function's traces",
        source: pages.lambdaTraces,
      },
    );
  }
  const keepingFailures = (functionName: string, queue: string): CallsOfAws[] => {
    const role = roleOf.get(functionName) ?? functionName;
    return [
      {
        role,
        permissions: [on(queue)("sqs:SendMessage")],
        reason: "Lambda keeps the event on which the function keeps failing",
        source: pages.lambdaDestinations,
      },
      {
        role,
        permissions: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"].map(on(queue)),
        reason: givenByCdk,
        source: pages.lambdaDestinations,
      },
    ];
  };
  for (const { values } of resources("AWS::Lambda::EventSourceMapping")) {
    const { FunctionName, EventSourceArn, DestinationConfig } = mappingSchema.parse(values);
    const role = roleOf.get(FunctionName) ?? FunctionName;
    if (EventSourceArn.includes(":sqs:")) {
      const used = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"];
      calls.push(
        {
          role,
          permissions: used.map(on(EventSourceArn)),
          reason: "Lambda takes the messages for the function",
          source: pages.lambdaQueues,
        },
        { role, permissions: [on(EventSourceArn)("sqs:GetQueueUrl")], reason: givenByCdk, source: pages.lambdaQueues },
      );
    } else {
      const used = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
      calls.push({
        role,
        permissions: [...used.map(on(EventSourceArn)), on("*")("dynamodb:ListStreams")],
        reason: "Lambda reads the stream for the function",
        source: pages.lambdaStreams,
      });
    }
    if (DestinationConfig !== undefined)
      calls.push(...keepingFailures(FunctionName, DestinationConfig.OnFailure.Destination));
  }
  for (const { values } of resources("AWS::Lambda::EventInvokeConfig")) {
    const { FunctionName, DestinationConfig } = asyncSchema.parse(values);
    calls.push(...keepingFailures(FunctionName, DestinationConfig.OnFailure.Destination));
  }
  return calls;
}

function callsForWorkflow({ stage }: CallsOfAwsParams): CallsOfAws[] {
  const resolveIn = deployedNames(stage);
  const role = "training workflow";
  const steps = stage
    .resourcesOf("AWS::StepFunctions::StateMachine")
    .flatMap(({ stack, resource }) =>
      Object.values(
        z.record(z.string(), z.string()).parse(resolveIn(stack)(resource.Properties["DefinitionSubstitutions"])),
      ),
    );
  // The page lists these for a role whose executions are logged and traced; none of them knows a resource.
  const logging = [
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
  ];
  const tracing = [
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
  ];
  return [
    {
      role,
      permissions: steps.map((version) => on(version)("lambda:InvokeFunction")),
      reason: "Step Functions runs the steps, in the versions with which an execution began",
      source: pages.workflowTasks,
    },
    {
      role,
      permissions: logging.map(on("*")),
      reason: "Step Functions writes the log of executions",
      source: pages.workflowLogs,
    },
    {
      role,
      permissions: tracing.map(on("*")),
      reason: "Step Functions sends the traces of executions",
      source: pages.workflowTraces,
    },
  ];
}

/**
 * An action on a log group. The Service Authorization Reference names the group's ARN; CloudWatch Logs itself refuses
 * with another one, which ends with an empty stream (GitHub: elastic/apm-aws-lambda#526,
 * aws-samples/amazon-sagemaker-local-mode#8). A role has to allow both.
 */
const onLogGroup = (group: string, action: string): RequestedPermission[] =>
  [group, `${group}:log-stream:`].map((resource) => ({ action, resource }));

/** The pull of an image from its repository, which its address names. */
function pullOf(role: string, image: string): CallsOfAws {
  const [registry = "", ...path] = image.split("/");
  const [account = "", , , region = ""] = registry.split(".");
  const repository = `arn:aws:ecr:${region}:${account}:repository/${path.join("/").replace(/[@:].*$/, "")}`;
  const used = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"];
  return {
    role,
    permissions: [...used.map(on(repository)), on("*")("ecr:GetAuthorizationToken")],
    reason: "SageMaker pulls the container's image",
    source: pages.sageMakerRoles,
  };
}

const metric = (namespace: string): RequestedPermission => ({
  action: "cloudwatch:PutMetricData",
  resource: "*",
  context: { "cloudwatch:namespace": [namespace] },
});

interface Place {
  readonly bucket: string;
  readonly prefix: string;
}
function place(uri: string | undefined): Place {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri ?? "") ?? [];
  if (bucket === undefined || prefix === undefined) throw new Error(`${String(uri)} is no place in S3`);
  return { bucket, prefix };
}
const listed = ({ bucket, prefix }: Place): RequestedPermission => ({
  action: "s3:ListBucket",
  resource: `arn:aws:s3:::${bucket}`,
  context: { "s3:prefix": [prefix] },
});
/** A look at the bucket itself (HeadBucket), which names no prefix. */
const found = ({ bucket }: Place): RequestedPermission => ({
  action: "s3:ListBucket",
  resource: `arn:aws:s3:::${bucket}`,
});
const inside = ({ bucket, prefix }: Place, name: string, actions: readonly string[]): RequestedPermission[] =>
  actions.map(on(`arn:aws:s3:::${bucket}/${prefix}${name}`));

/**
 * The containers have no network: SageMaker's agent moves all files, for the places that the job's request names
 * (sagemaker-containers/README.md has the folders).
 */
function callsForTraining({ stage, launched }: CallsOfAwsParams): CallsOfAws[] {
  const role = "training jobs";
  const versionOfUser = ownVersionPrefix({ sub: "a-user", id: "01JD7Q0000000000000000000D" }, "0".repeat(16));
  const ofJobs = launched.flatMap((request): CallsOfAws[] => {
    const name = request.TrainingJobName ?? "";
    const channels = (request.InputDataConfig ?? []).map(({ DataSource }) => place(DataSource?.S3DataSource?.S3Uri));
    const checkpoints = place(request.CheckpointConfig?.S3Uri);
    const output = place(request.OutputDataConfig?.S3OutputPath);
    const left = { ...output, prefix: `${output.prefix}${name}/output/model/` };
    const log = arnOf("logs", `log-group:${trainingLogGroup}`);
    const stream = `${log}:log-stream:${name}/algo-1-1767225600`;
    return [
      {
        role,
        permissions: channels.flatMap((channel) => [
          found(channel),
          listed(channel),
          ...inside(channel, "file", ["s3:GetObject"]),
        ]),
        reason: "SageMaker brings the data set and the selection to the container",
        source: pages.sageMakerRoles,
      },
      {
        role,
        permissions: channels.slice(0, 1).flatMap(({ bucket }) => {
          const channel = { bucket, prefix: versionOfUser };
          return [found(channel), listed(channel), ...inside(channel, "pieces-0001.jsonl.gz", ["s3:GetObject"])];
        }),
        reason: "The data set of another job is a version of one of its owner's",
        source: pages.sageMakerRoles,
      },
      {
        role,
        permissions: [
          found(checkpoints),
          listed(checkpoints),
          ...inside(checkpoints, "last.pt", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]),
        ],
        reason: "SageMaker keeps the checkpoint folder and its copy alike: what the container deletes there is deleted",
        source: pages.sageMakerCheckpoints,
      },
      {
        role,
        permissions: [...inside(left, "model.onnx", ["s3:PutObject"])],
        reason: "SageMaker uploads what the container has left",
        source: pages.sageMakerRoles,
      },
      {
        role,
        permissions: [checkpoints, left].flatMap((to) => inside(to, "model.onnx", ["s3:AbortMultipartUpload"])),
        reason: "An upload in parts that fails is given up, and leaves nothing that costs",
        source: pages.multipartUploads,
      },
      {
        role,
        permissions: [
          ...["logs:CreateLogGroup", "logs:DescribeLogStreams"].flatMap((action) => onLogGroup(log, action)),
          ...["logs:CreateLogStream", "logs:PutLogEvents"].map(on(stream)),
        ],
        reason: "SageMaker writes the container's log, in a group of its own for all jobs of the account",
        source: pages.sageMakerRoles,
      },
      {
        role,
        permissions: [metric(trainingLogGroup)],
        reason: "SageMaker sends the metrics that it reads from the log",
        source: pages.sageMakerRoles,
      },
    ];
  });
  const settings = z.looseObject({ images: z.record(z.string(), z.string()) });
  const resolveIn = deployedNames(stage);
  const variablesSchema = z.looseObject({ Variables: z.record(z.string(), z.string()) });
  const functions = stage.resourcesOf("AWS::Lambda::Function").filter(({ id }) => !isOfCdk(id));
  const images = functions.flatMap(({ stack, resource }) => {
    const { Variables } = variablesSchema.parse(resolveIn(stack)(resource.Properties["Environment"]));
    const text = Variables[environmentVariables.trainingSettings];
    return text === undefined ? [] : Object.values(settings.parse(JSON.parse(text)).images);
  });
  return [...ofJobs, ...[...new Set(images)].map((image) => pullOf(role, image))];
}

const modelSchema = z.looseObject({
  ExecutionRoleArn: z.string(),
  PrimaryContainer: z.looseObject({ Image: z.string() }),
});

/** An endpoint's container reads no bucket: it fetches models by URLs that the worker has signed. */
function callsForEndpoints({ stage, roles }: CallsOfAwsParams): CallsOfAws[] {
  const resolveIn = deployedNames(stage);
  const pulls = stage.resourcesOf("AWS::SageMaker::Model").map(({ stack, resource }) => {
    const { ExecutionRoleArn, PrimaryContainer } = modelSchema.parse(resolveIn(stack)(resource.Properties));
    return pullOf(roles.find(({ arn }) => arn === ExecutionRoleArn)?.name ?? ExecutionRoleArn, PrimaryContainer.Image);
  });
  const others = trainedTechniqueIds.flatMap((technique): CallsOfAws[] => {
    const role = `endpoint ${technique}`;
    const log = arnOf("logs", `log-group:/aws/sagemaker/Endpoints/opencomposer-${stage.stage}-${technique}`);
    return [
      {
        role,
        permissions: [
          ...onLogGroup(log, "logs:DescribeLogStreams"),
          ...["logs:CreateLogStream", "logs:PutLogEvents"].map(on(`${log}:log-stream:all/0`)),
        ],
        reason: "SageMaker writes the container's log, in the group that the stack has made",
        source: pages.sageMakerRoles,
      },
      {
        role,
        permissions: ["/aws/sagemaker/Endpoints", "AWS/SageMaker"].map(metric),
        reason: "SageMaker sends the endpoint's metrics",
        source: pages.sageMakerRoles,
      },
    ];
  });
  return [...pulls, ...others];
}
