import { Duration } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { environmentVariables } from "../../naming/environment-variables";
import { incomingArchivesPrefix, incomingPrefix } from "../../naming/object-keys";
import { type FunctionFolder, functionSeconds } from "../../naming/time-limits";
import type { StageConfig } from "../config/stage-config";
import { DeadLetterQueue } from "./dead-letter-queue";
import { ServiceFunction } from "./functions/service-function";

export interface DatasetIngestProps {
  readonly config: StageConfig;
  readonly table: Table;
  readonly artifacts: Bucket;
  readonly work: Bucket;
}

const ingestFolder = "events/ingest-midi";
const openFolder = "events/open-archive";

/**
 * What reads the files that are sent to data sets: the work bucket's events, their queues, and the functions behind them.
 * Archives have a queue of their own, and so have the ranges of their files: one of them is as much work as a batch of
 * files that arrive one by one.
 */
export class DatasetIngest extends Construct {
  readonly deadLetters: Queue;
  readonly reader: ServiceFunction;

  constructor(scope: Construct, id: string, { config, table, artifacts, work }: DatasetIngestProps) {
    super(scope, id);
    this.deadLetters = new DeadLetterQueue(this, "DeadLetters").queue;
    const queue = this.addQueue("Queue", ingestFolder);
    const ranges = this.addQueue("Ranges", ingestFolder);
    const archives = this.addQueue("Archives", openFolder);
    const arrivals = [
      { name: "Arrived", what: "Files that were sent to data sets", prefix: incomingPrefix, target: queue },
      { name: "ArchiveArrived", what: "Archives that were sent", prefix: incomingArchivesPrefix, target: archives },
    ];
    for (const { name, what, prefix, target } of arrivals) {
      new Rule(this, name, {
        description: what,
        eventPattern: {
          source: ["aws.s3"],
          detailType: ["Object Created"],
          detail: { bucket: { name: [work.bucketName] }, object: { key: [{ prefix }] } },
        },
        targets: [
          new SqsQueue(target, {
            deadLetterQueue: this.deadLetters,
            maxEventAge: Duration.hours(1),
            retryAttempts: 10,
          }),
        ],
      });
    }

    // The memory decides the share of a processor. The slowest file takes 0.8 s of a whole one, and 253 MB.
    this.reader = new ServiceFunction(this, "Reader", {
      config,
      entry: ingestFolder,
      description: "Reads MIDI files that were sent to data sets",
      memoryMb: 1024,
    });
    this.reader.useTable(table, ["get", "getMany", "put", "update", "delete"]);
    const files = ["users/*/datasets/*"];
    this.reader.useArtifacts(artifacts, { put: files, tag: files, delete: files });
    const incomingArchives = [`${incomingArchivesPrefix}*`];
    const incoming = [`${incomingPrefix}*`, ...incomingArchives];
    this.reader.useWork(work, { get: incoming, delete: incoming, list: true });
    this.reader.handler.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 25,
        // Lambda requires a window for batches of more than ten.
        maxBatchingWindow: Duration.seconds(1),
        // All readers of one data set change its counts, and more of them would wait for each other.
        maxConcurrency: 5,
        reportBatchItemFailures: true,
      }),
    );
    this.reader.handler.addEventSource(
      new SqsEventSource(ranges, { batchSize: 1, maxConcurrency: 5, reportBatchItemFailures: true }),
    );

    const opener = new ServiceFunction(this, "Opener", {
      config,
      entry: openFolder,
      description: "Opens archives that were sent to data sets",
      memoryMb: 512,
    });
    opener.useTable(table, ["get", "update"]);
    opener.useWork(work, { get: incomingArchives, delete: incomingArchives, list: true });
    opener.useQueue(ranges, environmentVariables.datasetReadingQueueUrl);
    opener.handler.addEventSource(new SqsEventSource(archives, { batchSize: 1 }));
  }

  private addQueue(id: string, reader: FunctionFolder): Queue {
    return new Queue(this, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(4),
      visibilityTimeout: Duration.seconds(6 * functionSeconds[reader]),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
  }
}
