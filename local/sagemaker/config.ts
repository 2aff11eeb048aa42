import { isAbsolute } from "node:path";
import * as z from "zod";
import { fault } from "./fault-injection";

const environment = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string());

/** The program that stands in for an image's entry point on this machine. */
const entryPoint = z.strictObject({
  /** Program and arguments, run without a shell. */
  command: z.array(z.string().min(1)).min(1),
  /** The variables that the image itself would set (`ENV`). The request's Environment takes precedence over them. */
  environment: environment.default({}),
});

export type EntryPoint = z.infer<typeof entryPoint>;

/** The configuration of the local SageMaker server. Unknown members are refused. */
export const localSageMakerConfig = z.strictObject({
  /**
   * The only allowed host: the server starts programs on demand and checks no signature, so no other machine may reach
   * it.
   */
  host: z.literal("127.0.0.1").default("127.0.0.1"),
  /** The port; with 0 a free one is taken. */
  port: z.int().min(0).max(65_535),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
  accountId: z.string().regex(/^\d{12}$/),
  /**
   * The folder of the job table, the endpoint table, the logs and the folders of running containers. Only one server at
   * a time may use it.
   */
  stateDirectory: z.string().refine(isAbsolute, "must be an absolute path"),
  /**
   * The endpoint and credentials of S3 and EventBridge. Additional members are allowed, because SDK clients write their
   * own into credentials.
   */
  aws: z.object({
    endpointUrl: z.url({ protocol: /^https?$/ }),
    accessKeyId: z.string().min(1),
    secretAccessKey: z.string().min(1),
  }),
  /** The programs of each image, by image URI. Any other image is refused, so that no request can name a program. */
  images: z.record(z.string().min(1), z.strictObject({ train: entryPoint.optional(), serve: entryPoint.optional() })),
  /** Host headers that are allowed besides 127.0.0.1 and localhost: the protection against DNS rebinding. */
  allowedHosts: z.array(z.string().min(1)).default([]),
  /** Seconds between SIGTERM and SIGKILL of a training job. */
  stopGraceSeconds: z.number().min(0.05).max(600).default(120),
  /** Seconds between SIGTERM and SIGKILL of a model server. */
  serveStopGraceSeconds: z.number().min(0.05).max(600).default(30),
  checkpointSyncSeconds: z.number().min(0.05).max(3_600).default(1),
  eventBusName: z.string().min(1).default("default"),
  /** Seconds that a model server may take to its first successful /ping (serverless: 3 minutes). */
  endpointStartSeconds: z.number().min(0.1).max(3_600).default(180),
  /** The number of crashes in a row, without a successful /ping between them, after which an endpoint is Failed. */
  endpointCrashLimit: z.int().min(1).max(100).default(5),
  /** Seconds that a model may take for one response. */
  invocationTimeoutSeconds: z.number().min(0.05).max(3_600).default(60),
  /**
   * If true, the containers of jobs with network isolation run in a network namespace of their own, where the host
   * permits that.
   */
  networkNamespaces: z.boolean().default(true),
  /**
   * If true, the server ends, as for SIGTERM, when its standard input ends. The program that starts it holds the other
   * end of standard input, so both end together.
   */
  endWithStandardInput: z.boolean().default(false),
  /** If true, the server refuses to send a response that breaks the service model. It is for tests of this server. */
  strictResponses: z.boolean().default(false),
  /** Faults that are pending from the start. */
  faults: z.array(fault).default([]),
});

export type LocalSageMakerConfig = z.infer<typeof localSageMakerConfig>;
export type LocalSageMakerConfigInput = z.input<typeof localSageMakerConfig>;

/**
 * Parses the configuration.
 * @throws Error that names every broken field
 */
export function parseLocalSageMakerConfig(value: unknown): LocalSageMakerConfig {
  const parsed = localSageMakerConfig.safeParse(value);
  if (!parsed.success) throw new Error(`The configuration is not usable:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
