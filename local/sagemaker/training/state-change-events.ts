import { setTimeout as sleep } from "node:timers/promises";
import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { localSageMakerEventSource } from "../../../naming/resource-names";
import type { PendingFaults } from "../fault-injection";
import { describeTrainingJob, type TrainingJob } from "./training-job";

const timeMembers = new Set([
  "CreationTime",
  "LastModifiedTime",
  "TrainingStartTime",
  "TrainingEndTime",
  "StartTime",
  "EndTime",
  "Timestamp",
]);

/**
 * Puts `SageMaker Training Job State Change` events on the event bus. A job does not wait for them, and does not fail
 * if they cannot be sent.
 */
export class StateChangeEvents {
  private readonly client: EventBridgeClient;
  private readonly eventBusName: string;
  private readonly faults: PendingFaults;
  private readonly onError: (error: unknown) => void;
  private readonly ended = new AbortController();
  private queue: Promise<void> = Promise.resolve();

  constructor(params: {
    readonly client: EventBridgeClient;
    readonly eventBusName: string;
    readonly faults: PendingFaults;
    readonly onError: (error: unknown) => void;
  }) {
    this.client = params.client;
    this.eventBusName = params.eventBusName;
    this.faults = params.faults;
    this.onError = params.onError;
  }

  /** Sends the job's present state, after the events that already wait. */
  publish(job: TrainingJob): void {
    const fault = this.faults.take("event");
    if (fault?.effect === "lost") return;
    if (fault?.effect === "late") {
      void sleep(fault.seconds * 1_000, undefined, { signal: this.ended.signal }).then(
        () => {
          this.enqueue(job, 1);
        },
        () => undefined,
      );
      return;
    }
    this.enqueue(job, fault?.effect === "duplicate" ? 2 : 1);
  }

  /**
   * Sends the queued events and drops those that were to come late. It takes as long as the event bus takes, so limit
   * its time.
   */
  async drain(): Promise<void> {
    this.ended.abort();
    await this.queue;
  }

  private enqueue(job: TrainingJob, times: number): void {
    this.queue = this.queue.then(async () => {
      for (let sent = 0; sent < times; sent += 1) await this.send(job).catch(this.onError);
    });
  }

  private async send(job: TrainingJob): Promise<void> {
    const response = await this.client.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: this.eventBusName,
            // Only AWS may send events of `aws.…`, and MiniStack refuses them from others as the real bus does.
            Source: localSageMakerEventSource,
            DetailType: "SageMaker Training Job State Change",
            Resources: [job.arn],
            Time: new Date(job.lastModifiedTime * 1_000),
            Detail: JSON.stringify(stateChangeDetail(job)),
          },
        ],
      }),
      { abortSignal: AbortSignal.timeout(5_000) },
    );
    const refused = response.Entries?.find((entry) => entry.ErrorCode !== undefined);
    if (refused !== undefined) throw new Error(`the event bus refused an event: ${refused.ErrorMessage ?? "?"}`);
  }
}

/** Returns the fields of Describe. Times are strings of epoch milliseconds, as in AWS's own event. */
export function stateChangeDetail(job: TrainingJob): unknown {
  return withMillisecondTimes(describeTrainingJob(job));
}

function withMillisecondTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMillisecondTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]: [string, unknown]) => [
      key,
      timeMembers.has(key) && typeof member === "number"
        ? String(Math.round(member * 1_000))
        : withMillisecondTimes(member),
    ]),
  );
}
