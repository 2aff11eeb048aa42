import { App } from "aws-cdk-lib";
import { loadStageConfig, refuseForeignAccount } from "../lib/config/load-stage-config";
import { StageConfigError } from "../lib/config/stage-config-error";
import { repositoryPath } from "../lib/constructs/repository-root";
import { addOpenComposer } from "../lib/open-composer";

const app = new App();
const stage: unknown = app.node.tryGetContext("stage") ?? "dev";
const file: unknown = app.node.tryGetContext("config");
try {
  const config = loadStageConfig({ stage, file, folder: repositoryPath() });
  // The CDK CLI sets this variable to the account of the credentials that it deploys with.
  refuseForeignAccount(config.stage, process.env["CDK_DEFAULT_ACCOUNT"]);
  addOpenComposer(app, config);
} catch (error) {
  if (!(error instanceof StageConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
