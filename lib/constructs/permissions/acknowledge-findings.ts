import { Stack, Validations } from "aws-cdk-lib";
import { flattenCfnReference } from "cdk-nag/lib/utils/flatten-cfn-reference";
import type { Construct, IConstruct } from "constructs";
import { findingId } from "../../rules/rule";

/** Acknowledges one finding of cdk-nag's public pack on one construct. The reason is for the person who reviews the permissions. */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** Acknowledges one finding of our own rules (lib/rules/) on one construct. */
export function acknowledgeOwnRule(construct: IConstruct, rule: string, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `OpenComposer-${rule}[${findingId(finding)}]`, reason });
}

/**
 * Acknowledges the wildcards in exactly these resource ARNs of a role's or queue's policies, and no others.
 *
 * cdk-nag names such a finding after the resolved ARN, and an ARN of another stack becomes an import only when CDK
 * prepares the app. The ARN is not final before validation, so the acknowledgement is made there.
 */
export function acknowledgeWildcards(construct: Construct, resources: readonly string[], reason: string): void {
  construct.node.addValidation({
    validate: () => {
      for (const resource of resources) {
        const resolved: unknown = Stack.of(construct).resolve(resource);
        acknowledge(construct, `IAM5[Resource::${flattenCfnReference(resolved)}]`, reason);
      }
      return [];
    },
  });
}
