/** Runs suites of tests in parallel lanes and reads the results that they report. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeResult, runStep } from "../run-step";
import { type Counts, countsOf, type TestResult, withSecondRun } from "./test-results";

export interface Suite {
  readonly name: string;
  readonly command: string;
  readonly arguments: (reportFile: string) => readonly string[];
  /** The arguments of a second run of the tests that failed, for a suite that can run some of its tests. */
  readonly secondArguments?: (reportFile: string, failed: readonly TestResult[]) => readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly readReport: (report: string) => readonly TestResult[];
}

/** Suites that run one after the other. */
export type Lane = readonly Suite[];

/** Lanes that run at the same time. */
export type Group = readonly Lane[];

export interface SuiteResult {
  readonly suite: Suite;
  readonly results: readonly TestResult[];
  /** Says that the suite crashed outside its tests, so that silence is never taken for success. */
  readonly crashed: boolean;
  readonly counts: Counts;
  /** A line for people: the suite's name, its time and its counts. */
  readonly line: string;
}

interface Settings {
  /** The folder into which the suites write their reports. */
  readonly folder: string;
  /**
   * Seconds without output after which a suite is ended, together with all that it has started, and counts as failed.
   */
  readonly silenceSeconds: number;
}

/**
 * Runs one group after the other. A suite is ended only for its silence, in whatever lane, because its time depends on
 * the machine and on the suites that run beside it.
 *
 * @returns the results in the order of the groups, their lanes and their suites
 */
export async function runGroups(groups: readonly Group[], settings: Settings): Promise<readonly SuiteResult[]> {
  const results: SuiteResult[] = [];
  for (const group of groups) {
    results.push(...(await Promise.all(group.map(async (lane) => await runLane(lane, settings)))).flat());
  }
  return results;
}

async function runLane(lane: Lane, settings: Settings): Promise<readonly SuiteResult[]> {
  const results: SuiteResult[] = [];
  for (const suite of lane) results.push(await runSuite(suite, suite.arguments, settings));
  return results;
}

/** The most test files that get a second run: where more fail, the machine's business is not the reason. */
const mostFilesRunAgain = 3;

export interface SecondRun {
  readonly results: readonly SuiteResult[];
  /** The tests that failed beside others and passed alone. */
  readonly unsteady: readonly TestResult[];
}

/**
 * Runs the failed tests once more, with nothing beside them, if there are few of them. A test that passes then counts as
 * passed, and is told by its name, because it depends on how busy the machine is and wants mending.
 */
export async function runFailedAgain(results: readonly SuiteResult[], settings: Settings): Promise<SecondRun> {
  const failed = results.flatMap((result) => result.results).filter(({ status }) => status === "failed");
  if (new Set(failed.map(({ file }) => file)).size > mostFilesRunAgain) return { results, unsteady: [] };
  const after: SuiteResult[] = [];
  for (const result of results) after.push(await secondLookAt(result, settings));
  const afterwards = after.flatMap((result) => result.results);
  const hasPassed = ({ file, name }: TestResult): boolean => {
    const same = afterwards.filter((result) => result.file === file && (name === undefined || result.name === name));
    return same.length > 0 && same.every(({ status }) => status !== "failed");
  };
  return { results: after, unsteady: failed.filter(hasPassed) };
}

async function secondLookAt(result: SuiteResult, settings: Settings): Promise<SuiteResult> {
  const failed = result.results.filter(({ status }) => status === "failed");
  const { secondArguments } = result.suite;
  if (secondArguments === undefined || result.crashed || failed.length === 0) return result;
  const again = { ...result.suite, name: `${result.suite.name}, again` };
  const second = await runSuite(again, (reportFile) => secondArguments(reportFile, failed), settings);
  const line = `${result.line}\n${second.line}`;
  // A second run that crashed proves nothing, so the results of the first one stand.
  if (second.crashed) return { ...result, line };
  const results = withSecondRun(result.results, second.results);
  return { ...result, results, counts: countsOf(results), line };
}

async function runSuite(
  suite: Suite,
  argumentsFor: (reportFile: string) => readonly string[],
  { folder, silenceSeconds }: Settings,
): Promise<SuiteResult> {
  const reportFile = join(folder, `${suite.name.replaceAll(/\W+/g, "-")}.report`);
  const { name, command, environment = {} } = suite;
  const step = { name, command, environment, arguments: argumentsFor(reportFile), silenceSeconds };
  const result = await runStep(step, { quiet: false });
  const results = resultsOf(suite, reportFile);
  const counted = countsOf(results ?? []);
  // A run that failed without a failed test crashed outside its tests.
  const crashed = results === undefined || (!result.passed && counted.failed === 0);
  const counts = crashed ? { ...counted, failed: 1 } : counted;
  const { passed, failed, skipped } = counts;
  const line = `${describeResult(result)}   ${passed} passed, ${failed} failed, ${skipped} skipped`;
  return { suite, results: results ?? [], crashed, counts, line };
}

function resultsOf(suite: Suite, reportFile: string): readonly TestResult[] | undefined {
  try {
    return suite.readReport(readFileSync(reportFile, "utf8"));
  } catch (error) {
    console.log(`${suite.name} left no report: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
