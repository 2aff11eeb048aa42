import { isAbsolute } from "node:path";
import { z } from "zod";
import { fault } from "./fault-injection";

const environment = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string());

/** The program that stands in for an image's entry point on this machine. */
const entryPoint = z.strictObject({
  /** Program and arguments, run without a shell. */
  command: z.array(z.string().min(1)).min(1),
  /** What the image itself would set (`ENV`). The request's Environment wins over it. */
  environment: environment.default({}),
});

export type EntryPoint = z.infer<typeof entryPoint>;

/** Everything that the local SageMaker server needs to know. Unknown members are refused. */
export const localSageMakerConfig = z.strictObject({
  /** Not a choice: the server starts programs on demand and checks no signature, so nobody else may reach it. */
  host: z.literal("127.0.0.1").default("127.0.0.1"),
  /** 0 takes a free one. */
  port: z.int().min(0).max(65_535),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
  accountId: z.string().regex(/^\d{12}$/),
  /** Job table, endpoint table, logs and the folders of running containers. One server at a time. */
  stateDirectory: z.string().refine(isAbsolute, "must be an absolute path"),
  /** Where S3 and EventBridge are. More members are let through: SDK clients write their own into credentials. */
  aws: z.object({
    endpointUrl: z.url({ protocol: /^https?$/ }),
    accessKeyId: z.string().min(1),
    secretAccessKey: z.string().min(1),
  }),
  /** By image URI. Any other image is refused: no request can name a program. */
  images: z.record(z.string().min(1), z.strictObject({ train: entryPoint.optional(), serve: entryPoint.optional() })),
  /** Host headers that are answered besides 127.0.0.1 and localhost: the guard against DNS rebinding. */
  allowedHosts: z.array(z.string().min(1)).default([]),
  /** Between SIGTERM and SIGKILL of a training job. */
  stopGraceSeconds: z.number().min(0.05).max(600).default(120),
  /** Between SIGTERM and SIGKILL of a model server. */
  serveStopGraceSeconds: z.number().min(0.05).max(600).default(30),
  checkpointSyncSeconds: z.number().min(0.05).max(3_600).default(1),
  eventBusName: z.string().min(1).default("default"),
  /** How long a model server may take to its first good /ping (serverless: 3 minutes). */
  endpointStartSeconds: z.number().min(0.1).max(3_600).default(180),
  /** Crashes in a row, with no good /ping between them, after which an endpoint is Failed. */
  endpointCrashLimit: z.int().min(1).max(100).default(5),
  /** A model's time for one response. */
  invocationTimeoutSeconds: z.number().min(0.05).max(3_600).default(60),
  /** Put the containers of jobs with network isolation in a network namespace of their own, where the host permits. */
  networkNamespaces: z.boolean().default(true),
  /** End, as for SIGTERM, when standard input ends: whoever starts this program holds its other end and so ends it with itself. */
  endWithStandardInput: z.boolean().default(false),
  /** Refuse to send a response that breaks the service model. For tests of this server. */
  strictResponses: z.boolean().default(false),
  /** Pending from the start. */
  faults: z.array(fault).default([]),
});

export type LocalSageMakerConfig = z.infer<typeof localSageMakerConfig>;
export type LocalSageMakerConfigInput = z.input<typeof localSageMakerConfig>;

/** @throws Error that names every broken field */
export function parseLocalSageMakerConfig(value: unknown): LocalSageMakerConfig {
  const parsed = localSageMakerConfig.safeParse(value);
  if (!parsed.success) throw new Error(`The configuration is not usable:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
