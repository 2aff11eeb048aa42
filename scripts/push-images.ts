/**
 * `npm run images:push`: builds the images of a deploy and pushes them to a repository of your own, so that a deploy
 * takes them by their digests and needs no Docker. It prints the setting for `opencomposer.<stage>.json`
 * (docs/deploy.md). Log in to the registry first.
 *
 *   npm run images:push -- --to 123456789012.dkr.ecr.eu-west-1.amazonaws.com/opencomposer
 *   npm run images:push -- --to … --with podman          or buildah; docker, if it is not said
 *   npm run images:push -- --to … --torch cuda           training images for GPUs
 *   npm run images:push -- --to … --base IMAGE           another image in place of the Dockerfile's base
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadStageConfig, parseStageConfig } from "../lib/config/load-stage-config";
import { perTechnique } from "../naming/resource-names";
import { readOptions, runCommand, UsageError } from "../tools/command-line";
import { deployedBuilds } from "./images/deployed-builds";
import { imagesSetting, pushImage, pushingPrograms } from "./images/image-push";

function chosen<Value extends string>(option: string, allowed: readonly Value[], given: string): Value {
  const value = allowed.find((candidate) => candidate === given);
  if (value === undefined) throw new UsageError(`--${option} is ${given} (allowed: ${allowed.join(", ")}).`);
  return value;
}

async function main(): Promise<void> {
  const given = readOptions({
    to: { type: "string" },
    with: { type: "string" },
    torch: { type: "string" },
    base: { type: "string" },
  });
  const { to: repository, base } = given;
  if (repository === undefined || !/^[^/\s]+\/[a-z0-9][a-z0-9._/-]*$/.test(repository)) {
    throw new UsageError(`--to is ${repository ?? "missing"} (allowed: a registry and a repository without a tag).`);
  }
  const program = chosen("with", pushingPrograms, given.with ?? "docker");
  const torch = chosen("torch", ["cpu", "cuda"], given.torch ?? "cpu");
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
