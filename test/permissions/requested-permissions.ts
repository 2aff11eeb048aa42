/**
 * Tells which permissions a request to AWS asks for. Each service documents it; the sources are named at their rules.
 * An unknown operation is an error, so that a new call cannot go unnoticed.
 */
import * as z from "zod";
import { arnOf } from "./deployed-names";
import type { RequestedPermission } from "./policy-evaluation";

/** A request as it was sent over HTTP, and the status of its response. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly status: number;
}

/** The name of the service in the request's signature, and the operation as the service calls it. */
export interface RecordedCall {
  readonly service: string;
  readonly operation: string;
  readonly permissions: readonly RequestedPermission[];
}

/** @throws Error for a request that is of no operation that is known here */
export function recordedCall(request: RecordedRequest): RecordedCall {
  const { headers, method, target } = request;
  const [prefix = "", operation = ""] = headers["x-amz-target"]?.split(".") ?? [];
  if (prefix.startsWith("DynamoDB_")) return of("dynamodb", operation, dynamodb[operation], request);
  if (prefix === "AmazonSQS") return of("sqs", operation, sqs[operation], request);
  if (prefix === "AWSStepFunctions") return of("states", operation, states[operation], request);
  if (prefix === "SageMaker") return of("sagemaker", operation, sagemaker[operation], request);
  if (headers["x-amz-target"] === undefined) {
    const [, endpoint] = /^\/endpoints\/([^/]+)\/invocations$/.exec(target) ?? [];
    if (endpoint !== undefined) {
      const permission = { action: "sagemaker:InvokeEndpoint", resource: arnOf("sagemaker", `endpoint/${endpoint}`) };
      return { service: "sagemaker", operation: "InvokeEndpoint", permissions: [permission] };
    }
    return s3Call(request);
  }
  throw new Error(`no service is known for ${method} ${target} with X-Amz-Target ${headers["x-amz-target"]}`);
}

type Rule = (body: unknown) => readonly RequestedPermission[];

function of(service: string, operation: string, rule: Rule | undefined, { body }: RecordedRequest): RecordedCall {
  if (rule === undefined) throw new Error(`the permissions of ${service} ${operation} are not known here`);
  return { service, operation, permissions: rule(JSON.parse(body)) };
}

const onTable =
  (name: string): Rule =>
  (body) => {
    const { TableName, IndexName } = z
      .looseObject({ TableName: z.string(), IndexName: z.string().optional() })
      .parse(body);
    const index = IndexName === undefined ? "" : `/index/${IndexName}`;
    return [{ action: `dynamodb:${name}`, resource: arnOf("dynamodb", `table/${TableName}${index}`) }];
  };

/** The permission that each part of a transaction asks for (DynamoDB Developer Guide, transaction-apis-iam.html). */
const partsOfTransactions = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
} as const;
const transactionPart = z.looseObject({ TableName: z.string() });
const transactionSchema = z.looseObject({
  TransactItems: z.array(
    z
      .strictObject({
        Put: transactionPart,
        Update: transactionPart,
        Delete: transactionPart,
        ConditionCheck: transactionPart,
      })
      .partial(),
  ),
});

const dynamodb: Readonly<Record<string, Rule>> = {
  GetItem: onTable("GetItem"),
  PutItem: onTable("PutItem"),
  UpdateItem: onTable("UpdateItem"),
  DeleteItem: onTable("DeleteItem"),
  Query: onTable("Query"),
  BatchGetItem: (body) =>
    Object.keys(z.looseObject({ RequestItems: z.record(z.string(), z.unknown()) }).parse(body).RequestItems).map(
      (table) => ({ action: "dynamodb:BatchGetItem", resource: arnOf("dynamodb", `table/${table}`) }),
    ),
  TransactWriteItems: (body) =>
    transactionSchema.parse(body).TransactItems.flatMap((item) =>
      (Object.keys(partsOfTransactions) as (keyof typeof partsOfTransactions)[]).flatMap((part) => {
        const written = item[part];
        return written === undefined ? [] : onTable(partsOfTransactions[part])(written);
      }),
    ),
};

const onQueue =
  (name: string): Rule =>
  (body) => {
    const { QueueUrl } = z.looseObject({ QueueUrl: z.url() }).parse(body);
    const queue = new URL(QueueUrl).pathname.split("/").at(-1) ?? "";
    return [{ action: `sqs:${name}`, resource: arnOf("sqs", queue) }];
  };
const sqs: Readonly<Record<string, Rule>> = {
  SendMessage: onQueue("SendMessage"),
  ChangeMessageVisibility: onQueue("ChangeMessageVisibility"),
};

const states: Readonly<Record<string, Rule>> = {
  StartExecution: (body) => [
    {
      action: "states:StartExecution",
      resource: z.looseObject({ stateMachineArn: z.string() }).parse(body).stateMachineArn,
    },
  ],
  DescribeExecution: (body) => [
    {
      action: "states:DescribeExecution",
      resource: z.looseObject({ executionArn: z.string() }).parse(body).executionArn,
    },
  ],
};

/** SageMaker's ARNs have the names of jobs in small letters, although Describe keeps their case. */
const trainingJobArn = (name: string): string => arnOf("sagemaker", `training-job/${name.toLowerCase()}`);
const onJob =
  (name: string): Rule =>
  (body) => {
    const { TrainingJobName } = z.looseObject({ TrainingJobName: z.string() }).parse(body);
    return [{ action: `sagemaker:${name}`, resource: trainingJobArn(TrainingJobName) }];
  };
const trainingRequest = z.looseObject({
  TrainingJobName: z.string(),
  RoleArn: z.string(),
  ResourceConfig: z.looseObject({ InstanceType: z.string() }),
  StoppingCondition: z.looseObject({ MaxRuntimeInSeconds: z.number() }),
  EnableNetworkIsolation: z.boolean().default(false),
  Tags: z.array(z.unknown()).default([]),
});
const sagemaker: Readonly<Record<string, Rule>> = {
  DescribeTrainingJob: onJob("DescribeTrainingJob"),
  StopTrainingJob: onJob("StopTrainingJob"),
  /**
   * Service Authorization Reference, list_amazonsagemaker.html: the keys and the dependent actions of CreateTrainingJob.
   * A role is passed to the service (IAM User Guide, id_roles_use_passrole.html).
   */
  CreateTrainingJob: (body) => {
    const request = trainingRequest.parse(body);
    const resource = trainingJobArn(request.TrainingJobName);
    return [
      {
        action: "sagemaker:CreateTrainingJob",
        resource,
        context: {
          "sagemaker:InstanceTypes": [request.ResourceConfig.InstanceType],
          "sagemaker:MaxRuntimeInSeconds": [String(request.StoppingCondition.MaxRuntimeInSeconds)],
          "sagemaker:NetworkIsolation": [String(request.EnableNetworkIsolation)],
        },
      },
      ...(request.Tags.length === 0 ? [] : [{ action: "sagemaker:AddTags", resource }]),
      {
        action: "iam:PassRole",
        resource: request.RoleArn,
        context: { "iam:PassedToService": ["sagemaker.amazonaws.com"] },
      },
    ];
  },
};

const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`;
const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;

/** @throws Error for a path that names no bucket */
function place(path: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key = ""] = /^\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
  if (bucket === undefined) throw new Error(`${path} names no bucket`);
  return { bucket, key: decodeURIComponent(key) };
}

/**
 * S3 User Guide, using-with-s3-policy-actions.html ("Required permissions for Amazon S3 API operations"), and the API
 * Reference of each operation. For an object that is missing, S3 answers 404 only to those who may list the bucket
 * (API_GetObject.html, API_HeadObject.html).
 */
function s3Call({ method, target, headers, body, status }: RecordedRequest): RecordedCall {
  const url = new URL(target, "http://s3");
  const { bucket, key } = place(url.pathname);
  const on = (action: string): RequestedPermission => ({ action, resource: objectArn(bucket, key) });
  const list: RequestedPermission = { action: "s3:ListBucket", resource: bucketArn(bucket) };
  const toSeeThatItIsMissing = status === 404 ? [list] : [];
  const call = (operation: string, ...permissions: readonly RequestedPermission[]): RecordedCall => ({
    service: "s3",
    operation,
    permissions,
  });
  const isObject = key !== "";
  const parameters = [...url.searchParams.keys()];
  const has = (name: string): boolean => parameters.includes(name);
  const isPlain = parameters.every((name) => name === "x-id" || name.startsWith("X-Amz-"));
  if (method === "GET" && isObject && isPlain) return call("GetObject", on("s3:GetObject"), ...toSeeThatItIsMissing);
  if (method === "HEAD" && isObject && isPlain) return call("HeadObject", on("s3:GetObject"), ...toSeeThatItIsMissing);
  if (method === "GET" && !isObject && has("list-type")) {
    const prefix = url.searchParams.get("prefix") ?? undefined;
    return call("ListObjectsV2", { ...list, ...(prefix === undefined ? {} : { context: { "s3:prefix": [prefix] } }) });
  }
  if (method === "GET" && !isObject && has("versions")) {
    const context = { "s3:prefix": [url.searchParams.get("prefix") ?? ""] };
    return call("ListObjectVersions", { action: "s3:ListBucketVersions", resource: bucketArn(bucket), context });
  }
  if (method === "POST" && !isObject && has("delete")) {
    const objects = [...body.matchAll(/<Object>.*?<\/Object>/gs)].map(([object]) => object);
    return call(
      "DeleteObjects",
      ...objects.map((object) => ({
        // API_DeleteObjects.html: a version that is named asks for the permission to delete versions.
        action: object.includes("<VersionId>") ? "s3:DeleteObjectVersion" : "s3:DeleteObject",
        resource: objectArn(bucket, /<Key>([^<]*)<\/Key>/.exec(object)?.[1] ?? ""),
      })),
    );
  }
  if (method === "DELETE" && isObject && isPlain) return call("DeleteObject", on("s3:DeleteObject"));
  if (method === "PUT" && isObject && isPlain) {
    const source = headers["x-amz-copy-source"];
    const tagging = headers["x-amz-tagging"] === undefined ? [] : [on("s3:PutObjectTagging")];
    if (source === undefined) return call("PutObject", on("s3:PutObject"), ...tagging);
    const from = place(`/${source.replace(/^\//, "")}`);
    const read = { action: "s3:GetObject", resource: objectArn(from.bucket, from.key) };
    const missing = status === 404 ? [{ action: "s3:ListBucket", resource: bucketArn(from.bucket) }] : [];
    return call("CopyObject", read, on("s3:PutObject"), ...tagging, ...missing);
  }
  throw new Error(`the permissions of S3 ${method} ${target} are not known here`);
}
