/** Training jobs as the workflow sees them. Every change names the attempt it belongs to and is conditional on the state. */
import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { OwnedBy } from "../../naming/object-keys";
import { catalogueKey, ownedKey } from "../../naming/table-keys";
import {
  catalogueItemSchema,
  modelItemSchema,
  quotaHeld,
  trainingJobItemSchema,
  type CatalogueItem,
  type ModelItem,
  type PendingChangeItem,
  type TrainingJobItem,
} from "../../domain/schemas/items";
import {
  finalTrainingJobStates,
  trainingJobStates,
  trainingJobStatesBefore,
  type FinalTrainingJobState,
  type TrainingJobState,
} from "../../domain/states/training-job-state";
import { endOfCreation, pendingChange, pendingChangeItem } from "./pending-changes";
import { transactUnlessRefused, unlessRefused } from "./conditional-write";
import { readItem } from "./item-codec";
import { moveQuota } from "./quotas";
import { conditionOnRow, updateOfRow } from "./update-expression";

/** A job in the hands of one workflow execution. */
export interface JobAttempt extends OwnedBy {
  readonly attempt: number;
}

const changeable = trainingJobItemSchema
  .pick({
    launch: true,
    trainingJobName: true,
    queuedSince: true,
    capacityRefusedSince: true,
    progress: true,
    latestMetrics: true,
    convergence: true,
    resumable: true,
    usage: true,
  })
  .partial();
/** What may change while a job is open. */
export type TrainingJobData = z.infer<typeof changeable>;
export type RemovableData = "trainingJobName" | "capacityRefusedSince" | "repairFailedSince";

export interface TrainingJobChange {
  /** Only where the transition is legal; without it any non-final state is kept. */
  readonly to?: Exclude<TrainingJobState, FinalTrainingJobState>;
  readonly set?: TrainingJobData;
  readonly remove?: readonly RemovableData[];
}

const ending = trainingJobItemSchema
  .pick({
    progress: true,
    latestMetrics: true,
    convergence: true,
    resumable: true,
    usage: true,
    endReason: true,
    failure: true,
  })
  .partial();
export interface TrainingJobEnd extends z.infer<typeof ending> {
  readonly state: FinalTrainingJobState;
  /** What the end was decided on: a stop request that came meanwhile refuses it. */
  readonly stopRequested: boolean;
}

export interface NextAttempt {
  /** The SageMaker job of the attempt before goes on, or has ended with what the next one registers. */
  readonly keepsTrainingJob: boolean;
  /** Of all SageMaker jobs that will not go on. */
  readonly earlierUsage: TrainingJobItem["usage"] | undefined;
  /** Attempts so far that were cut off before SageMaker had a job of theirs. */
  readonly attemptsWithoutTraining: number;
}

export interface TrainingJobsInExecution {
  load(of: OwnedBy): Promise<TrainingJobItem | undefined>;
  /** @returns the row as it is now, or undefined when state or attempt did not allow the change */
  change(job: JobAttempt, change: TrainingJobChange): Promise<TrainingJobItem | undefined>;
  /**
   * Begins the creation of the job's model, whose files come before its row; beginning again is beginning anew.
   * @returns nothing when the job has a model or is final, or when what an earlier try left is being removed
   */
  beginModel(job: JobAttempt, modelId: string): Promise<PendingChangeItem | undefined>;
  /**
   * Adds the model to the user's, names it in the job, and ends its pending creation. The place among the user's models
   * that the job has held goes over to the model.
   * @returns false when the job has a model or is final, or when the creation was given up or begun anew
   */
  addModel(job: JobAttempt, model: ModelItem, creation: PendingChangeItem): Promise<boolean>;
  /**
   * The only way into a final state. A job that ends without a model gives its place among the user's models back.
   * @returns false when the row has changed since it was decided
   */
  finish(job: JobAttempt, end: TrainingJobEnd): Promise<boolean>;
  /**
   * Gives the job to the next attempt's execution.
   * @returns the row as it is now, or undefined when it is final, to be stopped, or another attempt's already
   */
  beginNextAttempt(job: JobAttempt, next: NextAttempt): Promise<TrainingJobItem | undefined>;
  loadCatalogue(datasetId: string): Promise<CatalogueItem | undefined>;
}

export interface TrainingJobTableParams {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly now: () => Date;
}

const openStates = trainingJobStates.filter((state) => !(finalTrainingJobStates as readonly string[]).includes(state));

export function createTrainingJobsInExecution({
  client,
  tableName,
  now,
}: TrainingJobTableParams): TrainingJobsInExecution {
  const key = ({ sub, id }: OwnedBy) => ownedKey("TRAINING_JOB", sub, id);
  const read = async (Key: { pk: string; sk: string }): Promise<Record<string, unknown> | undefined> => {
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
    return Item;
  };

  return {
    async load(of) {
      const item = await read(key(of));
      return item === undefined ? undefined : readItem(trainingJobItemSchema, item);
    },

    async change(job, { to, set, remove = [] }) {
      const parts = updateOfRow(
        {
          set: { ...changeable.parse(set ?? {}), ...(to === undefined ? {} : { state: to }) },
          remove,
          now: now().toISOString(),
        },
        {
          equals: { attempt: job.attempt },
          // To stay in a state is always allowed.
          oneOf: { state: to === undefined ? openStates : [...new Set([...trainingJobStatesBefore(to), to])] },
        },
      );
      const answer = await unlessRefused(
        async () =>
          await client.send(
            new UpdateCommand({ TableName: tableName, Key: key(job), ReturnValues: "ALL_NEW", ...parts }),
          ),
      );
      return answer?.Attributes === undefined ? undefined : readItem(trainingJobItemSchema, answer.Attributes);
    },

    async beginModel(job, modelId) {
      const change = pendingChange({ of: "MODEL", sub: job.sub, id: modelId, state: "CREATING", now: now() });
      const written = await transactUnlessRefused({ client, tableName }, [
        {
          Put: {
            TableName: tableName,
            Item: pendingChangeItem(change),
            ConditionExpression: "attribute_not_exists(pk) OR #state = :creating",
            ExpressionAttributeNames: { "#state": "state" },
            ExpressionAttributeValues: { ":creating": change.state },
          },
        },
        {
          ConditionCheck: {
            TableName: tableName,
            Key: key(job),
            ...conditionOnRow({ equals: { attempt: job.attempt }, oneOf: { state: openStates }, absent: ["modelId"] }),
          },
        },
      ]);
      return written ? change : undefined;
    },

    async addModel(job, model, creation) {
      const row = await read(key(job));
      if (row === undefined) return false;
      const { models = 0, ...kept } = quotaHeld(readItem(trainingJobItemSchema, row));
      const item = modelItemSchema.parse({ ...model, holds: { models: 1, storedBytes: model.bytes } });
      const named = updateOfRow(
        { set: { modelId: item.id, holds: kept }, now: now().toISOString() },
        { equals: { attempt: job.attempt }, oneOf: { state: openStates }, absent: ["modelId"] },
      );
      return await transactUnlessRefused({ client, tableName }, [
        {
          Put: {
            TableName: tableName,
            Item: { ...ownedKey("MODEL", item.sub, item.id), ...item },
            ConditionExpression: "attribute_not_exists(pk)",
          },
        },
        endOfCreation(tableName, creation),
        { Update: { TableName: tableName, Key: key(job), ...named } },
        ...moveQuota(tableName, job.sub, { raise: { models: 1, storedBytes: item.bytes }, lower: { models } }),
      ]);
    },

    async finish(job, { state, stopRequested, ...data }) {
      const row = await read(key(job));
      if (row === undefined) return false;
      const before = readItem(trainingJobItemSchema, row);
      const { models = 0, ...kept } = quotaHeld(before);
      // What is given back depends on whether there is a model: that must still be so when it is written.
      const asRead = before.modelId === undefined ? { absent: ["modelId"] } : { equals: { modelId: before.modelId } };
      const parts = updateOfRow(
        {
          set: { state, ...ending.parse(data), ...(before.holds === undefined ? {} : { holds: kept }) },
          remove: ["openWork", "openWorkOwner", "repairFailedSince"],
          now: now().toISOString(),
        },
        {
          ...asRead,
          equals: { ...asRead.equals, attempt: job.attempt, stopRequested },
          oneOf: { state: trainingJobStatesBefore(state) },
        },
      );
      return await transactUnlessRefused({ client, tableName }, [
        { Update: { TableName: tableName, Key: key(job), ...parts } },
        ...moveQuota(tableName, job.sub, { lower: { openTrainingJobs: 1, models } }),
      ]);
    },

    async beginNextAttempt(job, { keepsTrainingJob, earlierUsage, attemptsWithoutTraining }) {
      const instant = now().toISOString();
      const parts = updateOfRow(
        {
          set: {
            attempt: job.attempt + 1,
            queuedSince: instant,
            earlierUsage,
            attemptsWithoutTraining,
            ...(keepsTrainingJob ? {} : { state: "QUEUED" }),
          },
          remove: ["capacityRefusedSince", "repairFailedSince", ...(keepsTrainingJob ? [] : ["trainingJobName"])],
          now: instant,
        },
        {
          equals: { attempt: job.attempt, stopRequested: false },
          oneOf: { state: keepsTrainingJob ? openStates : [...trainingJobStatesBefore("QUEUED"), "QUEUED"] },
        },
      );
      const answer = await unlessRefused(
        async () =>
          await client.send(
            new UpdateCommand({ TableName: tableName, Key: key(job), ReturnValues: "ALL_NEW", ...parts }),
          ),
      );
      return answer?.Attributes === undefined ? undefined : readItem(trainingJobItemSchema, answer.Attributes);
    },

    async loadCatalogue(datasetId) {
      const item = await read(catalogueKey(datasetId));
      return item === undefined ? undefined : readItem(catalogueItemSchema, item);
    },
  };
}
