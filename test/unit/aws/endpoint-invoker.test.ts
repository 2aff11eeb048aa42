/** The adapter of SageMaker's endpoints, against a server that responds as SageMaker does. */
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { createEndpointInvoker } from "../../../lambdas/aws/endpoint-invoker";
import { awsClientSettings } from "../../support/aws-client-settings";
import { type ListeningServer, startListeningServer } from "../../support/listening-server";

let scripted: { readonly status: number; readonly code: string; readonly message: string };
let server: ListeningServer;
let client: SageMakerRuntimeClient;
beforeAll(async () => {
  server = await startListeningServer((request, response) => {
    request.resume();
    request.on("end", () => {
      response.writeHead(scripted.status, { "content-type": "application/json", "x-amzn-errortype": scripted.code });
      response.end(JSON.stringify({ message: scripted.message }));
    });
  });
  client = new SageMakerRuntimeClient(awsClientSettings(server.url));
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

test.each([
  ["a policy that forbids the call", 403, "AccessDeniedException", "is not authorized to perform", "ACCESS_DENIED"],
  ["an endpoint that is not there", 400, "ValidationError", "Endpoint x of account y not found.", "UNAVAILABLE"],
  ["too many calls", 429, "ThrottlingException", "Rate exceeded", "UNAVAILABLE"],
  ["a fault of the service", 500, "InternalFailure", "", "UNAVAILABLE"],
])("%s is told with the service's own text", async (_, status, code, message, kind) => {
  scripted = { status, code, message };
  const result = await createEndpointInvoker({ client }).invoke("opencomposer-dev-ar-cnn", new Uint8Array([123, 125]));
  expect(result.kind).toBe(kind);
  if (result.kind !== "UNAVAILABLE" && result.kind !== "ACCESS_DENIED") throw new Error(result.kind);
  expect(result.reason).toContain(code);
  expect(result.reason).toContain(message);
});

test("a connection that nobody takes is told with its address", async () => {
  const gone = await startListeningServer(() => undefined);
  await gone.stop();
  const nowhere = new SageMakerRuntimeClient(awsClientSettings(gone.url));
  const result = await createEndpointInvoker({ client: nowhere }).invoke("any", new Uint8Array());
  nowhere.destroy();
  expect(result).toEqual({
    kind: "UNAVAILABLE",
    reason: expect.stringContaining(`ECONNREFUSED 127.0.0.1:${gone.port}`),
  });
});
