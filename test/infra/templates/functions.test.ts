/** The templates of the functions: settings, rights, queues and events. */
import { Match } from "aws-cdk-lib/assertions";
import { parseStageConfig } from "../../../lib/config/load-stage-config";
import { endpointName, trainedTechniqueIds } from "../../../naming/resource-names";
import { allowedStatements, allowing, type Statement } from "../support/policy-statements";
import { prodConfig } from "../support/stage-configs";
import { property, synthesize } from "../support/synthesize";

const prod = synthesize("prod");
const allowed = allowedStatements(prod);

/** Jest types its matchers as `any`. */
const anything: unknown = expect.anything();

describe("functions", () => {
  const functions = prod.resourcesOf("AWS::Lambda::Function");

  test("each has a role and a log group of its own, a time limit, memory, tracing", () => {
    expect(functions).toHaveLength(24);
    const roles = new Set<string>();
    for (const { resource } of functions) {
      roles.add(JSON.stringify(property(resource, "Role")));
      expect(resource.Properties).toMatchObject({
        Architectures: ["arm64"],
        TracingConfig: { Mode: "Active" },
        LoggingConfig: { LogFormat: "JSON", LogGroup: anything },
        Timeout: anything,
        MemorySize: anything,
      });
    }
    expect(roles.size).toBe(functions.length);
    for (const { resource } of prod.resourcesOf("AWS::Logs::LogGroup")) {
      expect(property(resource, "RetentionInDays")).toBe(90);
    }
  });

  test("those that hold whole files have a gigabyte, and all others half of one", () => {
    const large = functions.filter(({ resource }) => property(resource, "MemorySize") === 1024);
    const names = [
      "CompositionsWorker",
      "DatasetIngestReader",
      "FunctionsCompositions",
      "FunctionsDatasets",
      "FunctionsTracks",
      "WorkflowPrepareData",
      "WorkflowRegisterModel",
    ];
    expect(large.map(({ id }) => names.find((name) => id.includes(name)) ?? id).sort()).toEqual(names);
    expect(functions.filter(({ resource }) => property(resource, "MemorySize") === 512)).toHaveLength(16);
    // The one that freezes reads tens of thousands of files twice.
    const whole = functions.filter(({ resource }) => property(resource, "MemorySize") === 1769);
    expect(whole.map(({ id }) => id)).toEqual([expect.stringMatching(/^DatasetFreezingFreezer/)]);
  });

  test("none has a managed policy", () => {
    for (const { id, resource } of prod.resourcesOf("AWS::IAM::Role")) {
      expect([id, property(resource, "ManagedPolicyArns")]).toEqual([id, undefined]);
    }
  });

  test("concurrency is reserved only where the stage says so", () => {
    const reserved = (config: unknown): number =>
      synthesize(parseStageConfig(config))
        .resourcesOf("AWS::Lambda::Function")
        .filter(({ resource }) => property(resource, "ReservedConcurrentExecutions") !== undefined).length;
    expect(
      functions.filter(({ resource }) => property(resource, "ReservedConcurrentExecutions") !== undefined),
    ).toEqual([]);
    expect(
      reserved({
        ...prodConfig,
        functions: { ...prodConfig.functions, reservedConcurrency: { dispatchWork: 2, executeComposition: 4 } },
      }),
    ).toBe(2);
  });
});

describe("permissions", () => {
  test("nobody may scan the table, delete it, or use an action wildcard", () => {
    const actions = new Set(allowed.flatMap(({ Action }) => Action));
    expect([...actions].filter((action) => action.includes("*"))).toEqual([]);
    expect([...actions].filter((action) => action.startsWith("dynamodb:")).sort()).toEqual([
      "dynamodb:BatchGetItem",
      "dynamodb:ConditionCheckItem",
      "dynamodb:DeleteItem",
      "dynamodb:DescribeStream",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:GetShardIterator",
      "dynamodb:ListStreams",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]);
  });

  test("functions that only change rows cannot add or remove any", () => {
    const writers = new Set(
      allowed
        .filter(({ Action }) => Action.some((action) => /:(?:Put|Delete)Item$/.test(action)))
        .map(({ policy }) => policy),
    );
    for (const name of [
      "Worker",
      "PrepareData",
      "LaunchTrainingJob",
      "MonitorTrainingJob",
      "DispatchWork",
      "TrainingJobChanged",
    ]) {
      expect([name, [...writers].filter((policy) => policy.includes(name))]).toEqual([name, []]);
    }
    expect([...writers].some((policy) => policy.includes("FinalizeTrainingJob"))).toBe(true);
  });

  test("users' objects are deleted by the API, the reconciler and the reader of what was sent, and the orphan count only reads", () => {
    const isOfSageMaker = ({ policy }: Statement): boolean => policy.startsWith("TrainingRole");
    const deleting = new Set(
      allowing(prod, "s3:DeleteObject")
        .filter((statement) => !isOfSageMaker(statement))
        .map(({ policy }) => policy.replace(/RoleDefaultPolicy.*$/, "")),
    );
    expect([...deleting].sort()).toEqual([
      "DatasetIngestOpener",
      "DatasetIngestReader",
      "FunctionsCompositions",
      "FunctionsDatasets",
      "FunctionsModels",
      "FunctionsTracks",
      "FunctionsTraining",
      "OpenWorkReconcileOpenWork",
    ]);
    // The reader deletes what it has read on its way, and what it has kept of a file that was withdrawn meanwhile.
    const byReader = allowing(prod, "s3:DeleteObject")
      .filter(({ policy }) => policy.startsWith("DatasetIngestReader"))
      .flatMap(({ Resource }) => Resource.map((resource) => JSON.stringify(resource)));
    expect(byReader.sort()).toEqual([
      expect.stringMatching(/Artefacts.*users\/\*\/datasets\/\*"/),
      expect.stringMatching(/Work.*incoming-archives\/\*"/),
      expect.stringMatching(/Work.*incoming\/\*"/),
    ]);
    // SageMaker deletes what a container deletes in its checkpoint folder, and nothing else.
    const bySageMaker = allowing(prod, "s3:DeleteObject")
      .filter(isOfSageMaker)
      .flatMap(({ Resource }) => Resource.map((resource) => JSON.stringify(resource)));
    expect(bySageMaker).toHaveLength(1);
    expect(bySageMaker[0]).toMatch(/Work.*users\/\*\/training-jobs\/\*\/checkpoints\/\*"/);
    const ofCount = allowed.filter(({ policy }) => policy.includes("CountOrphans")).flatMap(({ Action }) => Action);
    expect(ofCount.filter((action) => /^(?:s3|dynamodb):/.test(action)).sort()).toEqual([
      "dynamodb:BatchGetItem",
      "s3:ListBucket",
    ]);
    // Versions are deleted for good by the erasure of a user's data alone, and of users' objects alone.
    for (const action of ["s3:DeleteObjectVersion", "s3:ListBucketVersions"]) {
      const statements = allowing(prod, action);
      // The CDK makes one statement of those of two buckets when they have the same conditions.
      expect([...new Set(statements.map(({ policy }) => policy.replace(/RoleDefaultPolicy.*$/, "")))]).toEqual([
        "OpenWorkEraseUserData",
      ]);
      if (action !== "s3:DeleteObjectVersion") continue;
      const resources = statements.flatMap(({ Resource }) => Resource.map((resource) => JSON.stringify(resource)));
      expect(resources.sort()).toEqual([
        expect.stringMatching(/Artefacts.*\/users\/\*"/),
        expect.stringMatching(/Work.*\/incoming-archives\/\*"/),
        expect.stringMatching(/Work.*\/incoming\/\*"/),
        expect.stringMatching(/Work.*\/users\/\*"/),
      ]);
    }
    expect(allowing(prod, "s3:PutObjectTagging").map(({ policy }) => policy)).toEqual([
      expect.stringMatching(/^FunctionsTracks/),
      expect.stringMatching(/^FunctionsCompositions/),
      expect.stringMatching(/^FunctionsDatasets/),
      expect.stringMatching(/^DatasetIngestReader/),
      expect.stringMatching(/^DatasetFreezingFreezer/),
    ]);
  });

  test("the resource * is used only for actions that know no other, or under a condition", () => {
    const everywhere = allowed.filter(({ Resource }) => Resource.includes("*"));
    const actions = new Set(everywhere.flatMap(({ Action }) => Action));
    expect([...actions].sort()).toEqual([
      "cloudwatch:PutMetricData",
      "dynamodb:ListStreams",
      "ecr:GetAuthorizationToken",
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]);
    for (const { Action, Condition } of everywhere) {
      if (Action.includes("cloudwatch:PutMetricData")) {
        expect(Condition["StringEquals"]?.["cloudwatch:namespace"]).toEqual(
          expect.arrayContaining([expect.any(String)]),
        );
      }
    }
  });

  test("only the launching step creates training jobs: isolated, of our type, no longer than allowed", () => {
    const [create, ...more] = allowing(prod, "sagemaker:CreateTrainingJob");
    expect(more).toEqual([]);
    expect(create?.policy).toMatch(/LaunchTrainingJob/);
    expect(create?.Condition).toEqual({
      Bool: { "sagemaker:NetworkIsolation": "true" },
      "ForAllValues:StringEquals": { "sagemaker:InstanceTypes": ["ml.m5.xlarge"] },
      Null: { "sagemaker:InstanceTypes": "false" },
      NumericLessThanEquals: { "sagemaker:MaxRuntimeInSeconds": "86400" },
    });
    expect(JSON.stringify(create?.Resource)).toContain("training-job/opencomposer-prod-*");
  });

  test("only the launching step passes a role: the training role, to SageMaker", () => {
    const [pass, ...more] = allowing(prod, "iam:PassRole");
    expect(more).toEqual([]);
    expect(pass?.Condition).toEqual({ StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } });
    expect(pass?.Resource).toEqual([{ "Fn::GetAtt": [expect.stringMatching(/^TrainingRole/), "Arn"] }]);
  });

  test("endpoints are invoked by the worker alone, each by its name", () => {
    const [invoke, ...more] = allowing(prod, "sagemaker:InvokeEndpoint");
    expect(more).toEqual([]);
    expect(invoke?.policy).toMatch(/CompositionsWorker/);
    for (const technique of trainedTechniqueIds) {
      expect(JSON.stringify(invoke?.Resource)).toContain(`endpoint/${endpointName("prod", technique)}"`);
    }
  });

  test("the API starts nothing: work goes through the outbox", () => {
    const services = allowed
      .filter(({ stack }) => stack === "Api")
      .flatMap(({ Action }) => Action.map((action) => action.split(":")[0]));
    expect([...new Set(services)].sort()).toEqual(["dynamodb", "logs", "s3", "xray"]);
  });

  test("discovery has no data at all", () => {
    const services = allowed
      .filter(({ policy }) => policy.startsWith("FunctionsDiscovery"))
      .flatMap(({ Action }) => Action.map((action) => action.split(":")[0]));
    expect([...new Set(services)].sort()).toEqual(["logs", "xray"]);
  });

  test("SageMaker's roles are for SageMaker on behalf of this account, and no endpoint reads data", () => {
    const roles = prod
      .resourcesOf("AWS::IAM::Role")
      .filter(({ resource }) => JSON.stringify(resource).includes("sagemaker.amazonaws.com"));
    // There is one for training jobs and one for each endpoint.
    expect(roles).toHaveLength(1 + trainedTechniqueIds.length);
    for (const { resource } of roles) {
      expect(JSON.stringify(property(resource, "AssumeRolePolicyDocument"))).toContain("aws:SourceAccount");
    }
    const ofEndpoint = allowed.filter(({ stack }) => stack === "Inference").flatMap(({ Action }) => Action);
    expect(ofEndpoint.filter((action) => /^(?:s3|dynamodb):/.test(action))).toEqual([]);
  });

  test("a training job reads no user's music", () => {
    const s3 = allowed.filter(
      ({ policy, Action }) => policy.startsWith("TrainingRole") && Action.some((action) => action.startsWith("s3:")),
    );
    expect(s3.length).toBeGreaterThan(0);
    expect(JSON.stringify(s3)).not.toMatch(/tracks|compositions|models/);
  });
});

describe("queues", () => {
  test("all are encrypted, refuse plain HTTP, and every queue of work has a dead-letter queue", () => {
    const queues = prod.resourcesOf("AWS::SQS::Queue");
    const redriven = queues.filter(({ resource }) => property(resource, "RedrivePolicy") !== undefined);
    expect(queues).toHaveLength(9);
    expect(redriven.map(({ id }) => id)).toEqual([
      expect.stringMatching(/^CompositionsQueue/),
      expect.stringMatching(/^DatasetIngestQueue/),
      expect.stringMatching(/^DatasetIngestRanges/),
      expect.stringMatching(/^DatasetIngestArchives/),
      expect.stringMatching(/^DatasetFreezingQueue/),
    ]);
    for (const { id, resource } of queues) {
      expect(property(resource, "SqsManagedSseEnabled")).toBe(true);
      prod.stack("Training").template.hasResourceProperties("AWS::SQS::QueuePolicy", {
        Queues: [{ Ref: id }],
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
          ]),
        },
      });
    }
    for (const { resource } of queues.filter((queue) => !redriven.includes(queue))) {
      expect(property(resource, "MessageRetentionPeriod")).toBe(14 * 86_400);
    }
  });

  test("a message is hidden for longer than its worker may run, and given up after many deliveries", () => {
    const { template } = prod.stack("Training");
    template.hasResourceProperties("AWS::SQS::Queue", {
      VisibilityTimeout: 120,
      RedrivePolicy: { maxReceiveCount: 20, deadLetterTargetArn: Match.anyValue() },
      MessageRetentionPeriod: 86_400,
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Description: Match.stringLikeRegexp("^Executes one composition"),
      Timeout: 90,
    });
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      BatchSize: 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    template.hasResourceProperties("AWS::SQS::Queue", {
      // Six times the reader's time, as AWS advises.
      VisibilityTimeout: 720,
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
    });
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      BatchSize: 25,
      MaximumBatchingWindowInSeconds: 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
    template.hasResourceProperties("AWS::SQS::Queue", {
      // A second delivery meets the lease of the first.
      VisibilityTimeout: 330,
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
    });
  });
});

describe("events", () => {
  const { template } = prod.stack("Training");

  test("the stream starts work once: filtered, bounded in tries and age, failures kept", () => {
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      StartingPosition: "TRIM_HORIZON",
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 3_600,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
      FilterCriteria: {
        Filters: [
          {
            Pattern: JSON.stringify({
              eventName: ["INSERT"],
              dynamodb: { NewImage: { openWork: { S: ["COMPOSITION", "TRAINING_JOB", "DATASET_VERSION"] } } },
            }),
          },
          {
            Pattern: JSON.stringify({
              eventName: ["MODIFY"],
              dynamodb: {
                NewImage: {
                  openWork: { S: ["COMPOSITION", "TRAINING_JOB", "DATASET_VERSION"] },
                  stopRequested: { BOOL: [true] },
                },
                OldImage: { stopRequested: { BOOL: [false] } },
              },
            }),
          },
        ],
      },
    });
  });

  test("every rule and every function behind one keeps what it could not handle", () => {
    const rules = prod.resourcesOf("AWS::Events::Rule");
    expect(rules).toHaveLength(7);
    for (const { resource } of rules) {
      expect(property(resource, "Targets")).toEqual([
        expect.objectContaining({ DeadLetterConfig: { Arn: anything }, RetryPolicy: anything }),
      ]);
    }
    template.resourcePropertiesCountIs(
      "AWS::Lambda::EventInvokeConfig",
      { MaximumRetryAttempts: 2, DestinationConfig: { OnFailure: { Destination: Match.anyValue() } } },
      5,
    );
  });

  test("nothing is forgotten: open work and erasures are looked at every few minutes, and objects without a row once a day", () => {
    const schedules = prod
      .resourcesOf("AWS::Events::Rule")
      .map(({ resource }) => property(resource, "ScheduleExpression"))
      .filter((expression) => expression !== undefined);
    const often = `rate(${prodConfig.reconcileMinutes} minutes)`;
    expect(schedules.sort()).toEqual(["rate(1 day)", often, often]);
    for (const { resource } of prod.resourcesOf("AWS::Events::Rule"))
      expect(property(resource, "State")).toBe("ENABLED");
  });

  test.each([
    ["files", "incoming/", "^DatasetIngestQueue"],
    ["archives", "incoming-archives/", "^DatasetIngestArchives"],
  ])("%s that arrive for data sets are put into their queue, and no other objects are", (_, prefix, queue) => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.s3"],
        "detail-type": ["Object Created"],
        detail: { bucket: { name: [Match.anyValue()] }, object: { key: [{ prefix }] } },
      },
      Targets: [Match.objectLike({ Arn: { "Fn::GetAtt": [Match.stringLikeRegexp(queue), "Arn"] } })],
    });
  });

  test("executions that were cut off, and training jobs of ours that changed, are heard of", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.states"],
        detail: {
          status: ["FAILED", "TIMED_OUT", "ABORTED"],
          stateMachineArn: [{ Ref: Match.stringLikeRegexp("StateMachine") }],
        },
      },
    });
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.sagemaker"],
        "detail-type": ["SageMaker Training Job State Change"],
        detail: { TrainingJobName: [{ prefix: "opencomposer-prod-" }] },
      },
    });
  });
});
