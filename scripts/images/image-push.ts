/** Builds an image as the deploy does, and pushes it, with whichever program a machine has for that. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ImageTarget, perTechnique, type TechniqueId } from "../../naming/resource-names";
import type { ImageBuild } from "./deployed-builds";
import { runLogged } from "./programs";

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
}

/** Builds and pushes an image. Returns the digest by which the registry knows it. */
export async function pushImage(params: ImagePushParams): Promise<string> {
  const { build, program, repository, tag, base, logFolder } = params;
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
    build.context,
  ];
  const buildLog = join(logFolder, `${build.name}.${program}-build.log`);
  const pushLog = join(logFolder, `${build.name}.${program}-push.log`);
  if (program === "docker") {
    // The variable and the outputs are those of the CDK's command line: no attestation, which would make an index of it.
    const outputs = build.outputs.map((output) => `--output=${output}`);
    await runLogged("docker", ["build", ...outputs, ...common], buildLog, { BUILDX_NO_DEFAULT_ATTESTATIONS: "1" });
    await runLogged("docker", ["push", name], pushLog);
    return digestIn(readFileSync(pushLog, "utf8"), pushLog);
  }
  await runLogged(program, [program === "podman" ? "build" : "bud", "--format", "docker", ...common], buildLog);
  const digestFile = join(logFolder, `${build.name}.digest`);
  await runLogged(program, ["push", "--format", "v2s2", "--digestfile", digestFile, name], pushLog);
  return digestIn(readFileSync(digestFile, "utf8"), digestFile);
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
): Record<TechniqueId, Record<ImageTarget, { readonly kind: "uri"; readonly uri: string }>> {
  const uri = (technique: TechniqueId, target: ImageTarget) => {
    const digest = digests.get(`${technique}-${target}`);
    if (digest === undefined) throw new Error(`There is no digest of the ${target} image of ${technique}.`);
    return { kind: "uri" as const, uri: `${repository}@${digest}` };
  };
  return perTechnique((technique) => ({
    training: uri(technique, "training"),
    inference: uri(technique, "inference"),
  }));
}
