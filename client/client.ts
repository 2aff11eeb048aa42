/**
 * The typed client. Paths, bodies and responses are checked against the OpenAPI document at compile time. Bytes go in
 * as `File`, `Blob`, `ArrayBuffer` or `Uint8Array` and come out as `ArrayBuffer`. All errors have one shape (see
 * problem.ts).
 */
import createFetchClient, {
  type Client,
  type FetchOptions,
  type Middleware,
  type ParseAsResponse,
} from "openapi-fetch";
import { jsonOf, networkFailure, type Problem, problemResponse, readProblem, unexpectedResponse } from "./problem.ts";
import type { components, paths } from "./schema.d.ts";
import type { Composition } from "./wait.ts";

export { asProblem, clientCodes, type Problem, readProblem } from "./problem.ts";
export { pushArchive, type PushArchiveOutcome, type PushArchiveParams, type TagSource } from "./push-archive.ts";
export {
  type FileToPush,
  isMidiPath,
  pushFiles,
  type PushOutcome,
  type PushParams,
  type PushProgress,
  type PushResult,
  type RejectedFile,
  type UnsentFile,
} from "./push-files.ts";
export { backoffSeconds, type CallResult, isPassing, problemOf, retryAfterSeconds, withJitter } from "./retry.ts";
export type { components, paths } from "./schema.d.ts";
export {
  type Composition,
  type Dataset,
  type TrainingJob,
  waitForComposition,
  waitForDataset,
  waitForTrainingJob,
  type WaitOutcome,
  type WaitParams,
} from "./wait.ts";

/** Paths whose response is a MIDI file. */
type MidiPath =
  | "/sample-melodies/{sampleMelodyId}/midi"
  | "/tracks/{trackId}/midi"
  | "/compositions/{compositionId}/midi"
  | "/compositions/{compositionId}/input/midi"
  | "/shared/{token}/midi"
  | "/models/{modelId}/samples/{melodyId}"
  | "/training-jobs/{trainingJobId}/samples/{epoch}/{melodyId}";
type MidiOptions<Path extends MidiPath> = FetchOptions<paths[Path]["get"]>;

/**
 * The type of GET for MIDI files. It is written out, because `openapi-fetch` maps over the members of a response's
 * type, which makes an `ArrayBuffer` unusable.
 */
type GetMidi = <Path extends MidiPath, Options extends MidiOptions<Path>>(
  url: Path,
  init: Options,
) => Promise<
  | { readonly data: ParseAsResponse<ArrayBuffer, Options>; readonly error?: never; readonly response: Response }
  | { readonly data?: never; readonly error: Problem; readonly response: Response }
>;

export type CompositionList = components["schemas"]["CompositionList"];
/** What a request for one composition says. */
export type CreateComposition = Omit<components["schemas"]["CreateComposition"], "variations"> & {
  readonly variations?: never;
};
/** What a request for several compositions says, which differ in their seed alone. */
export type CreateVariations = components["schemas"]["CreateComposition"] & { readonly variations: number };

type CreateOptions<Body> = Omit<FetchOptions<paths["/compositions"]["post"]>, "body"> & { readonly body: Body };
type Created<Resource> = Promise<
  | { readonly data: Resource; readonly error?: never; readonly response: Response }
  | { readonly data?: never; readonly error: Problem; readonly response: Response }
>;

/** The type of the request that makes compositions: the response is a list if the body asks for variations. */
interface PostComposition {
  (url: "/compositions", init: CreateOptions<CreateVariations>): Created<CompositionList>;
  (url: "/compositions", init: CreateOptions<CreateComposition>): Created<Composition>;
}

export interface ApiClient extends Omit<Client<paths>, "GET" | "POST"> {
  readonly GET: GetMidi & Client<paths>["GET"];
  // Compositions have no general form beside these two: the compiler would prefer it to them.
  readonly POST: PostComposition & Client<Omit<paths, "/compositions">>["POST"];
}
export type PresignedUrl = components["schemas"]["PresignedUrl"];
export type EditEventColumns = components["schemas"]["EditEventColumns"];

export interface ClientParams {
  /** Root of the API, for example `https://….execute-api.eu-west-1.amazonaws.com`. */
  readonly baseUrl: string;
  /** Returns the access token. It is called before each request, and may return nothing for the public routes. */
  readonly accessToken?: () => string | undefined | Promise<string | undefined>;
  /** @default the global fetch */
  readonly fetch?: (request: Request) => Promise<Response>;
}

const isBytes = (body: unknown): body is Blob | ArrayBuffer | ArrayBufferView =>
  body instanceof Blob || body instanceof ArrayBuffer || ArrayBuffer.isView(body);

/** Returns bytes and forms as they are, and everything else as JSON. */
function bodyOf(body: unknown): unknown {
  return isBytes(body) || body instanceof FormData ? body : JSON.stringify(body);
}

/** A request that announces a body of bytes as MIDI. openapi-fetch announces every body as JSON. */
class ApiRequest extends Request {
  constructor(input: string | URL | Request, init?: RequestInit) {
    const headers = new Headers(init?.headers);
    if (isBytes(init?.body) && headers.get("content-type") === "application/json") {
      headers.set("content-type", "audio/midi");
    }
    super(input, { ...init, headers });
  }
}

/**
 * Returns a response whose `json()` gives the bytes, because openapi-fetch calls it unless the call asks for another
 * form (`parseAs`).
 */
async function bytesResponse(response: Response): Promise<Response> {
  const { status, statusText } = response;
  const bytes = await response.arrayBuffer();
  const headers = new Headers(response.headers);
  // If the response has a length, openapi-fetch calls `json()`. Without one it would parse the text itself.
  headers.set("content-length", String(bytes.byteLength));
  headers.delete("content-encoding");
  const withBytes = new Response(bytes, { status, statusText, headers });
  Object.defineProperty(withBytes, "json", { value: async () => await withBytes.arrayBuffer() });
  return withBytes;
}

const isAbort = (error: unknown): boolean =>
  error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");

/** Turns every failure into a response with a problem, and hands MIDI files on as bytes. */
const oneShape: Middleware = {
  async onResponse({ response, request }) {
    const { status, statusText } = response;
    if (!response.ok) {
      return status === 304 ? undefined : problemResponse(await readProblem(response), response.headers);
    }
    if (status === 204 || request.method === "HEAD") return undefined;
    const type = response.headers.get("content-type") ?? "";
    if (type.startsWith("audio/midi")) return await bytesResponse(response);
    const text = await response.text();
    if (!/\bjson\b/.test(type) || jsonOf(text) === undefined)
      return problemResponse(unexpectedResponse(response, text));
    const headers = new Headers(response.headers);
    // The text is decoded already, so it has neither the length nor the encoding of the response.
    headers.delete("content-length");
    headers.delete("content-encoding");
    return new Response(text, { status, statusText, headers });
  },
  onError({ error, request }) {
    // The caller that aborts a request knows about it, so its error is thrown.
    return request.signal.aborted || isAbort(error) ? undefined : problemResponse(networkFailure(error, request.url));
  },
};

/**
 * Creates the client of an API. openapi-fetch describes how its methods are called. A call returns `{ data, error,
 * response }`, in which `error` is a {@link Problem}. It throws only when its own `signal` aborts it.
 */
export function createClient({ baseUrl, accessToken, fetch }: ClientParams): ApiClient {
  const client = createFetchClient<paths>({
    baseUrl,
    Request: ApiRequest,
    bodySerializer: bodyOf,
    ...(fetch === undefined ? {} : { fetch }),
  });
  if (accessToken !== undefined) {
    client.use({
      async onRequest({ request }) {
        const token = await accessToken();
        if (token !== undefined) request.headers.set("authorization", `Bearer ${token}`);
        return request;
      },
    });
  }
  client.use(oneShape);
  // The types of openapi-fetch cannot express what `oneShape` does with MIDI files and errors.
  return client as ApiClient;
}

function isPresignedUrl(value: unknown): value is PresignedUrl {
  return typeof value === "object" && value !== null && "url" in value && "expiresAt" in value;
}

type PresignedUrlResult =
  | { readonly data: PresignedUrl; readonly response: Response }
  | { readonly error: Problem; readonly response: Response };

function presignedUrlResult({
  data,
  error,
  response,
}: {
  readonly data?: unknown;
  readonly error?: Problem;
  readonly response: Response;
}): PresignedUrlResult {
  if (isPresignedUrl(data)) return { data, response };
  return { error: error ?? unexpectedResponse(response, ""), response };
}

interface UrlOptions {
  readonly signal?: AbortSignal;
}

const asUrl = ({ signal }: UrlOptions) => ({
  headers: { accept: "application/json" },
  ...(signal === undefined ? {} : { signal }),
});

/**
 * Returns a short-lived URL of a finished composition's MIDI file, for players and downloads that send no token.
 * @returns the URL, or the problem because of which there is none
 */
export async function compositionMidiUrl(
  api: ApiClient,
  compositionId: string,
  options: UrlOptions = {},
): Promise<PresignedUrlResult> {
  const params = { path: { compositionId } };
  return presignedUrlResult(await api.GET("/compositions/{compositionId}/midi", { params, ...asUrl(options) }));
}

/**
 * Returns a short-lived URL of the MIDI file that was uploaded as a track.
 * @returns the URL, or the problem because of which there is none
 */
export async function trackMidiUrl(
  api: ApiClient,
  trackId: string,
  options: UrlOptions = {},
): Promise<PresignedUrlResult> {
  const params = { path: { trackId } };
  return presignedUrlResult(await api.GET("/tracks/{trackId}/midi", { params, ...asUrl(options) }));
}

const isEditEventColumns = (value: unknown): value is EditEventColumns =>
  typeof value === "object" && value !== null && "step" in value && Array.isArray(value.step);

/**
 * Returns the edits by which a composition was made, in columns: a fifth of the bytes of the list, for a player that
 * replays thousands of them.
 * @returns the columns, or the problem because of which there are none
 */
export async function compositionEditEventColumns(
  api: ApiClient,
  compositionId: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<
  | { readonly data: EditEventColumns; readonly response: Response }
  | { readonly error: Problem; readonly response: Response }
> {
  const { data, error, response } = await api.GET("/compositions/{compositionId}/edit-events", {
    params: { path: { compositionId } },
    headers: { accept: "application/vnd.opencomposer.edits+json" },
    ...(signal === undefined ? {} : { signal }),
  });
  const columns: unknown = data;
  if (isEditEventColumns(columns)) return { data: columns, response };
  return { error: error ?? unexpectedResponse(response, ""), response };
}
