/** What `npm run images:push` reads from the programs that push, and the setting that it prints. */
import { loadStageConfig, parseStageConfig } from "../../../lib/config/load-stage-config";
import { techniqueIds } from "../../../naming/resource-names";
import { digestIn, imagesSetting } from "../../../scripts/images/image-push";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/opencomposer";

test("reads the digest from the last line of docker push, after those of the layers", () => {
  const printed = `The push refers to repository [${repository}]\nsha256:${"f".repeat(64)}: Pushed\na: digest: ${digest} size: 1487\n`;
  expect(digestIn(printed, "push.log")).toBe(digest);
});

test("says which file has no digest", () => {
  expect(() => digestIn("denied", "/tmp/push.log")).toThrow("/tmp/push.log");
});

const names = techniqueIds.flatMap((technique) => [`${technique}-training`, `${technique}-inference`]);

test("the setting that it prints is a stage's setting", () => {
  const images = imagesSetting(repository, new Map(names.map((name) => [name, digest])));
  const config = parseStageConfig({ ...loadStageConfig({ stage: "dev", folder: "/nowhere" }), images });
  for (const technique of techniqueIds) {
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
