import { ArnFormat, Duration, Stack } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { type IRuleTarget, Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { FilterCriteria, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { environmentVariables } from "../../../naming/environment-variables";
import { incomingArchivesPrefix, incomingPrefix, ownedObjectsPrefix } from "../../../naming/object-keys";
import { localSageMakerEventSource, resourcePrefix } from "../../../naming/resource-names";
import { freezingMark, openWorkIndex, openWorkKinds } from "../../../naming/table-keys";
import type { FunctionFolder } from "../../../naming/time-limits";
import type { StageConfig } from "../../config/stage-config";
import { DeadLetterQueue } from "../dead-letter-queue";
import { ServiceFunction } from "../functions/service-function";
import { acknowledge } from "../permissions/acknowledge-findings";
import { allowFinalizing, allowOnJobs } from "./training-workflow";

export interface OpenWorkEventsProps {
  readonly config: StageConfig;
  readonly table: Table;
  readonly artifacts: Bucket;
  readonly work: Bucket;
  readonly compositionQueue: Queue;
  readonly freezingQueue: Queue;
  readonly stateMachine: StateMachine;
}

/** The events that start work, and those by which none is forgotten: stream, schedule and two rules. */
export class OpenWorkEvents extends Construct {
  readonly dispatchFailures: Queue;
  /** Events that a rule could not deliver, or on which a function failed after its retries. */
  readonly eventFailures: Queue;
  readonly reconciler: ServiceFunction;
  private readonly props: OpenWorkEventsProps;

  constructor(scope: Construct, id: string, props: OpenWorkEventsProps) {
    super(scope, id);
    this.props = props;
    this.dispatchFailures = new DeadLetterQueue(this, "DispatchFailures").queue;
    this.eventFailures = new DeadLetterQueue(this, "EventFailures").queue;
    for (const queue of [this.dispatchFailures, this.eventFailures]) {
      // cdk-nag recognizes dead-letter queues of queues only, not those of functions, event sources and rules.
      acknowledge(queue, "SQS3", "It is a dead-letter queue itself.");
    }

    this.addDispatcher();
    this.reconciler = this.addReconciler();
    this.addOrphanCount();
    this.addErasures();
    this.addWorkflowEnded();
    this.addTrainingJobChanged();
  }

  /**
   * Adds the outbox. A row that carries open work is work to start; a row that gained `stopRequested` is work to stop.
   */
  private addDispatcher(): void {
    const { config, table, compositionQueue, freezingQueue } = this.props;
    const dispatcher = this.make(
      "DispatchWork",
      "events/dispatch-work",
      "Starts and stops the work of records in the table's stream",
      {
        reservedConcurrency: config.functions.reservedConcurrency.dispatchWork,
      },
    );
    dispatcher.useQueue(compositionQueue, environmentVariables.compositionQueueUrl);
    dispatcher.useQueue(freezingQueue, environmentVariables.freezingQueueUrl);
    dispatcher.useQueue(this.dispatchFailures, environmentVariables.dispatchFailuresQueueUrl);
    this.allowExecutions(dispatcher, { describe: false });
    allowOnJobs(dispatcher, "Stop");

    const hasOpenWork = { [openWorkIndex.partitionKey]: { S: [...openWorkKinds, freezingMark] } };
    const { tableStreamArn } = table;
    if (tableStreamArn === undefined) throw new Error("The table has no stream: nothing would start the work.");
    // The mapping is made without CDK's DynamoEventSource, whose parameter type refuses a Table under
    // exactOptionalPropertyTypes.
    dispatcher.handler.addEventSourceMapping("Stream", {
      eventSourceArn: tableStreamArn,
      // LATEST would lose the records that are written between the deploy and the first poll.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 10,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 10,
      // A record on which the function always fails blocks its shard until then. The stream itself keeps records for 24
      // hours.
      maxRecordAge: Duration.hours(1),
      onFailure: new SqsDlq(this.dispatchFailures),
      filters: [
        FilterCriteria.filter({ eventName: ["INSERT"], dynamodb: { NewImage: hasOpenWork } }),
        FilterCriteria.filter({
          eventName: ["MODIFY"],
          dynamodb: {
            NewImage: { ...hasOpenWork, stopRequested: { BOOL: [true] } },
            OldImage: { stopRequested: { BOOL: [false] } },
          },
        }),
      ],
    });
    table.grantStreamRead(dispatcher.handler);
  }

  private addReconciler(): ServiceFunction {
    const { config, compositionQueue, freezingQueue } = this.props;
    const reconciler = this.make(
      "ReconcileOpenWork",
      "events/reconcile-open-work",
      "Repairs work whose execution or lease has ended",
    );
    allowFinalizing(reconciler, this.props);
    // It also gives up creations that were cut off.
    reconciler.useTable(this.props.table, ["put", "check"]);
    // The reconciler deletes files of resources whose creation or deletion was cut off
    // (docs/adr/0020-rows-before-files.md).
    const { artifacts, work } = this.props;
    const ofJobs = "users/*/training-jobs/*";
    reconciler.useArtifacts(artifacts, {
      delete: ["users/*/tracks/*", "users/*/compositions/*", "users/*/models/*", "users/*/datasets/*", ofJobs],
      list: true,
    });
    reconciler.useWork(work, { delete: [ofJobs, `${incomingPrefix}*`, `${incomingArchivesPrefix}*`] });
    reconciler.useOpenWorkIndex(this.props.table);
    reconciler.useQueue(compositionQueue, environmentVariables.compositionQueueUrl);
    reconciler.useQueue(freezingQueue, environmentVariables.freezingQueueUrl);
    this.allowExecutions(reconciler, { describe: true });
    new Rule(this, "ReconcileSchedule", {
      description: "Starts the reconciliation of unfinished work",
      schedule: Schedule.rate(Duration.minutes(config.reconcileMinutes)),
      targets: [this.target(reconciler, RuleTargetInput.fromObject({}))],
    });
    return reconciler;
  }

  /** Adds the count of orphans. A file that no row names is the trace of a bug, and nothing else would show it. */
  private addOrphanCount(): void {
    const { table, artifacts, work } = this.props;
    const counter = this.make("CountOrphans", "events/count-orphans", "Counts objects that no row names");
    counter.useTable(table, ["getMany"]);
    counter.useArtifacts(artifacts, { list: true });
    counter.useWork(work, { list: true });
    new Rule(this, "OrphanCountSchedule", {
      description: "Compares the objects of all users with their rows",
      schedule: Schedule.rate(Duration.days(1)),
      targets: [this.target(counter, RuleTargetInput.fromObject({}))],
    });
  }

  /**
   * Adds the erasure of users' data. It has a function of its own, because nothing else may delete earlier versions of
   * files (docs/adr/0059-erasure.md).
   */
  private addErasures(): void {
    const { config, table, artifacts, work } = this.props;
    const eraser = this.make("EraseUserData", "events/erase-user-data", "Erases everything that a user has");
    eraser.useTable(table, ["get", "query", "update", "delete"]);
    eraser.useOpenWorkIndex(table);
    const ofUsers = [`${ownedObjectsPrefix}*`];
    eraser.useArtifacts(artifacts, { deleteVersions: ofUsers });
    eraser.useWork(work, { deleteVersions: [...ofUsers, `${incomingPrefix}*`, `${incomingArchivesPrefix}*`] });
    new Rule(this, "ErasureSchedule", {
      description: "Goes on with the erasures of users' data",
      schedule: Schedule.rate(Duration.minutes(config.reconcileMinutes)),
      targets: [this.target(eraser, RuleTargetInput.fromObject({}))],
    });
  }

  /** Adds the rule for executions that did not end in their own Succeed state, and so did not finalize their row. */
  private addWorkflowEnded(): void {
    const { stateMachine } = this.props;
    const ended = this.make(
      "WorkflowEnded",
      "events/workflow-ended",
      "Goes on with the job of an execution that was cut off",
    );
    allowFinalizing(ended, this.props);
    this.allowExecutions(ended, { describe: true });
    new Rule(this, "WorkflowEndedRule", {
      description: "Training workflow executions that failed, timed out or were aborted",
      eventPattern: {
        source: ["aws.states"],
        detailType: ["Step Functions Execution Status Change"],
        detail: {
          status: ["FAILED", "TIMED_OUT", "ABORTED"],
          stateMachineArn: [stateMachine.stateMachineArn],
        },
      },
      targets: [this.target(ended)],
    });
  }

  /**
   * Adds the rule that brings a row up to date before the workflow's next monitoring turn would. It never ends a job.
   */
  private addTrainingJobChanged(): void {
    const { config, table, work } = this.props;
    const changed = this.make(
      "TrainingJobChanged",
      "events/training-job-changed",
      "Brings the row of a training job that has changed up to date",
    );
    changed.useTable(table, ["get", "update"]);
    changed.useWork(work, { get: ["users/*/training-jobs/*/checkpoints/*"], list: true });
    allowOnJobs(changed, "Describe");
    new Rule(this, "TrainingJobChangedRule", {
      description: "State changes of this deployment's training jobs",
      eventPattern: {
        // Nobody but AWS may send events of `aws.…`, so the local SageMaker server has a source of its own.
        source: ["aws.sagemaker", ...(config.stage === "local" ? [localSageMakerEventSource] : [])],
        detailType: ["SageMaker Training Job State Change"],
        detail: { TrainingJobName: [{ prefix: `${resourcePrefix(config.stage)}-` }] },
      },
      targets: [this.target(changed)],
    });
  }

  private make(
    name: string,
    entry: FunctionFolder,
    description: string,
    more: { readonly reservedConcurrency?: number | undefined } = {},
  ): ServiceFunction {
    const { config } = this.props;
    return new ServiceFunction(this, name, {
      config,
      entry,
      description,
      memoryMb: 512,
      ...more,
    });
  }

  /** Returns a rule's target. An event that cannot be delivered, or on which the function keeps failing, is kept. */
  private target(fn: ServiceFunction, event?: RuleTargetInput): IRuleTarget {
    fn.handler.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(this.eventFailures),
    });
    return new LambdaFunction(fn.handler, {
      deadLetterQueue: this.eventFailures,
      maxEventAge: Duration.hours(1),
      retryAttempts: 10,
      ...(event === undefined ? {} : { event }),
    });
  }

  private allowExecutions(fn: ServiceFunction, { describe }: { readonly describe: boolean }): void {
    const { stateMachine } = this.props;
    fn.setVariable(environmentVariables.stateMachineArn, stateMachine.stateMachineArn);
    fn.allow(new PolicyStatement({ actions: ["states:StartExecution"], resources: [stateMachine.stateMachineArn] }));
    if (!describe) return;
    const executions = Stack.of(this).formatArn({
      service: "states",
      resource: "execution",
      resourceName: `${stateMachine.stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    fn.allow(new PolicyStatement({ actions: ["states:DescribeExecution"], resources: [executions] }));
    fn.acknowledgeWildcards([executions], "Executions of our state machine: they are named after jobs.");
  }
}
