import * as z from "zod";
import { ulidSchema } from "../../domain/schemas/ids";
import { versionIdPattern } from "../../naming/object-keys";
import { freezingMark, openWorkKinds } from "../../naming/table-keys";
import type { CompositionQueue, DispatchFailures } from "../aws/composition-queue";
import type { FreezingQueue } from "../aws/freezing-queue";
import { isPassingFault } from "../aws/passing-faults";
import type { SageMakerJobs } from "../aws/sagemaker-jobs";
import type { WorkflowExecutions } from "../aws/workflow-executions";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";

export interface DispatchWorkParams {
  /** Records of the table's stream, not parsed yet. */
  readonly records: readonly unknown[];
  readonly compositionQueue: Pick<CompositionQueue, "send">;
  readonly freezingQueue: FreezingQueue;
  readonly executions: Pick<WorkflowExecutions, "start">;
  readonly sageMakerJobs: Pick<SageMakerJobs, "stop">;
  readonly failures: DispatchFailures;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

/** The attributes that are read, in the stream's own notation. No other content of an item is needed. */
const text = z.object({ S: z.string() });
const imageSchema = z.object({
  kind: text.optional(),
  sub: text.optional(),
  id: text.optional(),
  datasetId: text.optional(),
  attempt: z.object({ N: z.string() }).optional(),
  openWork: text.optional(),
  stopRequested: z.object({ BOOL: z.boolean() }).optional(),
  trainingJobName: text.optional(),
});
type Image = z.infer<typeof imageSchema>;

const recordSchema = z.object({
  eventID: z.string().optional(),
  eventName: z.enum(["INSERT", "MODIFY", "REMOVE"]),
  dynamodb: z.object({ NewImage: imageSchema.optional(), OldImage: imageSchema.optional() }),
});

const workSchema = z.object({
  kind: z.enum(openWorkKinds),
  sub: z.string().min(1).max(128),
  id: ulidSchema,
  attempt: z.coerce.number().int().min(0),
});
const freezingSchema = workSchema
  .pick({ sub: true })
  .extend({ datasetId: ulidSchema, id: z.string().regex(versionIdPattern) });

/** A part of the response to Lambda: the batch is delivered again from the earliest of these records. */
export interface BatchItemFailure {
  readonly itemIdentifier: string;
}

export interface DispatchWorkResult {
  readonly batchItemFailures: readonly BatchItemFailure[];
}

/**
 * Starts what was inserted as open work, and stops what was asked to stop (the outbox). All records of a batch are
 * dispatched at once, so that a slow one does not delay the others.
 *
 * A record that met a fault which passes is reported, and Lambda delivers it again; starting twice does no harm. A
 * record that can never be dispatched is kept in a queue instead, because everything behind it would wait for it. In
 * the local cloud, which takes no notice of the report, the reconciler starts what was missed. The workflow's next
 * monitoring turn stops what was not stopped.
 */
export async function dispatchWork(params: DispatchWorkParams): Promise<DispatchWorkResult> {
  const failures = await Promise.all(
    params.records.map(async (record): Promise<readonly BatchItemFailure[]> => {
      try {
        await dispatch(recordSchema.parse(record), params);
        return [];
      } catch (error) {
        const itemIdentifier = sequenceNumberOf(record);
        if (itemIdentifier !== undefined && isPassingFault(error)) {
          params.metrics.record("DispatchRetries");
          params.log.warn("a stream record is to be delivered again", { itemIdentifier, reason: reasonOf(error) });
          return [{ itemIdentifier }];
        }
        const isKept = await keep(record, error, params);
        // Lambda has a queue of its own for records that it cannot get handled.
        return isKept || itemIdentifier === undefined ? [] : [{ itemIdentifier }];
      }
    }),
  );
  return { batchItemFailures: failures.flat() };
}

const sequencedSchema = z.object({ dynamodb: z.object({ SequenceNumber: z.string().min(1) }) });

/** Returns the name that the stream gives a record; undefined for a record without one. */
function sequenceNumberOf(record: unknown): string | undefined {
  return sequencedSchema.safeParse(record).data?.dynamodb.SequenceNumber;
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 1_000) : String(error);

async function dispatch(
  { eventName, dynamodb }: z.infer<typeof recordSchema>,
  params: DispatchWorkParams,
): Promise<void> {
  const { NewImage, OldImage } = dynamodb;
  if (NewImage === undefined) return;
  if (eventName === "INSERT" && NewImage.openWork !== undefined) await start(NewImage, params);
  if (eventName === "MODIFY" && wasToldToStop(NewImage, OldImage)) await stop(NewImage, params);
}

async function start(image: Image, params: DispatchWorkParams): Promise<void> {
  const { compositionQueue, freezingQueue, executions, log } = params;
  if (image.openWork?.S === freezingMark) {
    const { sub, datasetId, id } = freezingSchema.parse({
      ...{ sub: image.sub?.S, datasetId: image.datasetId?.S, id: image.id?.S },
    });
    await freezingQueue.send({ dataset: { sub, id: datasetId }, versionId: id });
    log.info("dispatched", { kind: freezingMark, id, dataset: datasetId });
    return;
  }
  const { kind, sub, id, attempt } = workSchema.parse({
    kind: image.openWork?.S,
    sub: image.sub?.S,
    id: image.id?.S,
    attempt: image.attempt?.N,
  });
  if (kind === "COMPOSITION") await compositionQueue.send({ sub, compositionId: id });
  else await executions.start({ sub, jobId: id, attempt });
  log.info("dispatched", { kind, id, attempt });
}

const wasToldToStop = (now: Image, before: Image | undefined): boolean =>
  now.stopRequested?.BOOL === true && before?.stopRequested?.BOOL !== true;

/**
 * Stops the SageMaker job immediately instead of at the workflow's next monitoring turn. A job that is not at SageMaker
 * yet needs no call.
 */
async function stop(image: Image, { sageMakerJobs, log }: DispatchWorkParams): Promise<void> {
  if (image.trainingJobName === undefined || image.openWork === undefined) return;
  const trainingJobName = image.trainingJobName.S;
  try {
    await sageMakerJobs.stop(trainingJobName);
  } catch (error) {
    // Nothing is lost: the workflow's next monitoring turn stops the job, and may come within seconds.
    log.warn("the stop was not passed on at once", { trainingJobName, reason: String(error) });
    return;
  }
  log.info("stop passed on", { trainingJobName });
}

const keysSchema = z.object({
  eventID: z.string().optional(),
  eventName: z.string().optional(),
  dynamodb: z.object({ Keys: z.unknown().optional() }).optional(),
});

/**
 * Keeps a record that can never be dispatched, for an operator.
 * @returns false if it could not be kept
 */
async function keep(record: unknown, error: unknown, { failures, log, metrics }: DispatchWorkParams): Promise<boolean> {
  metrics.record("DispatchFailures");
  const reason = reasonOf(error);
  // The key is enough to find the item; its content stays in the table.
  const known = keysSchema.safeParse(record);
  const kept = known.success
    ? { eventId: known.data.eventID, eventName: known.data.eventName, keys: known.data.dynamodb?.Keys }
    : {};
  log.error("a stream record was not dispatched", { ...kept, reason });
  try {
    await failures.keep({ ...kept, reason });
    return true;
  } catch (error) {
    log.error("the record could not be kept either", { reason: String(error) });
    return false;
  }
}
