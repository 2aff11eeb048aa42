/**
 * Gives all errors one shape, whether they come from our API (problem+json), API Gateway (`{ message }`), a proxy
 * (text), or a network without a response.
 */
import type { components } from "./schema.d.ts";

export type Problem = components["schemas"]["Problem"];

/** The `code` that each status of API Gateway itself gets, as if the API had sent a problem. */
const gatewayCodes: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  413: "BODY_TOO_LARGE",
  429: "TOO_MANY_REQUESTS",
};

/** The codes of problems that no server sent. */
export const clientCodes = {
  /** No response came: there was no connection, or it broke. It is not known whether the request was carried out. */
  networkFailure: "NETWORK_FAILURE",
  /** A successful response is neither JSON nor MIDI, so something other than the API sent it. */
  unexpectedResponse: "UNEXPECTED_RESPONSE",
} as const;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isProblem(value: unknown): value is Problem {
  return isObject(value) && typeof value["code"] === "string" && typeof value["status"] === "number";
}

/** Returns the error of a call as a problem. Every failed response of the client has one as its `error`. */
export function asProblem(error: unknown): Problem | undefined {
  return isProblem(error) ? error : undefined;
}

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : "");

/** Returns a JSON value, or undefined if the text is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns any response with an error as a problem. It reads the response's body. */
export async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text();
  const body = jsonOf(text);
  if (isProblem(body)) return body;
  const message = isObject(body) ? body["message"] : undefined;
  return {
    type: "about:blank",
    title: response.statusText === "" ? `Status ${response.status}` : response.statusText,
    status: response.status,
    detail: typeof message === "string" ? message : text.slice(0, 200),
    instance: pathOf(response.url),
    code: gatewayCodes[response.status] ?? (response.status >= 500 ? "UNAVAILABLE" : "REFUSED"),
    requestId: response.headers.get("x-request-id") ?? response.headers.get("apigw-requestid") ?? "unknown",
  };
}

/** Returns the problem as a response with the problem's status and the other headers of the original response. */
export function problemResponse(problem: Problem, headers = new Headers()): Response {
  const kept = new Headers(headers);
  kept.set("content-type", "application/problem+json");
  kept.delete("content-length");
  kept.delete("content-encoding");
  return new Response(JSON.stringify(problem), { status: problem.status, statusText: problem.title, headers: kept });
}

/**
 * Returns the problem of a request without a response. Its status is 503, because the same request may well succeed
 * later; its `code` says that no server sent it.
 */
export function networkFailure(error: unknown, url: string): Problem {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return {
    type: "about:blank",
    title: "No response",
    status: 503,
    detail: `${error instanceof Error ? error.message : String(error)}${cause}`,
    instance: pathOf(url),
    code: clientCodes.networkFailure,
    requestId: "unknown",
  };
}

/**
 * Returns the problem of a response that is not the API's. Its status is 502, which gateways use for a response that
 * they cannot read.
 */
export function unexpectedResponse(response: Response, text: string): Problem {
  const type = response.headers.get("content-type") ?? "no content type";
  return {
    type: "about:blank",
    title: "Unexpected response",
    status: 502,
    detail: `The response has status ${response.status} and ${type}; JSON was expected. It begins: ${text.slice(0, 200)}`,
    instance: pathOf(response.url),
    code: clientCodes.unexpectedResponse,
    requestId: response.headers.get("x-request-id") ?? "unknown",
  };
}
