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

const attribute = (of: object, name: string): unknown => Reflect.get(of, name);

/** Whether the same call may well succeed in a moment. Such a fault is none of ours, and none of the caller's. */
export function isPassingFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof CallDeadlinePassed || passingNames.has(error.name)) return true;
  const code = attribute(error, "code");
  if (typeof code === "string" && passingCodes.has(code)) return true;
  // What broke while an answer was being read: `aborted`, and the SDK's own wrapping of a connection's end.
  if (error.name === "AbortError" || error.message === "aborted" || error.message === "socket hang up") return true;
  const metadata = attribute(error, "$metadata");
  const status = typeof metadata === "object" && metadata !== null ? attribute(metadata, "httpStatusCode") : undefined;
  return typeof status === "number" && (status >= 500 || status === 429);
}
