import { Duration } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { everyOwnVersion } from "../../naming/object-keys";
import { functionSeconds } from "../../naming/time-limits";
import type { StageConfig } from "../config/stage-config";
import { ServiceFunction } from "./functions/service-function";

export interface DatasetFreezingProps {
  readonly config: StageConfig;
  readonly table: Table;
  readonly artifacts: Bucket;
  /** The dead-letter queue of data sets: alarms are few, so files and versions share it. */
  readonly deadLetters: Queue;
}

const freezingFolder = "events/freeze-version";

/** The queue of versions of data sets to freeze, and the function behind it. */
export class DatasetFreezing extends Construct {
  readonly queue: Queue;
  readonly freezer: ServiceFunction;

  constructor(scope: Construct, id: string, { config, table, artifacts, deadLetters }: DatasetFreezingProps) {
    super(scope, id);
    this.queue = new Queue(this, "Queue", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(1),
      // A second delivery meets the lease, so nothing is gained by six times the function's time, as is usual.
      visibilityTimeout: Duration.seconds(functionSeconds[freezingFolder] + 30),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
    });

    // A whole processor: 20,000 files take 8 s of it (docs/benchmarks.md), beside the reading of 40,000 objects.
    this.freezer = new ServiceFunction(this, "Freezer", {
      config,
      entry: freezingFolder,
      description: "Freezes versions of data sets",
      memoryMb: 1769,
    });
    this.freezer.useTable(table, ["get", "query", "update", "check"]);
    this.freezer.useArtifacts(artifacts, {
      get: ["users/*/datasets/*/pieces/*"],
      put: [everyOwnVersion],
      tag: [everyOwnVersion],
      list: true,
    });
    this.freezer.handler.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 1, maxConcurrency: 2, reportBatchItemFailures: true }),
    );
  }
}
