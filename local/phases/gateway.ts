import { setTimeout as sleep } from "node:timers/promises";

import { resourcePrefix } from "../../naming/resource-names";
import { type BackgroundWork, startInBackground } from "../background-work";
import { readTemplate } from "../cloud/assembly";
import type { Deployment } from "../cloud/deployment";
import type { LambdaApi } from "../cloud/lambda-api";
import { REQUESTS_AT_ONCE } from "../cloud/ministack";
import { createTokenCheck } from "../gateway/access-tokens";
import { corsOfTemplate } from "../gateway/cors";
import { type Gateway, startGateway } from "../gateway/gateway";
import type { LocalPaths } from "../paths";
import { type Progress, messageOf } from "../progress";
import type { Addresses } from "./ports";

/** On AWS the sweeper runs every few minutes; a schedule cannot be shorter than one. */
const SWEEP_MILLISECONDS = 3_000;

/** Opens the API to clients. */
export async function openGateway(params: {
  readonly deployment: Deployment;
  readonly addresses: Addresses;
  readonly paths: LocalPaths;
  readonly progress: Progress;
}): Promise<Gateway & AsyncDisposable> {
  const { deployment, addresses, paths, progress } = params;
  const { ApiId, UserPoolId, UserPoolClientId } = deployment.outputs;
  const gateway = await progress.step(
    "gateway",
    async () =>
      await startGateway({
        port: addresses.ports.gateway,
        endpointUrl: addresses.awsEndpointUrl,
        apiId: ApiId,
        cors: corsOfTemplate(readTemplate(paths.assembly, `${resourcePrefix("local")}-Api`)),
        checkToken: await createTokenCheck({
          endpointUrl: addresses.awsEndpointUrl,
          userPoolId: UserPoolId,
          userPoolClientId: UserPoolClientId,
        }),
        requestsAtOnce: REQUESTS_AT_ONCE,
      }),
  );
  return { ...gateway, [Symbol.asyncDispose]: gateway.stop };
}

/** Invokes the sweeper again and again; a sweep that fails is said once, until one works again. */
export function startSweeper(params: {
  readonly lambda: LambdaApi;
  readonly deployment: Deployment;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): BackgroundWork {
  const { lambda, deployment, progress, signal } = params;
  let complained = false;
  return startInBackground({
    signal,
    warn: progress.warn,
    work: async () => {
      for (;;) {
        try {
          await lambda.invoke(deployment.outputs.SweepFunctionName, {});
          complained = false;
        } catch (problem) {
          if (!complained && !signal.aborted) console.error(`The sweeper failed: ${messageOf(problem)}`);
          complained = true;
        }
        try {
          await sleep(SWEEP_MILLISECONDS, undefined, { signal });
        } catch {
          return;
        }
      }
    },
  });
}
