import { errorText } from "../api/service-error";
import { failureReason } from "./folder-contract";

/** Thrown when the job's machine is gone. This is not an outcome of the job itself. */
export class HostLost extends Error {}

/** A failure that the job's owner sees in FailureReason as ClientError. */
export class ClientFault extends Error {}

/** A failure whose message is the complete FailureReason. */
export class ReasonedFailure extends Error {}

/** Returns the FailureReason of a job that an error has ended. An error of unknown kind counts as the platform's. */
export function failureReasonOf(error: unknown): string {
  if (error instanceof ReasonedFailure) return error.message;
  if (error instanceof ClientFault) return failureReason({ kind: "ClientError", text: error.message });
  return failureReason({ kind: "InternalServerError", text: errorText(error) });
}
