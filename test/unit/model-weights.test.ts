/** The budget of the weights in git: docs/adr/0036-weights-stay-in-git.md says why there is one. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { read, repository, repositoryFiles } from "./documents/support/repository-files";

const megabyte = 1_000_000;
const weights = repositoryFiles.filter((file) => file.endsWith(".onnx"));

test("weights lie in models/ only, and there are no more files than the record allows", () => {
  expect(weights.length).toBeLessThanOrEqual(9);
  expect(weights).toEqual(expect.arrayContaining(["models/unet-gan-bach/model.onnx", "models/ar-cnn-bach/model.onnx"]));
  expect(weights.filter((file) => !file.startsWith("models/"))).toEqual([]);
});

test("weights keep to the budget of the record", () => {
  const sizes = weights.map((file) => statSync(join(repository, file)).size);
  // A text file of Git LFS in the place of a model has some hundred bytes.
  expect(Math.min(...sizes)).toBeGreaterThan(megabyte);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(5 * megabyte);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(31 * megabyte);
});

test("git takes weights for binary files", () => {
  expect(read(".gitattributes").split("\n")).toContain("*.onnx binary");
});
