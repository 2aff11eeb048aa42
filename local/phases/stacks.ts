import { randomPassword } from "../../tools/random-password";
import type { AssemblyHashes } from "../cloud/assembly";
import {
  bootstrap,
  deploy,
  type Deployment,
  type DeploymentPlan,
  describePlan,
  planDeployment,
  readKeptCloud,
  removeState,
  type StackOutputs,
} from "../cloud/deployment";
import { adoptEarlierState } from "../cloud/earlier-state";
import type { LambdaApi } from "../cloud/lambda-api";
import { localRegion, waitForEarlier } from "../cloud/ministack";
import type { LocalPaths } from "../paths";
import { messageOf, type Progress } from "../progress";
import type { Addresses } from "./ports";

/** Decides whether this start goes on with the cloud of an earlier one, and removes that cloud if it does not. */
export async function planStacks(params: {
  readonly isFreshAsked: boolean;
  readonly assembly: AssemblyHashes;
  readonly paths: LocalPaths;
  readonly progress: Progress;
}): Promise<DeploymentPlan> {
  const { isFreshAsked, assembly, paths, progress } = params;
  await waitForEarlier(paths.cloud);
  if (!isFreshAsked) adoptEarlierState(paths);
  const plan = planDeployment({
    kept: isFreshAsked ? undefined : readKeptCloud(paths),
    assembly,
    freshAsked: isFreshAsked,
  });
  progress.report(describePlan(plan, new Date()));
  if (plan.kind === "fresh") removeState(paths);
  return plan;
}

/**
 * The names of this step. A kept cloud already has its stacks: they are in the snapshot with which MiniStack has begun.
 */
const stepNames: Readonly<Record<DeploymentPlan["kind"], string>> = {
  fresh: "stacks (cdk deploy)",
  update: "stacks, changed since the last start (cdk deploy)",
  keep: "stacks, unchanged since the last start",
};

/** Deploys the stacks if the plan asks for it. Users of a kept cloud keep their passwords. */
export async function deployStacks(params: {
  readonly plan: DeploymentPlan;
  readonly assembly: AssemblyHashes;
  readonly addresses: Addresses;
  readonly lambda: LambdaApi;
  readonly paths: LocalPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): Promise<Deployment> {
  const { plan, assembly, addresses, lambda, paths, progress, signal } = params;
  const target = { paths, endpointUrl: addresses.awsEndpointUrl, region: localRegion, signal };
  const outputs = await progress.step(stepNames[plan.kind], async (): Promise<StackOutputs> => {
    if (plan.kind === "fresh") await bootstrap(target);
    if (plan.kind === "keep") {
      await lambda.restartStreamSources();
      return plan.kept.deployment.outputs;
    }
    try {
      const deployed = await deploy(target);
      if (plan.kind === "update") await lambda.restartStreamSources();
      return deployed;
    } catch (error) {
      if (plan.kind !== "update") throw error;
      throw new Error(
        `${messageOf(error)}\nWhat was in the cloud is kept. To begin anew instead: npm start -- --fresh`,
        { cause: error },
      );
    }
  });
  const kept = plan.kind === "fresh" ? undefined : plan.kept.deployment;
  return {
    schemaVersion: 2,
    ...assembly,
    ports: addresses.ports,
    outputs,
    demoUser: kept?.demoUser ?? { username: "demo", password: randomPassword() },
    secondUser: kept?.secondUser ?? { username: "second", password: randomPassword() },
  };
}
