import { App } from "aws-cdk-lib";
import { loadStageConfig } from "../lib/config/load-stage-config";
import { addOpenComposer } from "../lib/open-composer";

const app = new App();
const stage: unknown = app.node.tryGetContext("stage") ?? "dev";
addOpenComposer(app, loadStageConfig(stage));
