/** Calls a SageMaker endpoint and returns the result as data. */
import {
  InvokeEndpointCommand,
  ModelError,
  type SageMakerRuntimeClient,
  SageMakerRuntimeServiceException,
} from "@aws-sdk/client-sagemaker-runtime";

/** The result of one call of an endpoint. */
export type Invocation =
  | { readonly kind: "RESPONSE"; readonly body: Uint8Array }
  /** The container responded with an error status. The body comes from the container, so it must not be trusted. */
  | { readonly kind: "MODEL_ERROR"; readonly status: number; readonly body: string }
  /** The endpoint cannot serve the call now: it is cold, throttled, restarting, unreachable or too slow. */
  | { readonly kind: "UNAVAILABLE"; readonly reason: string };

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
        // Every other error of the service may pass: not ready, throttled, no such endpoint yet, a fault of its own.
        if (error instanceof SageMakerRuntimeServiceException) return { kind: "UNAVAILABLE", reason: error.name };
        // The connection reports all other errors itself: refused, reset, timed out, cut off in the middle of a
        // response.
        if (error instanceof Error) return { kind: "UNAVAILABLE", reason: connectionFault(error) };
        throw error;
      }
    },
  };
}

function connectionFault(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
