/** The environment variables that a construct sets and a Lambda function reads. */
export const environmentVariables = {
  stage: "STAGE",
  tableName: "TABLE_NAME",
  artifactsBucket: "ARTIFACTS_BUCKET",
  workBucket: "WORK_BUCKET",
  compositionQueueUrl: "COMPOSITION_QUEUE_URL",
  freezingQueueUrl: "FREEZING_QUEUE_URL",
  /** The queue of ranges of entries of archives, and of files that are to be read again. */
  datasetReadingQueueUrl: "DATASET_READING_QUEUE_URL",
  stateMachineArn: "STATE_MACHINE_ARN",
  /**
   * The queue that keeps records which cannot be dispatched. With the stream's retry settings alone they would block a
   * shard.
   */
  dispatchFailuresQueueUrl: "DISPATCH_FAILURES_QUEUE_URL",
  /** A JSON object of the training settings (domain/schemas/training-settings.ts). */
  trainingSettings: "TRAINING_SETTINGS",
  /** A JSON object of the per-user quotas (domain/schemas/user-quotas.ts). */
  userQuotas: "USER_QUOTAS",
  /** The longest run, in seconds, that a training job may ask for. */
  runtimeLimitSeconds: "RUNTIME_LIMIT_SECONDS",
  /** The SageMaker instance type on which training jobs run. */
  trainingInstanceType: "TRAINING_INSTANCE_TYPE",
  /** Days after which a checkpoint is deleted. */
  checkpointDays: "CHECKPOINT_DAYS",
} as const;

/** The namespace of our own metrics, and the service name of every log line. */
export const telemetryNamespace = "OpenComposer";
