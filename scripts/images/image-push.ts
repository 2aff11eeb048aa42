/** Builds images as the deploy does, and pushes them, with whichever program a machine has for that. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ImageTarget, perTrainedTechnique, type TrainedTechniqueId } from "../../naming/resource-names";
import type { ImageBuild } from "./deployed-builds";
import type { EcrManifest } from "./ecr-image";
import { runLogged } from "./programs";
import { refusedManifest } from "./stored-image";

export const pushingPrograms = ["docker", "podman", "buildah"] as const;
export type PushingProgram = (typeof pushingPrograms)[number];

export interface ImagePushParams {
  readonly build: ImageBuild;
  readonly program: PushingProgram;
  /** The repository, for example `123456789012.dkr.ecr.eu-west-1.amazonaws.com/opencomposer`. */
  readonly repository: string;
  readonly tag: string;
  /** An image in place of the Dockerfile's base. */
  readonly base?: string | undefined;
  /** Gets all that the program prints. */
  readonly logFolder: string;
  /** Options that only this machine needs: those of the program itself, of its build and of its push. */
  readonly machine?: {
    readonly program: readonly string[];
    readonly build: readonly string[];
    readonly push: readonly string[];
  };
  /** Runs the program; in its place a test reads the arguments. */
  readonly run?: typeof runLogged;
}

/** Builds and pushes an image. Returns the digest by which the registry knows it. */
export async function pushImage(params: ImagePushParams): Promise<string> {
  const { build, program, repository, tag, base, logFolder, run = runLogged } = params;
  const { machine = { program: [], build: [], push: [] } } = params;
  mkdirSync(logFolder, { recursive: true });
  const name = `${repository}:${tag}`;
  const buildArgs = { ...build.buildArgs, ...(base === undefined ? {} : { BASE_IMAGE: base }) };
  const common = [
    ...Object.entries(buildArgs).flatMap(([argument, value]) => ["--build-arg", `${argument}=${value}`]),
    "--tag",
    name,
    "--target",
    build.target,
    "--file",
    join(build.context, build.dockerfile),
    "--platform",
    build.platform,
    ...machine.build,
    build.context,
  ];
  const buildLog = join(logFolder, `${build.name}.${program}-build.log`);
  const pushLog = join(logFolder, `${build.name}.${program}-push.log`);
  if (program === "docker") {
    // The variable and the outputs are those of the CDK's command line: no attestation, which would make an index of it.
    const outputs = build.outputs.map((output) => `--output=${output}`);
    const buildCommand = [...machine.program, "build", ...outputs, ...common];
    await run("docker", buildCommand, buildLog, { BUILDX_NO_DEFAULT_ATTESTATIONS: "1" });
    await run("docker", [...machine.program, "push", ...machine.push, name], pushLog);
    return digestIn(readFileSync(pushLog, "utf8"), pushLog);
  }
  const verb = program === "podman" ? "build" : "bud";
  await run(program, [...machine.program, verb, "--format", "docker", ...common], buildLog);
  const digestFile = join(logFolder, `${build.name}.digest`);
  const asDocker = ["push", "--format", "v2s2", "--digestfile", digestFile];
  await run(program, [...machine.program, ...asDocker, ...machine.push, name], pushLog);
  return digestIn(readFileSync(digestFile, "utf8"), digestFile);
}

/**
 * Returns the tag that says all that an image is built from: its context, its arguments (PyTorch's variant is one) and
 * its base. The same tag has the same content, so a repository may refuse to change it.
 */
export function imageTag({ name, hash, buildArgs }: ImageBuild, base: string | undefined): string {
  const parts = [hash, Object.entries(buildArgs).toSorted(), base ?? null];
  return `${name}-${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16)}`;
}

export interface ImagePushesParams {
  readonly builds: readonly ImageBuild[];
  readonly repository: string;
  readonly base?: string | undefined;
  /** Returns what the repository has under a tag; undefined where nobody can ask it. */
  readonly find: ((tag: string) => Promise<EcrManifest | undefined>) | undefined;
  /** Builds and pushes an image. Returns its digest. */
  readonly push: (build: ImageBuild, tag: string) => Promise<string>;
  readonly say: (line: string) => void;
}

/**
 * Builds and pushes the images that the repository does not have. Returns the digests by `ImageBuild.name`.
 *
 * An image that is built anew has another digest, and a repository with immutable tags refuses it. For that reason the
 * tag is looked for first.
 *
 * @throws Error that names an image whose manifest SageMaker refuses, and how to remove it
 */
export async function pushImages(params: ImagePushesParams): Promise<ReadonlyMap<string, string>> {
  const { builds, repository, base, find, push, say } = params;
  const digests = new Map<string, string>();
  for (const build of builds) {
    const tag = imageTag(build, base);
    const known = await find?.(tag);
    if (known !== undefined) {
      refuseManifest(known, { repository, tag });
      say(`${build.name}: ${repository}:${tag} is there already`);
      digests.set(build.name, known.digest);
      continue;
    }
    say(`${build.name}: is built and pushed as ${repository}:${tag}`);
    digests.set(build.name, await push(build, tag));
    const pushed = await find?.(tag);
    if (pushed !== undefined) refuseManifest(pushed, { repository, tag });
  }
  return digests;
}

function refuseManifest(
  { mediaType }: EcrManifest,
  { repository, tag }: { readonly repository: string; readonly tag: string },
): void {
  const [reason] = refusedManifest(mediaType);
  if (reason === undefined) return;
  const name = repository.slice(repository.indexOf("/") + 1);
  throw new Error(
    `SageMaker would refuse ${repository}:${tag}: ${reason}. Remove it, and push with another program (--with): ` +
      `aws ecr batch-delete-image --repository-name ${name} --image-ids imageTag=${tag}`,
  );
}

/**
 * Returns the digest of what was pushed, from the last line that names one.
 *
 * @throws Error if there is none
 */
export function digestIn(text: string, file: string): string {
  const digest = [...text.matchAll(/\bsha256:[0-9a-f]{64}\b/g)].at(-1)?.[0];
  if (digest === undefined) throw new Error(`The push printed no digest: ${file}`);
  return digest;
}

/** Returns the setting `images` of a stage's own values that takes images by their digests, by `ImageBuild.name`. */
export function imagesSetting(
  repository: string,
  digests: ReadonlyMap<string, string>,
): Record<TrainedTechniqueId, Record<ImageTarget, { readonly kind: "uri"; readonly uri: string }>> {
  const uri = (technique: TrainedTechniqueId, target: ImageTarget) => {
    const digest = digests.get(`${technique}-${target}`);
    if (digest === undefined) throw new Error(`There is no digest of the ${target} image of ${technique}.`);
    return { kind: "uri" as const, uri: `${repository}@${digest}` };
  };
  return perTrainedTechnique((technique) => ({
    training: uri(technique, "training"),
    inference: uri(technique, "inference"),
  }));
}
