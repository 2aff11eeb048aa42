import { arnOf } from "./deployed-names";
import { recordedCall, type RecordedRequest } from "./requested-permissions";

const request = (more: Partial<RecordedRequest>): RecordedRequest => ({
  method: "POST",
  target: "/",
  headers: {},
  body: "",
  status: 200,
  ...more,
});
const json = (target: string, body: object): RecordedRequest =>
  request({ headers: { "x-amz-target": target }, body: JSON.stringify(body) });
const asked = (one: RecordedRequest): string[] =>
  recordedCall(one).permissions.map(({ action, resource }) => `${action} ${resource}`);
const onTable = (name: string): string => arnOf("dynamodb", `table/${name}`);

describe("DynamoDB", () => {
  test("a query asks for the index or for the table", () => {
    expect(asked(json("DynamoDB_20120810.Query", { TableName: "t" }))).toEqual([`dynamodb:Query ${onTable("t")}`]);
    expect(asked(json("DynamoDB_20120810.Query", { TableName: "t", IndexName: "i" }))).toEqual([
      `dynamodb:Query ${onTable("t/index/i")}`,
    ]);
  });

  test("a transaction asks for each of its parts, and for nothing of its own", () => {
    const part = { TableName: "t", Key: {} };
    const TransactItems = [{ Put: part }, { Update: part }, { Delete: part }, { ConditionCheck: part }];
    expect(asked(json("DynamoDB_20120810.TransactWriteItems", { TransactItems }))).toEqual(
      ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"].map((name) => `dynamodb:${name} ${onTable("t")}`),
    );
  });

  test("a batch asks for each table", () => {
    expect(asked(json("DynamoDB_20120810.BatchGetItem", { RequestItems: { t: {}, u: {} } }))).toEqual([
      `dynamodb:BatchGetItem ${onTable("t")}`,
      `dynamodb:BatchGetItem ${onTable("u")}`,
    ]);
  });
});

describe("S3", () => {
  const key = "/bucket/users/u/tracks/1.mid";
  const object = "arn:aws:s3:::bucket/users/u/tracks/1.mid";
  test.each<[string, Partial<RecordedRequest>, string[]]>([
    ["a read", { method: "GET", target: `${key}?x-id=GetObject` }, [`s3:GetObject ${object}`]],
    ["a presigned read", { method: "GET", target: `${key}?X-Amz-Signature=0` }, [`s3:GetObject ${object}`]],
    [
      "a read of what is missing asks for the list as well",
      { method: "GET", target: key, status: 404 },
      [`s3:GetObject ${object}`, "s3:ListBucket arn:aws:s3:::bucket"],
    ],
    [
      "so does a look at what is missing",
      { method: "HEAD", target: key, status: 404 },
      [`s3:GetObject ${object}`, "s3:ListBucket arn:aws:s3:::bucket"],
    ],
    ["a write", { method: "PUT", target: key }, [`s3:PutObject ${object}`]],
    [
      "a write with tags",
      { method: "PUT", target: key, headers: { "x-amz-tagging": "a=b" } },
      [`s3:PutObject ${object}`, `s3:PutObjectTagging ${object}`],
    ],
    [
      "a copy",
      { method: "PUT", target: key, headers: { "x-amz-copy-source": "other/a%20b/c" } },
      ["s3:GetObject arn:aws:s3:::other/a b/c", `s3:PutObject ${object}`],
    ],
    [
      "a copy of what is missing",
      { method: "PUT", target: key, headers: { "x-amz-copy-source": "other/c" }, status: 404 },
      ["s3:GetObject arn:aws:s3:::other/c", `s3:PutObject ${object}`, "s3:ListBucket arn:aws:s3:::other"],
    ],
    [
      "a deletion of several",
      { target: "/bucket?delete", body: "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>" },
      ["s3:DeleteObject arn:aws:s3:::bucket/a", "s3:DeleteObject arn:aws:s3:::bucket/b"],
    ],
    [
      "a deletion of a version and of an object",
      {
        target: "/bucket?delete",
        body: "<Delete><Object><Key>a</Key><VersionId>1</VersionId></Object><Object><Key>b</Key></Object></Delete>",
      },
      ["s3:DeleteObjectVersion arn:aws:s3:::bucket/a", "s3:DeleteObject arn:aws:s3:::bucket/b"],
    ],
    [
      "a list of versions",
      { method: "GET", target: "/bucket?versions=&prefix=users%2F" },
      ["s3:ListBucketVersions arn:aws:s3:::bucket"],
    ],
    ["a list", { method: "GET", target: "/bucket?list-type=2&prefix=users%2F" }, ["s3:ListBucket arn:aws:s3:::bucket"]],
  ])("%s", (_, more, permissions) => {
    expect(asked(request(more))).toEqual(permissions);
  });

  test("a list names its prefix", () => {
    const { permissions } = recordedCall(request({ method: "GET", target: "/bucket?list-type=2&prefix=users%2F" }));
    expect(permissions[0]?.context).toEqual({ "s3:prefix": ["users/"] });
  });
});

test("SQS and Step Functions name their queue, machine and execution", () => {
  const QueueUrl = "http://127.0.0.1:4566/000000000000/queue";
  expect(asked(json("AmazonSQS.SendMessage", { QueueUrl }))).toEqual([`sqs:SendMessage ${arnOf("sqs", "queue")}`]);
  expect(asked(json("AWSStepFunctions.StartExecution", { stateMachineArn: "m" }))).toEqual(["states:StartExecution m"]);
  expect(asked(json("AWSStepFunctions.DescribeExecution", { executionArn: "e" }))).toEqual([
    "states:DescribeExecution e",
  ]);
});

describe("SageMaker", () => {
  test("an endpoint is invoked by its path", () => {
    expect(asked(request({ target: "/endpoints/opencomposer-prod-unet-gan/invocations" }))).toEqual([
      `sagemaker:InvokeEndpoint ${arnOf("sagemaker", "endpoint/opencomposer-prod-unet-gan")}`,
    ]);
  });

  test("creating a job asks for the job, its tags and its role, with what conditions look at", () => {
    const body = {
      TrainingJobName: "opencomposer-prod-01ABC-1-1",
      RoleArn: "arn:aws:iam::1:role/training",
      ResourceConfig: { InstanceType: "ml.m5.xlarge" },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
      EnableNetworkIsolation: true,
      Tags: [{ Key: "a", Value: "b" }],
    };
    const resource = arnOf("sagemaker", "training-job/opencomposer-prod-01abc-1-1");
    expect(recordedCall(json("SageMaker.CreateTrainingJob", body)).permissions).toEqual([
      {
        action: "sagemaker:CreateTrainingJob",
        resource,
        context: {
          "sagemaker:InstanceTypes": ["ml.m5.xlarge"],
          "sagemaker:MaxRuntimeInSeconds": ["60"],
          "sagemaker:NetworkIsolation": ["true"],
        },
      },
      { action: "sagemaker:AddTags", resource },
      {
        action: "iam:PassRole",
        resource: "arn:aws:iam::1:role/training",
        context: { "iam:PassedToService": ["sagemaker.amazonaws.com"] },
      },
    ]);
    const less = { ...body, Tags: undefined, EnableNetworkIsolation: undefined };
    const permissions = recordedCall(json("SageMaker.CreateTrainingJob", less)).permissions;
    expect(permissions.map(({ action }) => action)).toEqual(["sagemaker:CreateTrainingJob", "iam:PassRole"]);
    expect(permissions[0]?.context?.["sagemaker:NetworkIsolation"]).toEqual(["false"]);
  });
});

test.each([
  ["an operation", json("DynamoDB_20120810.Scan", { TableName: "t" })],
  ["a service", json("Logs_20140328.PutLogEvents", {})],
  ["a kind of S3 request", request({ method: "GET", target: "/bucket/key?acl" })],
])("%s that is not known is an error", (_, unknown) => {
  expect(() => recordedCall(unknown)).toThrow(/known/);
});
