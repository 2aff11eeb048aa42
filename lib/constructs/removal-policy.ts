import { RemovalPolicy } from "aws-cdk-lib";
import type { StageConfig } from "../config/stage-config";

/**
 * Returns what CloudFormation does with a resource that holds data when its stack is deleted. One that is retained is
 * deleted all the same when the operation that made it is rolled back: then it is empty, and the next try makes another.
 */
export function removalPolicy({ removal }: StageConfig): RemovalPolicy {
  return removal === "retain" ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
}

/**
 * Returns the same for a resource with a deletion protection of its own. Where that is on, CloudFormation cannot delete
 * the resource in a rollback either, and the rollback would fail, so the resource is retained then, too.
 */
export function protectedRemovalPolicy(config: StageConfig): RemovalPolicy {
  return config.storage.deletionProtection ? RemovalPolicy.RETAIN : removalPolicy(config);
}
