/**
 * The typed client: paths, bodies and answers are checked against the OpenAPI document at compile time. Errors come in
 * one shape, whoever answered: our problem+json, API Gateway's `{ message }`, or a proxy's text.
 */
import createFetchClient, { type Client, type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";

export type Problem = components["schemas"]["Problem"];

export interface ClientParams {
  /** Root of the API, for example `https://….execute-api.eu-west-1.amazonaws.com`. */
  readonly baseUrl: string;
  /** Asked before each request; nothing for the public routes. */
  readonly accessToken?: () => string | undefined | Promise<string | undefined>;
  /** @default the global fetch */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** What API Gateway refuses by itself, as the `code` that a problem of ours would carry. */
const gatewayCodes: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  413: "BODY_TOO_LARGE",
  429: "TOO_MANY_REQUESTS",
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isProblem(value: unknown): value is Problem {
  return isObject(value) && typeof value["code"] === "string" && typeof value["status"] === "number";
}

/** Any error answer as a problem. Reads the response's body. */
export async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (isProblem(body)) return body;
  const message = isObject(body) ? body["message"] : undefined;
  return {
    type: "about:blank",
    title: response.statusText === "" ? `Status ${response.status}` : response.statusText,
    status: response.status,
    detail: typeof message === "string" ? message : text.slice(0, 200),
    instance: URL.canParse(response.url) ? new URL(response.url).pathname : "",
    code: gatewayCodes[response.status] ?? (response.status >= 500 ? "UNAVAILABLE" : "REFUSED"),
    requestId: response.headers.get("x-request-id") ?? response.headers.get("apigw-requestid") ?? "unknown",
  };
}

/** Rewrites foreign error answers, so that `error` is a {@link Problem} wherever it is typed as one or not. */
const oneErrorShape: Middleware = {
  async onResponse({ response }) {
    if (response.ok || response.status === 304) return undefined;
    const problem = await readProblem(response);
    const headers = new Headers(response.headers);
    headers.set("content-type", "application/problem+json");
    headers.delete("content-length");
    const { status, statusText } = response;
    return new Response(JSON.stringify(problem), { status, statusText, headers });
  },
};

/** The client of an API; see openapi-fetch for how its methods are called. */
export function createClient({ baseUrl, accessToken, fetch }: ClientParams): Client<paths> {
  const client = createFetchClient<paths>({ baseUrl, ...(fetch === undefined ? {} : { fetch }) });
  if (accessToken !== undefined) {
    client.use({
      async onRequest({ request }) {
        const token = await accessToken();
        if (token !== undefined) request.headers.set("authorization", `Bearer ${token}`);
        return request;
      },
    });
  }
  client.use(oneErrorShape);
  return client;
}

/** The error of a call as a problem: what `error` is after {@link createClient}'s rewriting. */
export function asProblem(error: unknown): Problem | undefined {
  return isProblem(error) ? error : undefined;
}
