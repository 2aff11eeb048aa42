/**
 * `npm test`: every test of both languages, then one line `N passed, N failed`.
 *
 * The suites without processes come first: they tell soonest what is broken.
 * A suite that crashes before it reports counts as one failure, so that silence is never taken for success.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { runCommand } from "../tools/command-line";
import { describeResult, runStep } from "./run-step";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Suite {
  readonly name: string;
  readonly command: string;
  readonly arguments: (reportFile: string) => readonly string[];
  readonly count: (report: string) => Counts;
}

const jestReport = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  numRuntimeErrorTestSuites: z.int(),
});

interface JestOptions {
  /** Of the suite, where it is not the project's. */
  readonly name?: string;
  readonly arguments?: readonly string[];
}

const jest = (project: string, workers: number, options: JestOptions = {}): Suite => ({
  name: options.name ?? `jest ${project}`,
  command: "node_modules/.bin/jest",
  arguments: (reportFile) => [
    ...["--selectProjects", project, "--maxWorkers", String(workers), ...(options.arguments ?? [])],
    ...["--json", "--outputFile", reportFile, "--forceExit=false"],
  ],
  count: (report) => {
    const counts = jestReport.parse(JSON.parse(report));
    return {
      passed: counts.numPassedTests,
      failed: counts.numFailedTests + counts.numRuntimeErrorTestSuites,
      skipped: counts.numPendingTests + counts.numTodoTests,
    };
  },
});

const pytest: Suite = {
  name: "pytest containers",
  command: ".venv/training/bin/python",
  arguments: (reportFile) => ["-m", "pytest", "-q", "--junit-xml", reportFile],
  count: (report) => {
    const attribute = (name: string): number =>
      [...report.matchAll(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`, "g"))].reduce(
        (sum, match) => sum + Number(match[1]),
        0,
      );
    const failed = attribute("failures") + attribute("errors");
    const skipped = attribute("skipped");
    return { passed: attribute("tests") - failed - skipped, failed, skipped };
  },
};

/** Nearly all of its minutes are waits between tries. */
const faultsOfAws = "test/integration/aws-faults";

const integration = jest("integration", 1, { arguments: ["--testPathIgnorePatterns", faultsOfAws] });

/** Suites that run one after the other. */
type Lane = readonly Suite[];

/**
 * One group after the other; the lanes of a group run at the same time. The suites that start processes wait for them
 * as long as they compute, so that two lanes of about the same length fill two cores.
 */
const groups: readonly (readonly Lane[])[] = [
  [[jest("unit", 2), jest("infra", 2)]],
  [
    [jest("e2e", 1)],
    [jest("oracle", 1), jest("workflow", 1), jest("faults", 1), pytest, jest("fidelity", 1), integration],
    [jest("integration", 1, { name: "jest aws-faults", arguments: ["--testPathPatterns", faultsOfAws] })],
  ],
];

/**
 * A test that never ends must not hold up a run for ever. Runners print a line a test file, so this is several times what
 * the longest file needs on two busy cores.
 */
const suiteSilenceSeconds = 900;

function countOf(suite: Suite, passed: boolean, reportFile: string): Counts {
  try {
    const counts = suite.count(readFileSync(reportFile, "utf8"));
    // A run that failed without a failed test crashed outside its tests.
    return passed || counts.failed > 0 ? counts : { ...counts, failed: 1 };
  } catch (error) {
    console.log(`${suite.name} left no report: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

interface SuiteResult {
  readonly counts: Counts;
  /** For people. */
  readonly line: string;
}

async function runSuite(suite: Suite, folder: string): Promise<SuiteResult> {
  const reportFile = join(folder, `${suite.name.replaceAll(" ", "-")}.report`);
  const { name, command } = suite;
  const step = { name, command, arguments: suite.arguments(reportFile), silenceSeconds: suiteSilenceSeconds };
  const result = await runStep(step, { quiet: false });
  const counts = countOf(suite, result.passed, reportFile);
  const { passed, failed, skipped } = counts;
  return { counts, line: `${describeResult(result)}   ${passed} passed, ${failed} failed, ${skipped} skipped` };
}

async function runLane(lane: Lane, folder: string): Promise<readonly SuiteResult[]> {
  const results: SuiteResult[] = [];
  for (const suite of lane) results.push(await runSuite(suite, folder));
  return results;
}

async function main(): Promise<void> {
  const only = process.argv.slice(2);
  const isChosen = ({ name }: Suite): boolean => only.length === 0 || only.some((part) => name.includes(part));
  const chosen = groups.map((lanes) => lanes.map((lane) => lane.filter(isChosen)));
  if (chosen.flat(2).length === 0) throw new Error(`no suite is called ${only.join(", ")}`);
  const folder = mkdtempSync(join(tmpdir(), "opencomposer-test-reports-"));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  try {
    for (const group of chosen) {
      const results = await Promise.all(group.map(async (lane) => await runLane(lane, folder)));
      for (const { counts, line } of results.flat()) {
        total.passed += counts.passed;
        total.failed += counts.failed;
        total.skipped += counts.skipped;
        lines.push(line);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${lines.join("\n")}`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
}

runCommand(main);
