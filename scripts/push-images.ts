/**
 * `npm run images:push`: builds the images of a deploy and pushes them to a repository in ECR, so that a deploy takes
 * them by their digests and needs no Docker. It prints the setting for `opencomposer.<stage>.json` (docs/deploy.md).
 * With `--stage` it takes the repository that the stage's storage stack has made, and logs in to it. With `--to` it
 * takes any other; log in to that first.
 *
 *   npm run images:push -- --stage dev
 *   npm run images:push -- --to 123456789012.dkr.ecr.eu-west-1.amazonaws.com/opencomposer
 *   npm run images:push -- --stage dev --with podman     or buildah; docker, if it is not said
 *   npm run images:push -- --stage dev --torch cuda      training images for GPUs
 *   npm run images:push -- --stage dev --base IMAGE      another image in place of the Dockerfile's base
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECRClient } from "@aws-sdk/client-ecr";
import { loadStageConfig, parseStageConfig } from "../lib/config/load-stage-config";
import { perTechnique } from "../naming/resource-names";
import { readOptions, runCommand, UsageError } from "../tools/command-line";
import { imageRepository, readStackOutputs } from "../tools/stacks/deployed-stage";
import { deployedBuilds } from "./images/deployed-builds";
import { logInToEcr } from "./images/ecr-login";
import { imagesSetting, pushImage, type PushingProgram, pushingPrograms } from "./images/image-push";
import { describeAccount, stageOptions, type StageOptionValues, withStage } from "./operators/open-stage";

function chosen<Value extends string>(option: string, allowed: readonly Value[], given: string): Value {
  const value = allowed.find((candidate) => candidate === given);
  if (value === undefined) throw new UsageError(`--${option} is ${given} (allowed: ${allowed.join(", ")}).`);
  return value;
}

/** Returns the repository of a stage, to which the program is logged in. */
async function repositoryOfStage(values: StageOptionValues, program: PushingProgram): Promise<string> {
  let repository = "";
  await withStage({ values, allowed: ["dev", "prod"] }, async (stage) => {
    ({ ImageRepositoryUri: repository } = await readStackOutputs(stage, imageRepository));
    console.error(`${describeAccount(stage)}, repository ${repository}`);
    const ecr = new ECRClient(stage.settings);
    const [registry = ""] = repository.split("/");
    await logInToEcr({ ecr, program, registry });
    ecr.destroy();
  });
  return repository;
}

async function main(): Promise<void> {
  const given = readOptions({
    ...stageOptions,
    to: { type: "string" },
    with: { type: "string" },
    torch: { type: "string" },
    base: { type: "string" },
  });
  const { to, stage, base } = given;
  if ((to === undefined) === (stage === undefined)) throw new UsageError("Name a repository by --stage or by --to.");
  if (to !== undefined && !/^[^/\s]+\/[a-z0-9][a-z0-9._/-]*$/.test(to)) {
    throw new UsageError(`--to is ${to} (allowed: a registry and a repository without a tag).`);
  }
  const program = chosen("with", pushingPrograms, given.with ?? "docker");
  const torch = chosen("torch", ["cpu", "cuda"], given.torch ?? "cpu");
  const repository = to ?? (await repositoryOfStage(given, program));
  const folder = mkdtempSync(join(tmpdir(), "opencomposer-images-"));
  // The stage as it comes, but for PyTorch: nobody's own values are in this folder, and images depend on no other.
  const config = parseStageConfig({
    ...loadStageConfig({ stage: "dev", folder }),
    images: perTechnique(() => ({ training: { kind: "build", torch }, inference: { kind: "build" } })),
  });
  const digests = new Map<string, string>();
  for (const build of deployedBuilds(config, join(folder, "cdk.out"))) {
    // The tag says what the image was built from, so that the same content has one tag, which may be immutable.
    const tag = `${build.name}-${build.hash.slice(0, 16)}`;
    console.error(`${build.name}: ${program} builds it and pushes ${repository}:${tag} (log: ${folder})`);
    digests.set(build.name, await pushImage({ build, program, repository, tag, base, logFolder: folder }));
  }
  console.log(JSON.stringify({ images: imagesSetting(repository, digests) }, null, 2));
}

runCommand(main);
