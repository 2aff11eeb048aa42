import { Fn, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";

/**
 * Returns the name of a log group to which an AWS service delivers logs.
 *
 * CloudWatch Logs writes each such group into one resource policy of the account, which holds 5,120 characters and which
 * nobody cleans, unless the name begins with `/aws/vendedlogs/`. The end of the name is a part of the stack's id, so that
 * a group that outlives its stack does not block the next deploy.
 */
export function vendedLogGroupName(scope: Construct, service: "apigateway" | "states", name: string): string {
  // arn:aws:cloudformation:{region}:{account}:stack/{name}/{UUID}
  const uuid = Fn.select(2, Fn.split("/", Stack.of(scope).stackId));
  return `/aws/vendedlogs/${service}/${name}-${Fn.select(0, Fn.split("-", uuid))}`;
}
