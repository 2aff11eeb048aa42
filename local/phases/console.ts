import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { repository } from "../../tools/repository";
import type { Deployment } from "../cloud/deployment";
import { localRegion } from "../cloud/ministack";
import { consoleFolder } from "../console/build-console";
import { type ConsoleListener, startConsoleListener } from "../console/console-listener";
import { allowConsole } from "../console/sign-in-client";
import type { Progress } from "../progress";
import type { Clients } from "./cloud";
import type { Addresses } from "./ports";

const packageSchema = z.object({ version: z.string() });

/** Opens the console to browsers, and tells the user pool to which addresses its sign-in returns. */
export async function openConsole(params: {
  readonly apiUrl: string;
  readonly deployment: Deployment;
  readonly addresses: Addresses;
  readonly clients: Clients;
  readonly progress: Progress;
}): Promise<ConsoleListener & AsyncDisposable> {
  const { apiUrl, deployment, addresses, clients, progress } = params;
  const { UserPoolId: userPoolId, UserPoolClientId: userPoolClientId, WorkBucketName: workBucket } = deployment.outputs;
  const { version } = packageSchema.parse(JSON.parse(readFileSync(join(repository, "package.json"), "utf8")));
  const listener = await progress.step("console", async () => {
    const started = await startConsoleListener({
      port: addresses.ports.console,
      files: consoleFolder(repository),
      apiUrl,
      endpointUrl: addresses.awsEndpointUrl,
      workBucket,
      region: localRegion,
      version,
      userPoolId,
      userPoolClientId,
      demoUser: deployment.demoUser,
    });
    const { callbacks, logouts } = started;
    await allowConsole({ cognito: clients.cognito, userPoolId, userPoolClientId, callbacks, logouts });
    return started;
  });
  return { ...listener, [Symbol.asyncDispose]: listener.stop };
}
