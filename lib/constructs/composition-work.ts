import { Duration } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { environmentVariables } from "../../naming/environment-variables";
import { trainedTechniqueIds } from "../../naming/resource-names";
import { functionSeconds } from "../../naming/time-limits";
import type { StageConfig } from "../config/stage-config";
import { DeadLetterQueue } from "./dead-letter-queue";
import { ServiceFunction } from "./functions/service-function";
import { endpointArn } from "./permissions/sagemaker-arns";

export interface CompositionWorkProps {
  readonly config: StageConfig;
  readonly table: Table;
  readonly artifacts: Bucket;
}

const workerFolder = "events/execute-composition";
const workerTimeout = Duration.seconds(functionSeconds[workerFolder]);

/** The queue of compositions to execute, and the worker that calls the technique's endpoint for each. */
export class CompositionWork extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly worker: ServiceFunction;

  constructor(scope: Construct, id: string, { config, table, artifacts }: CompositionWorkProps) {
    super(scope, id);
    this.deadLetters = new DeadLetterQueue(this, "DeadLetters").queue;
    this.queue = new Queue(this, "Queue", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(1),
      // The time-out is not six times the worker's, as is usual. The poller never takes more than the worker's
      // concurrency allows, so nothing waits in flight, and after a cold endpoint has failed the next try should come
      // soon. A second delivery meets the lease.
      visibilityTimeout: workerTimeout.plus(Duration.seconds(30)),
      // A composition that waits for a cold endpoint is delivered about ten times within the worker's own budget, which
      // ends it properly. Only what the worker cannot handle at all comes here.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 20 },
    });

    this.worker = new ServiceFunction(this, "Worker", {
      config,
      entry: workerFolder,
      description: "Executes one composition: endpoint, MIDI file, row",
      memoryMb: 1024,
      reservedConcurrency: config.functions.reservedConcurrency.executeComposition,
    });
    this.worker.useTable(table, ["get", "update"]);
    this.worker.useArtifacts(artifacts, {
      // The endpoint reads models by a URL that this role signs. It also reads a stock model that way if its image has
      // another version of it.
      get: ["users/*/tracks/*", "users/*/compositions/*", "users/*/models/*", "stock/models/*"],
      put: ["users/*/compositions/*"],
      list: true,
    });
    // The worker changes when a composition that has to wait for its model becomes visible in this queue again. The
    // permission to do so comes with the event source.
    this.worker.setVariable(environmentVariables.compositionQueueUrl, this.queue.queueUrl);
    this.worker.allow(
      new PolicyStatement({
        actions: ["sagemaker:InvokeEndpoint"],
        resources: trainedTechniqueIds.map((technique) => endpointArn(this, config.stage, technique)),
      }),
    );
    this.worker.handler.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 1,
        maxConcurrency: config.compositions.concurrency,
        reportBatchItemFailures: true,
      }),
    );
  }
}
