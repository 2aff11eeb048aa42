import { trainingMetricsQuerySchema } from "../../../domain/schemas/api/training";
import { referenceSchema } from "../../../domain/schemas/metrics";
import { isFinalTrainingJobState } from "../../../domain/states/training-job-state";
import { epochMetrics, maxProgressBytes, parseProgress } from "../../../domain/training/progress";
import { progressFile, referenceFile } from "../../../naming/object-keys";
import { taggedByContent } from "../../http/entity-tag";
import type { Request } from "../../http/request";
import { type Response, retryAfter } from "../../http/response";
import { parseQuery } from "../../http/validation";
import { DamagedFile, parseStoredJson } from "../../problems/lost-file";
import { ownedItem } from "../../problems/owned-item";
import type { TrainingJobItem } from "../../stores/items";
import { ObjectTooLargeError } from "../../stores/objects";
import type { PresigningObjectStore } from "../../stores/presigned-urls";
import type { TrainingJobs } from "../../stores/training-jobs";
import type { Log } from "../../telemetry/logger";
import { pollAfterSeconds } from "../../training/poll-interval";
import { mustHaveFiles, readTrainingFile, trainingFileLost } from "../../training/training-files";

export interface ListTrainingJobMetricsParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "get">;
  readonly artifacts: Pick<PresigningObjectStore, "read" | "list" | "presign">;
  readonly work: Pick<PresigningObjectStore, "read" | "list" | "presign">;
  readonly now: () => Date;
  readonly log: Log;
}

/** The largest reference that is read. A trainer writes a far smaller one. */
const maxReferenceBytes = 64 * 1024;

/**
 * Parses the reference. One that cannot be read is left out, because the curves are worth showing without it.
 */
function parseReference(bytes: Uint8Array | undefined, item: TrainingJobItem, log: Log): Record<string, number> {
  if (bytes === undefined) return {};
  try {
    return parseStoredJson(bytes, referenceSchema).metrics;
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    // The container of a job that has not ended may be writing the reference at this moment, so it counts as absent.
    if (isFinalTrainingJobState(item.state)) log.error("the reference of a training job is damaged", { id: item.id });
    return {};
  }
}

/** Lists the metrics of each epoch, and the same metrics of the training data as a reference. */
export async function listTrainingJobMetrics(params: ListTrainingJobMetricsParams): Promise<Response> {
  const { request, trainingJobs, artifacts, work, now, log } = params;
  const owned = { sub: request.subject(), id: request.pathParameter("trainingJobId") };
  const { afterEpoch } = parseQuery(request, trainingMetricsQuerySchema);
  const item = await ownedItem("TRAINING_JOB", trainingJobs, owned);
  /** Reads a file; undefined if there is none, and no bytes if it is too long to be one of ours. */
  const read = async (name: string, maxBytes: number): Promise<Uint8Array | undefined> => {
    try {
      return (await readTrainingFile({ item, artifacts, work }, name, maxBytes))?.bytes;
    } catch (error) {
      if (!(error instanceof ObjectTooLargeError)) throw error;
      // No trainer of ours wrote it, and the workflow does not read it either.
      log.warn("a file of a training job is too long to be read", { id: item.id, name, bytes: error.bytes });
      return new Uint8Array();
    }
  };
  const [progress, reference] = await Promise.all([
    read(progressFile, maxProgressBytes),
    read(referenceFile, maxReferenceBytes),
  ]);
  const planned = item.hyperparameters["epochs"];
  const { epochs } = parseProgress(progress ?? "", typeof planned === "number" ? planned : undefined);
  if (epochs.length === 0 && mustHaveFiles(item)) {
    const damage = progress !== undefined ? new DamagedFile("the file has no epoch that can be read") : undefined;
    throw await trainingFileLost({ trainingJobs, item, file: "progress", damage });
  }
  return await taggedByContent({
    request,
    headers: retryAfter(pollAfterSeconds(item, now())),
    body: {
      items: epochs.filter(({ epoch }) => epoch > afterEpoch).map(epochMetrics),
      reference: parseReference(reference, item, log),
    },
  });
}
