/** What `npm run images:push` builds and pushes, what it does not push again, and the setting that it prints. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadStageConfig, parseStageConfig } from "../../../lib/config/load-stage-config";
import { type ImageTarget, imageTargets, trainedTechniqueIds } from "../../../naming/resource-names";
import type { ImageBuild } from "../../../scripts/images/deployed-builds";
import type { EcrManifest } from "../../../scripts/images/ecr-image";
import {
  digestIn,
  imagesSetting,
  imageTag,
  pushImage,
  pushImages,
  type PushingProgram,
  pushingPrograms,
} from "../../../scripts/images/image-push";
import { dockerMediaTypes } from "../../../scripts/images/stored-image";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/opencomposer";

const buildOf = (technique: ImageBuild["technique"], target: ImageTarget): ImageBuild => ({
  name: `${technique}-${target}`,
  technique,
  target,
  context: "/context",
  dockerfile: "Dockerfile",
  buildArgs: { TECHNIQUE: technique },
  platform: "linux/amd64",
  hash: "a".repeat(64),
  outputs: ["type=docker"],
});
const builds = trainedTechniqueIds.flatMap((technique) => imageTargets.map((target) => buildOf(technique, target)));
const build = buildOf("unet-gan", "training");

test("reads the digest from the last line of docker push, after those of the layers", () => {
  const printed = `The push refers to repository [${repository}]\nsha256:${"f".repeat(64)}: Pushed\na: digest: ${digest} size: 1487\n`;
  expect(digestIn(printed, "push.log")).toBe(digest);
});

test("says which file has no digest", () => {
  expect(() => digestIn("denied", "/tmp/push.log")).toThrow("/tmp/push.log");
});

const names = builds.map(({ name }) => name);

test("the setting that it prints is a stage's setting", () => {
  const images = imagesSetting(repository, new Map(names.map((name) => [name, digest])));
  const config = parseStageConfig({ ...loadStageConfig({ stage: "dev", folder: "/nowhere" }), images });
  for (const technique of trainedTechniqueIds) {
    expect(config.images[technique]).toEqual({
      training: { kind: "uri", uri: `${repository}@${digest}` },
      inference: { kind: "uri", uri: `${repository}@${digest}` },
    });
  }
});

test("an image without a digest is named", () => {
  const pushed = names.filter((name) => name !== "unet-gan-training");
  expect(() => imagesSetting(repository, new Map(pushed.map((name) => [name, digest])))).toThrow(
    "There is no digest of the training image of unet-gan.",
  );
});

test.each([
  ["files", { hash: "b".repeat(64) }, undefined],
  ["PyTorch", { buildArgs: { ...build.buildArgs, TORCH_VARIANT: "cuda" } }, undefined],
  ["a base", {}, "registry.example.org/python:3.11"],
])("an image with other %s has another tag", (_, change, base) => {
  expect(imageTag(build, undefined)).toMatch(/^unet-gan-training-[0-9a-f]{16}$/);
  expect(imageTag({ ...build, ...change }, base)).not.toBe(imageTag(build, undefined));
});

/** A repository whose tags are immutable, as those of the storage stack are. */
class ImmutableRepository {
  readonly tags = new Map<string, EcrManifest>();
  builds = 0;
  mediaType: string = dockerMediaTypes.manifest;

  async pushAll(base?: string): Promise<ReadonlyMap<string, string>> {
    return await pushImages({
      builds,
      repository,
      base,
      find: async (tag) => await Promise.resolve(this.tags.get(tag)),
      push: async (_, tag) => await Promise.resolve(this.put(tag)),
      say: () => undefined,
    });
  }

  private put(tag: string): string {
    if (this.tags.has(tag)) throw new Error("cannot be overwritten because the repository is immutable");
    // Each build has other times in its files, and so another digest.
    this.builds += 1;
    const pushed = `sha256:${this.builds.toString(16).padStart(64, "0")}`;
    this.tags.set(tag, { digest: pushed, mediaType: this.mediaType });
    return pushed;
  }
}

test("a second push builds nothing, and prints the digests of the first", async () => {
  const ecr = new ImmutableRepository();
  const first = await ecr.pushAll();
  expect([...first.keys()]).toEqual(names);
  expect(await ecr.pushAll()).toEqual(first);
  expect(ecr.builds).toBe(builds.length);
});

test("a push that was interrupted goes on with what is missing", async () => {
  const ecr = new ImmutableRepository();
  const first = await ecr.pushAll();
  ecr.tags.delete(imageTag(build, undefined));
  const second = await ecr.pushAll();
  expect(ecr.builds).toBe(builds.length + 1);
  expect(names.filter((name) => second.get(name) !== first.get(name))).toEqual(["unet-gan-training"]);
});

test("images on another base are pushed besides", async () => {
  const ecr = new ImmutableRepository();
  await ecr.pushAll();
  await ecr.pushAll("registry.example.org/python:3.11");
  expect(ecr.tags.size).toBe(2 * builds.length);
});

test("an image that SageMaker refuses is named when it is pushed, and each time after that", async () => {
  const ecr = new ImmutableRepository();
  ecr.mediaType = "application/vnd.oci.image.index.v1+json";
  const refusal =
    /SageMaker would refuse \S+: its manifest is application\/vnd\.oci\.image\.index\.v1\+json.*--repository-name opencomposer --image-ids imageTag=/;
  await expect(ecr.pushAll()).rejects.toThrow(refusal);
  await expect(ecr.pushAll()).rejects.toThrow(refusal);
  expect(ecr.builds).toBe(1);
});

describe("the programs that build and push", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "opencomposer-push-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Returns the arguments of the two calls. Each leaves the digest where the program does. */
  async function callsOf(program: PushingProgram): Promise<readonly (readonly string[])[]> {
    const calls: string[][] = [];
    const pushed = await pushImage({
      build,
      program,
      repository,
      tag: "t",
      base: "base:1",
      logFolder: folder,
      machine: { program: ["--root", "/storage"], build: ["--isolation", "chroot"], push: ["--tls-verify=false"] },
      run: async (name, args, logFile) => {
        calls.push([name, ...args]);
        const digestFile = args[args.indexOf("--digestfile") + 1];
        writeFileSync(logFile, `t: digest: ${digest} size: 1\n`);
        if (args.includes("--digestfile")) writeFileSync(digestFile ?? "", digest);
        await Promise.resolve();
      },
    });
    expect(pushed).toBe(digest);
    return calls;
  }

  test.each(pushingPrograms)("%s builds what the deploy builds, and pushes it under the same name", async (program) => {
    const [built = [], pushed = []] = await callsOf(program);
    const line = built.join(" ");
    expect(line).toContain("--build-arg TECHNIQUE=unet-gan --build-arg BASE_IMAGE=base:1");
    expect(line).toContain(`--tag ${repository}:t --target training --file /context/Dockerfile --platform linux/amd64`);
    expect(built.at(-1)).toBe("/context");
    expect(pushed.at(-1)).toBe(`${repository}:t`);
  });

  test.each(pushingPrograms)("%s makes Docker's manifest", async (program) => {
    const [built = [], pushed = []] = await callsOf(program);
    if (program === "docker") expect(built).toContain("--output=type=docker");
    else {
      expect(built.join(" ")).toContain("--format docker");
      expect(pushed.join(" ")).toContain("--format v2s2");
    }
  });

  test("the options of a machine stand where each program takes them", async () => {
    const [built = [], pushed = []] = await callsOf("buildah");
    expect(built.slice(0, 4)).toEqual(["buildah", "--root", "/storage", "bud"]);
    expect(pushed.slice(0, 4)).toEqual(["buildah", "--root", "/storage", "push"]);
    expect(built.join(" ")).toContain("--isolation chroot /context");
    expect(pushed.join(" ")).toContain(`--tls-verify=false ${repository}:t`);
  });
});
