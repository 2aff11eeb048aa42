/** Plans a new training job: from its own choices, or from the job from which it goes on. */
import type * as z from "zod";
import type { Catalogue } from "../../domain/datasets/columnar-catalogue";
import type { FieldError } from "../../domain/schemas/api/problem";
import { createTrainingJobSchema } from "../../domain/schemas/api/training";
import type { DatasetReference } from "../../domain/schemas/training-parts";
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import { checkParameters } from "../../domain/techniques/parameter-values";
import { techniques } from "../../domain/techniques/registry";
import type { ParameterValue } from "../../domain/techniques/technique";
import { dataShortage } from "../../domain/training/selection";
import { checkpointsPrefix } from "../../naming/object-keys";
import { isStockDatasetId } from "../../naming/resource-names";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import type { TrainingJobItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import type { TrainingJobs } from "../stores/training-jobs";
import { type CataloguePorts, loadCatalogue } from "./catalogue";
import { learnedPieces } from "./learned-pieces";
import { unknownTopics } from "./topics";

/** The data that a new training job gets from its request, or from the job that it resumes. */
export interface TrainingPlan {
  readonly dataset: DatasetReference;
  readonly topics: Readonly<Record<string, string[]>>;
  readonly hyperparameters: Readonly<Record<string, ParameterValue>>;
  /** The number of epochs that the job from which it goes on has completed. */
  readonly completedEpochs: number;
}

export type CreateTrainingJob = z.output<typeof createTrainingJobSchema>;

export interface PlanTrainingParams extends CataloguePorts {
  readonly sub: string;
  readonly body: CreateTrainingJob;
  readonly trainingJobs: Pick<TrainingJobs, "get">;
  readonly work: Pick<ObjectStore, "list">;
}

/** Returns the problem of a choice of topics: the data set lacks them, or has too few pieces for them. */
function topicsProblem(catalogue: Catalogue, given: CreateTrainingJob["topics"]): Problem | undefined {
  const topics = given ?? {};
  const unknown = unknownTopics(topics, catalogue.tagValues());
  if (unknown.length > 0) {
    const errors = unknown.map(({ error }) => ({ ...error, pointer: `/topics${error.pointer}` }));
    return new Problem("TOPIC_NOT_FOUND", {
      detail: "No piece has some of these topics; `errors` lists them.",
      errors,
    });
  }
  const shortage = dataShortage(catalogue.pieces(learnedPieces(catalogue, topics).pieces));
  if (shortage === undefined) return undefined;
  const { unit, selected, minimum, message } = shortage;
  return new Problem("TOPIC_TOO_SMALL", {
    detail: message,
    errors: [
      {
        pointer: "/topics",
        reason: `selects ${selected} training ${unit}`,
        ...shortValue(given),
        allowed: `topics that select at least ${minimum} ${unit}`,
      },
    ],
  });
}

const dataChoiceSchema = createTrainingJobSchema.pick({ topics: true, datasetId: true, versionId: true });

/**
 * Returns the errors of topics and data set in a body that is refused because of other errors. There are none if the
 * topics cannot be judged.
 */
export async function dataChoiceErrors(
  body: Readonly<Record<string, unknown>>,
  sub: string,
  ports: CataloguePorts,
): Promise<readonly FieldError[]> {
  const { topics, datasetId, versionId, resumeFrom } = body;
  const chosen = dataChoiceSchema.safeParse({ topics, datasetId, versionId });
  if (!chosen.success || resumeFrom !== undefined) return [];
  try {
    const { catalogue } = await loadCatalogue(ports, { ...chosen.data, sub });
    return topicsProblem(catalogue, chosen.data.topics)?.errors ?? [];
  } catch (error) {
    // A data set that does not exist is an error of a field. A data set that is not there yet is no error of the
    // request.
    if (error instanceof Problem) return error.errors ?? [];
    throw error;
  }
}

async function planFromTopics(params: PlanTrainingParams): Promise<TrainingPlan> {
  const { sub, body } = params;
  const { dataset, catalogue } = await loadCatalogue(params, { ...body, sub });
  const problem = topicsProblem(catalogue, body.topics);
  if (problem !== undefined) throw problem;
  const { id, version, sha256 } = dataset;
  return {
    dataset: { id, version, sha256 },
    topics: body.topics ?? {},
    hyperparameters: checkParameters(techniques[body.technique].hyperparameters, body.hyperparameters ?? {}).values,
    completedEpochs: 0,
  };
}

/** A description of the allowed ids, for errors. */
export const resumableJobs = "the id of one of your training jobs that has ended and is resumable";

function cannotResume(detail: string, errors: readonly FieldError[]): Problem {
  return new Problem("RESUME_NOT_POSSIBLE", { detail, errors });
}

/** Returns true if there is still the version of the data set on which a job was trained. */
async function isDataThere(
  { catalogues, datasetVersions }: CataloguePorts,
  { sub, dataset: { id, version, sha256 } }: TrainingJobItem,
): Promise<boolean> {
  if (!isStockDatasetId(id)) {
    const own = await datasetVersions.get({ dataset: { sub, id }, versionId: version });
    return own?.content?.sha256 === sha256;
  }
  const stock = await catalogues.describe(id);
  return stock?.dataset.version === version && stock.dataset.sha256 === sha256;
}

async function loadParent(params: PlanTrainingParams, resumeFrom: string): Promise<TrainingJobItem> {
  const { sub, body, trainingJobs } = params;
  const pointer = "/resumeFrom";
  const parent = await trainingJobs.get({ sub, id: resumeFrom });
  if (parent === undefined) {
    const detail = `There is no training job ${resumeFrom}.`;
    throw cannotResume(detail, [{ pointer, reason: "does not exist", value: resumeFrom, allowed: resumableJobs }]);
  }
  if (!isFinalTrainingJobState(parent.state)) {
    const detail = `Training job ${resumeFrom} is ${parent.state}; it can be resumed when it has ended.`;
    throw cannotResume(detail, [{ pointer, reason: `is ${parent.state}`, value: resumeFrom, allowed: resumableJobs }]);
  }
  if (!parent.resumable) {
    const detail = `Training job ${resumeFrom} left no checkpoint, so it cannot be resumed.`;
    throw cannotResume(detail, [{ pointer, reason: "left no checkpoint", value: resumeFrom, allowed: resumableJobs }]);
  }
  if ((await params.work.list(`${checkpointsPrefix(parent)}last.`, 1)).length === 0) {
    const detail = `The checkpoint of training job ${resumeFrom} has been deleted, because checkpoints are kept for some days only.`;
    throw cannotResume(detail, [
      { pointer, reason: "its checkpoint is gone", value: resumeFrom, allowed: resumableJobs },
    ]);
  }
  if (!(await isDataThere(params, parent))) {
    const detail = `The data set ${parent.dataset.id} has been replaced or deleted since training job ${resumeFrom}, so the job cannot be resumed.`;
    throw cannotResume(detail, [
      {
        pointer,
        reason: "its data set was replaced or deleted",
        value: resumeFrom,
        allowed: "a job that was trained on the present data set",
      },
    ]);
  }
  const technique: string = body.technique;
  if (parent.technique !== technique) {
    const detail = `Training job ${resumeFrom} is of the technique ${parent.technique}, not ${technique}.`;
    throw cannotResume(detail, [
      { pointer: "/technique", reason: "is not the resumed job's", value: technique, allowed: parent.technique },
    ]);
  }
  return parent;
}

/**
 * Plans a job from the one that it resumes. It inherits everything that is not given. What shapes the network, and the
 * data, cannot change.
 */
async function planFromJob(params: PlanTrainingParams, resumeFrom: string): Promise<TrainingPlan> {
  const { body } = params;
  const parent = await loadParent(params, resumeFrom);
  const technique = techniques[body.technique];
  const given = body.hyperparameters ?? {};
  const hyperparameters = checkParameters(technique.hyperparameters, { ...parent.hyperparameters, ...given }).values;
  const completedEpochs = parent.progress.epoch;
  const { epochs } = hyperparameters;
  const errors: FieldError[] = [];
  for (const field of ["topics", "datasetId", "versionId"] as const) {
    if (body[field] !== undefined) {
      errors.push({
        pointer: `/${field}`,
        reason: "is the resumed job's and cannot be given",
        ...shortValue(body[field]),
        allowed: "no such field beside resumeFrom",
      });
    }
  }
  for (const { name, fixedOnResume } of technique.hyperparameters) {
    if (fixedOnResume !== true) continue;
    const before = parent.hyperparameters[name];
    if (before !== undefined && hyperparameters[name] !== before) {
      errors.push({
        pointer: `/hyperparameters/${name}`,
        reason: `is ${before} in the resumed job and cannot change`,
        value: hyperparameters[name],
        allowed: String(before),
      });
    }
  }
  if (typeof epochs === "number" && epochs <= completedEpochs) {
    errors.push({
      pointer: "/hyperparameters/epochs",
      reason: `is the total: ${epochs}, and the resumed job has completed ${completedEpochs}`,
      value: epochs,
      allowed: `more than ${completedEpochs}`,
    });
  }
  if (errors.length > 0) {
    const reasons = errors.map(({ pointer, reason }) => `${pointer} ${reason}`).join("; ");
    throw cannotResume(`Training job ${resumeFrom} cannot be resumed this way: ${reasons}.`, errors);
  }
  return { dataset: parent.dataset, topics: parent.topics, hyperparameters, completedEpochs };
}

/**
 * Returns the plan of a new training job.
 * @throws Problem 422 with every broken field
 */
export async function planTraining(params: PlanTrainingParams): Promise<TrainingPlan> {
  const { resumeFrom } = params.body;
  return resumeFrom === undefined ? await planFromTopics(params) : await planFromJob(params, resumeFrom);
}
