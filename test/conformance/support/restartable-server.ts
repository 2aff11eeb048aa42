import { join } from "node:path";
import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { type Cloud, sagemakerClients, sagemakerConfig } from "./local-services";
import { type ServerProcess, startServerProcess } from "./server-process";

export interface RestartableServer {
  readonly server: ServerProcess;
  readonly sagemakerUrl: string;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
}

/** The server as a process over a state folder of the cloud's that outlives it: the next one of the same name goes on. */
export async function startRestartableServer(cloud: Cloud, state: string): Promise<RestartableServer> {
  const config = sagemakerConfig({
    directory: cloud.directory,
    endpointUrl: cloud.ministack.endpointUrl,
    overrides: { stateDirectory: join(cloud.directory, state), stopGraceSeconds: 60, endWithStandardInput: true },
  });
  const server = await startServerProcess(cloud.directory, config);
  return { server, sagemakerUrl: server.url, ...sagemakerClients(server.url) };
}

/** Asks it to end, and waits until it has. */
export async function endServer({ server }: RestartableServer): Promise<void> {
  server.child.kill("SIGTERM");
  await server.ended;
}
