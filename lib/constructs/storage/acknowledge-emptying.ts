import type { Stack } from "aws-cdk-lib";
import type { StageConfig } from "../../config/stage-config";
import { functionLogFindings } from "../../rules/function-rules";
import { acknowledgeOwnRule } from "../permissions/acknowledge-findings";

/** Acknowledges what our rules find at the CDK's function that empties the buckets of a stack, if the stack has it. */
export function acknowledgeEmptying(stack: Stack, config: StageConfig): void {
  const emptying = stack.node.tryFindChild("Custom::S3AutoDeleteObjectsCustomResourceProvider");
  if (emptying === undefined) return;
  for (const finding of [
    functionLogFindings.noGroup,
    functionLogFindings.noJson,
    functionLogFindings.otherLevel(config.functions.logLevel),
  ]) {
    acknowledgeOwnRule(
      emptying,
      "LOG2",
      finding,
      "The CDK's own function, which runs when a stack of trial data is deleted. It takes no log group, and writes no more than how that went.",
    );
  }
}
