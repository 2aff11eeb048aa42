import { existsSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";
import { imageTargets, localAccountId, type Stage, stages, techniqueIds } from "../../naming/resource-names";
import { devDefaults } from "./dev";
import { localDefaults } from "./local";
import { ownValuesFile, readOwnValues, withOwnValues } from "./own-values";
import { prodDefaults } from "./prod";
import { imageLocation, type StageConfig, type StageConfigInput, stageConfigSchema } from "./stage-config";
import { describeAllowed, describeBrokenFields, StageConfigError } from "./stage-config-error";

/** The settings of each stage where its deployer gives no others. */
export const stageDefaults = { local: localDefaults, dev: devDefaults, prod: prodDefaults } as const satisfies Record<
  Stage,
  StageConfigInput
>;

/**
 * Checks a whole configuration at once.
 * @throws StageConfigError that names every broken field
 */
export function parseStageConfig(config: unknown): StageConfig {
  const parsed = stageConfigSchema.safeParse(config, { error: describeAllowed });
  if (parsed.success) return parsed.data;
  const lines = describeBrokenFields(parsed.error, config).map((line) => `  ${line}`);
  throw new StageConfigError(`The stage's configuration is not valid:\n${lines.join("\n")}`);
}

/**
 * Returns the configuration of a stage: its defaults, with the values of its deployer's own file over them.
 * @param stage the value of the `stage` context key, which may be no stage
 * @param file the value of the `config` context key: the own file, in place of `opencomposer.<stage>.json`
 * @param folder the folder that holds the own files: the root of the repository
 * @throws StageConfigError that names every broken field
 */
export function loadStageConfig(params: {
  readonly stage: unknown;
  readonly folder: string;
  readonly file?: unknown;
}): StageConfig {
  const stage = stages.find((name) => name === params.stage);
  if (stage === undefined) {
    throw new StageConfigError(`There is no stage ${JSON.stringify(params.stage)}: use -c stage=${stages.join("|")}.`);
  }
  const { folder, file } = params;
  if (file !== undefined && (typeof file !== "string" || file === "")) {
    throw new StageConfigError(`-c config=${JSON.stringify(file)} must be the path of a JSON file.`);
  }
  const own = readOwnValues({ stage, folder, file });
  try {
    return parseStageConfig(withOwnValues(stageDefaults[stage], own));
  } catch (error) {
    if (!(error instanceof StageConfigError)) throw error;
    const path = resolve(folder, file ?? ownValuesFile(stage));
    const where = existsSync(path) ? path : `${path}, which does not exist yet`;
    throw new StageConfigError(
      `${error.message}\nYour own values for the stage ${stage} belong in ${where} (docs/deploy.md).`,
      {
        cause: error,
      },
    );
  }
}

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
 * a certificate of its own account and Region only.
 * @throws StageConfigError that names every such field
 */
export function refuseUnreachable({ images, endpoints, api }: StageConfig, { account, region }: DeployTarget): void {
  const lines: string[] = [];
  const refuse = (path: readonly string[], value: string, must: string): void => {
    lines.push(`  ${z.core.toDotPath(path)} is ${JSON.stringify(value)}: ${must}`);
  };
  for (const technique of techniqueIds) {
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
  if (lines.length === 0) return;
  throw new StageConfigError(`The deploy cannot reach what the stage's configuration names:\n${lines.join("\n")}`);
}
