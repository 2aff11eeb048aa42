/** Makes the response to a request that is refused: a problem document (RFC 9457). */
import type { ProblemDocument } from "../../domain/schemas/api/problem";
import { problemCodes } from "../../domain/schemas/api/problem-codes";
import { readableText } from "../../domain/schemas/text";
import { methodsAt } from "../../naming/api-routes";
import type { Problem } from "../problems/problem";
import { type Headers, type Response, retryAfter } from "./response";

export interface ProblemRequest {
  readonly requestId: string;
  readonly path: string;
}

/** Returns the headers that RFC 9110 asks for with some codes: what the caller could send instead. */
function headersOf({ code }: Problem, { path }: ProblemRequest): Headers {
  switch (code) {
    case "METHOD_NOT_ALLOWED":
      return { allow: methodsAt(path).join(", ") };
    case "UNSUPPORTED_CONTENT_ENCODING":
      return { "accept-encoding": "identity" };
    default:
      return {};
  }
}

/** The number of users of a resource that a response lists. An own deployment may allow any number of open work. */
const maxUsers = 20;

/** Returns the part of the document that says what needs the resource. */
function usersOf({ usedBy }: Problem): Pick<ProblemDocument, "usedBy" | "usedByMore"> {
  if (usedBy === undefined) return {};
  const more = usedBy.length - maxUsers;
  return { usedBy: usedBy.slice(0, maxUsers), ...(more > 0 ? { usedByMore: more } : {}) };
}

/** Returns the response that tells a problem. Status and title follow from the problem's code. */
export function problemResponse(problem: Problem, request: ProblemRequest): Response {
  const { status, title } = problemCodes[problem.code];
  const document: ProblemDocument = {
    type: `urn:opencomposer:problem:${problem.code.toLowerCase().replaceAll("_", "-")}`,
    title,
    status,
    detail: problem.message,
    instance: readableText(request.path),
    code: problem.code,
    requestId: request.requestId,
    ...(problem.errors === undefined ? {} : { errors: [...problem.errors] }),
    ...usersOf(problem),
  };
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      ...retryAfter(problem.retryAfterSeconds),
      ...headersOf(problem, request),
    },
    body: JSON.stringify(document),
  };
}
