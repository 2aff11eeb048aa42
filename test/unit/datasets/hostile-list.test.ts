/**
 * The 37 hostile or messy inputs by which data sets were designed. Each has tests whose names begin with its number, in
 * one of these files.
 */
import { readFileSync } from "node:fs";
import { repositoryPath } from "../../../lib/constructs/repository-root";

const files = [
  "test/unit/datasets/archive.test.ts",
  "test/unit/datasets/archives.test.ts",
  "test/unit/datasets/ingest-files.test.ts",
  "test/unit/datasets/tags.test.ts",
  "test/unit/datasets/upload-urls.test.ts",
  "test/unit/datasets/version.test.ts",
  "test/unit/music/extraction/hostile-files.test.ts",
  "test/e2e/own-data.test.ts",
];

/** A number at the beginning of a test's name, of a row of a table, or in a row's field `number`. */
const numberPattern = /(?:named\(|number: )"(\d{1,2})"|(?:"|, and )(\d{1,2}): |\((\d{1,2})\)"/g;

test("each of the 37 inputs has a test that names it", () => {
  const found = new Set<number>();
  for (const file of files) {
    for (const [, ...groups] of readFileSync(repositoryPath(file), "utf8").matchAll(numberPattern)) {
      found.add(Number(groups.find(Boolean)));
    }
  }
  const missing = Array.from({ length: 37 }, (_, index) => index + 1).filter((number) => !found.has(number));
  expect(missing).toEqual([]);
});
