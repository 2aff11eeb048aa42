import * as z from "zod";
import { validationException } from "../api/service-error";
import { asFolder, parseS3Uri } from "../s3/s3-objects";
import { type TrainingJobRequest, trainingJobRequest } from "./training-job-request";

const jobStatus = z.enum(["InProgress", "Completed", "Failed", "Stopping", "Stopped"]);
const secondaryStatus = z.enum([
  "Starting",
  "Pending",
  "Downloading",
  "Training",
  "Interrupted",
  "Uploading",
  "Stopping",
  "Stopped",
  "MaxRuntimeExceeded",
  "MaxWaitTimeExceeded",
  "Completed",
  "Failed",
  "Restarting",
]);

export type TrainingJobStatus = z.infer<typeof jobStatus>;
export type SecondaryStatus = z.infer<typeof secondaryStatus>;

const seconds = z.number();

/** The reason why a job is being ended before its algorithm has ended by itself. The first reason stays. */
export const stopReason = z.enum(["user", "maxRuntime", "maxWait"]);
export type StopReason = z.infer<typeof stopReason>;

/** A training job as it is stored. Times are epoch seconds, as in responses. */
export const trainingJob = z.strictObject({
  arn: z.string(),
  request: trainingJobRequest,
  status: jobStatus,
  secondaryStatus,
  transitions: z.array(
    z.strictObject({
      Status: secondaryStatus,
      StartTime: seconds,
      EndTime: seconds.optional(),
      StatusMessage: z.string(),
    }),
  ),
  creationTime: seconds,
  lastModifiedTime: seconds,
  trainingStartTime: seconds.optional(),
  trainingEndTime: seconds.optional(),
  failureReason: z.string().optional(),
  stopReason: stopReason.optional(),
  finalMetrics: z.array(z.strictObject({ MetricName: z.string(), Value: z.number(), Timestamp: seconds })),
  /** The number of times that the job was restarted after a fault of the platform (RetryStrategy). */
  retries: z.int(),
  /** Seconds that the algorithm has run in all attempts, for MaxRuntimeInSeconds. */
  runSeconds: z.number(),
  /** The process of the container that runs now. */
  process: z.strictObject({ pid: z.int(), startedAt: z.string() }).optional(),
});

export type TrainingJob = z.infer<typeof trainingJob>;

const messages: Readonly<Record<SecondaryStatus, string>> = {
  Starting: "Starting the training job",
  Pending: "Training job waiting for capacity",
  Downloading: "Downloading input data",
  Training: "Training image download completed. Training in progress.",
  Interrupted: "Training job interrupted. Waiting for capacity to resume.",
  Uploading: "Uploading generated training model",
  Stopping: "Stopping the training job",
  Stopped: "Training job stopped",
  MaxRuntimeExceeded: "Training job runtime exceeded MaxRuntimeInSeconds provided",
  MaxWaitTimeExceeded: "Training job wait time exceeded MaxWaitTimeInSeconds provided",
  Completed: "Training job completed",
  Failed: "Training job failed",
  Restarting: "Restarting the training job after an internal failure",
};

/** Returns a new job, which is InProgress and Starting. */
export function newTrainingJob(params: {
  readonly request: TrainingJobRequest;
  readonly arn: string;
  readonly now: number;
}): TrainingJob {
  const { request, arn, now } = params;
  return {
    arn,
    request,
    status: "InProgress",
    secondaryStatus: "Starting",
    transitions: [{ Status: "Starting", StartTime: now, StatusMessage: messages.Starting }],
    creationTime: now,
    lastModifiedTime: now,
    finalMetrics: [],
    retries: 0,
    runSeconds: 0,
  };
}

/** Returns true if the job has ended and its state will not change again. */
export function isFinal(job: Pick<TrainingJob, "status">): boolean {
  return job.status === "Completed" || job.status === "Failed" || job.status === "Stopped";
}

/**
 * Returns the job one step on. Its transitions are in order and their times never go back, whatever the clock does.
 * @throws Error for a job that has ended: its state never changes again
 */
export function advance(
  job: TrainingJob,
  params: {
    readonly to: SecondaryStatus;
    readonly status?: TrainingJobStatus;
    readonly now: number;
    readonly message?: string;
  },
): TrainingJob {
  if (isFinal(job)) throw new Error(`${job.arn} has ended as ${job.status}; it cannot become ${params.to}`);
  const { to, status = job.status } = params;
  const last = job.transitions.at(-1);
  const now = Math.max(params.now, last?.StartTime ?? 0);
  const ended = isFinal({ status });
  return {
    ...job,
    status,
    secondaryStatus: to,
    lastModifiedTime: now,
    transitions: [
      ...job.transitions.slice(0, -1),
      ...(last === undefined ? [] : [{ ...last, EndTime: now }]),
      {
        Status: to,
        StartTime: now,
        ...(ended ? { EndTime: now } : {}),
        StatusMessage: params.message ?? messages[to],
      },
    ],
  };
}

/** The phases in which a job has no machine. It waits for one, and loses nothing when this server ends. */
const waiting: readonly SecondaryStatus[] = ["Starting", "Pending", "Interrupted", "Restarting"];

/** Returns true if the job waits for a machine and is not being stopped. */
export function isWaitingForMachine(job: TrainingJob): boolean {
  return job.stopReason === undefined && waiting.includes(job.secondaryStatus);
}

/** The secondary status of a stopped job at its end, by the reason of the stop. */
export const stoppedAs: Readonly<Record<StopReason, SecondaryStatus>> = {
  user: "Stopped",
  maxRuntime: "MaxRuntimeExceeded",
  maxWait: "MaxWaitTimeExceeded",
};

/**
 * The seconds that are billed for one second on a spot machine. The market's prices vary; this number stands for a
 * saving of 70 %.
 */
const spotBilledShare = 0.3;

/**
 * Returns the seconds for which the job has had a machine: from Downloading to the machine's loss, or to the end. The
 * time that a spot job waits between its machines is not training time.
 */
export function machineSeconds(job: Pick<TrainingJob, "transitions">): number {
  let sum = 0;
  let hasMachine = false;
  for (const { Status, StartTime, EndTime = StartTime } of job.transitions) {
    if (Status === "Downloading") hasMachine = true;
    else if (waiting.includes(Status)) hasMachine = false;
    if (hasMachine) sum += EndTime - StartTime;
  }
  return sum;
}

/** Returns the places of the job's results, as the service arranges them below `S3OutputPath/JOB/output/`. */
export function outputLocations(request: TrainingJobRequest): {
  readonly bucket: string;
  /** Key of the archive or, if it is uncompressed, of the folder without its last slash. */
  readonly modelKey: string;
  readonly dataKey: string;
  readonly compressed: boolean;
} {
  const location = parseS3Uri(request.OutputDataConfig.S3OutputPath);
  if (location === undefined) throw validationException("S3OutputPath is not of the form s3://bucket/key.");
  const prefix = `${asFolder(location.key)}${request.TrainingJobName}/output/`;
  const compressed = request.OutputDataConfig.CompressionType !== "NONE";
  return {
    bucket: location.bucket,
    modelKey: compressed ? `${prefix}model.tar.gz` : `${prefix}model`,
    dataKey: compressed ? `${prefix}output.tar.gz` : `${prefix}data`,
    compressed,
  };
}

/** Returns the response of DescribeTrainingJob. */
export function describeTrainingJob(job: TrainingJob): Record<string, unknown> {
  const { request, trainingStartTime, trainingEndTime, failureReason } = job;
  const { Tags: _tags, ...asked } = request;
  const { bucket, modelKey, compressed } = outputLocations(request);
  const isSpot = request.EnableManagedSpotTraining ?? false;
  const seconds = machineSeconds(job);
  return {
    ...asked,
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondaryStatus,
    // The service model requires this member even if there is no model: it says where a model would be.
    ModelArtifacts: { S3ModelArtifacts: `s3://${bucket}/${modelKey}` },
    ...(failureReason === undefined ? {} : { FailureReason: failureReason }),
    AlgorithmSpecification: { EnableSageMakerMetricsTimeSeries: false, ...request.AlgorithmSpecification },
    OutputDataConfig: {
      KmsKeyId: "",
      ...request.OutputDataConfig,
      CompressionType: compressed ? "GZIP" : "NONE",
    },
    StoppingCondition: request.StoppingCondition ?? { MaxRuntimeInSeconds: 86_400 },
    CreationTime: job.creationTime,
    LastModifiedTime: job.lastModifiedTime,
    ...(trainingStartTime === undefined ? {} : { TrainingStartTime: trainingStartTime }),
    ...(trainingEndTime === undefined ? {} : { TrainingEndTime: trainingEndTime }),
    // The service model does not allow 0.
    ...(trainingEndTime === undefined
      ? {}
      : {
          TrainingTimeInSeconds: Math.max(1, Math.round(seconds)),
          BillableTimeInSeconds: Math.max(1, Math.round(seconds * (isSpot ? spotBilledShare : 1))),
        }),
    SecondaryStatusTransitions: job.transitions,
    ...(job.finalMetrics.length === 0 ? {} : { FinalMetricDataList: job.finalMetrics }),
    EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
    EnableInterContainerTrafficEncryption: asked["EnableInterContainerTrafficEncryption"] ?? false,
    EnableManagedSpotTraining: isSpot,
    ProfilingStatus: "Disabled",
  };
}

/** Returns the entry of a job in ListTrainingJobs. */
export function summarizeTrainingJob(job: TrainingJob): Record<string, unknown> {
  return {
    TrainingJobName: job.request.TrainingJobName,
    TrainingJobArn: job.arn,
    CreationTime: job.creationTime,
    ...(job.trainingEndTime === undefined ? {} : { TrainingEndTime: job.trainingEndTime }),
    LastModifiedTime: job.lastModifiedTime,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondaryStatus,
  };
}
