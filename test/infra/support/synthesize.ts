import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { AssetManifestArtifact } from "aws-cdk-lib/cx-api";
import * as z from "zod";
import type { StageConfig } from "../../../lib/config/stage-config";
import { repositoryPath } from "../../../lib/constructs/repository-root";
import { addOpenComposer } from "../../../lib/open-composer";
import { resourcePrefix, type Stage } from "../../../naming/resource-names";
import { stageConfigs } from "./stage-configs";

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});
export type Resource = z.infer<typeof resourceSchema>;

export const property = (resource: Resource, name: string): unknown => resource.Properties[name];

const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.unknown()).default({}),
});

export const stackNames = ["Storage", "Console", "Api", "Training", "Inference", "Observability"] as const;
export type StackName = (typeof stackNames)[number];

export interface SynthesizedStack {
  readonly template: Template;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: readonly string[];
  /** The tags that CloudFormation puts on all resources of the stack. */
  readonly tags: Readonly<Record<string, string>>;
  readonly terminationProtection: boolean;
}

const imageBuildSchema = z.looseObject({
  dockerFile: z.string(),
  dockerBuildTarget: z.string(),
  dockerBuildArgs: z.record(z.string(), z.string()),
  platform: z.string(),
  dockerOutputs: z.array(z.string()),
});
/** How the deploy builds one Docker image. */
export type ImageBuild = z.infer<typeof imageBuildSchema>;

export interface Synthesized {
  readonly stage: Stage;
  readonly imageBuilds: readonly ImageBuild[];
  /** The stacks that the stage has. */
  readonly stacks: ReadonlyMap<StackName, SynthesizedStack>;
  stack(name: StackName): SynthesizedStack;
  /** Every resource of a type, in all stacks. */
  resourcesOf(type: string): { readonly stack: StackName; readonly id: string; readonly resource: Resource }[];
}

/** The feature flags that the CLI would give the app. */
export function cdkContext(): Record<string, unknown> {
  const file: unknown = JSON.parse(readFileSync(repositoryPath("cdk.json"), "utf8"));
  return z.looseObject({ context: z.record(z.string(), z.unknown()) }).parse(file).context;
}

/** An app as the CLI runs it, into a temporary folder, without bundles (see setup/disable-bundling.ts). */
export function makeApp(): { readonly app: App; readonly remove: () => void } {
  const outdir = mkdtempSync(join(tmpdir(), "opencomposer-synth-"));
  const remove = (): void => {
    rmSync(outdir, { recursive: true, force: true });
  };
  return { app: new App({ outdir, context: cdkContext() }), remove };
}

const known = new Map<Stage, Synthesized>();

/**
 * Synthesizes a stage, cdk-nag included: an unacknowledged finding throws. A stage with its own configuration is always the
 * same, so it is synthesized once in a process.
 */
export function synthesize(stageOrConfig: Stage | StageConfig): Synthesized {
  if (typeof stageOrConfig !== "string") return synthesizeConfig(stageOrConfig);
  const synthesized = known.get(stageOrConfig) ?? synthesizeConfig(stageConfigs[stageOrConfig]);
  known.set(stageOrConfig, synthesized);
  return synthesized;
}

function synthesizeConfig(config: StageConfig): Synthesized {
  const { app, remove } = makeApp();
  try {
    addOpenComposer(app, config);
    const assembly = app.synth();
    const stacks = new Map<StackName, SynthesizedStack>();
    for (const name of stackNames) {
      const found = assembly.stacks.find(({ stackName }) => stackName === `${resourcePrefix(config.stage)}-${name}`);
      if (found === undefined) continue;
      const json: unknown = found.template;
      const { Resources, Outputs } = templateSchema.parse(json);
      stacks.set(name, {
        template: Template.fromJSON(z.record(z.string(), z.any()).parse(json)),
        resources: Resources,
        outputs: Object.keys(Outputs),
        tags: found.tags,
        terminationProtection: found.terminationProtection ?? false,
      });
    }
    const imageBuilds = assembly.artifacts
      .filter((artifact) => AssetManifestArtifact.isAssetManifestArtifact(artifact))
      .flatMap(({ contents }) => Object.values(contents.dockerImages ?? {}))
      .map(({ source }) => imageBuildSchema.parse(source));
    return {
      stage: config.stage,
      imageBuilds,
      stacks,
      stack: (name) => {
        const stack = stacks.get(name);
        if (stack === undefined) throw new Error(`The stage ${config.stage} has no stack ${name}.`);
        return stack;
      },
      resourcesOf: (type) =>
        [...stacks].flatMap(([stack, { resources }]) =>
          Object.entries(resources)
            .filter(([, resource]) => resource.Type === type)
            .map(([id, resource]) => ({ stack, id, resource })),
        ),
    };
  } finally {
    remove();
  }
}
