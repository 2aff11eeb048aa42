/**
 * The typed client: paths, bodies and answers are checked against the OpenAPI document at compile time. Bytes go in as
 * `File`, `Blob`, `ArrayBuffer` or `Uint8Array` and come out as `ArrayBuffer`. Errors come in one shape, see problem.ts.
 */
import createFetchClient, {
  type Client,
  type FetchOptions,
  type Middleware,
  type ParseAsResponse,
} from "openapi-fetch";
import { jsonOf, networkFailure, type Problem, problemResponse, readProblem, unexpectedResponse } from "./problem.ts";
import type { components, paths } from "./schema.d.ts";

export { asProblem, clientCodes, type Problem, readProblem } from "./problem.ts";
export type { components, paths } from "./schema.d.ts";
export {
  type Composition,
  type TrainingJob,
  waitForComposition,
  waitForTrainingJob,
  type WaitOutcome,
  type WaitParams,
} from "./wait.ts";

/** Paths whose response is a MIDI file. */
type MidiPath = "/compositions/{compositionId}/midi" | "/training-jobs/{trainingJobId}/samples/{epoch}/{melodyId}";
type MidiOptions<Path extends MidiPath> = FetchOptions<paths[Path]["get"]>;

/**
 * `openapi-fetch` maps over the members of a response's type, which leaves nothing usable of `ArrayBuffer`: so for
 * files.
 */
type GetMidi = <Path extends MidiPath, Options extends MidiOptions<Path>>(
  url: Path,
  init: Options,
) => Promise<
  | { readonly data: ParseAsResponse<ArrayBuffer, Options>; readonly error?: never; readonly response: Response }
  | { readonly data?: never; readonly error: Problem; readonly response: Response }
>;

export interface ApiClient extends Omit<Client<paths>, "GET"> {
  readonly GET: GetMidi & Client<paths>["GET"];
}
export type PresignedUrl = components["schemas"]["PresignedUrl"];

export interface ClientParams {
  /** Root of the API, for example `https://….execute-api.eu-west-1.amazonaws.com`. */
  readonly baseUrl: string;
  /** Asked before each request; nothing for the public routes. */
  readonly accessToken?: () => string | undefined | Promise<string | undefined>;
  /** @default the global fetch */
  readonly fetch?: (request: Request) => Promise<Response>;
}

const isBytes = (body: unknown): body is Blob | ArrayBuffer | ArrayBufferView =>
  body instanceof Blob || body instanceof ArrayBuffer || ArrayBuffer.isView(body);

/** Bytes and forms as they are, everything else as JSON. */
function bodyOf(body: unknown): unknown {
  return isBytes(body) || body instanceof FormData ? body : JSON.stringify(body);
}

/** A request whose body of bytes is announced as MIDI, not as JSON, which openapi-fetch says of every body. */
class ApiRequest extends Request {
  constructor(input: string | URL | Request, init?: RequestInit) {
    const headers = new Headers(init?.headers);
    if (isBytes(init?.body) && headers.get("content-type") === "application/json") {
      headers.set("content-type", "audio/midi");
    }
    super(input, { ...init, headers });
  }
}

/** The response with its bytes where openapi-fetch reads JSON, unless the call asks for another form (`parseAs`). */
async function bytesResponse(response: Response): Promise<Response> {
  const { status, statusText } = response;
  const bytes = await response.arrayBuffer();
  const headers = new Headers(response.headers);
  // With a length openapi-fetch calls `json()`; without one it parses the text by itself.
  headers.set("content-length", String(bytes.byteLength));
  headers.delete("content-encoding");
  const withBytes = new Response(bytes, { status, statusText, headers });
  Object.defineProperty(withBytes, "json", { value: async () => await withBytes.arrayBuffer() });
  return withBytes;
}

const isAbort = (error: unknown): boolean =>
  error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");

/** Makes every failure a response with a problem, and MIDI bytes. */
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
    // The text is decoded already: neither its length nor its encoding is that of the response.
    headers.delete("content-length");
    headers.delete("content-encoding");
    return new Response(text, { status, statusText, headers });
  },
  onError({ error, request }) {
    // Who aborts a request knows it: that stays a thrown error.
    return request.signal.aborted || isAbort(error) ? undefined : problemResponse(networkFailure(error, request.url));
  },
};

/**
 * The client of an API; see openapi-fetch for how its methods are called. A call answers `{ data, error, response }`: it
 * throws only when its own `signal` aborts it, and `error` is a {@link Problem}.
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
  // What `oneShape` does to MIDI files and errors is more than openapi-fetch can say in its types.
  return client as ApiClient;
}

function isPresignedUrl(value: unknown): value is PresignedUrl {
  return typeof value === "object" && value !== null && "url" in value && "expiresAt" in value;
}

/**
 * A short-lived URL of a finished composition's MIDI file, for players and downloads that send no token.
 * @returns the URL, or the problem for which there is none
 */
export async function compositionMidiUrl(
  api: ApiClient,
  compositionId: string,
): Promise<{ readonly data: PresignedUrl } | { readonly error: Problem }> {
  const { data, error, response } = await api.GET("/compositions/{compositionId}/midi", {
    params: { path: { compositionId } },
    headers: { accept: "application/json" },
  });
  const url: unknown = data;
  if (isPresignedUrl(url)) return { data: url };
  return { error: error ?? unexpectedResponse(response, "") };
}
