/** A client that knows only the API's documented contract. */
import * as z from "zod";
import type { Outputs } from "./running-cloud";
import { until } from "./until";

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  /** The body as JSON, checked by the schema. */
  readonly json: <Schema extends z.ZodType>(schema: Schema) => z.infer<Schema>;
}

export interface CallOptions {
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiSession {
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<ApiResponse>;
  /** Asks for a resource until it is as wanted. */
  readonly pollUntil: <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    wanted: (resource: z.infer<Schema>) => boolean,
    deadlineSeconds: number,
  ) => Promise<z.infer<Schema>>;
}

const tokensSchema = z.object({ AuthenticationResult: z.object({ AccessToken: z.string(), IdToken: z.string() }) });
type Tokens = z.infer<typeof tokensSchema>["AuthenticationResult"];

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** By USER_PASSWORD_AUTH, which only the local stage allows. */
export async function tokensOf(
  { awsEndpointUrl, userPoolClientId }: Outputs,
  { username, password }: Credentials,
): Promise<Tokens> {
  const response = await fetch(awsEndpointUrl, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
    },
    body: JSON.stringify({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: userPoolClientId,
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  });
  return tokensSchema.parse(await response.json()).AuthenticationResult;
}

/** The token that the API takes. */
export async function accessToken(outputs: Outputs, user: Credentials): Promise<string> {
  return (await tokensOf(outputs, user)).AccessToken;
}

/** Whose token it is: everything of theirs lies under this name. */
export function subjectOf(token: string): string {
  const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  return z.object({ sub: z.string() }).parse(claims).sub;
}

export function openSession(outputs: Outputs, token?: string): ApiSession {
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<ApiResponse> => {
    const { bytes: given } = options;
    // A copy, because a browser's types take no bytes of memory that threads share.
    const bytesGiven = given === undefined ? undefined : new Uint8Array(given);
    const body = options.json === undefined ? bytesGiven : JSON.stringify(options.json);
    const response = await fetch(new URL(path, outputs.apiUrl), {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(options.json === undefined ? {} : { "content-type": "application/json" }),
        ...(options.bytes === undefined ? {} : { "content-type": "audio/midi" }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      json: (schema) => {
        const text = new TextDecoder().decode(bytes);
        const parsed = schema.safeParse(JSON.parse(text));
        if (!parsed.success)
          throw new Error(
            `${method} ${path} responded with ${response.status} ${text}: ${z.prettifyError(parsed.error)}`,
          );
        return parsed.data;
      },
    };
  };
  return {
    call,
    pollUntil: async (path, schema, wanted, deadlineSeconds) => {
      let last: unknown;
      try {
        return await until(path, deadlineSeconds, async () => {
          const response = await call("GET", path);
          // Not ready yet, by the contract: the data set of a first start is still being built.
          if (response.status === 503) return undefined;
          const resource = response.json(schema);
          last = resource;
          return wanted(resource) ? { resource } : undefined;
        }).then(({ resource }) => resource);
      } catch (error) {
        throw new Error(
          `${error instanceof Error ? error.message : String(error)}; last seen: ${JSON.stringify(last)}`,
          { cause: error },
        );
      }
    },
  };
}

const failure = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() });

/** The shapes of the API's contract, as far as a client leans on them. */
export const shapes = {
  list: <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), nextCursor: z.string().optional() }),
  model: z.object({
    id: z.string(),
    name: z.string(),
    technique: z.string(),
    stock: z.boolean(),
    trainingJobId: z.string().optional(),
    sha256: z.string(),
    ratings: z.object({ poor: z.int(), neutral: z.int(), good: z.int(), mean: z.number().optional() }),
  }),
  track: z.object({
    id: z.string(),
    bars: z.int(),
    tempo: z.number(),
    noteCount: z.int(),
    changes: z.array(z.string()),
  }),
  composition: z.object({
    id: z.string(),
    state: z.enum(["PENDING", "RUNNING", "COMPLETED", "FAILED"]),
    // A composition by rule has no model.
    modelId: z.string().optional(),
    seed: z.int(),
    rating: z.string().optional(),
    failure: failure.optional(),
    output: z
      .object({
        bars: z.int(),
        tempo: z.number(),
        tracks: z.array(
          z.object({
            index: z.int(),
            name: z.string(),
            noteCount: z.int(),
            source: z.enum(["input", "generated", "extended"]),
            generatedFromBar: z.int().optional(),
            isDrums: z.literal(true).optional(),
          }),
        ),
        metrics: z.record(z.string(), z.number()),
        remarks: z.array(z.string()),
      })
      .optional(),
  }),
  trainingJob: z.object({
    id: z.string(),
    state: z.enum(["PENDING", "QUEUED", "STARTING", "TRAINING", "UPLOADING", "STOPPING", "READY", "FAILED", "STOPPED"]),
    progress: z.object({
      epoch: z.int(),
      epochs: z.int(),
      percent: z.number(),
      secondsRemaining: z.number().nullish(),
    }),
    latestMetrics: z.looseObject({ epoch: z.int() }).nullish(),
    convergence: z.object({ state: z.enum(["fluctuating", "settling", "converged"]) }),
    endReason: z.string().optional(),
    modelId: z.string().optional(),
    resumable: z.boolean(),
    failure: failure.optional(),
    usage: z.object({ trainingSeconds: z.number(), billableSeconds: z.number() }),
  }),
  metrics: z.object({
    // Which losses there are depends on the technique.
    items: z.array(z.looseObject({ epoch: z.int(), similarityIndex: z.number() })),
    reference: z.record(z.string(), z.number()),
  }),
  sample: z.object({ epoch: z.int(), melodyId: z.string(), href: z.string() }),
  topics: z.object({
    topics: z.record(z.string(), z.record(z.string(), z.int())),
    selection: z.object({ pieces: z.int(), bars: z.int() }),
  }),
  problem: z.object({ status: z.int(), code: z.string(), detail: z.string().optional() }),
};

/** Sends a request that begins work. @returns the id of its resource @throws Error with the response if it is not 202 */
export async function begun(api: ApiSession, path: string, json: unknown): Promise<string> {
  const response = await api.call("POST", path, { json });
  if (response.status !== 202) {
    throw new Error(`${path} responded with ${response.status}: ${new TextDecoder().decode(response.bytes)}`);
  }
  return response.json(z.object({ id: z.string() })).id;
}

/** Begins a composition and waits until it has ended: COMPLETED or FAILED. */
export async function endedComposition(api: ApiSession, json: unknown): Promise<z.infer<typeof shapes.composition>> {
  const id = await begun(api, "/compositions", json);
  const isFinal = ({ state }: z.infer<typeof shapes.composition>): boolean =>
    state === "COMPLETED" || state === "FAILED";
  return await api.pollUntil(`/compositions/${id}`, shapes.composition, isFinal, 120);
}
