import type { Failure } from "../../domain/schemas/failure";
import { storableMetrics } from "../../domain/schemas/metrics";
import { type ModelCard, modelCardSchema } from "../../domain/schemas/model-card";
import { maxModelBytes } from "../../domain/training/model-limits";
import { modelCardFile, modelFile, modelPrefix, type OwnedBy, trainingOutputPrefix } from "../../naming/object-keys";
import type { ModelItem, TrainingJobItem } from "../stores/items";
import { type ObjectDigest, type ObjectStore, ObjectTooLargeError } from "../stores/objects";
import { isDone } from "../stores/outcome";
import type { TrainingJobs } from "../stores/training-jobs";
import type { Log } from "../telemetry/logger";
import { type ClosedJob, openJob } from "./open-job";
import { jobAttempt, type StepInput } from "./step-input";

export interface RegisterModelParams {
  readonly input: StepInput;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "beginModel" | "addModel">;
  readonly work: Pick<ObjectStore, "bucket" | "read" | "digest">;
  readonly artifacts: Pick<ObjectStore, "copy" | "write">;
  readonly now: () => Date;
  readonly log: Log;
}

export type RegisterModelResult =
  | { readonly outcome: "REGISTERED"; readonly modelId: string }
  /** The training left no model: it was stopped before its first epoch was complete. */
  | { readonly outcome: "NO_MODEL" }
  | { readonly outcome: "MODEL_REFUSED"; readonly failure: Failure }
  | ClosedJob;

const maxCardBytes = 256 * 1024;

/** Returns the id of a job's model, which is the job's id, so that a second registration changes nothing. */
export const modelIdOf = (job: OwnedBy): string => job.id;

/**
 * Returns the prefix under which a SageMaker job leaves its model. SageMaker adds `{job name}/output/model/` to the
 * output path when CompressionType is NONE.
 */
export const modelOutputPrefix = (job: OwnedBy, trainingJobName: string): string =>
  `${trainingOutputPrefix(job)}${trainingJobName}/output/model/`;

/**
 * Registers the model of a job: checks card and model, copies both to their permanent place, then adds the model to the
 * user's models and names it in the job, in one transaction. The copy asks for exactly the object that was hashed.
 */
export async function registerModel(params: RegisterModelParams): Promise<RegisterModelResult> {
  const { input, trainingJobs, work, artifacts, log } = params;
  const opened = await openJob(trainingJobs, input);
  if (opened.outcome !== "OPEN") return opened;
  const { job } = opened;
  if (job.modelId !== undefined) return { outcome: "REGISTERED", modelId: job.modelId };
  if (job.trainingJobName === undefined) return { outcome: "NO_MODEL" };

  const from = modelOutputPrefix(job, job.trainingJobName);
  const content = await orTooLarge(work.read(`${from}${modelCardFile}`, maxCardBytes));
  const digest = await orTooLarge(work.digest(`${from}${modelFile}`, maxModelBytes));
  // The trainer writes the card last: without it the model is not complete.
  if (content === undefined || digest === undefined) return { outcome: "NO_MODEL" };
  if (digest === "TOO_LARGE") {
    return modelRefused(
      `its file ${modelFile} has more than ${maxModelBytes} bytes, and no endpoint opens a larger one`,
    );
  }
  if (content === "TOO_LARGE") return modelRefused(`its model card has more than ${maxCardBytes} bytes`);

  const card = readCard(content, job, digest);
  if (typeof card === "string") {
    log.error("model refused", { reason: card });
    return modelRefused(card);
  }

  const id = modelIdOf(job);
  const to = modelPrefix({ sub: job.sub, id });
  const creation = await trainingJobs.beginModel(jobAttempt(input), id);
  if (!isDone(creation)) return await resultWithoutModel(trainingJobs, input, id);
  const copied = await artifacts.copy({
    from: { bucket: work.bucket, key: `${from}${modelFile}`, etag: digest.etag },
    to: `${to}${modelFile}`,
  });
  if (!copied) throw new Error("the model has changed or gone while it was being registered");
  await artifacts.write({ key: `${to}${modelCardFile}`, body: content, contentType: "application/json" });

  const item = modelItem({ job, card, digest, id, now: params.now() });
  if (!isDone(await trainingJobs.addModel(jobAttempt(input), item, creation.value)))
    return await resultWithoutModel(trainingJobs, input, id);
  log.info("model registered", { modelId: id, sha256: digest.sha256, bytes: digest.bytes });
  return { outcome: "REGISTERED", modelId: id };
}

/**
 * Returns the result of a registration that could not add the model: a retry of this step has registered it meanwhile,
 * or the job was finalized. The reconciler removes files without a row.
 */
async function resultWithoutModel(
  trainingJobs: Pick<TrainingJobs, "get">,
  input: StepInput,
  modelId: string,
): Promise<RegisterModelResult> {
  const current = await openJob(trainingJobs, input);
  if (current.outcome !== "OPEN") return current;
  if (current.job.modelId !== modelId) throw new Error("the model could not be added to the job");
  return { outcome: "REGISTERED", modelId };
}

const modelRefused = (reason: string): RegisterModelResult => ({
  outcome: "MODEL_REFUSED",
  failure: {
    code: "MODEL_REFUSED",
    message: `The training left a model that cannot be used: ${reason}.`,
    retryable: false,
  },
});

/** Waits for a bounded reading. An object that is larger than its bound is an expected outcome. */
async function orTooLarge<Result>(reading: Promise<Result>): Promise<Result | "TOO_LARGE"> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ObjectTooLargeError) return "TOO_LARGE";
    throw error;
  }
}

/** Returns the card, or the reason why it is not a card, or not this model's. */
function readCard(content: Uint8Array, job: TrainingJobItem, digest: ObjectDigest): ModelCard | string {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    return "its model card is not JSON";
  }
  const parsed = modelCardSchema.safeParse(document);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path, message }) => `${path.map(String).join(".")}: ${message}`);
    return `its model card is not valid (${fields.slice(0, 5).join("; ").slice(0, 400)})`;
  }
  const card = parsed.data;
  if (card.model.sha256 !== digest.sha256 || card.model.bytes !== digest.bytes) {
    return "its model file is not the one that its model card describes";
  }
  if (card.technique !== job.technique) return `its model card is of the technique ${card.technique}`;
  if (card.dataset.sha256 !== job.dataset.sha256) return "its model card names other data than the job's";
  return card;
}

interface ModelItemParams {
  readonly job: TrainingJobItem;
  readonly card: ModelCard;
  readonly digest: ObjectDigest;
  readonly id: string;
  readonly now: Date;
}

function modelItem({ job, card, digest, id, now }: ModelItemParams): ModelItem {
  const instant = now.toISOString();
  return {
    schemaVersion: 1,
    kind: "MODEL",
    sub: job.sub,
    id,
    name: job.name,
    version: 1,
    createdAt: instant,
    updatedAt: instant,
    technique: job.technique,
    trainingJobId: job.id,
    sha256: digest.sha256,
    bytes: digest.bytes,
    metrics: storableMetrics(card.metrics),
    dataset: card.dataset,
    limits: card.limits,
  };
}
