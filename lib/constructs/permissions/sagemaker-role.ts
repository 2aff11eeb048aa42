import { ArnFormat, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { acknowledgeWildcards } from "./acknowledge";

export interface SageMakerRoleProps {
  readonly description: string;
  /** Log group of the containers, `*` where SageMaker makes the end of its name. */
  readonly logGroupName: string;
  /** CloudWatch name spaces that SageMaker writes the container's metrics to. */
  readonly metricNamespaces: readonly string[];
}

/** A role that SageMaker takes on for a container: logs and metrics, nothing else. Data and image are granted apart. */
export function makeSageMakerRole(scope: Construct, id: string, props: SageMakerRoleProps): Role {
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal("sagemaker.amazonaws.com", {
      // Only on behalf of this account: another one must not make SageMaker use the role.
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
  const logArns = [logGroupArn, `${logGroupArn}:log-stream:*`];
  role.addToPolicy(
    new PolicyStatement({
      actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      resources: logArns,
    }),
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
