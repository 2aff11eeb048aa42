/**
 * Names that the infrastructure gives and the application uses: one builder each, and a parser back where a name is
 * read again. `lib/` imports this folder and nothing else of the application.
 */

/** The stages an OpenComposer app can be deployed as. */
export const stages = ["local", "dev", "prod"] as const;
export type Stage = (typeof stages)[number];

/** Ids of the generative techniques, in the order the API lists them. */
export const techniqueIds = ["unet-gan", "ar-cnn"] as const;
export type TechniqueId = (typeof techniqueIds)[number];

/** One value for each technique, so that what holds for all of them is written once. */
export function perTechnique<Value>(make: (technique: TechniqueId) => Value): Record<TechniqueId, Value> {
  const values: Partial<Record<TechniqueId, Value>> = {};
  for (const technique of techniqueIds) values[technique] = make(technique);
  const isComplete = (candidate: typeof values): candidate is Record<TechniqueId, Value> =>
    techniqueIds.every((technique) => technique in candidate);
  if (!isComplete(values)) throw new Error("a technique has no value");
  return values;
}

/** Prefix of everything that has a physical name; IAM statements are scoped by it. */
export function resourcePrefix(stage: Stage): string {
  return `opencomposer-${stage}`;
}

/** One inference endpoint per technique: models are fetched by the container, never deployed one by one. */
export function endpointName(stage: Stage, technique: TechniqueId): string {
  return `${resourcePrefix(stage)}-${technique}`;
}

/** A ULID, 26 characters of Crockford's base 32, as a part of a regular expression. */
export const ulidExpression = "[0-9A-HJKMNP-TV-Z]{26}";
/** The whole of a text is one ULID. */
export const ulidPattern = new RegExp(`^${ulidExpression}$`);

export interface WorkflowExecution {
  readonly jobId: string;
  /** How often the workflow has been started for this job, from 1. */
  readonly attempt: number;
}

/** A redelivered start meets the same name; a repair takes the next attempt (a closed name stays reserved for 90 days). */
export function executionName({ jobId, attempt }: WorkflowExecution): string {
  return `${jobId}-${attempt}`;
}

export interface TrainingLaunch extends WorkflowExecution {
  /** How often this execution has called CreateTrainingJob, from 1: a capacity refusal takes the next. */
  readonly launch: number;
}

/** At most 63 characters of letters, digits and hyphens (API_CreateTrainingJob), unique per account and region. */
export function trainingJobName(stage: Stage, { jobId, attempt, launch }: TrainingLaunch): string {
  return `${resourcePrefix(stage)}-${jobId}-${attempt}-${launch}`;
}

const launchPattern = new RegExp(`^(${ulidExpression})-([1-9]\\d{0,4})-([1-9]\\d{0,4})$`);

export function parseTrainingJobName(stage: Stage, name: string): TrainingLaunch | undefined {
  const prefix = `${resourcePrefix(stage)}-`;
  if (!name.startsWith(prefix)) return undefined;
  const match = launchPattern.exec(name.slice(prefix.length));
  const [, jobId, attempt, launch] = match ?? [];
  if (jobId === undefined || attempt === undefined || launch === undefined) return undefined;
  return { jobId, attempt: Number(attempt), launch: Number(launch) };
}

/** The URI under which the local SageMaker knows a container; on AWS the stage's configuration gives the real one. */
export function localImageUri(technique: TechniqueId, target: "training" | "inference"): string {
  return `opencomposer/${technique}-${target}:local`;
}

/** Source of the local SageMaker server's events: the bus accepts sources that begin with `aws.` from AWS alone. */
export const localSageMakerEventSource = "opencomposer.local.sagemaker";

/** The data set that comes with the software: what training uses when none is named. */
export const defaultDatasetId = "bach-chorales";
