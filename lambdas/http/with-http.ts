/**
 * Wraps every function of the API. It finds the operation of the route, turns problems into responses, catches
 * everything else, and writes one log line for each request, without bodies and tokens.
 */
import { beginningOf } from "../../domain/schemas/text";
import { apiRoutes, isOperationId, methodsAt, type OperationId, routeKeys } from "../../naming/api-routes";
import { functionSeconds, marginMilliseconds } from "../../naming/time-limits";
import { CallDeadlinePassed, withCallDeadline } from "../aws/call-deadline";
import { isPassingFault } from "../aws/passing-faults";
import { tableProblem } from "../problems/outcome-problem";
import { Problem } from "../problems/problem";
import type { Log } from "../telemetry/logger";
import { problemResponse } from "./problem-response";
import { describeEvent, type HttpEvent, readRequest, type Request } from "./request";
import type { Response } from "./response";

export type Operation = (request: Request) => Promise<Response>;

export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

export interface WithHttpParams {
  readonly operations: Readonly<Partial<Record<OperationId, Operation>>>;
  readonly log: Log;
  /** Called after every request, to write metrics. */
  readonly afterRequest?: () => void;
  readonly now?: () => number;
  /**
   * Milliseconds after which no call of AWS is waited for any more. Half of the margin later the request gets its
   * response, whatever still runs.
   */
  readonly callsEndAfterMilliseconds?: number;
}

const minSeconds = Math.min(
  ...Object.entries(functionSeconds)
    .filter(([folder]) => folder.startsWith("api/"))
    .map(([, seconds]) => seconds),
);

/**
 * Returns the problem of a request that failed because AWS or this machine is busy. Nothing is wrong with the request.
 */
function overloaded(): Problem {
  const detail = "A part of the service is overloaded or does not respond. Send the same request again.";
  return new Problem("OVERLOADED", { detail, retryAfterSeconds: 2 });
}

/**
 * Returns the problem of a request without a route: the path has other methods (RFC 9110, 15.5.6), or there is no such
 * path.
 */
function noSuchRoute(event: HttpEvent, { path }: { readonly path: string }): Problem {
  const method = event.requestContext?.http?.method ?? "";
  const methods = methodsAt(path);
  if (methods.length === 0 || methods.some((known) => known === method)) {
    return new Problem("NOT_FOUND", { detail: `There is nothing at ${beginningOf(path, 200)}.` });
  }
  const allow = methods.join(", ");
  return new Problem("METHOD_NOT_ALLOWED", {
    detail: `${beginningOf(path, 200)} does not have the method ${beginningOf(method, 20)}; it has ${allow}.`,
  });
}

/**
 * Runs work with a deadline for its calls of AWS, and gives up a little later on work that does not end at all.
 * @throws CallDeadlinePassed
 */
async function inTime<Result>(milliseconds: number, work: () => Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        reject(new CallDeadlinePassed());
      },
      milliseconds + marginMilliseconds.request / 2,
    );
  });
  try {
    return await Promise.race([withCallDeadline(Date.now() + milliseconds, work), late]);
  } finally {
    clearTimeout(timer);
  }
}

function result(response: Response, requestId: string): HttpResult {
  const { status, headers = {}, body = "" } = response;
  const isBytes = typeof body !== "string";
  return {
    statusCode: status,
    headers: {
      // A response belongs to one user: shared caches do not keep it, and a client's own cache asks again (ETag).
      "cache-control": "private, no-cache",
      "x-content-type-options": "nosniff",
      "x-request-id": requestId,
      ...headers,
    },
    body: isBytes ? Buffer.from(body).toString("base64") : body,
    isBase64Encoded: isBytes,
  };
}

/** Returns the Lambda handler for the routes of one capability. */
export function withHttp({
  operations,
  log,
  afterRequest = () => undefined,
  now = Date.now,
  callsEndAfterMilliseconds = minSeconds * 1_000 - marginMilliseconds.request,
}: WithHttpParams): (event: HttpEvent) => Promise<HttpResult> {
  const byRoute = new Map<string, { readonly id: string; readonly operation: Operation }>();
  for (const [id, operation] of Object.entries(operations)) {
    // HEAD runs the operation of GET: the gateway drops the body, and takes from it the Content-Length of GET.
    if (isOperationId(id)) for (const key of routeKeys(apiRoutes[id])) byRoute.set(key, { id, operation });
  }

  return async (event) => {
    const startedAt = now();
    const described = describeEvent(event);
    const known = byRoute.get(described.routeKey);
    let response: Response;
    let code: string | undefined;
    try {
      if (known === undefined) {
        throw noSuchRoute(event, described);
      }
      const { operation } = known;
      response = await inTime(callsEndAfterMilliseconds, async () => await operation(readRequest(event)));
    } catch (error) {
      let problem = error instanceof Problem ? error : tableProblem(error);
      if (error instanceof Problem && error.cause !== undefined) {
        log.error("request refused by a fault of ours", {
          requestId: described.requestId,
          operation: known?.id,
          error: error.cause,
        });
      }
      if (problem === undefined && isPassingFault(error)) {
        log.warn("AWS did not do its part", { requestId: described.requestId, operation: known?.id, error });
        problem = overloaded();
      }
      if (problem === undefined) {
        // The reason stays in the log: a response never carries a stack, a name of ours or an ARN.
        log.error("request failed", { requestId: described.requestId, operation: known?.id, error });
        const detail = `The request could not be served. Our logs have the reason under its id, ${described.requestId}.`;
        problem = new Problem("INTERNAL", { detail });
      }
      code = problem.code;
      response = problemResponse(problem, described);
    }
    log.info("request", {
      requestId: described.requestId,
      operation: known?.id ?? described.routeKey,
      status: response.status,
      ...(code === undefined ? {} : { code }),
      milliseconds: now() - startedAt,
    });
    afterRequest();
    return result(response, described.requestId);
  };
}
