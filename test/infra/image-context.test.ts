/** What Docker gets to build an image from: the repository, cut down by .dockerignore and for each image. */
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { App, AssetStaging, Stack } from "aws-cdk-lib";
import { DockerImageAsset, type DockerImageAssetProps } from "aws-cdk-lib/aws-ecr-assets";
import { imageBuild } from "../../lib/constructs/container-image";
import {
  type ImageTarget,
  imageTargets,
  type TrainedTechniqueId,
  trainedTechniqueIds,
} from "../../naming/resource-names";
import { findPython } from "../../tools/python/environments";
import { cdkContext } from "./support/synthesize";

const repository = join(__dirname, "../..");

const scratch = mkdtempSync(join(tmpdir(), "image-context-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

interface Image {
  readonly technique: TrainedTechniqueId;
  readonly target: ImageTarget;
}
const images: readonly Image[] = trainedTechniqueIds.flatMap((technique) =>
  imageTargets.map((target) => ({ technique, target })),
);
const nameOf = ({ technique, target }: Image): string => `${technique} ${target}`;

/** Stages an asset as the CLI does. Returns its hash and the folder that becomes the build context. */
function stage(props: DockerImageAssetProps): { readonly assetHash: string; readonly context: string } {
  // CDK remembers the hashes of folders that it has seen.
  AssetStaging.clearAssetHashCache();
  const outdir = mkdtempSync(join(scratch, "out-"));
  const app = new App({ outdir, context: cdkContext() });
  const { assetHash } = new DockerImageAsset(new Stack(app, "Stack"), "Image", props);
  app.synth();
  return { assetHash, context: join(outdir, `asset.${assetHash}`) };
}

/** Returns the paths of all files and links below a folder. */
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .sort();

test("the links of the Python packages lead to files that the build context holds", () => {
  const { context } = stage({ directory: repository, file: "sagemaker-containers/Dockerfile" });
  const sources = join(context, "sagemaker-containers");
  const links = readdirSync(sources, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isSymbolicLink(),
  );
  expect(links.map(({ name }) => name).sort()).toEqual([
    "ar-cnn.json",
    "dataset-manifest.schema.json",
    "dataset-piece.schema.json",
    "invocation-request.schema.json",
    "model-limits.json",
    "model-metadata.schema.json",
    "training-selection.schema.json",
    "transformer.json",
    "unet-gan.json",
  ]);
  for (const { parentPath, name } of links) {
    expect({ name, leadsToAFile: existsSync(join(parentPath, name)) }).toEqual({ name, leadsToAFile: true });
  }
  const documents = readdirSync(join(sources, "music/src/opencomposer_music/techniques"));
  expect(documents.sort()).toEqual(trainedTechniqueIds.map((id) => `${id}.json`).sort());
});

describe.each(images.map((image) => [nameOf(image), image] as const))("the build context of %s", (_, image) => {
  const { context } = stage(imageBuild({ repository, torch: "cpu", ...image }));
  const layOut = (from: string): string => {
    const laidOut = mkdtempSync(join(scratch, "image-"));
    const program = join(from, "sagemaker-containers/image_contents.py");
    execFileSync(findPython(), [program, image.target, image.technique, laidOut]);
    return laidOut;
  };

  test("is enough: the image gets from it what it would get from the whole repository", () => {
    const [fromContext, fromRepository] = [layOut(context), layOut(repository)];
    expect(filesOf(fromContext)).toEqual(filesOf(fromRepository));
    for (const file of filesOf(fromContext)) {
      expect(readFileSync(join(fromContext, file)).equals(readFileSync(join(fromRepository, file)))).toBe(true);
    }
  });

  test("is no more: each of its files gets into the image or makes it", () => {
    const containers = "sagemaker-containers/";
    const laidOut = new Set(filesOf(layOut(context)));
    const locks =
      image.target === "training"
        ? ["training/torch-cpu.txt", "training/torch-cuda.txt", "training/requirements.txt"]
        : ["serving/requirements.txt"];
    const makers = new Set([
      ".dockerignore",
      ...["Dockerfile", "image_contents.py", "image-contents.json", `${image.technique}/pyproject.toml`, ...locks].map(
        (file) => `${containers}${file}`,
      ),
    ]);
    const isUsed = (file: string): boolean =>
      makers.has(file) ||
      // Packages link to the documents of contracts/, and the image gets those under the links' names.
      file.startsWith("contracts/") ||
      laidOut.has(file.replace(/^sagemaker-containers\/[^/]+\//, ""));
    expect(filesOf(context).filter((file) => !isUsed(file))).toEqual([]);
    expect(filesOf(context)).toEqual(expect.arrayContaining([...makers]));
  });
});

describe("a change", () => {
  const copy = join(scratch, "repository");
  const hashes = (): Map<string, string> =>
    new Map(
      images.map((image) => [nameOf(image), stage(imageBuild({ repository: copy, torch: "cpu", ...image })).assetHash]),
    );
  let before: Map<string, string>;

  beforeAll(() => {
    const tracked = execFileSync(
      "git",
      [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        ".dockerignore",
        "*.md",
        "contracts",
        "models",
        "sagemaker-containers",
        "test",
      ],
      {
        cwd: repository,
        encoding: "utf8",
        maxBuffer: 1 << 26,
      },
    );
    for (const file of tracked.split("\0").filter((name) => name !== "" && existsSync(join(repository, name)))) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      cpSync(join(repository, file), join(copy, file), { verbatimSymlinks: true });
    }
    before = hashes();
  });

  /** Appends a line to a file of the copy, or makes it. Returns the names of the images that would be built anew. */
  const rebuiltBy = (file: string): string[] => {
    const path = join(copy, file);
    const original = existsSync(path) ? readFileSync(path) : undefined;
    appendFileSync(path, "\n");
    try {
      return [...hashes()].filter(([name, hash]) => before.get(name) !== hash).map(([name]) => name);
    } finally {
      if (original === undefined) rmSync(path);
      else writeFileSync(path, original);
    }
  };
  const all = images.map(nameOf);
  const training = all.filter((name) => name.endsWith(" training"));
  const inference = all.filter((name) => name.endsWith(" inference"));

  test("of a document, a test, a bench, an evaluation or a training log builds nothing", () => {
    const files = [
      "README.md",
      "models/README.md",
      "models/unet-gan-bach/evaluation.json",
      "models/unet-gan-bach/training-log.jsonl",
      "sagemaker-containers/README.md",
      "sagemaker-containers/unet-gan/README.md",
      "sagemaker-containers/unet-gan/bench/invocations_bench.py",
      "sagemaker-containers/music/tests/conftest.py",
      "sagemaker-containers/testing/src/opencomposer_testing/model_host.py",
      "sagemaker-containers/serving/requirements.in",
      "sagemaker-containers/music/pyproject.toml",
      "test/infra/image-context.test.ts",
      "contracts/dataset-catalogue.schema.json",
    ];
    expect(files.map((file) => [file, rebuiltBy(file)])).toEqual(files.map((file) => [file, []]));
  });

  test.each([
    [
      "a module that only one technique trains with",
      "sagemaker-containers/unet-gan/src/opencomposer_unet_gan/training.py",
      ["unet-gan training"],
    ],
    [
      "a module that one technique serves with",
      "sagemaker-containers/ar-cnn/src/opencomposer_ar_cnn/generation.py",
      ["ar-cnn training", "ar-cnn inference"],
    ],
    ["the training package", "sagemaker-containers/training/src/opencomposer_training/training_loop.py", training],
    [
      "the serving package, with which training checks its export",
      "sagemaker-containers/serving/src/opencomposer_serving/server.py",
      all,
    ],
    ["the lock of training", "sagemaker-containers/training/requirements.txt", training],
    ["PyTorch's lock", "sagemaker-containers/training/torch-cpu.txt", training],
    ["the lock of serving", "sagemaker-containers/serving/requirements.txt", inference],
    ["a stock model's card", "models/ar-cnn-bach/model-card.json", ["ar-cnn inference"]],
    ["the document of a technique with a container, which every image holds", "contracts/techniques/ar-cnn.json", all],
    ["the document of a technique without a container", "contracts/techniques/arranger.json", []],
    ["the Dockerfile", "sagemaker-containers/Dockerfile", all],
  ])("of %s builds the images that hold it", (_, file, images) => {
    expect(existsSync(join(copy, file))).toBe(true);
    expect(rebuiltBy(file).sort()).toEqual([...images].sort());
  });
});
