import { ArnFormat, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { acknowledgeWildcards } from "./acknowledge-findings";

export interface SageMakerRoleProps {
  readonly description: string;
  /** The containers' log group, with `*` if SageMaker decides the end of its name. */
  readonly logGroupName: string;
  /**
   * True if SageMaker makes the log group. Where the stack makes it, SageMaker must not: it would make the group again,
   * to be kept for ever, when a late event comes after the stack was deleted, and the next deploy would find it in its
   * way.
   */
  readonly makesLogGroup: boolean;
  /** CloudWatch namespaces to which SageMaker writes the container's metrics. */
  readonly metricNamespaces: readonly string[];
}

/**
 * Returns a role that SageMaker assumes for a container. It allows logs and metrics only; data and image are granted
 * apart.
 */
export function makeSageMakerRole(scope: Construct, id: string, props: SageMakerRoleProps): Role {
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal("sagemaker.amazonaws.com", {
      // SageMaker may use the role only on behalf of this account, so that no other account can make it do so.
      conditions: { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } },
    }),
    description: props.description,
  });
  const logGroupArn = Stack.of(scope).formatArn({
    service: "logs",
    resource: "log-group",
    resourceName: props.logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const logStreamArns = `${logGroupArn}:log-stream:*`;
  const logArns = [logGroupArn, logStreamArns];
  role.addToPolicy(
    new PolicyStatement({
      actions: [...(props.makesLogGroup ? ["logs:CreateLogGroup"] : []), "logs:DescribeLogStreams"],
      // CloudWatch Logs documents that these actions are about the group, and refuses them with the group's ARN and
      // `:log-stream:` behind it.
      resources: logArns,
    }),
  );
  role.addToPolicy(
    new PolicyStatement({ actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [logStreamArns] }),
  );
  acknowledgeWildcards(
    role,
    props.logGroupName.includes("*") ? logArns : logArns.slice(1),
    "SageMaker names the log streams after jobs and instances.",
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      conditions: { StringEquals: { "cloudwatch:namespace": [...props.metricNamespaces] } },
    }),
  );
  acknowledgeWildcards(
    role,
    ["*"],
    "PutMetricData (held to SageMaker's name spaces by a condition) and ECR's GetAuthorizationToken know no resource.",
  );
  return role;
}
