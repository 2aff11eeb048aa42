/** One call of a SageMaker endpoint: what came back, as data. */
import {
  InvokeEndpointCommand,
  ModelError,
  type SageMakerRuntimeClient,
  SageMakerRuntimeServiceException,
} from "@aws-sdk/client-sagemaker-runtime";

export type Invocation =
  | { readonly kind: "RESPONSE"; readonly body: Uint8Array }
  /** The container answered with an error status; the body is its own, and not to be trusted. */
  | { readonly kind: "MODEL_ERROR"; readonly status: number; readonly body: string }
  /** Nobody answered, or not now: cold, throttled, restarting, unreachable, too slow. */
  | { readonly kind: "UNAVAILABLE"; readonly reason: string };

export interface EndpointInvoker {
  invoke(endpointName: string, request: Uint8Array): Promise<Invocation>;
}

/** The most that a serverless endpoint takes and gives, by AWS's documentation of serverless inference. */
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
        // Every other answer of the service (not ready, throttled, no such endpoint yet, its own fault) may pass.
        if (error instanceof SageMakerRuntimeServiceException) return { kind: "UNAVAILABLE", reason: error.name };
        // What the connection itself reports: refused, reset, timed out, cut off in the middle of a response.
        if (error instanceof Error) return { kind: "UNAVAILABLE", reason: connectionFault(error) };
        throw error;
      }
    },
  };
}

function connectionFault(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
