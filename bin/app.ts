import { App } from "aws-cdk-lib";
import { refuseForeignAccount, refuseUnreachable } from "../lib/config/deploy-target";
import { loadStageConfig } from "../lib/config/load-stage-config";
import { StageConfigError } from "../lib/config/stage-config-error";
import { refuseOtherPartitions } from "../lib/config/supported-regions";
import { repositoryPath } from "../lib/constructs/repository-root";
import { addOpenComposer } from "../lib/open-composer";

const app = new App();
const stage: unknown = app.node.tryGetContext("stage") ?? "dev";
const file: unknown = app.node.tryGetContext("config");
try {
  const config = loadStageConfig({ stage, file, folder: repositoryPath() });
  // The CDK CLI sets these variables to the account and Region of the credentials that it deploys with.
  const target = { account: process.env["CDK_DEFAULT_ACCOUNT"], region: process.env["CDK_DEFAULT_REGION"] };
  refuseForeignAccount(config.stage, target.account);
  refuseOtherPartitions(target.region);
  refuseUnreachable(config, target);
  addOpenComposer(app, config);
} catch (error) {
  if (!(error instanceof StageConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
