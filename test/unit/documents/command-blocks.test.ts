/** Every block of shell commands in the documents is run by a test, or it is said why nobody can run it. */
import { blockRuns, commandBlocksOf } from "../../e2e/documents/command-blocks";
import { standInList, standIns } from "../../e2e/documents/stand-ins";
import { read, repositoryFiles } from "./support/repository-files";

test("of every block it is said how it is run, and of no other", () => {
  const blocks = repositoryFiles
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => commandBlocksOf(file).map(({ id }) => id));
  expect(blocks.toSorted()).toEqual(Object.keys(blockRuns).toSorted());
});

test("docs/local-and-aws.md tells of every program that stands in for another", () => {
  // Lines may be broken anywhere.
  const plain = (list: string): string => list.replaceAll(/\s+/g, " ").trim();
  const [, told = ""] =
    /<!-- stand-ins: begin -->\n(.*)<!-- stand-ins: end -->/s.exec(read("docs/local-and-aws.md")) ?? [];
  expect(plain(told)).toBe(plain(standInList()));
});

test("every program that stands in for another is told", () => {
  const programs = repositoryFiles.filter((file) => /^test\/e2e\/documents\/stand-ins\/[^.]+$/.test(file));
  expect(programs.map((file) => file.split("/").at(-1)).toSorted()).toEqual(
    standIns.map(({ program }) => program).toSorted(),
  );
});
