/**
 * `npm run images:verify`: builds every image of a deploy without Docker and pushes it to a registry of this machine, by
 * the code of `npm run images:push -- --with buildah`. It looks through the files of what was pushed, and runs it without
 * network as SageMaker does. It needs root, some programs of Debian, ten gigabytes of disk and up to half an hour.
 */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadStageConfig } from "../lib/config/load-stage-config";
import type { StageConfig } from "../lib/config/stage-config";
import { readImageContents } from "../lib/constructs/build-context";
import { type CommandUsage, readOptions, runCommand, UsageError } from "../tools/command-line";
import { datasetCache, repository } from "../tools/repository";
import { builtDatasetFolder, committedDataset } from "../tools/seeding/stock-dataset";
import { deployedBuilds, type ImageBuild } from "./images/deployed-builds";
import { auditImage, lockedVersions } from "./images/image-audit";
import { type BuiltImage, ImageBuilder } from "./images/image-builder";
import { pushImage } from "./images/image-push";
import { checkInference } from "./images/inference-check";
import { LocalRegistry } from "./images/local-registry";
import { checkMachine, removeFolder } from "./images/programs";
import { refusedMediaTypes } from "./images/stored-image";
import { checkTraining } from "./images/training-check";

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** The most bytes that an inference image may add to its base. */
const inferenceBudget = 400_000_000;

/** What no image may have: it belongs to the data set's builder and to plots. */
const neverInImages = ["music21", "matplotlib", "PIL", "requests", "pytest"];
const forbidden: Readonly<Record<ImageBuild["target"], readonly string[]>> = {
  training: neverInImages,
  inference: [...neverInImages, "torch", "onnx", "mido", "opencomposer_training"],
};

interface Verification {
  readonly config: StageConfig;
  readonly folder: string;
  readonly builder: ImageBuilder;
  readonly registry: LocalRegistry;
  readonly withDocker: boolean;
}

/** Builds an image and looks at everything about it. Returns what was wrong, in whole sentences. */
async function verify(build: ImageBuild, verification: Verification): Promise<string[]> {
  const started = Date.now();
  const { folder, builder, registry, withDocker } = verification;
  const wrong: string[] = [];
  let image: BuiltImage | undefined;
  try {
    image = await builder.push(build, registry.host);
    const say = (line: string): void => {
      console.log(`  ${line}`);
    };
    console.log(`${build.name}: built and pushed in ${((Date.now() - started) / 1000).toFixed(0)} s`);
    const { addedBytes, compiledBytes, findings } = auditImage({
      root: image.root,
      base: builder.base,
      locked: lockedVersions(lockFiles(build).map((file) => readFileSync(file, "utf8"))),
      forbidden: forbidden[build.target],
    });
    wrong.push(...findings);
    if (build.target === "inference" && addedBytes > inferenceBudget) {
      wrong.push(`It adds ${megabytes(addedBytes)} to its base; allowed are ${megabytes(inferenceBudget)}.`);
    }
    const stored = await registry.stored(build.name, image.digest);
    wrong.push(...refusedMediaTypes(stored).map((what) => `SageMaker would refuse it: ${what}.`));
    say(`adds ${megabytes(addedBytes)} to its base (${megabytes(compiledBytes)} of it compiled Python)`);
    say(`in the registry ${megabytes(stored.compressedBytes)} with its base, ${stored.mediaType}`);
    if (withDocker) {
      const repositoryName = `docker/${build.name}`;
      const digest = await pushImage({
        build,
        program: "docker",
        repository: `${registry.host}/${repositoryName}`,
        tag: "latest",
        logFolder: folder,
      });
      const byDocker = await registry.stored(repositoryName, digest);
      wrong.push(...refusedMediaTypes(byDocker).map((what) => `SageMaker would refuse what Docker pushed: ${what}.`));
      say(`pushed by Docker: ${byDocker.mediaType}`);
    }
    for (const line of await run(build, image, verification)) say(line);
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error));
  } finally {
    if (image !== undefined) builder.remove(image);
  }
  return wrong.map((sentence) => `${build.name}: ${sentence}`);
}

/** Returns the locks that an image installs: of PyTorch's, only the one of its variant. */
function lockFiles({ context, target, buildArgs }: ImageBuild): string[] {
  const variant = buildArgs["TORCH_VARIANT"] ?? "";
  return readImageContents(context)
    .locks[target].filter((lock) => !lock.includes("/torch-") || lock.endsWith(`/torch-${variant}.txt`))
    .map((lock) => join(context, "sagemaker-containers", lock));
}

async function run(
  { technique, target }: ImageBuild,
  image: BuiltImage,
  { config, folder }: Verification,
): Promise<string[]> {
  if (target === "training") {
    const dataset = builtDatasetFolder(datasetCache, committedDataset(repository));
    return await checkTraining({ folder, technique, image, dataset });
  }
  const endpoint = config.endpoints?.[technique];
  const memoryMegabytes = endpoint?.kind === "serverless" ? endpoint.memoryMb : 2_048;
  return await checkInference({ folder, technique, image, memoryMegabytes });
}

const usage = {
  command: "npm run images:verify",
  does: "Builds every image of a deploy without Docker, looks through its files, pushes it to a registry of this machine and runs it.",
  options: {
    only: { type: "string", value: "IMAGE", does: "one image alone, for example unet-gan-inference" },
    docker: {
      type: "boolean",
      default: false,
      does: "also builds and pushes with this machine's Docker, as the deploy does, and looks at the media types",
    },
    folder: {
      type: "string",
      value: "FOLDER",
      does: "works in that folder and leaves it, so that the next run finds the base image and the logs",
    },
  },
  examples: [{ given: "--only unet-gan-inference", does: "verifies one image" }],
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  const { only, docker, folder: kept } = readOptions(usage);
  checkMachine();
  const folder = kept === undefined ? mkdtempSync(join(tmpdir(), "opencomposer-images-")) : resolve(kept);
  try {
    // The stage as it comes: nobody's own values are in this folder.
    const config = loadStageConfig({ stage: "dev", folder });
    const builds = deployedBuilds(config, join(folder, "cdk.out"));
    const chosen = only === undefined ? builds : builds.filter(({ name }) => name === only);
    if (chosen.length === 0) {
      throw new UsageError(`There is no image ${only}; there are: ${builds.map(({ name }) => name).join(", ")}.`);
    }
    const builder = new ImageBuilder(folder);
    console.log("base: Debian's Python, by debootstrap");
    await builder.makeBase();
    const registry = await LocalRegistry.start(join(folder, "registry"));
    const wrong: string[] = [];
    try {
      // The look at media types would see one that SageMaker refuses.
      builder.pushBaseAsOci(registry.host, "oci");
      if (refusedMediaTypes(await registry.stored("oci", ImageBuilder.pushedTag)).length === 0) {
        wrong.push("An OCI manifest was taken for one that SageMaker accepts.");
      }
      for (const build of chosen)
        wrong.push(...(await verify(build, { config, folder, builder, registry, withDocker: docker })));
    } finally {
      await registry.stop();
    }
    if (wrong.length > 0) throw new Error(`${wrong.length} findings:\n${wrong.join("\n")}`);
    console.log(`${chosen.length} images: built, looked through, pushed and run, nothing found`);
  } finally {
    if (kept === undefined) removeFolder(folder);
  }
}

runCommand(main);
