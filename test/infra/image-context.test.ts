/** What Docker gets to build an image from: the repository, cut down by .dockerignore. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { DockerImageAsset } from "aws-cdk-lib/aws-ecr-assets";
import { techniqueIds } from "../../naming/resource-names";

const repository = join(__dirname, "../..");

test("the links of the Python packages lead to files that the build context holds", () => {
  const outdir = mkdtempSync(join(tmpdir(), "image-context-"));
  try {
    const app = new App({ outdir });
    const stack = new Stack(app, "Stack");
    const { assetHash } = new DockerImageAsset(stack, "Image", {
      directory: repository,
      file: "sagemaker-containers/Dockerfile",
    });
    app.synth();
    const sources = join(outdir, `asset.${assetHash}`, "sagemaker-containers");
    const links = readdirSync(sources, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isSymbolicLink(),
    );
    expect(links.map(({ name }) => name).sort()).toEqual([
      "dataset-manifest.schema.json",
      "dataset-piece.schema.json",
      "invocation-request.schema.json",
      "model-limits.json",
      "model-metadata.schema.json",
      "techniques",
      "training-selection.schema.json",
    ]);
    for (const { parentPath, name } of links) {
      expect({ name, leadsToAFile: existsSync(join(parentPath, name)) }).toEqual({ name, leadsToAFile: true });
    }
    const documents = readdirSync(join(sources, "music/src/opencomposer_music/techniques"));
    expect(documents.sort()).toEqual(techniqueIds.map((id) => `${id}.json`).sort());
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});
