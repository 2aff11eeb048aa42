import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { AssetManifestArtifact } from "aws-cdk-lib/cx-api";
import * as z from "zod";
import type { StageConfig } from "../../lib/config/stage-config";
import { addOpenComposer } from "../../lib/open-composer";
import {
  type ImageTarget,
  imageTargets,
  type TrainedTechniqueId,
  trainedTechniqueIds,
} from "../../naming/resource-names";
import { repository } from "../../tools/repository";

/** How a deploy builds one image, read from what it gives to Docker. */
export interface ImageBuild {
  /** For example `unet-gan-inference`. */
  readonly name: string;
  readonly technique: TrainedTechniqueId;
  readonly target: ImageTarget;
  /** The folder of the staged build context, which has all that Docker would get, and the Dockerfile in it. */
  readonly context: string;
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly platform: string;
  /** The hash of the context and the arguments, which is the image's tag in a deploy. */
  readonly hash: string;
  readonly outputs: readonly string[];
}

const sourceSchema = z.looseObject({
  directory: z.string(),
  dockerFile: z.string(),
  dockerBuildTarget: z.enum(imageTargets),
  dockerBuildArgs: z.looseObject({ TECHNIQUE: z.enum(trainedTechniqueIds) }).catchall(z.string()),
  platform: z.string(),
  dockerOutputs: z.array(z.string()),
});

/** The feature flags that the CDK's command line would give the app. */
const cdkFile = z.looseObject({ context: z.record(z.string(), z.unknown()) });

/** Synthesizes a stage into `folder`, without bundling its functions, and returns the image builds of the deploy. */
export function deployedBuilds(config: StageConfig, folder: string): ImageBuild[] {
  const { context } = cdkFile.parse(JSON.parse(readFileSync(join(repository, "cdk.json"), "utf8")));
  const app = new App({ outdir: folder, context: { ...context, "aws:cdk:bundling-stacks": [] } });
  addOpenComposer(app, config);
  return app
    .synth()
    .artifacts.filter((artifact) => AssetManifestArtifact.isAssetManifestArtifact(artifact))
    .flatMap(({ contents }) => Object.entries(contents.dockerImages ?? {}))
    .map(([hash, { source }]) => {
      const { directory, dockerFile, dockerBuildTarget, dockerBuildArgs, platform, dockerOutputs } =
        sourceSchema.parse(source);
      const technique = dockerBuildArgs.TECHNIQUE;
      return {
        name: `${technique}-${dockerBuildTarget}`,
        technique,
        target: dockerBuildTarget,
        context: join(folder, directory),
        dockerfile: dockerFile,
        buildArgs: dockerBuildArgs,
        platform,
        hash,
        outputs: dockerOutputs,
      };
    });
}
