/** Calls a SageMaker endpoint and returns the result as data. */
import { InvokeEndpointCommand, ModelError, type SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { isAccessDenied } from "./access-denied";

/** The result of one call of an endpoint. */
export type Invocation =
  | { readonly kind: "RESPONSE"; readonly body: Uint8Array }
  /** The container responded with an error status. The body comes from the container, so it must not be trusted. */
  | { readonly kind: "MODEL_ERROR"; readonly status: number; readonly body: string }
  /**
   * The endpoint cannot serve the call now: it is cold, throttled, restarting, unreachable or too slow. The reason may
   * name accounts and endpoints, so it is for the log only.
   */
  | { readonly kind: "UNAVAILABLE"; readonly reason: string }
  /** A policy forbids the call. The reason names accounts and roles, so it is for the log only. */
  | { readonly kind: "ACCESS_DENIED"; readonly reason: string };

/** Returns the code of a broken connection, or the name of an error of the service, with its text. */
const reasonOf = (error: Error): string =>
  `${"code" in error && typeof error.code === "string" ? error.code : error.name}: ${error.message}`;

export interface EndpointInvoker {
  invoke(endpointName: string, request: Uint8Array): Promise<Invocation>;
}

/**
 * The maximum size of a request to a serverless endpoint, and of its response, by AWS's documentation of serverless
 * inference.
 */
export const maxPayloadBytes = 4 * 1024 * 1024;

export function createEndpointInvoker({ client }: { readonly client: SageMakerRuntimeClient }): EndpointInvoker {
  return {
    async invoke(endpointName, request) {
      try {
        const { Body } = await client.send(
          new InvokeEndpointCommand({
            EndpointName: endpointName,
            Body: request,
            ContentType: "application/json",
            Accept: "application/json",
          }),
        );
        return { kind: "RESPONSE", body: Body };
      } catch (error) {
        if (error instanceof ModelError) {
          return { kind: "MODEL_ERROR", status: error.OriginalStatusCode ?? 500, body: error.OriginalMessage ?? "" };
        }
        if (!(error instanceof Error)) throw error;
        if (isAccessDenied(error)) return { kind: "ACCESS_DENIED", reason: reasonOf(error) };
        // Every other error of the service may pass: not ready, throttled, no such endpoint yet, a fault of its own.
        // What the connection itself reports may pass, too: refused, reset, timed out, cut off within a response.
        return { kind: "UNAVAILABLE", reason: reasonOf(error) };
      }
    },
  };
}
