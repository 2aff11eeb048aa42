import { type App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { resourcePrefix } from "../naming/resource-names";
import type { StageConfig } from "./config/stage-config";
import { OpenComposerChecks } from "./rules/open-composer-checks";
import { ApiStack } from "./stacks/api-stack";
import { ConsoleStack } from "./stacks/console-stack";
import { InferenceStack } from "./stacks/inference-stack";
import { ObservabilityStack } from "./stacks/observability-stack";
import { StorageStack } from "./stacks/storage-stack";
import { TrainingStack } from "./stacks/training-stack";

/** The stacks of one deployment. `console`, `inference` and `observability` are missing if the stage leaves them out. */
export interface OpenComposer {
  readonly storage: StorageStack;
  readonly console?: ConsoleStack;
  readonly api: ApiStack;
  readonly training: TrainingStack;
  readonly inference?: InferenceStack;
  readonly observability?: ObservabilityStack;
}

/**
 * Adds every stack of a stage to the app, and the two cdk-nag packs, AWS's and ours, that refuse to synthesize an
 * unacknowledged finding. No stack names an account or a region: they come from the credentials of the deploy.
 */
export function addOpenComposer(app: App, config: StageConfig): OpenComposer {
  const prefix = resourcePrefix(config.stage);
  const storage = new StorageStack(app, `${prefix}-Storage`, { config });
  const hosting = config.console;
  const console = hosting.kind === "none" ? undefined : new ConsoleStack(app, `${prefix}-Console`, { config, hosting });
  const api = new ApiStack(app, `${prefix}-Api`, { config, storage, console });
  const training = new TrainingStack(app, `${prefix}-Training`, { config, storage });
  const { endpoints, alarms } = config;
  const inference =
    endpoints === undefined
      ? undefined
      : new InferenceStack(app, `${prefix}-Inference`, { config, endpoints, artifacts: storage.artifacts });
  const observability =
    alarms === undefined
      ? undefined
      : new ObservabilityStack(app, `${prefix}-Observability`, { config, alarms, api, training });

  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new OpenComposerChecks({ config }));
  return {
    storage,
    ...(console === undefined ? {} : { console }),
    api,
    training,
    ...(inference === undefined ? {} : { inference }),
    ...(observability === undefined ? {} : { observability }),
  };
}
