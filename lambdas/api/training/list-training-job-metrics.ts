import * as z from "zod";
import { progressFile, referenceFile } from "../../../domain/names/object-keys";
import { trainingMetricsQuerySchema } from "../../../domain/schemas/api/training";
import type { TrainingJobItem } from "../../../domain/schemas/items";
import { epochMetrics, longestProgressBytes, parseProgress } from "../../../domain/training/progress";
import { ObjectTooLargeError } from "../../aws/object-store";
import type { StoredFiles } from "../../aws/stored-files";
import type { OwnedItems } from "../../aws/table/owned-items";
import { retryAfter, type Answer } from "../../http/answer";
import { taggedList } from "../../http/entity-tag";
import type { Request } from "../../http/request";
import { parseQuery } from "../../http/validation";
import { pollAfterSeconds } from "./poll-interval";
import type { Log } from "../../telemetry/logger";
import { readTrainingFile } from "./training-files";

export interface ListTrainingJobMetricsParams {
  readonly request: Request;
  readonly trainingJobs: Pick<OwnedItems<TrainingJobItem>, "load">;
  readonly artefacts: Pick<StoredFiles, "read" | "list" | "presign">;
  readonly work: Pick<StoredFiles, "read" | "list" | "presign">;
  readonly now: () => Date;
  readonly log: Log;
}

/** What a trainer writes is far smaller. */
const longestReferenceBytes = 64 * 1024;

const referenceSchema = z.looseObject({ metrics: z.record(z.string(), z.number()) });

function parseReference(bytes: Uint8Array | undefined): Record<string, number> {
  if (bytes === undefined) return {};
  try {
    return referenceSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8"))).metrics;
  } catch {
    // The container may be writing it at this moment: as absent as before.
    return {};
  }
}

/** The curves: one item an epoch, and the same metrics on the training data to compare with. */
export async function listTrainingJobMetrics(params: ListTrainingJobMetricsParams): Promise<Answer> {
  const { request, trainingJobs, artefacts, work, now, log } = params;
  const of = { sub: request.subject(), id: request.pathParameter("trainingJobId") };
  const { afterEpoch } = parseQuery(request, trainingMetricsQuerySchema);
  const item = await trainingJobs.load(of);
  const read = async (name: string, longest: number): Promise<Uint8Array | undefined> => {
    try {
      return (await readTrainingFile({ item, artefacts, work }, name, longest))?.bytes;
    } catch (error) {
      if (!(error instanceof ObjectTooLargeError)) throw error;
      // No trainer of ours wrote it, and the workflow does not read it either.
      log.warn("a file of a training job is too long to be read", { id: item.id, name, bytes: error.bytes });
      return undefined;
    }
  };
  const [progress, reference] = await Promise.all([
    read(progressFile, longestProgressBytes),
    read(referenceFile, longestReferenceBytes),
  ]);
  const planned = item.hyperparameters["epochs"];
  const { epochs } = parseProgress(progress ?? "", typeof planned === "number" ? planned : undefined);
  return await taggedList({
    request,
    headers: retryAfter(pollAfterSeconds(item, now())),
    body: {
      items: epochs.filter(({ epoch }) => epoch > afterEpoch).map(epochMetrics),
      reference: parseReference(reference),
    },
  });
}
