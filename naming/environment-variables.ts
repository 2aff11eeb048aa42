/** Environment variables that a construct sets and a Lambda function reads. */
export const environmentVariables = {
  stage: "STAGE",
  tableName: "TABLE_NAME",
  artifactsBucket: "ARTIFACTS_BUCKET",
  workBucket: "WORK_BUCKET",
  compositionQueueUrl: "COMPOSITION_QUEUE_URL",
  stateMachineArn: "STATE_MACHINE_ARN",
  /** Where records that cannot be dispatched are kept: the stream's retry settings alone would block a shard. */
  dispatchFailuresQueueUrl: "DISPATCH_FAILURES_QUEUE_URL",
  /** JSON object of the training settings: see domain/schemas/training-settings.ts. */
  trainingSettings: "TRAINING_SETTINGS",
  /** JSON object of the per-user quotas: see domain/schemas/user-quotas.ts. */
  userQuotas: "USER_QUOTAS",
  /** The longest run that a training job may ask for. */
  runtimeLimitSeconds: "RUNTIME_LIMIT_SECONDS",
  /** Days after which a checkpoint is deleted. */
  checkpointDays: "CHECKPOINT_DAYS",
} as const;

/** Metric namespace of our own metrics, and the service name of every log line. */
export const telemetryNamespace = "OpenComposer";
