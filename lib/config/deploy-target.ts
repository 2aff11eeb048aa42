/** Where a stage is deployed, and what its configuration may not ask for there. */
import * as z from "zod";
import { imageTargets, localAccountId, type Stage, trainedTechniqueIds } from "../../naming/resource-names";
import { imageLocation, type StageConfig } from "./stage-config";
import { StageConfigError } from "./stage-config-error";

/**
 * Refuses to make the stage `local` for an account of AWS: it lets passwords be sent directly, and has no endpoints.
 * @param account the account of the credentials in use; undefined if there are none
 * @throws StageConfigError if the account is not the local cloud's
 */
export function refuseForeignAccount(stage: Stage, account: string | undefined): void {
  if (stage !== "local" || account === undefined || account === localAccountId) return;
  throw new StageConfigError(
    `The stage local is for the local cloud (account ${localAccountId}), and the credentials are of the account ${account}. ` +
      "Use -c stage=dev or -c stage=prod for AWS, and npm start for the local cloud.",
  );
}

/** Where a stage is deployed. A part is undefined where there are no credentials, as in a test or a check. */
export interface DeployTarget {
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/**
 * Refuses what is out of reach from the account and Region of the deploy, which would fail after minutes otherwise.
 * SageMaker pulls images from no other Region, and for a serverless endpoint from no other account. Training jobs and
 * real-time endpoints may pull from another account, if the policy of its repository allows it. The API's domain takes
 * a certificate of its own account and Region only, the console's one of its own account.
 * @throws StageConfigError that names every such field
 */
export function refuseUnreachable(
  { images, endpoints, api, console }: StageConfig,
  { account, region }: DeployTarget,
): void {
  const lines: string[] = [];
  const refuse = (path: readonly string[], value: string, must: string): void => {
    lines.push(`  ${z.core.toDotPath(path)} is ${JSON.stringify(value)}: ${must}`);
  };
  for (const technique of trainedTechniqueIds) {
    for (const target of imageTargets) {
      const source = images[technique][target];
      if (source.kind !== "uri") continue;
      const path = ["images", technique, target, "uri"];
      const image = imageLocation(source.uri);
      if (region !== undefined && image.region !== region) {
        refuse(path, source.uri, `must be in the Region of the deploy, ${region}: SageMaker pulls from no other`);
      }
      const isServerless = target === "inference" && endpoints?.[technique].kind === "serverless";
      if (isServerless && account !== undefined && image.account !== account) {
        const rule = `must be in the account of the deploy, ${account}: a serverless endpoint pulls from no other`;
        refuse(path, source.uri, rule);
      }
    }
  }
  const { certificateArn } = api.customDomain ?? {};
  if (certificateArn !== undefined) {
    // arn:aws:acm:REGION:ACCOUNT:certificate/ID
    const [, , , certificateRegion, certificateAccount] = certificateArn.split(":");
    const isElsewhere =
      (region !== undefined && certificateRegion !== region) ||
      (account !== undefined && certificateAccount !== account);
    if (isElsewhere) {
      const rule = `must be a certificate of the account and Region of the deploy, ${account ?? "any"} in ${region ?? "any"}`;
      refuse(["api", "customDomain", "certificateArn"], certificateArn, rule);
    }
  }
  const consoleCertificate = console.kind === "cloudFront" ? console.customDomain?.certificateArn : undefined;
  if (consoleCertificate !== undefined && account !== undefined && consoleCertificate.split(":")[4] !== account) {
    const rule = `must be a certificate of the account of the deploy, ${account}`;
    refuse(["console", "customDomain", "certificateArn"], consoleCertificate, rule);
  }
  if (lines.length === 0) return;
  throw new StageConfigError(
    `These values of the stage's configuration belong to another account or Region than the deploy, and SageMaker, API Gateway or CloudFront would refuse them:\n${lines.join("\n")}`,
  );
}
