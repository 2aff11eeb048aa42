/** One shape of errors, whoever answered: our problem+json, API Gateway's `{ message }`, a proxy's text, or nobody. */
import type { components } from "./schema.d.ts";

export type Problem = components["schemas"]["Problem"];

/** What API Gateway refuses by itself, as the `code` that a problem of ours would carry. */
const gatewayCodes: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  413: "BODY_TOO_LARGE",
  429: "TOO_MANY_REQUESTS",
};

/** Codes of problems that no server sent. */
export const clientCodes = {
  /** No answer came: no connection, or it broke. Whether the request was carried out is not known. */
  networkFailure: "NETWORK_FAILURE",
  /** A response of success that is neither JSON nor MIDI: something else than the API answered. */
  unexpectedResponse: "UNEXPECTED_RESPONSE",
} as const;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isProblem(value: unknown): value is Problem {
  return isObject(value) && typeof value["code"] === "string" && typeof value["status"] === "number";
}

/** The error of a call as a problem: what `error` is in every response of the client that failed. */
export function asProblem(error: unknown): Problem | undefined {
  return isProblem(error) ? error : undefined;
}

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : "");

/** A JSON value, or undefined for text that is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Any error answer as a problem. Reads the response's body. */
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

/** The problem as a response, under its own status and with what else the response said. */
export function problemResponse(problem: Problem, headers = new Headers()): Response {
  const kept = new Headers(headers);
  kept.set("content-type", "application/problem+json");
  kept.delete("content-length");
  kept.delete("content-encoding");
  return new Response(JSON.stringify(problem), { status: problem.status, statusText: problem.title, headers: kept });
}

/** 503, since the same request may well succeed later; `code` says that no server said so. */
export function networkFailure(error: unknown, url: string): Problem {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return {
    type: "about:blank",
    title: "No answer",
    status: 503,
    detail: `${error instanceof Error ? error.message : String(error)}${cause}`,
    instance: pathOf(url),
    code: clientCodes.networkFailure,
    requestId: "unknown",
  };
}

/** 502, as a gateway says it of a response that it cannot read. */
export function unexpectedResponse(response: Response, text: string): Problem {
  const type = response.headers.get("content-type") ?? "no content type";
  return {
    type: "about:blank",
    title: "Unexpected answer",
    status: 502,
    detail: `The response has status ${response.status} and ${type}; JSON was expected. It begins: ${text.slice(0, 200)}`,
    instance: pathOf(response.url),
    code: clientCodes.unexpectedResponse,
    requestId: response.headers.get("x-request-id") ?? "unknown",
  };
}
