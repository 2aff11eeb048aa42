import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStorageOutputs } from "../../../tools/stacks/storage-outputs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "storage-outputs-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const outputs = { TableName: "t", ArtifactsBucketName: "a", WorkBucketName: "w" };
const fileWith = (content: string): string => {
  const file = join(folder, "cdk-outputs.json");
  writeFileSync(file, content);
  return file;
};

it("reads the names of the stage that is asked for", () => {
  const file = fileWith(
    JSON.stringify({
      "opencomposer-dev-Storage": outputs,
      "opencomposer-prod-Storage": { ...outputs, TableName: "p" },
    }),
  );
  expect(readStorageOutputs(file, "prod")).toEqual({ tableName: "p", artifactsBucket: "a", workBucket: "w" });
});

it.each([
  [
    "the stack is not there",
    { "opencomposer-prod-Storage": outputs },
    /no outputs of the stack opencomposer-dev-Storage/,
  ],
  [
    "an older version deployed the stack",
    { "opencomposer-dev-Storage": { ...outputs, WorkBucketName: undefined } },
    /the stack opencomposer-dev-Storage lacks the output WorkBucketName\. An older version/,
  ],
  [
    "it has none of the outputs",
    { "opencomposer-dev-Storage": {} },
    /lacks the output TableName, ArtifactsBucketName, WorkBucketName\./,
  ],
])("says what to deploy where %s", (_, stacks, message) => {
  const file = fileWith(JSON.stringify(stacks));
  expect(() => readStorageOutputs(file, "dev")).toThrow(message);
  expect(() => readStorageOutputs(file, "dev")).toThrow(
    "npx cdk deploy --all --context stage=dev --outputs-file cdk-outputs.json",
  );
});

it.each(["", "[]", "{", "null"])("names the file where it holds %j", (content) => {
  const file = fileWith(content);
  expect(() => readStorageOutputs(file, "dev")).toThrow(`${file} is no file of stack outputs`);
});
