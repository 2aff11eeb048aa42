import * as z from "zod";
import { progressFile, referenceFile } from "../../../domain/names/object-keys";
import { trainingMetricsQuerySchema } from "../../../domain/schemas/api/training";
import type { TrainingJobItem } from "../../../domain/schemas/items";
import { epochMetrics, parseProgress } from "../../../domain/training/progress";
import type { StoredFiles } from "../../aws/stored-files";
import type { OwnedItems } from "../../aws/table/owned-items";
import { retryAfter, type Answer } from "../../http/answer";
import { taggedList } from "../../http/entity-tag";
import type { Request } from "../../http/request";
import { parseQuery } from "../../http/validation";
import { pollAfterSeconds } from "./poll-interval";
import { readTrainingFile } from "./training-files";

export interface ListTrainingJobMetricsParams {
  readonly request: Request;
  readonly trainingJobs: Pick<OwnedItems<TrainingJobItem>, "load">;
  readonly artefacts: Pick<StoredFiles, "read" | "list" | "presign">;
  readonly work: Pick<StoredFiles, "read" | "list" | "presign">;
  readonly now: () => Date;
}

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
  const { request, trainingJobs, artefacts, work, now } = params;
  const of = { sub: request.subject(), id: request.pathParameter("trainingJobId") };
  const { afterEpoch } = parseQuery(request, trainingMetricsQuerySchema);
  const item = await trainingJobs.load(of);
  const [progress, reference] = await Promise.all([
    readTrainingFile({ item, artefacts, work }, progressFile),
    readTrainingFile({ item, artefacts, work }, referenceFile),
  ]);
  const { epochs } = parseProgress(progress?.bytes ?? "");
  return await taggedList({
    request,
    headers: retryAfter(pollAfterSeconds(item, now())),
    body: {
      items: epochs.filter(({ epoch }) => epoch > afterEpoch).map(epochMetrics),
      reference: parseReference(reference?.bytes),
    },
  });
}
