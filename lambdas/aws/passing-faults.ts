/** Faults of AWS that pass by themselves: overload, a service that does not answer, a connection that broke. */
import { CallDeadlinePassed } from "./call-deadline";

/** Names of DynamoDB, S3, SQS, Step Functions and SageMaker, and of the SDK's own connection. */
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

/** Of Node's sockets and its name lookup. */
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

/** What the SDK makes of an error that it does not know as one: a broken connection may come so. */
const wrappedName = /^AWS SDK error wrapper for (\w+)/;

const attribute = (of: object, name: string): unknown => Reflect.get(of, name);

/** Whether the same call may well succeed in a moment. Such a fault is none of ours, and none of the caller's. */
export function isPassingFault(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const name = attribute(error, "name");
  if (error instanceof CallDeadlinePassed || (typeof name === "string" && passingNames.has(name))) return true;
  const code = attribute(error, "code");
  if (typeof code === "string" && passingCodes.has(code)) return true;
  // What broke while a response was being read: `aborted`, and the SDK's own wrapping of a connection's end.
  const message = attribute(error, "message");
  const wrapped = typeof message === "string" ? wrappedName.exec(message)?.[1] : undefined;
  if (wrapped !== undefined && passingNames.has(wrapped)) return true;
  if (name === "AbortError" || message === "aborted" || message === "socket hang up") return true;
  const metadata = attribute(error, "$metadata");
  const status = typeof metadata === "object" && metadata !== null ? attribute(metadata, "httpStatusCode") : undefined;
  return typeof status === "number" && (status >= 500 || status === 429);
}
