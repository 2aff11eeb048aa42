import { RemovalPolicy } from "aws-cdk-lib";
import type { StageConfig } from "../config/stage-config";

/** What CloudFormation does with a resource that holds data when its stack goes. */
export function removalPolicy({ removal }: StageConfig): RemovalPolicy {
  return removal === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
