/** Runs suites of tests in parallel lanes and counts the results that they report. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeResult, runStep } from "../run-step";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Suite {
  readonly name: string;
  readonly command: string;
  readonly arguments: (reportFile: string) => readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Reads the counts out of the report. */
  readonly count: (report: string) => Counts;
}

/** Suites that run one after the other. */
export type Lane = readonly Suite[];

/** Lanes that run at the same time. */
export type Group = readonly Lane[];

export interface SuiteResult {
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
  for (const suite of lane) results.push(await runSuite(suite, settings));
  return results;
}

async function runSuite(suite: Suite, { folder, silenceSeconds }: Settings): Promise<SuiteResult> {
  const reportFile = join(folder, `${suite.name.replaceAll(" ", "-")}.report`);
  const { name, command, environment = {} } = suite;
  const step = { name, command, environment, arguments: suite.arguments(reportFile), silenceSeconds };
  const result = await runStep(step, { quiet: false });
  const counts = countOf(suite, result.passed, reportFile);
  const { passed, failed, skipped } = counts;
  return { counts, line: `${describeResult(result)}   ${passed} passed, ${failed} failed, ${skipped} skipped` };
}

/**
 * Returns the counts of a suite. One that crashes before it reports counts as one failure, so that silence is never
 * taken for success.
 */
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
