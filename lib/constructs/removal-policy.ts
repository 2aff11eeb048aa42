import { RemovalPolicy } from "aws-cdk-lib";
import type { StageConfig } from "../config/stage-config";

/** Returns what CloudFormation does with a resource that holds data when its stack is deleted. */
export function removalPolicy({ removal }: StageConfig): RemovalPolicy {
  return removal === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
