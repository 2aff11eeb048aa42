import { type App, CfnOutput, Stack } from "aws-cdk-lib";
import type { StageConfig } from "../config/stage-config";
import { ComposerAlarms } from "../constructs/composer-alarms";
import type { ApiStack } from "./api-stack";
import { stackSettings } from "./stack-settings";
import type { TrainingStack } from "./training-stack";

export interface ObservabilityStackProps {
  readonly config: StageConfig;
  readonly alarms: NonNullable<StageConfig["alarms"]>;
  readonly api: ApiStack;
  readonly training: TrainingStack;
}

/** The stack of the alarms and of their receivers. Log groups are made beside the resources that write them. */
export class ObservabilityStack extends Stack {
  constructor(scope: App, id: string, { config, alarms, api, training }: ObservabilityStackProps) {
    super(scope, id, stackSettings(config, "alarms"));
    const { topic } = new ComposerAlarms(this, "Alarms", {
      config,
      emailAddresses: alarms.emailAddresses,
      api: api.api,
      stateMachine: training.stateMachine,
      deadLetters: training.deadLetters,
    });
    new CfnOutput(this, "AlarmTopicArn", { value: topic.topicArn });
  }
}
