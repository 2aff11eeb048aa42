/**
 * Everything that may differ between stages, in one validated object. Constructs take what they need from it as props;
 * nothing under lib/ reads the process environment.
 */
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import * as z from "zod";
import { stages, techniqueIds } from "../../naming/resource-names";

/**
 * The source of a technique's container.
 * - `build`: Docker builds it from sagemaker-containers/ at deploy time and CDK pushes it to the bootstrap's ECR
 *   repository.
 * - `uri`: an image that already is in ECR, best pinned by digest (`…@sha256:…`).
 * - `local`: no image at all; the local SageMaker server starts the same entry point as a process.
 */
const imageSourceSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("build"),
    /** PyTorch build of the training image. The inference image has no PyTorch. */
    torch: z.enum(["cpu", "cuda"]).default("cpu"),
  }),
  z.strictObject({
    kind: z.literal("uri"),
    uri: z
      .string()
      .regex(
        /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/[a-z0-9][a-z0-9._/-]*(?::[A-Za-z0-9._-]+|@sha256:[0-9a-f]{64})$/,
        "must be an Amazon ECR image with a tag or a digest: SageMaker pulls from nowhere else",
      ),
  }),
  z.strictObject({ kind: z.literal("local") }),
]);
export type ImageSource = z.infer<typeof imageSourceSchema>;

const techniqueImagesSchema = z.strictObject({ training: imageSourceSchema, inference: imageSourceSchema });

const throttleSchema = z.strictObject({
  /** Requests per second that are allowed all the time. */
  rate: z.int().min(1).max(10_000),
  burst: z.int().min(1).max(5_000),
});
export type Throttle = z.infer<typeof throttleSchema>;

const httpsUrl = z.string().regex(/^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?)/, {
  error: "must be https, or http on localhost",
});

/**
 * The part of domain/schemas/training-settings.ts that a stage decides. The stacks add the rest (image URIs, the role).
 */
const trainingConfigSchema = z.strictObject({
  instanceType: z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/),
  volumeSizeGb: z.int().min(1).max(1024),
  useSpot: z.boolean(),
  slots: z.int().min(1).max(100),
  /** The longest `maxRuntimeSeconds` that a job may ask for. The permission to create a training job is bound to it. */
  runtimeLimitSeconds: z.int().min(60).max(86_400),
  queueDeadlineSeconds: z
    .int()
    .min(60)
    .max(7 * 86_400),
  capacityDeadlineSeconds: z
    .int()
    .min(60)
    .max(7 * 86_400),
  slotLeaseSeconds: z.int().min(10).max(3_600),
  monitor: z.strictObject({
    firstSeconds: z.int().min(1).max(300),
    laterSeconds: z.int().min(1).max(300),
    firstForSeconds: z.int().min(0).max(3_600),
  }),
  waitSeconds: z.int().min(1).max(900),
});
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

/**
 * The server that answers `/invocations` of a technique. SageMaker refuses to turn a serverless endpoint into a
 * real-time one or back, so to change `kind` on a deployed stage its Inference stack must be deleted first
 * (docs/runbook.md).
 */
const endpointConfigSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("serverless"),
    memoryMb: z.literal([1024, 2048, 3072, 4096, 5120, 6144]),
    /** Counts against the pool of the whole account, which is 10 in new accounts. */
    maxConcurrency: z.int().min(1).max(200),
  }),
  z.strictObject({
    kind: z.literal("realTime"),
    instanceType: z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/),
    instanceCount: z.int().min(1).max(20),
  }),
]);
export type EndpointConfig = z.infer<typeof endpointConfigSchema>;

export const stageConfigSchema = z
  .strictObject({
    stage: z.enum(stages),
    /** The fate of data (table, buckets, users, logs) when its stack is deleted. */
    removal: z.enum(["destroy", "retain"]),
    /** The time for which log events are kept. */
    logRetention: z.enum(RetentionDays),
    storage: z.strictObject({
      pointInTimeRecovery: z.boolean(),
      deletionProtection: z.boolean(),
      /** Days after which an overwritten or deleted object of the artifacts bucket is gone for good. */
      noncurrentVersionDays: z.int().min(1).max(365),
      /** Days after which anything in the work bucket (checkpoints, selections, raw output) is deleted. */
      workDays: z.int().min(1).max(90),
    }),
    api: z.strictObject({
      /** Origins that browsers may call from; `*` allows every origin (tokens travel in a header, never in a cookie). */
      corsOrigins: z.array(z.union([z.literal("*"), httpsUrl])).min(1),
      throttle: throttleSchema,
      /** The throttle of each route that needs no token. */
      publicThrottle: throttleSchema,
      customDomain: z
        .strictObject({
          name: z.string().regex(/^(?=.{1,253}$)(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}$/),
          /** The ARN of an ACM certificate in the region of the stacks. */
          certificateArn: z.string().regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[a-f0-9-]+$/),
        })
        .optional(),
    }),
    identity: z.strictObject({
      /**
       * True if a password may be sent to Cognito directly (USER_PASSWORD_AUTH). It is for `local` only, which has no
       * sign-in page.
       */
      passwordGrant: z.boolean(),
      /** The sign-in page (authorization code + PKCE) and the URLs to which it may send people back. */
      signInPage: z
        .strictObject({ callbackUrls: z.array(httpsUrl).min(1), logoutUrls: z.array(httpsUrl).min(1) })
        .optional(),
    }),
    /** The quotas of domain/schemas/user-quotas.ts. */
    userQuotas: z.strictObject({
      openCompositions: z.int().min(1),
      openTrainingJobs: z.int().min(1),
      tracks: z.int().min(1),
      compositions: z.int().min(1),
      models: z.int().min(1),
      trainingJobs: z.int().min(1),
      storedBytes: z.int().min(1),
    }),
    functions: z.strictObject({
      logLevel: z.enum(["DEBUG", "INFO", "WARN", "ERROR"]),
      /**
       * Reserved concurrency; unreserved if absent. New accounts have 10 concurrent executions in all and refuse any
       * reservation.
       */
      reservedConcurrency: z
        .strictObject({ dispatchWork: z.int().min(1), executeComposition: z.int().min(1) })
        .partial(),
    }),
    compositions: z.strictObject({
      /** The most compositions that are generated at once (Lambda's minimum is 2). */
      concurrency: z.int().min(2).max(1_000),
    }),
    training: trainingConfigSchema,
    /** Minutes between two reconciliations of unfinished work. */
    reconcileMinutes: z.int().min(1).max(60),
    images: z.record(z.enum(techniqueIds), techniqueImagesSchema),
    /** The endpoints; a stage without them has no Inference stack. */
    endpoints: z.record(z.enum(techniqueIds), endpointConfigSchema).optional(),
    /** The alarms; a stage without them has no Observability stack. */
    alarms: z.strictObject({ emailAddresses: z.array(z.email()) }).optional(),
  })
  .superRefine((config, context) => {
    const refuse = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: "custom", path, message });
    };
    const isLocal = config.stage === "local";
    if (config.identity.passwordGrant && !isLocal) {
      refuse(["identity", "passwordGrant"], "is allowed in the stage local only");
    }
    if (!config.identity.passwordGrant && config.identity.signInPage === undefined) {
      refuse(["identity", "signInPage"], "is needed where passwordGrant is off: nobody could sign in");
    }
    for (const technique of techniqueIds) {
      for (const target of ["training", "inference"] as const) {
        const usesLocal = config.images[technique][target].kind === "local";
        if (usesLocal !== isLocal) {
          refuse(["images", technique, target, "kind"], "must be `local` in the stage local, and nowhere else");
        }
      }
    }
    // The workflow's monitoring turns renew a lease. It has to outlive three of them, so that one slow turn loses no
    // slot.
    if (
      config.training.slotLeaseSeconds <
      3 * Math.max(config.training.monitor.laterSeconds, config.training.waitSeconds)
    ) {
      refuse(["training", "slotLeaseSeconds"], "must span three monitoring turns, or one slow look loses the slot");
    }
    const { endpoints } = config;
    if (endpoints !== undefined && config.compositions.concurrency > 0) {
      for (const technique of techniqueIds) {
        const endpoint = endpoints[technique];
        if (endpoint.kind === "serverless" && endpoint.maxConcurrency < config.compositions.concurrency) {
          refuse(
            ["endpoints", technique, "maxConcurrency"],
            `must be at least compositions.concurrency (${config.compositions.concurrency}), or workers only collect refusals`,
          );
        }
      }
    }
    if (config.removal === "destroy" && config.storage.deletionProtection) {
      refuse(["storage", "deletionProtection"], "contradicts removal `destroy`");
    }
  });
export type StageConfig = z.infer<typeof stageConfigSchema>;
/** The configuration as a stage's file writes it, in which defaults may be left out. */
export type StageConfigInput = z.input<typeof stageConfigSchema>;
