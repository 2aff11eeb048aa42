/** Faults of AWS that pass by themselves: overload, a service that does not respond, a connection that broke. */
import { CallDeadlinePassed } from "./call-deadline";

/** Names of errors of DynamoDB, S3, SQS, Step Functions and SageMaker, and of the SDK's own connection. */
const passingNames: ReadonlySet<string> = new Set([
  "ThrottlingException",
  "ThrottledException",
  "Throttling",
  "ThrottlingError",
  "TooManyRequestsException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "BandwidthLimitExceeded",
  "LimitExceededException",
  "TransactionInProgressException",
  "TransactionConflictException",
  "SlowDown",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "InternalError",
  "InternalServerError",
  "InternalServerException",
  "InternalFailure",
  "RequestTimeout",
  "RequestTimeoutException",
  "TimeoutError",
  "OperationAborted",
]);

/** Codes of errors of Node's sockets and its name lookup. */
const passingCodes: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_SOCKET",
]);

/**
 * The message of the SDK's wrapper around an error that it does not know. A broken connection may come in this form.
 */
const wrappedName = /^AWS SDK error wrapper for (\w+)/;

const attribute = (target: object, name: string): unknown => Reflect.get(target, name);

/**
 * Returns true if the same call may well succeed in a moment. Neither this software nor its caller is to blame for such
 * a fault.
 */
export function isPassingFault(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const name = attribute(error, "name");
  if (error instanceof CallDeadlinePassed || (typeof name === "string" && passingNames.has(name))) return true;
  const code = attribute(error, "code");
  if (typeof code === "string" && passingCodes.has(code)) return true;
  // The connection may break while a response is being read: then the error is `aborted`, or the SDK's wrapper around
  // the end of the connection.
  const message = attribute(error, "message");
  const wrapped = typeof message === "string" ? wrappedName.exec(message)?.[1] : undefined;
  if (wrapped !== undefined && passingNames.has(wrapped)) return true;
  if (name === "AbortError" || message === "aborted" || message === "socket hang up") return true;
  const metadata = attribute(error, "$metadata");
  const status = typeof metadata === "object" && metadata !== null ? attribute(metadata, "httpStatusCode") : undefined;
  return typeof status === "number" && (status >= 500 || status === 429);
}
