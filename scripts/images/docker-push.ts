import { join } from "node:path";
import type { ImageBuild } from "./deployed-builds";
import { runLogged } from "./programs";

export interface DockerPushParams {
  readonly build: ImageBuild;
  /** The registry, to which this machine's Docker pushes by plain HTTP, because it is on this machine. */
  readonly host: string;
  readonly folder: string;
}

/** Builds an image with Docker and pushes it, by the commands and variables of the CDK's command line. */
export async function pushWithDocker({ build, host, folder }: DockerPushParams): Promise<void> {
  const tag = `${host}/docker/${build.name}:latest`;
  const { name, context, dockerfile, target, platform, outputs, buildArgs } = build;
  const args = [
    "build",
    ...Object.entries(buildArgs).flatMap(([argument, value]) => ["--build-arg", `${argument}=${value}`]),
    "--tag",
    tag,
    "--target",
    target,
    "--file",
    join(context, dockerfile),
    "--platform",
    platform,
    ...outputs.map((output) => `--output=${output}`),
    context,
  ];
  const log = join(folder, `${name}.docker.log`);
  await runLogged("docker", args, log, { BUILDX_NO_DEFAULT_ATTESTATIONS: "1" });
  await runLogged("docker", ["push", tag], log);
}
