import type { StackProps } from "aws-cdk-lib";
import type { StageConfig } from "../config/stage-config";

/**
 * Returns the settings that every stack of a stage has. CloudFormation puts the tags on all resources that can carry
 * any.
 */
export function stackSettings(config: StageConfig, contents: string): StackProps {
  return {
    description: `OpenComposer ${config.stage}: ${contents}`,
    tags: { "opencomposer:stage": config.stage },
    terminationProtection: config.storage.deletionProtection,
  };
}
