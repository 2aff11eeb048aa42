import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { environmentVariables, telemetryNamespace } from "../../../naming/environment-variables";
import { resourcePrefix } from "../../../naming/resource-names";
import { openWorkIndex } from "../../../naming/table-keys";
import { type FunctionFolder, functionSeconds } from "../../../naming/time-limits";
import type { StageConfig } from "../../config/stage-config";
import { acknowledgeWildcards } from "../permissions/acknowledge-findings";
import { removalPolicy } from "../removal-policy";
import { bundledCode } from "./bundled-code";

export interface ServiceFunctionProps {
  readonly config: StageConfig;
  /** Folder under lambdas/ whose `handler.ts` exports `handler`. */
  readonly entry: FunctionFolder;
  readonly description: string;
  /** Memory in MB, which also decides the share of a processor: 1,769 MB give a whole one. */
  readonly memoryMb: number;
  /** @default - the account's unreserved pool */
  readonly reservedConcurrency?: number | undefined;
}

/** Patterns of keys (with `*`) that a function may use in one bucket, by what it does with the objects. */
export interface ObjectPermissions {
  readonly get?: readonly string[];
  readonly put?: readonly string[];
  readonly delete?: readonly string[];
  /** Keys of objects on which it may put tags. */
  readonly tag?: readonly string[];
  /** Keys of objects that it deletes for good, with their earlier versions and delete markers, which it also lists. */
  readonly deleteVersions?: readonly string[];
  /** True if it lists keys or reads objects that may not exist. @default false */
  readonly list?: boolean;
}

/**
 * What a function does with items of the table, and the permission for it. A transaction needs the permissions of the
 * writes and checks in it. Scan is never granted, because no access pattern needs it.
 */
const tableActions = {
  get: "dynamodb:GetItem",
  getMany: "dynamodb:BatchGetItem",
  query: "dynamodb:Query",
  put: "dynamodb:PutItem",
  update: "dynamodb:UpdateItem",
  delete: "dynamodb:DeleteItem",
  check: "dynamodb:ConditionCheckItem",
} as const;
export type TableOperation = keyof typeof tableActions;

/**
 * One Lambda function with its own role, its own log group and the settings that all our functions have. Each `use…`
 * method gives the permission together with the environment variable that names the resource, so that neither can be
 * missing.
 */
export class ServiceFunction extends Construct {
  readonly handler: LambdaFunction;
  readonly role: Role;
  private readonly config: StageConfig;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { config } = props;
    this.config = config;

    const logGroup = new LogGroup(this, "Logs", {
      retention: config.logRetention,
      removalPolicy: removalPolicy(config),
    });
    // The managed AWSLambdaBasicExecutionRole is not used, because it may write to every log group of the account.
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: `Permissions of ${resourcePrefix(config.stage)} ${props.entry}`,
    });
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [logGroup.logGroupArn],
      }),
    );

    this.handler = new LambdaFunction(this, "Function", {
      code: bundledCode(props.entry),
      handler: "index.handler",
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(functionSeconds[props.entry]),
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // Lambda has a level of its own for logs in JSON, INFO by default, and drops what is below it.
      applicationLogLevelV2: ApplicationLogLevel[config.functions.logLevel],
      tracing: Tracing.ACTIVE,
      // A workflow execution goes on with the versions with which it started. They are deleted with the function. A
      // version that a failed update made is deleted in its rollback: Lambda publishes no second version of the same
      // code, so one that stayed would make the next deploy of this code fail.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE },
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: props.reservedConcurrency }),
      environment: {
        [environmentVariables.stage]: config.stage,
        // The service is a dimension of metrics, and two stages in one account must not share alarms.
        POWERTOOLS_SERVICE_NAME: resourcePrefix(config.stage),
        POWERTOOLS_METRICS_NAMESPACE: telemetryNamespace,
        POWERTOOLS_LOG_LEVEL: config.functions.logLevel,
      },
    });
    acknowledgeWildcards(
      this.role,
      ["*"],
      "X-Ray's PutTraceSegments and PutTelemetryRecords know no resource; a test holds that nothing else is granted on *.",
    );
  }

  /** Adds permissions that no `use…` method covers. */
  allow(statement: PolicyStatement): void {
    this.role.addToPolicy(statement);
  }

  setVariable(name: string, value: string): void {
    this.handler.addEnvironment(name, value);
  }

  /** Acknowledges the wildcards of resources that were given to {@link allow}. */
  acknowledgeWildcards(resources: readonly string[], reason: string): void {
    acknowledgeWildcards(this.role, resources, reason);
  }

  /**
   * Gives permissions on the table: exactly those that the function uses, as test/permissions/ checks.
   * `dynamodb:LeadingKeys` cannot narrow them to one user, because a function has one role for the requests of every
   * user. The stores keep users apart: they build every key from the token's `sub`.
   */
  useTable(table: Table, operations: readonly TableOperation[]): void {
    this.setVariable(environmentVariables.tableName, table.tableName);
    const actions = operations.map((operation) => tableActions[operation]);
    this.allow(new PolicyStatement({ actions, resources: [table.tableArn] }));
  }

  /** Gives the permission to ask which work is not finished. */
  useOpenWorkIndex(table: Table): void {
    this.allow(
      new PolicyStatement({
        actions: ["dynamodb:Query"],
        resources: [`${table.tableArn}/index/${openWorkIndex.indexName}`],
      }),
    );
  }

  useArtifacts(bucket: Bucket, permissions: ObjectPermissions): void {
    this.useBucket(bucket, permissions, environmentVariables.artifactsBucket);
  }

  useWork(bucket: Bucket, permissions: ObjectPermissions): void {
    this.useBucket(bucket, permissions, environmentVariables.workBucket);
  }

  /** Gives the permission to send, and sets the variable that names the queue. */
  useQueue(queue: IQueue, variable: string): void {
    this.setVariable(variable, queue.queueUrl);
    this.allow(new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [queue.queueArn] }));
  }

  private useBucket(bucket: Bucket, permissions: ObjectPermissions, variable: string): void {
    this.setVariable(variable, bucket.bucketName);
    const grant = (actions: string[], keys: readonly string[] | undefined): void => {
      if (keys === undefined || keys.length === 0) return;
      const resources = keys.map((key) => bucket.arnForObjects(key));
      this.allow(new PolicyStatement({ actions, resources }));
      acknowledgeWildcards(
        this.role,
        resources,
        "Objects of every user under one fixed kind of key: a function has one role for all users, and the key module builds keys from the token's sub.",
      );
    };
    grant(["s3:GetObject"], permissions.get);
    grant(["s3:PutObject"], permissions.put);
    grant(["s3:DeleteObject"], permissions.delete);
    grant(["s3:PutObjectTagging"], permissions.tag);
    grant(["s3:DeleteObjectVersion"], permissions.deleteVersions);
    if (permissions.deleteVersions !== undefined) {
      this.allow(
        new PolicyStatement({
          actions: ["s3:ListBucketVersions"],
          resources: [bucket.bucketArn],
          conditions: { StringLike: { "s3:prefix": [...permissions.deleteVersions] } },
        }),
      );
    }
    if (permissions.list === true) {
      // Without it S3 responds with 403 instead of 404 for an object that does not exist. There is no condition on s3:prefix,
      // because a GetObject has no prefix that it could match.
      this.allow(new PolicyStatement({ actions: ["s3:ListBucket"], resources: [bucket.bucketArn] }));
    }
  }

  /** Sets a variable to JSON. Tokens inside it are resolved at deploy time. */
  setJsonVariable(name: string, value: unknown): void {
    this.setVariable(name, Stack.of(this).toJsonString(value));
  }

  get stageConfig(): StageConfig {
    return this.config;
  }
}
