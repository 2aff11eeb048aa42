/** What is read out of the reports of real runs of jest and pytest. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readJestReport, readPytestReport, type TestResult, withSecondRun } from "../../../scripts/suites/test-results";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "test-results-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const withoutMessages = (results: readonly TestResult[]): Omit<TestResult, "message">[] =>
  results.map(({ file, name, status }) => ({ file, name, status }));

test("jest's report has each test with its status, and a file that cannot be run as one failure", () => {
  writeFileSync(join(folder, "jest.config.json"), "{}");
  writeFileSync(
    join(folder, "some.test.js"),
    `describe("a", () => { test("is well", () => {}); test("is ill", () => { throw new Error("a <reason>"); }); test.skip("waits", () => {}); });`,
  );
  writeFileSync(join(folder, "broken.test.js"), "this is no program");
  const reportFile = join(folder, "report.json");
  spawnSync(join(process.cwd(), "node_modules/.bin/jest"), ["-i", "--json", "--outputFile", reportFile], {
    cwd: folder,
  });
  const results = readJestReport(readFileSync(reportFile, "utf8"));
  const [some, broken] = [join(folder, "some.test.js"), join(folder, "broken.test.js")];
  expect(withoutMessages(results).toSorted((a, b) => `${a.file}${a.name}`.localeCompare(`${b.file}${b.name}`))).toEqual(
    [
      { file: broken, name: undefined, status: "failed" },
      { file: some, name: "a is ill", status: "failed" },
      { file: some, name: "a is well", status: "passed" },
      { file: some, name: "a waits", status: "skipped" },
    ],
  );
  const messageOf = (file: string): string =>
    results
      .filter((result) => result.file === file)
      .map(({ message }) => message)
      .join("");
  expect(messageOf(some)).toContain("a <reason>");
  expect(messageOf(broken)).toContain("no program");
});

test("pytest's report has each test with its status and reason", () => {
  writeFileSync(
    join(folder, "test_some.py"),
    `import pytest
def test_is_well(): pass
@pytest.mark.parametrize("text", ["a < b > c"])
def test_is_ill(text): assert text == "a & \\"quoted\\" text"
@pytest.mark.skip(reason="later")
def test_waits(): pass
@pytest.fixture
def broken(): raise RuntimeError("no fixture")
def test_has_no_fixture(broken): pass
`,
  );
  const reportFile = join(folder, "report.xml");
  spawnSync(".venv/training/bin/python", [
    "-m",
    "pytest",
    "-q",
    "--rootdir",
    folder,
    "-c",
    "/dev/null",
    "-p",
    "no:cacheprovider",
    "--junit-xml",
    reportFile,
    folder,
  ]);
  const results = readPytestReport(readFileSync(reportFile, "utf8"));
  expect(results.map(({ name, status }) => [name, status])).toEqual([
    ["test_is_well", "passed"],
    ["test_is_ill[a < b > c]", "failed"],
    ["test_waits", "skipped"],
    ["test_has_no_fixture", "failed"],
  ]);
  expect(new Set(results.map(({ file }) => file)).size).toBe(1);
  expect(results[1]?.message).toContain('a & "quoted" text');
  expect(results[3]?.message).toContain("no fixture");
});

test("a second run replaces the tests that it ran, and all that is known of a file that could not be run", () => {
  const result = (file: string, name: string | undefined, status: TestResult["status"]): TestResult => ({
    file,
    name,
    status,
    message: "",
  });
  const first = [
    result("a", "one", "failed"),
    result("a", "two", "passed"),
    result("b", undefined, "failed"),
    result("c", "one", "failed"),
  ];
  const second = [result("a", "one", "passed"), result("b", "one", "passed"), result("b", "two", "failed")];
  expect(withSecondRun(first, second)).toEqual([result("a", "two", "passed"), result("c", "one", "failed"), ...second]);
});
