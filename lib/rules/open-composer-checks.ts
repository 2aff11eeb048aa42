import { readFileSync } from "node:fs";
import { CfnResource } from "aws-cdk-lib";
import { NagMessageLevel, NagPack, NagRuleCompliance } from "cdk-nag";
import type { StageConfig } from "../config/stage-config";
import { repositoryPath } from "../constructs/repository-root";
import { dataRules } from "./data-rules";
import { functionRules } from "./function-rules";
import { permissionRules } from "./permission-rules";
import { findingId, type Rule, type RuleContext, type TemplateResource, templateResource } from "./rule";
import { sageMakerRules } from "./sagemaker-rules";

/** Every rule of the pack. */
export const openComposerRules: readonly Rule[] = [
  ...permissionRules,
  ...sageMakerRules,
  ...functionRules,
  ...dataRules,
];

export interface OpenComposerChecksProps {
  readonly config: StageConfig;
  /** @default - that of sagemaker-containers/ */
  readonly dockerfile?: string;
}

/**
 * The cdk-nag rules that no public pack has, because they follow from what this application promises: training jobs
 * without network and of bounded length, roles passed by name, images that cannot change under a name.
 */
export class OpenComposerChecks extends NagPack {
  readonly name = "OpenComposer";
  private readonly context: Omit<RuleContext, "resourcesOf">;

  constructor({ config, dockerfile }: OpenComposerChecksProps) {
    super();
    this.packName = this.name;
    this.context = {
      config,
      dockerfile: dockerfile ?? readFileSync(repositoryPath("sagemaker-containers", "Dockerfile"), "utf8"),
    };
  }

  protected checkResource(node: CfnResource): void {
    const resourcesOf = (type: string): readonly TemplateResource[] =>
      node.node.root.node
        .findAll()
        .filter((child) => CfnResource.isCfnResource(child))
        .filter(({ cfnResourceType }) => cfnResourceType === type)
        .map(templateResource);
    const context = { ...this.context, resourcesOf };
    for (const { id, info, explanation, types, findings } of openComposerRules) {
      if (!types.includes(node.cfnResourceType)) continue;
      this.applyRule({
        ruleSuffixOverride: id,
        info,
        explanation,
        level: NagMessageLevel.ERROR,
        node,
        rule: () => {
          const found = findings(templateResource(node), context);
          return found.length === 0 ? NagRuleCompliance.COMPLIANT : [...new Set(found.map(findingId))];
        },
      });
    }
  }
}
