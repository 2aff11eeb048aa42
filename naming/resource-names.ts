/**
 * Names that the infrastructure gives and the application uses. Each has one function that builds it, and one that
 * parses it if the name is read again. `lib/` imports this folder and nothing else of the application.
 */

/** The stages an OpenComposer app can be deployed as. */
export const stages = ["local", "dev", "prod"] as const;
export type Stage = (typeof stages)[number];

/** The account of the local cloud, which no account of AWS has. */
export const localAccountId = "000000000000";

/**
 * Ids of the techniques that have models, in the order in which the API lists them. Each has containers, images and an
 * endpoint.
 */
export const trainedTechniqueIds = ["unet-gan", "ar-cnn", "transformer"] as const;
export type TrainedTechniqueId = (typeof trainedTechniqueIds)[number];

/** Ids of all techniques: those that have models, then the one that works by rule, in the composition worker. */
export const techniqueIds = [...trainedTechniqueIds, "arranger"] as const;
export type TechniqueId = (typeof techniqueIds)[number];

/** Returns true if a technique has models. */
export const isTrainedTechnique = (technique: TechniqueId): technique is TrainedTechniqueId =>
  trainedTechniqueIds.some((id) => id === technique);

/** Returns one value for each of the keys. */
function valuesFor<Key extends string, Value>(keys: readonly Key[], make: (key: Key) => Value): Record<Key, Value> {
  const values: Partial<Record<Key, Value>> = {};
  for (const key of keys) values[key] = make(key);
  const isComplete = (candidate: typeof values): candidate is Record<Key, Value> =>
    keys.every((key) => key in candidate);
  if (!isComplete(values)) throw new Error("a key has no value");
  return values;
}

/** Returns one value for each technique, so that rules for all of them are written once. */
export const perTechnique = <Value>(make: (technique: TechniqueId) => Value): Record<TechniqueId, Value> =>
  valuesFor(techniqueIds, make);

/** Returns one value for each technique that has models. */
export const perTrainedTechnique = <Value>(
  make: (technique: TrainedTechniqueId) => Value,
): Record<TrainedTechniqueId, Value> => valuesFor(trainedTechniqueIds, make);

/** Returns the prefix of everything that has a physical name. IAM statements are scoped by it. */
export function resourcePrefix(stage: Stage): string {
  return `opencomposer-${stage}`;
}

/**
 * Returns the name of a technique's inference endpoint. The container fetches models; they are never deployed one by
 * one.
 */
export function endpointName(stage: Stage, technique: TrainedTechniqueId): string {
  return `${resourcePrefix(stage)}-${technique}`;
}

/**
 * Returns the host of Cognito's sign-in page. All accounts of a Region share one name space for its first part, so the
 * account's id makes it unique.
 */
export function signInHost(stage: Stage, place: { readonly account: string; readonly region: string }): string {
  return `${signInPrefix(stage, place.account)}.auth.${place.region}.amazoncognito.com`;
}

/** Returns the first part of that host. */
export const signInPrefix = (stage: Stage, account: string): string => `${resourcePrefix(stage)}-${account}`;

/** A ULID as a part of a regular expression: 26 characters of Crockford's base 32. */
export const ulidExpression = "[0-9A-HJKMNP-TV-Z]{26}";
/** Matches a text that is one ULID and nothing else. */
export const ulidPattern = new RegExp(`^${ulidExpression}$`);

export interface WorkflowExecution {
  readonly jobId: string;
  /** Number of times that the workflow has been started for this job, from 1. */
  readonly attempt: number;
}

/**
 * Returns the name of an execution. If a start is delivered again, the name is taken already. A repair takes the next
 * attempt, because the name of a closed execution stays reserved for 90 days.
 */
export function executionName({ jobId, attempt }: WorkflowExecution): string {
  return `${jobId}-${attempt}`;
}

export interface TrainingLaunch extends WorkflowExecution {
  /**
   * Number of times that this execution has called CreateTrainingJob, from 1. After a launch that was refused for capacity the next
   * number is used.
   */
  readonly launch: number;
}

/**
 * Returns the name of a SageMaker job: at most 63 letters, digits and hyphens (API_CreateTrainingJob), unique per
 * account and region.
 */
export function trainingJobName(stage: Stage, { jobId, attempt, launch }: TrainingLaunch): string {
  return `${resourcePrefix(stage)}-${jobId}-${attempt}-${launch}`;
}

/** The log group of all training jobs of an account and Region, and the name space of their metrics. SageMaker decides it. */
export const trainingLogGroup = "/aws/sagemaker/TrainingJobs";

const launchPattern = new RegExp(`^(${ulidExpression})-([1-9]\\d{0,4})-([1-9]\\d{0,4})$`);

/** Returns what the name of a SageMaker job says; undefined for a name that is not one of this stage. */
export function parseTrainingJobName(stage: Stage, name: string): TrainingLaunch | undefined {
  const prefix = `${resourcePrefix(stage)}-`;
  if (!name.startsWith(prefix)) return undefined;
  const match = launchPattern.exec(name.slice(prefix.length));
  const [, jobId, attempt, launch] = match ?? [];
  if (jobId === undefined || attempt === undefined || launch === undefined) return undefined;
  return { jobId, attempt: Number(attempt), launch: Number(launch) };
}

/** The images of each technique, which are stages of sagemaker-containers/Dockerfile. */
export const imageTargets = ["training", "inference"] as const;
export type ImageTarget = (typeof imageTargets)[number];

/**
 * Returns the URI under which the local SageMaker knows a container. On AWS the stage's configuration gives the real
 * one.
 */
export function localImageUri(technique: TrainedTechniqueId, target: ImageTarget): string {
  return `opencomposer/${technique}-${target}:local`;
}

/**
 * The source of the local SageMaker server's events. The event bus accepts sources that begin with `aws.` from AWS
 * alone.
 */
export const localSageMakerEventSource = "opencomposer.local.sagemaker";

/** The data sets that come with the software. Training uses the first when a job names none. */
export const stockDatasetIds = ["bach-chorales", "game-rock-band", "string-quartets"] as const;
export type StockDatasetId = (typeof stockDatasetIds)[number];
export const [defaultDatasetId] = stockDatasetIds;

/** Those that are there only where they were asked for, since building them takes a minute of two cores. */
export const datasetsOnRequest = ["string-quartets"] as const satisfies readonly StockDatasetId[];
export type DatasetOnRequest = (typeof datasetsOnRequest)[number];

export const isStockDatasetId = (id: string): id is StockDatasetId => stockDatasetIds.some((known) => known === id);
