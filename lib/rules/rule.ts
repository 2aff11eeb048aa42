import { type CfnResource, Stack } from "aws-cdk-lib";
import * as z from "zod";
import type { StageConfig } from "../config/stage-config";

/** A resource as its template has it, overrides included. References to other resources stand in it unresolved. */
const templateResourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});
export type TemplateResource = z.infer<typeof templateResourceSchema>;

/** What a rule may know besides the resource. */
export interface RuleContext {
  readonly config: StageConfig;
  /** The text of the Dockerfile from which the deploy builds images. */
  readonly dockerfile: string;
  /** Returns all resources of a type in the app, whatever their stack. */
  readonly resourcesOf: (type: string) => readonly TemplateResource[];
}

/** A rule of {@link OpenComposerChecks}. */
export interface Rule {
  /** The id without the pack's name, by which a finding is acknowledged. */
  readonly id: string;
  /** What a resource has to be like. */
  readonly info: string;
  /** Why. */
  readonly explanation: string;
  /** Types of the resources that the rule is about. */
  readonly types: readonly string[];
  /** Returns what is wrong with a resource, one text for each finding; none if the resource keeps the rule. */
  readonly findings: (resource: TemplateResource, context: RuleContext) => readonly string[];
}

/** Returns a finding as an acknowledgement names it: the CDK's ids of findings have no spaces. */
export const findingId = (finding: string): string => finding.replaceAll(" ", "-");

/** Returns a construct's resource as it stands in the synthesized template. */
export function templateResource(node: CfnResource): TemplateResource {
  const fragment: unknown = Stack.of(node).resolve(node._toCloudFormation());
  const { Resources } = z.object({ Resources: z.record(z.string(), templateResourceSchema) }).parse(fragment);
  const [resource] = Object.values(Resources);
  if (resource === undefined) throw new Error(`${node.node.path} is not in its stack's template.`);
  return resource;
}
