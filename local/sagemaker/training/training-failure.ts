import { errorText } from "../api/service-error";
import { failureReason } from "./folder-contract";

/** The machine under the job is gone: not an outcome of the job itself. */
export class HostLost extends Error {}

/** A failure that the job's owner has to see in FailureReason as ClientError. */
export class ClientFault extends Error {}

/** A failure whose message is the complete FailureReason. */
export class ReasonedFailure extends Error {}

/** Returns the FailureReason of a job that an error has ended; one of no known kind is the platform's. */
export function failureReasonOf(error: unknown): string {
  if (error instanceof ReasonedFailure) return error.message;
  if (error instanceof ClientFault) return failureReason({ kind: "ClientError", text: error.message });
  return failureReason({ kind: "InternalServerError", text: errorText(error) });
}
