import * as z from "zod";
import { ulidSchema } from "../../domain/schemas/ids";
import { openWorkKinds } from "../../naming/table-keys";
import type { CompositionQueue, DispatchFailures } from "../aws/composition-queue";
import type { SageMakerJobs } from "../aws/sagemaker-jobs";
import type { WorkflowExecutions } from "../aws/workflow-executions";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";

export interface DispatchWorkParams {
  /** Records of the table's stream, not parsed yet. */
  readonly records: readonly unknown[];
  readonly compositionQueue: Pick<CompositionQueue, "send">;
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

/**
 * Starts what was inserted as open work, and stops what was asked to stop (the outbox). All records of a batch are
 * dispatched at once, so that a slow one does not delay the others. A record that cannot be dispatched is kept in a
 * queue, because a stream delivers a batch that throws again and again, and everything behind it waits. The reconciler
 * starts what was missed, and the workflow's next monitoring turn stops what was not stopped.
 */
export async function dispatchWork(params: DispatchWorkParams): Promise<void> {
  await Promise.all(
    params.records.map(async (record) => {
      try {
        await dispatch(recordSchema.parse(record), params);
      } catch (error) {
        await keep(record, error, params);
      }
    }),
  );
}

async function dispatch(
  { eventName, dynamodb }: z.infer<typeof recordSchema>,
  params: DispatchWorkParams,
): Promise<void> {
  const { NewImage, OldImage } = dynamodb;
  if (NewImage === undefined) return;
  if (eventName === "INSERT" && NewImage.openWork !== undefined) await start(NewImage, params);
  if (eventName === "MODIFY" && wasToldToStop(NewImage, OldImage)) await stop(NewImage, params);
}

async function start(image: Image, { compositionQueue, executions, log }: DispatchWorkParams): Promise<void> {
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

async function keep(record: unknown, error: unknown, { failures, log, metrics }: DispatchWorkParams): Promise<void> {
  metrics.record("DispatchFailures");
  const reason = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 1_000) : String(error);
  // The key is enough to find the item; its content stays in the table.
  const known = keysSchema.safeParse(record);
  const kept = known.success
    ? { eventId: known.data.eventID, eventName: known.data.eventName, keys: known.data.dynamodb?.Keys }
    : {};
  log.error("a stream record was not dispatched", { ...kept, reason });
  try {
    await failures.keep({ ...kept, reason });
  } catch (error) {
    log.error("the record could not be kept either", { reason: String(error) });
  }
}
