/**
 * Docker, as far as the commands of the documents and the CDK use it, without building anything: an image is a manifest
 * of what it would be built from. A push puts it into the ECR of the account that the variables name.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { BatchGetImageCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { dockerMediaTypes } from "../../../../scripts/images/stored-image";

const state = process.env["STAND_IN_STATE"];
if (state === undefined) throw new Error("STAND_IN_STATE is missing: the folder in which built images are kept");
const images = join(state, "images");
mkdirSync(images, { recursive: true });

const digestOf = (content: string): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const fileOf = (name: string): string => join(images, encodeURIComponent(name));

function manifestOf(name: string): string {
  if (!existsSync(fileOf(name))) throw new Error(`No such image: ${name}`);
  return readFileSync(fileOf(name), "utf8");
}

/** @throws Error if the context, its Dockerfile or the target in it are not there */
function build(args: string[]): void {
  const several = { type: "string", multiple: true } as const;
  const one = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { "build-arg": several, output: several, tag: one, target: one, file: one, platform: one },
  });
  const [context] = positionals;
  const { tag, target, file = "Dockerfile", output = [], platform } = values;
  if (context === undefined || tag === undefined || target === undefined)
    throw new Error(`cannot build ${args.join(" ")}`);
  const dockerfile = readFileSync(existsSync(resolve(file)) ? resolve(file) : join(context, file), "utf8");
  if (!new RegExp(`^FROM .* AS ${target}$`, "im").test(dockerfile)) throw new Error(`${file} has no target ${target}`);
  if (platform !== "linux/amd64")
    throw new Error(`The platform is ${platform ?? "missing"}; SageMaker needs linux/amd64`);
  // Without this output Docker may push the OCI format, which SageMaker is reported to refuse.
  if (!output.some((value) => value.startsWith("type=docker")))
    throw new Error("The output is not Docker's own format");
  const config = digestOf(JSON.stringify([dockerfile, target, (values["build-arg"] ?? []).toSorted()]));
  const manifest = {
    schemaVersion: 2,
    mediaType: dockerMediaTypes.manifest,
    config: { mediaType: dockerMediaTypes.config, size: 1, digest: config },
    layers: [],
  };
  writeFileSync(fileOf(tag), JSON.stringify(manifest));
}

async function push(name: string): Promise<void> {
  const [, host = "", repositoryName = "", imageTag = ""] = /^([^/]+)\/([^:]+):(.+)$/.exec(name) ?? [];
  if (!existsSync(join(images, `login-${host}`))) throw new Error(`no basic auth credentials for ${host}`);
  const imageManifest = manifestOf(name);
  const ecr = new ECRClient({});
  const { images: known = [] } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag }] }));
  // The tags of the storage stack's repository are immutable. MiniStack overwrites them.
  if (known.length > 0) {
    throw new Error(`tag invalid: The image tag '${imageTag}' already exists and cannot be overwritten`);
  }
  const mediaType = { imageManifestMediaType: dockerMediaTypes.manifest };
  await ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest, ...mediaType }));
  console.log(`${imageTag}: digest: ${digestOf(imageManifest)} size: ${imageManifest.length}`);
}

async function main([command = "", ...args]: string[]): Promise<void> {
  if (command === "info") console.log(JSON.stringify({ ServerVersion: "0 (stands in for Docker)", DriverStatus: [] }));
  else if (command === "login") {
    const password = await text(process.stdin);
    const host = (args.at(-1) ?? "").replace(/^https?:\/\//, "");
    if (password.trim() === "") throw new Error("The password is empty");
    writeFileSync(join(images, `login-${host}`), "");
    console.log("Login Succeeded");
  } else if (command === "inspect") manifestOf(args.at(-1) ?? "");
  else if (command === "build") build(args);
  else if (command === "tag") writeFileSync(fileOf(args[1] ?? ""), manifestOf(args[0] ?? ""));
  else if (command === "push") await push(args.at(-1) ?? "");
  else if (command === "buildx" && args[0] === "imagetools") throw new Error("ERROR: there is no registry here");
  else
    throw new Error(
      `docker ${[command, ...args].join(" ")}: say what stands in for this, in test/e2e/documents/stand-ins`,
    );
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
