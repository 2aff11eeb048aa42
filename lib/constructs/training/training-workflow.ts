import { readFileSync } from "node:fs";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { type IRole, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { environmentVariables } from "../../../naming/environment-variables";
import { everyDatasetCatalogue, everyOwnCatalogue } from "../../../naming/object-keys";
import { resourcePrefix } from "../../../naming/resource-names";
import type { FunctionFolder } from "../../../naming/time-limits";
import type { StageConfig } from "../../config/stage-config";
import { ServiceFunction } from "../functions/service-function";
import { acknowledgeWildcards } from "../permissions/acknowledge-findings";
import { trainingJobsArn } from "../permissions/sagemaker-arns";
import { removalPolicy } from "../removal-policy";
import { repositoryPath } from "../repository-root";
import { vendedLogGroupName } from "../vended-log-group-name";
import { checkHistoryBudget } from "./history-budget";

export interface TrainingWorkflowProps {
  readonly config: StageConfig;
  readonly table: Table;
  readonly artifacts: Bucket;
  readonly work: Bucket;
  readonly trainingRole: IRole;
  /** The settings for the variable TRAINING_SETTINGS (domain/schemas/training-settings.ts). */
  readonly settings: unknown;
}

/** Keys of everything that belongs to training jobs, in both buckets. */
const trainingJobObjects = "users/*/training-jobs/*";
const prefixReason = "Training jobs of this deployment: their names begin with its prefix and end with the job's id.";

/** Gives permissions on this deployment's training jobs. */
export function allowOnJobs(fn: ServiceFunction, ...actions: readonly ("Describe" | "Stop")[]): void {
  const jobs = trainingJobsArn(fn, fn.stageConfig.stage);
  fn.allow(
    new PolicyStatement({ actions: actions.map((action) => `sagemaker:${action}TrainingJob`), resources: [jobs] }),
  );
  fn.acknowledgeWildcards([jobs], prefixReason);
}

/** Gives the permissions to end a job: to keep its progress and samples, write its row and stop what still runs. */
export function allowFinalizing(
  fn: ServiceFunction,
  { table, artifacts, work }: Pick<TrainingWorkflowProps, "table" | "artifacts" | "work">,
): void {
  fn.useTable(table, ["get", "query", "update", "delete"]);
  fn.useWork(work, { get: [`${trainingJobObjects}/checkpoints/*`], list: true });
  fn.useArtifacts(artifacts, { put: [trainingJobObjects] });
  allowOnJobs(fn, "Describe", "Stop");
}

/** The state machine of stepfunctions/training-workflow.asl.json and the functions that are its steps. */
export class TrainingWorkflow extends Construct {
  readonly stateMachine: StateMachine;
  readonly steps: Readonly<Record<string, ServiceFunction>>;

  constructor(scope: Construct, id: string, props: TrainingWorkflowProps) {
    super(scope, id);
    const { config, table, artifacts, work, trainingRole, settings } = props;

    const make = (name: string, entry: FunctionFolder, description: string, memoryMb = 512): ServiceFunction =>
      new ServiceFunction(this, name, { config, entry, description, memoryMb });

    const prepareData = make("PrepareData", "workflow/prepare-data", "Selects the pieces of a training job", 1024);
    prepareData.useTable(table, ["get"]);
    prepareData.useArtifacts(artifacts, { get: [everyDatasetCatalogue, everyOwnCatalogue] });
    prepareData.useWork(work, {
      // A resumed job starts from a copy of the earlier job's checkpoints.
      get: [`${trainingJobObjects}/checkpoints/*`],
      put: [`${trainingJobObjects}/selection/*`, `${trainingJobObjects}/checkpoints/*`],
      list: true,
    });

    const acquireSlot = make("AcquireSlot", "workflow/acquire-slot", "Takes or renews a training slot");
    acquireSlot.useTable(table, ["get", "query", "put", "update", "delete"]);
    // The step asks whether the data set has arrived.
    acquireSlot.useArtifacts(artifacts, { list: true });
    allowOnJobs(acquireSlot, "Describe");

    const launch = make("LaunchTrainingJob", "workflow/launch-training-job", "Creates the SageMaker training job");
    launch.useTable(table, ["get", "query", "update"]);
    launch.setVariable(environmentVariables.artifactsBucket, artifacts.bucketName);
    launch.setVariable(environmentVariables.workBucket, work.bucketName);
    allowOnJobs(launch, "Describe", "Stop");
    this.allowCreatingJobs(launch, trainingRole);

    const monitor = make(
      "MonitorTrainingJob",
      "workflow/monitor-training-job",
      "Brings status and progress into the row",
    );
    monitor.useTable(table, ["get", "query", "update"]);
    monitor.useWork(work, { get: [`${trainingJobObjects}/checkpoints/*`], list: true });
    allowOnJobs(monitor, "Describe", "Stop");

    const register = make("RegisterModel", "workflow/register-model", "Keeps the model that a training job left", 1024);
    register.useTable(table, ["get", "put", "update", "delete", "check"]);
    // SageMaker puts the model of a job into this folder of its output.
    register.useWork(work, { get: [`${trainingJobObjects}/output/*/output/model/*`], list: true });
    register.useArtifacts(artifacts, { put: ["users/*/models/*"] });

    const finalize = make(
      "FinalizeTrainingJob",
      "workflow/finalize-training-job",
      "Writes the final state of a training job",
    );
    allowFinalizing(finalize, { table, artifacts, work });

    for (const fn of [acquireSlot, launch, monitor])
      fn.setJsonVariable(environmentVariables.trainingSettings, settings);

    this.steps = {
      PrepareDataFunctionArn: prepareData,
      AcquireSlotFunctionArn: acquireSlot,
      LaunchTrainingJobFunctionArn: launch,
      MonitorTrainingJobFunctionArn: monitor,
      RegisterModelFunctionArn: register,
      FinalizeTrainingJobFunctionArn: finalize,
    };

    const definition = readFileSync(repositoryPath("stepfunctions", "training-workflow.asl.json"), "utf8");
    checkHistoryBudget(definition, config.training);

    this.stateMachine = new StateMachine(this, "StateMachine", {
      stateMachineType: StateMachineType.STANDARD,
      // The definition is in the template, not in an S3 asset, so that template tests and the local cloud see it.
      definitionBody: DefinitionBody.fromString(definition),
      // The workflow calls versions of the functions, because a deploy must not change what a running job does next.
      definitionSubstitutions: Object.fromEntries(
        Object.entries(this.steps).map(([name, fn]) => [name, fn.handler.currentVersion.functionArn]),
      ),
      logs: {
        destination: new LogGroup(this, "Logs", {
          logGroupName: vendedLogGroupName(this, "states", resourcePrefix(config.stage)),
          retention: config.logRetention,
          removalPolicy: removalPolicy(config),
        }),
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
      tracingEnabled: true,
    });
    const allVersions = Object.values(this.steps).map((fn) => `${fn.handler.functionArn}:*`);
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: allVersions }),
    );
    acknowledgeWildcards(
      this.stateMachine,
      allVersions,
      "Every version of the step functions: an execution goes on with the versions it started with.",
    );
    acknowledgeWildcards(
      this.stateMachine,
      ["*"],
      "X-Ray's and CloudWatch Logs' delivery actions know no resource (Step Functions developer guide, logging and tracing).",
    );
  }

  /**
   * Allows only jobs like those that we make: with our names and our instance type, no longer than the stage allows,
   * without network.
   */
  private allowCreatingJobs(launch: ServiceFunction, trainingRole: IRole): void {
    const { stage, training } = launch.stageConfig;
    const jobs = trainingJobsArn(this, stage);
    launch.allow(
      new PolicyStatement({
        actions: ["sagemaker:CreateTrainingJob"],
        resources: [jobs],
        conditions: {
          // ForAllValues is true if a key is missing, so the condition Null requires that the key is there.
          "ForAllValues:StringEquals": { "sagemaker:InstanceTypes": [training.instanceType] },
          Null: { "sagemaker:InstanceTypes": "false" },
          NumericLessThanEquals: { "sagemaker:MaxRuntimeInSeconds": String(training.runtimeLimitSeconds) },
          Bool: { "sagemaker:NetworkIsolation": "true" },
        },
      }),
    );
    launch.allow(new PolicyStatement({ actions: ["sagemaker:AddTags"], resources: [jobs] }));
    launch.allow(
      new PolicyStatement({
        actions: ["iam:PassRole"],
        resources: [trainingRole.roleArn],
        conditions: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
      }),
    );
  }
}
