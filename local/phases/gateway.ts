import { setTimeout as sleep } from "node:timers/promises";
import { resourcePrefix } from "../../naming/resource-names";
import { type BackgroundWork, startInBackground } from "../background-work";
import { readTemplate } from "../cloud/assembly";
import type { Deployment } from "../cloud/deployment";
import type { LambdaApi } from "../cloud/lambda-api";
import { requestsAtOnce } from "../cloud/ministack";
import { createTokenCheck } from "../gateway/access-tokens";
import { corsOfTemplate } from "../gateway/cors";
import { type Gateway, startGateway } from "../gateway/gateway";
import type { LocalPaths } from "../paths";
import { messageOf, type Progress } from "../progress";
import type { Addresses } from "./ports";

/**
 * Milliseconds between two runs of the reconciler. On AWS it runs every few minutes; a schedule cannot be shorter than
 * one.
 */
const reconcileMilliseconds = 3_000;

/** Starts the gateway, which opens the API to clients. */
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
        requestsAtOnce,
      }),
  );
  return { ...gateway, [Symbol.asyncDispose]: gateway.stop };
}

/**
 * Invokes the reconciler again and again. A failure is reported once; the next one is reported only after a
 * reconciliation that worked.
 */
export function startReconciler(params: {
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
          await lambda.invoke(deployment.outputs.ReconcileFunctionName, {});
          complained = false;
        } catch (error) {
          if (!complained && !signal.aborted)
            progress.warn(`The reconciler failed, and is called again: ${messageOf(error)}`);
          complained = true;
        }
        try {
          await sleep(reconcileMilliseconds, undefined, { signal });
        } catch {
          return;
        }
      }
    },
  });
}
