/**
 * Everything that may differ between stages, in one validated object. Constructs take what they need from it as props;
 * nothing under lib/ reads the process environment. The descriptions go into opencomposer.schema.json, from which
 * editors complete a deployer's own file.
 */
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import * as z from "zod";
import { imageTargets, stages, trainedTechniqueIds } from "../../naming/resource-names";
import { familiesFor, instanceTypePattern, type MachineUse, processorOf } from "./instance-types";
import { addressCount, domainName, isLoopback, isReserved, originFault, returnAddressFault } from "./web-addresses";

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
    torch: z
      .enum(["cpu", "cuda"])
      .default("cpu")
      .describe("PyTorch build of the training image. The inference image has no PyTorch."),
  }),
  z.strictObject({
    kind: z.literal("uri"),
    uri: z
      .string()
      .regex(
        /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z0-9][a-z0-9._/-]*(?::[A-Za-z0-9._-]+|@sha256:[0-9a-f]{64})$/,
        "must be an Amazon ECR image with a tag or a digest: SageMaker pulls from nowhere else",
      ),
  }),
  z.strictObject({ kind: z.literal("local") }),
]);
export type ImageSource = z.infer<typeof imageSourceSchema>;

/**
 * Returns account, Region and repository of an image's URI, which is
 * `123456789012.dkr.ecr.eu-west-1.amazonaws.com/name:tag` or `…/name@sha256:digest`.
 */
export function imageLocation(uri: string): {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
} {
  const [registry = "", ...path] = uri.split("/");
  const [account = "", , , region = ""] = registry.split(".");
  return { account, region, repository: path.join("/").replace(/[@:].*$/, "") };
}

const techniqueImagesSchema = z.strictObject({ training: imageSourceSchema, inference: imageSourceSchema });

const throttleSchema = z.strictObject({
  rate: z.int().min(1).max(10_000).describe("Requests per second that are allowed all the time."),
  burst: z.int().min(1).max(5_000).describe("Requests that are allowed at once."),
});
export type Throttle = z.infer<typeof throttleSchema>;

/** Returns the schema of a text in which `faultOf` finds nothing; what it returns is what the text must be. */
const faultless = (faultOf: (text: string) => string | undefined): z.ZodString =>
  z.string().superRefine((text, context) => {
    const message = faultOf(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

/**
 * Returns the schema of a list in which no text is given twice, in whatever case: CloudFormation or the service behind
 * it would refuse the second one, late and in its own words.
 */
const unique = <Item extends z.ZodType<string>>(list: z.ZodArray<Item>): z.ZodArray<Item> =>
  list
    .superRefine((texts, context) => {
      const seen = new Set<string>();
      for (const [index, text] of texts.entries()) {
        const folded = text.toLowerCase();
        if (seen.has(folded)) context.addIssue({ code: "custom", path: [index], message: "is in the list already" });
        seen.add(folded);
      }
    })
    .meta({ uniqueItems: true });

const domainNameSchema = z.string().regex(domainName, { error: "must be a domain name in lower case and in ASCII" });
const returnAddresses = unique(z.array(faultless(returnAddressFault)).min(1).max(addressCount));
const instanceType = (use: MachineUse): z.ZodString =>
  z.string().regex(instanceTypePattern(use), {
    error: `must be an instance type of SageMaker, as \`ml.m5.xlarge\`, of one of the families ${familiesFor(use).join(", ")}`,
  });

/**
 * The part of domain/schemas/training-settings.ts that a stage decides. The stacks add the rest (image URIs, the role).
 */
const trainingConfigSchema = z.strictObject({
  instanceType: instanceType("training").describe("Machine on which a training job runs."),
  volumeSizeGb: z.int().min(1).max(1024).describe("Disk of that machine."),
  useSpot: z
    .boolean()
    .describe("True: training runs on spot machines, which are cheaper, may be late, and need a quota of their own."),
  slots: z.int().min(1).max(100).describe("Training jobs that may run at once."),
  runtimeLimitSeconds: z
    .int()
    .min(60)
    .max(86_400)
    .describe(
      "Maximum of the `maxRuntimeSeconds` that a job may ask for. The permission to create a training job is bound to it.",
    ),
  queueDeadlineSeconds: z
    .int()
    .min(60)
    .max(7 * 86_400)
    .describe("Seconds after which a job that waits for a slot fails."),
  capacityDeadlineSeconds: z
    .int()
    .min(60)
    .max(7 * 86_400)
    .describe("Seconds after which a job fails for which SageMaker has no machine."),
  slotLeaseSeconds: z.int().min(10).max(3_600).describe("Seconds after which a slot is free that nobody renews."),
  monitor: z
    .strictObject({
      firstSeconds: z.int().min(1).max(300),
      laterSeconds: z.int().min(1).max(300),
      firstForSeconds: z.int().min(0).max(3_600),
    })
    .describe(
      "Seconds between two monitoring turns of a training job: at first, later, and how long `at first` lasts.",
    ),
  waitSeconds: z.int().min(1).max(900).describe("Seconds between two attempts to acquire a slot or a machine."),
});
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

/**
 * The server that serves `/invocations` of a technique. SageMaker refuses to turn a serverless endpoint into a
 * real-time one or back, so to change `kind` on a deployed stage its Inference stack must be deleted first
 * (docs/runbook.md).
 */
const endpointConfigSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("serverless"),
    memoryMb: z.literal([1024, 2048, 3072, 4096, 5120, 6144]),
    maxConcurrency: z
      .int()
      .min(1)
      .max(200)
      .describe("Requests at once. It counts against the pool of the whole account, which is 10 in new accounts."),
  }),
  z.strictObject({
    kind: z.literal("realTime"),
    instanceType: instanceType("endpoint"),
    instanceCount: z.int().min(1).max(20),
  }),
]);
export type EndpointConfig = z.infer<typeof endpointConfigSchema>;

/**
 * Who serves the console.
 * - `cloudFront`: the stack Console, whose files `npm run seed` uploads.
 * - `none`: the stage has no such stack. The local start serves the console itself.
 */
const consoleConfigSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("cloudFront"),
    customDomain: z
      .strictObject({
        name: domainNameSchema,
        certificateArn: z
          .string()
          .regex(/^arn:aws:acm:us-east-1:\d{12}:certificate\/[a-f0-9-]+$/, {
            error: "must be the ARN of an ACM certificate in us-east-1: CloudFront takes it from no other Region",
          })
          .describe("ARN of an ACM certificate in us-east-1, whatever the region of the stacks is."),
      })
      .optional()
      .describe("Domain of your own for the console."),
  }),
]);
/** The settings of a console that a stack serves. */
export type ConsoleHosting = Extract<z.infer<typeof consoleConfigSchema>, { kind: "cloudFront" }>;

const stageSettingsSchema = z.strictObject({
  stage: z.enum(stages),
  removal: z
    .enum(["destroy", "retain"])
    .describe("The fate of data (table, buckets, users, logs) when its stack is deleted."),
  logRetention: z.enum(RetentionDays).describe("Days for which log events are kept."),
  trainingLogRetention: z
    .enum(RetentionDays)
    .optional()
    .describe(
      "Days for which SageMaker's log of training jobs is kept. It is one log group for all training jobs of the account and Region, those of other projects too, so nothing changes it unless this is set.",
    ),
  storage: z.strictObject({
    pointInTimeRecovery: z.boolean().describe("True: the table can be restored to any second of the last 35 days."),
    deletionProtection: z
      .boolean()
      .describe("True: table, users and stacks cannot be deleted before this is turned off."),
    noncurrentVersionDays: z
      .int()
      .min(1)
      .max(365)
      .describe("Days after which an overwritten or deleted object of the artifacts bucket is gone for good."),
    workDays: z
      .int()
      .min(1)
      .max(90)
      .describe("Days after which anything in the work bucket (checkpoints, selections, raw output) is deleted."),
  }),
  api: z.strictObject({
    corsOrigins: unique(z.array(faultless(originFault)).min(1))
      .refine((origins) => origins.length === 1 || !origins.includes("*"), {
        error: "must have no other origin beside `*`, which allows every one",
      })
      .describe(
        "Origins that browsers may call from. `*` allows every origin (tokens travel in a header, never in a cookie); prod refuses it.",
      ),
    throttle: throttleSchema.describe("Throttle of each route that needs a token."),
    publicThrottle: throttleSchema.describe("Throttle of each route that needs no token."),
    customDomain: z
      .strictObject({
        name: domainNameSchema,
        certificateArn: z
          .string()
          .regex(/^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[a-f0-9-]+$/, {
            error: "must be the ARN of an ACM certificate",
          })
          .describe("ARN of an ACM certificate in the region of the stacks."),
        exclusive: z
          .boolean()
          .default(true)
          .describe(
            "True: the API responds under this name only. False: also at the address that API Gateway gave it, for as long as front ends still call that one.",
          ),
      })
      .optional()
      .describe("Domain of your own for the API."),
  }),
  console: consoleConfigSchema.describe("Who serves the console, the web pages. A stage may have none."),
  identity: z.strictObject({
    passwordGrant: z
      .boolean()
      .describe(
        "True: a password may be sent to Cognito directly (USER_PASSWORD_AUTH). It is for local only, where tests and scripts sign in without a browser.",
      ),
    mfa: z
      .enum(["off", "required"])
      .describe(
        "`required`: everyone signs in with a second factor, a code of an authenticator app, which the sign-in page sets up at the first sign-in.",
      ),
    signInPage: z
      .strictObject({ callbackUrls: returnAddresses, logoutUrls: returnAddresses })
      .optional()
      .describe(
        "URLs to which the sign-in page (authorization code + PKCE) may send people back. prod refuses localhost.",
      ),
  }),
  /** The quotas of domain/schemas/user-quotas.ts. */
  userQuotas: z
    .strictObject({
      openCompositions: z.int().min(1),
      openTrainingJobs: z.int().min(1),
      tracks: z.int().min(1),
      compositions: z.int().min(1),
      models: z.int().min(1),
      trainingJobs: z.int().min(1),
      storedBytes: z.int().min(1),
      datasets: z.int().min(1),
    })
    .describe("Maximum of each kind that one user may have."),
  functions: z.strictObject({
    logLevel: z
      .enum(["DEBUG", "INFO"])
      .describe(
        "Level from which log lines are kept. Lambda counts the lines of our own metrics as INFO, so with a higher level there would be no metrics, and their alarms would stay silent.",
      ),
    reservedConcurrency: z
      .strictObject({ dispatchWork: z.int().min(1), executeComposition: z.int().min(1) })
      .partial()
      .describe(
        "Reserved concurrency of functions. New accounts have 10 concurrent executions in all and refuse any reservation.",
      ),
  }),
  compositions: z.strictObject({
    concurrency: z
      .int()
      .min(2)
      .max(1_000)
      .describe("Maximum of compositions that are made at once. 2 is the minimum of Lambda."),
  }),
  training: trainingConfigSchema,
  reconcileMinutes: z.int().min(1).max(60).describe("Minutes between two reconciliations of unfinished work."),
  images: z
    .record(z.enum(trainedTechniqueIds), techniqueImagesSchema)
    .describe("Source of each technique's container images."),
  endpoints: z
    .record(z.enum(trainedTechniqueIds), endpointConfigSchema)
    .optional()
    .describe("The endpoints. A stage without them has no Inference stack."),
  endpointLimits: z
    .strictObject({
      serverlessConcurrency: z
        .int()
        .min(1)
        .max(10_000)
        .describe(
          "Concurrency of all serverless endpoints together. It is taken from one pool of the account and Region, which is 10 in new accounts.",
        ),
      instances: z
        .int()
        .min(1)
        .max(100)
        .describe("Machines of all real-time endpoints together. Each of them costs day and night."),
    })
    .describe(
      "Maximum that the endpoints of the stage may take together, so that a larger pool or bill is decided once more.",
    ),
  alarms: z
    .strictObject({
      emailAddresses: unique(z.array(z.email({ error: "must be an e-mail address" }))).describe(
        "Receivers of the alarms. prod needs one.",
      ),
    })
    .optional()
    .describe("The alarms. A stage without them has no Observability stack."),
});

type Refuse = (path: readonly (string | number)[], message: string) => void;

const publicAddress = "must be an https URL in the stage prod, and not an address of the machine itself";

/** Refuses values of a deployment that people rely on, if they are good for trying things out only. */
function refuseTrialValues(
  { api, console, identity, alarms, images }: z.infer<typeof stageSettingsSchema>,
  refuse: Refuse,
): void {
  const refuseExample = (path: readonly (string | number)[], address: string): void => {
    if (isReserved(address)) refuse(path, "is an address of the example: put your own in its place");
  };
  for (const [index, origin] of api.corsOrigins.entries()) {
    refuseExample(["api", "corsOrigins", index], origin);
    if (origin === "*" || isLoopback(origin)) {
      refuse(["api", "corsOrigins", index], publicAddress);
    }
  }
  for (const name of ["callbackUrls", "logoutUrls"] as const) {
    for (const [index, url] of (identity.signInPage?.[name] ?? []).entries()) {
      refuseExample(["identity", "signInPage", name, index], url);
      if (isLoopback(url)) refuse(["identity", "signInPage", name, index], publicAddress);
    }
  }
  for (const technique of trainedTechniqueIds) {
    for (const target of imageTargets) {
      const source = images[technique][target];
      if (source.kind === "uri" && !source.uri.includes("@sha256:")) {
        refuse(
          ["images", technique, target, "uri"],
          "must name the image by its digest (`…@sha256:…`) in the stage prod: a tag can be moved to another image",
        );
      }
    }
  }
  if (alarms === undefined || alarms.emailAddresses.length === 0) {
    refuse(["alarms", "emailAddresses"], "needs at least one address in the stage prod, or nobody learns of an alarm");
  }
  for (const [index, address] of (alarms?.emailAddresses ?? []).entries()) {
    refuseExample(["alarms", "emailAddresses", index], address);
  }
  if (api.customDomain !== undefined) refuseExample(["api", "customDomain", "name"], api.customDomain.name);
  const consoleDomain = console.kind === "cloudFront" ? console.customDomain : undefined;
  if (consoleDomain !== undefined) refuseExample(["console", "customDomain", "name"], consoleDomain.name);
}

/** Refuses a console where none can be, at the API's own address, or one address more than Cognito's client may have. */
function refuseMisplacedConsole(
  { stage, api, console, identity }: z.infer<typeof stageSettingsSchema>,
  refuse: Refuse,
): void {
  if (console.kind === "none") return;
  if (stage === "local") {
    refuse(["console", "kind"], "must be `none` in the stage local: the local start serves the console itself");
  }
  if (console.customDomain !== undefined && console.customDomain.name === api.customDomain?.name) {
    refuse(["console", "customDomain", "name"], "must be another domain than that of the API (api.customDomain.name)");
  }
  for (const name of ["callbackUrls", "logoutUrls"] as const) {
    if ((identity.signInPage?.[name] ?? []).length < addressCount) continue;
    refuse(
      ["identity", "signInPage", name],
      `must have at most ${addressCount - 1} entries where the stage has a console, whose own is added`,
    );
  }
}

/**
 * Refuses a machine that the images cannot use: a GPU that is paid for and idle, or PyTorch for a GPU where there is
 * none. What an image of the kind `uri` holds is not known here.
 */
function refuseWrongMachines(
  { training, images, endpoints }: z.infer<typeof stageSettingsSchema>,
  refuse: Refuse,
): void {
  const processor = processorOf(training.instanceType, "training");
  for (const technique of trainedTechniqueIds) {
    const image = images[technique].training;
    if (image.kind === "build" && processor !== undefined && image.torch !== processor) {
      const reason =
        processor === "cuda" ? "has a GPU, which PyTorch for CPUs would leave idle" : "has no GPU, which CUDA needs";
      refuse(
        ["images", technique, "training", "torch"],
        `must be "${processor}" for training.instanceType "${training.instanceType}": that machine ${reason}`,
      );
    }
    const endpoint = endpoints?.[technique];
    if (
      endpoint?.kind === "realTime" &&
      images[technique].inference.kind === "build" &&
      processorOf(endpoint.instanceType, "endpoint") === "cuda"
    ) {
      refuse(
        ["endpoints", technique, "instanceType"],
        "must be a machine without a GPU: the inference image computes on CPUs and would leave it idle",
      );
    }
  }
}

const secondsOfDay = 86_400;

/**
 * Refuses a work bucket that forgets the selection and the checkpoints of a job that still waits or runs. They are
 * written before the job waits for a slot. A day more is for attempts after the first and for whoever resumes.
 */
function refuseForgettingWork({ storage, training }: z.infer<typeof stageSettingsSchema>, refuse: Refuse): void {
  const { queueDeadlineSeconds, capacityDeadlineSeconds, runtimeLimitSeconds } = training;
  const longest = queueDeadlineSeconds + capacityDeadlineSeconds + runtimeLimitSeconds;
  const days = Math.ceil(longest / secondsOfDay + 1);
  if (storage.workDays >= days) return;
  refuse(
    ["storage", "workDays"],
    `must be at least ${days}: a training job may take queueDeadlineSeconds, capacityDeadlineSeconds and runtimeLimitSeconds, ` +
      `${longest} s together, and needs its files for a day more`,
  );
}

/** Returns what the endpoints of a stage take together. */
export function endpointTotals(
  endpoints: Readonly<Record<string, EndpointConfig>>,
): z.infer<typeof stageSettingsSchema>["endpointLimits"] {
  const given = Object.values(endpoints);
  return {
    serverlessConcurrency: sum(given.map((one) => (one.kind === "serverless" ? one.maxConcurrency : 0))),
    instances: sum(given.map((one) => (one.kind === "realTime" ? one.instanceCount : 0))),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function refuseEndpointsOverLimits(
  { endpoints, endpointLimits }: z.infer<typeof stageSettingsSchema>,
  refuse: Refuse,
): void {
  const totals = endpointTotals(endpoints ?? {});
  if (totals.serverlessConcurrency > endpointLimits.serverlessConcurrency) {
    refuse(
      ["endpointLimits", "serverlessConcurrency"],
      `is less than the ${totals.serverlessConcurrency} that the maxConcurrency of all endpoints is together: lower those or, if the account's pool is larger (docs/deploy.md), raise this`,
    );
  }
  if (totals.instances > endpointLimits.instances) {
    refuse(
      ["endpointLimits", "instances"],
      `is less than the ${totals.instances} machines that all endpoints have together: lower their instanceCount or, if as many are to be paid day and night, raise this`,
    );
  }
}

export const stageConfigSchema = stageSettingsSchema.superRefine((config, context) => {
  const refuse: Refuse = (path, message) => {
    context.addIssue({ code: "custom", path: [...path], message });
  };
  const isLocal = config.stage === "local";
  if (config.identity.passwordGrant && !isLocal) {
    refuse(["identity", "passwordGrant"], "is allowed in the stage local only");
  }
  if (config.identity.mfa === "required" && (isLocal || config.identity.signInPage === undefined)) {
    refuse(
      ["identity", "mfa"],
      "must be `off` in the stage local, and where there is no signInPage: nothing else lets people set a second factor up",
    );
  }
  if (!config.identity.passwordGrant && config.identity.signInPage === undefined) {
    refuse(["identity", "signInPage"], "is needed where passwordGrant is off: nobody could sign in");
  }
  for (const technique of trainedTechniqueIds) {
    for (const target of imageTargets) {
      const usesLocal = config.images[technique][target].kind === "local";
      if (usesLocal !== isLocal) {
        refuse(["images", technique, target, "kind"], "must be `local` in the stage local, and nowhere else");
      }
    }
  }
  if (config.stage === "prod") refuseTrialValues(config, refuse);
  // The workflow's monitoring turns renew a lease. It has to outlive three of them, so that one slow turn loses no
  // slot.
  if (
    config.training.slotLeaseSeconds <
    3 * Math.max(config.training.monitor.laterSeconds, config.training.waitSeconds)
  ) {
    refuse(["training", "slotLeaseSeconds"], "must span three monitoring turns, or one slow turn loses the slot");
  }
  const { endpoints } = config;
  if (endpoints !== undefined && config.compositions.concurrency > 0) {
    for (const technique of trainedTechniqueIds) {
      const endpoint = endpoints[technique];
      if (endpoint.kind === "serverless" && endpoint.maxConcurrency < config.compositions.concurrency) {
        refuse(
          ["endpoints", technique, "maxConcurrency"],
          `must be at least compositions.concurrency (${config.compositions.concurrency}), or the endpoint throttles the workers`,
        );
      }
    }
  }
  refuseMisplacedConsole(config, refuse);
  refuseEndpointsOverLimits(config, refuse);
  refuseWrongMachines(config, refuse);
  refuseForgettingWork(config, refuse);
  const reserved = config.functions.reservedConcurrency.executeComposition;
  if (reserved !== undefined && reserved < config.compositions.concurrency) {
    refuse(
      ["functions", "reservedConcurrency", "executeComposition"],
      `must be at least compositions.concurrency (${config.compositions.concurrency}), ` +
        "or Lambda throttles the workers and their messages run out of deliveries",
    );
  }
  if (config.removal === "destroy" && config.storage.deletionProtection) {
    refuse(["storage", "deletionProtection"], "contradicts removal `destroy`");
  }
});
export type StageConfig = z.infer<typeof stageConfigSchema>;
/** The configuration as a stage's file writes it, in which defaults may be left out. */
export type StageConfigInput = z.input<typeof stageConfigSchema>;
