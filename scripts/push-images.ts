/**
 * `npm run images:push`: builds the images of a deploy and pushes them to a repository in ECR, so that a deploy takes
 * them by their digests and needs no Docker. It prints the setting for `opencomposer.<stage>.json` (docs/deploy.md).
 * With `--stage` it takes the repository that the stage's storage stack has made, and logs in to it. With `--to` it
 * takes any other; log in to that first. An image that a repository of ECR has already is neither built nor pushed.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECRClient } from "@aws-sdk/client-ecr";
import { loadStageConfig, parseStageConfig } from "../lib/config/load-stage-config";
import { perTrainedTechnique } from "../naming/resource-names";
import { type CommandUsage, readOptions, runCommand, UsageError } from "../tools/command-line";
import { type ClientSettings, explainAccessError, findAwsAccess } from "../tools/stacks/aws-access";
import { imageRepository, readStackOutputs } from "../tools/stacks/deployed-stage";
import { deployedBuilds } from "./images/deployed-builds";
import { parseEcrRepository, readManifest } from "./images/ecr-image";
import { logInToEcr } from "./images/ecr-login";
import {
  type ImagePushesParams,
  imagesSetting,
  pushImage,
  pushImages,
  type PushingProgram,
  pushingPrograms,
} from "./images/image-push";
import { describeAccount, stageOptions, type StageOptionValues, withStage } from "./operators/open-stage";

function chosen<Value extends string>(option: string, allowed: readonly Value[], given: string): Value {
  const value = allowed.find((candidate) => candidate === given);
  if (value === undefined) throw new UsageError(`--${option} is ${given} (allowed: ${allowed.join(", ")}).`);
  return value;
}

interface Target {
  readonly repository: string;
  /** How to reach ECR; undefined for a registry of another kind, which is not asked what it has. */
  readonly settings: ClientSettings | undefined;
}

/** Runs the work on the repository of a stage, to which the program is logged in. */
async function withRepositoryOfStage(
  { values, program }: { readonly values: StageOptionValues; readonly program: PushingProgram },
  work: (target: Target) => Promise<void>,
): Promise<void> {
  await withStage({ values, command: usage.command, allowed: ["dev", "prod"] }, async (stage) => {
    const { ImageRepositoryUri: repository } = await readStackOutputs(stage, imageRepository);
    console.error(`${describeAccount(stage)}, repository ${repository}`);
    const ecr = new ECRClient(stage.settings);
    const [registry = ""] = repository.split("/");
    await logInToEcr({ ecr, program, registry });
    ecr.destroy();
    await work({ repository, settings: stage.settings });
  });
}

/** Runs the work on a repository that the operator names, and has logged in to. */
async function withNamedRepository(
  { repository, values }: { readonly repository: string; readonly values: StageOptionValues },
  work: (target: Target) => Promise<void>,
): Promise<void> {
  const place = parseEcrRepository(repository);
  if (place === undefined) {
    await work({ repository, settings: undefined });
    return;
  }
  const access = await findAwsAccess({ profile: values.profile, region: place.region });
  try {
    await work({ repository, settings: access.settings });
  } catch (error) {
    throw explainAccessError(error, access);
  }
}

/** Returns what tells which image the repository has under a tag; undefined if it is none of ECR. */
function finderIn({ repository, settings }: Target): ImagePushesParams["find"] {
  const place = parseEcrRepository(repository);
  if (settings === undefined || place === undefined) return undefined;
  const ecr = new ECRClient(settings);
  const { registryId, repositoryName } = place;
  return async (imageTag) => await readManifest(ecr, { registryId, repositoryName, imageTag });
}

const variants = ["cpu", "cuda"] as const;

const usage = {
  command: "npm run images:push",
  does: "Builds the images of a deploy, pushes them to a repository in ECR, and prints the setting that names them by their digests.",
  options: {
    ...stageOptions,
    to: {
      type: "string",
      value: "REPOSITORY",
      does: "another repository than the stage's, to which you have logged in",
    },
    with: {
      type: "string",
      value: "PROGRAM",
      default: "docker",
      does: `what builds and pushes: ${pushingPrograms.join(", ")}`,
    },
    torch: {
      type: "string",
      value: "VARIANT",
      default: "cpu",
      does: `PyTorch in the training images: ${variants.join(", ")}`,
    },
    base: { type: "string", value: "IMAGE", does: "another image in place of the Dockerfile's base" },
  },
  examples: [
    { given: "--stage dev", does: "pushes to the repository of the stage dev" },
    { given: "--stage dev --with podman", does: "builds and pushes with podman" },
    { given: "--to 123456789012.dkr.ecr.eu-west-1.amazonaws.com/opencomposer", does: "pushes to another repository" },
  ],
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  const given = readOptions(usage);
  const { to, stage, base } = given;
  if ((to === undefined) === (stage === undefined)) throw new UsageError("Name a repository by --stage or by --to.");
  if (to !== undefined && !/^[^/\s]+\/[a-z0-9][a-z0-9._/-]*$/.test(to)) {
    throw new UsageError(`--to is ${to} (allowed: a registry and a repository without a tag).`);
  }
  const program = chosen("with", pushingPrograms, given.with);
  const torch = chosen("torch", variants, given.torch);
  const folder = mkdtempSync(join(tmpdir(), "opencomposer-images-"));
  // The stage as it comes, but for PyTorch: nobody's own values are in this folder, and images depend on no other.
  const config = parseStageConfig({
    ...loadStageConfig({ stage: "dev", folder }),
    images: perTrainedTechnique(() => ({ training: { kind: "build", torch }, inference: { kind: "build" } })),
  });
  const work = async (target: Target): Promise<void> => {
    const { repository } = target;
    console.error(`Logs of ${program}: ${folder}`);
    const digests = await pushImages({
      builds: deployedBuilds(config, join(folder, "cdk.out")),
      repository,
      base,
      find: finderIn(target),
      push: async (build, tag) => await pushImage({ build, program, repository, tag, base, logFolder: folder }),
      say: (line) => {
        console.error(line);
      },
    });
    console.log(JSON.stringify({ images: imagesSetting(repository, digests) }, null, 2));
  };
  if (to === undefined) await withRepositoryOfStage({ values: given, program }, work);
  else await withNamedRepository({ repository: to, values: given }, work);
}

runCommand(main);
