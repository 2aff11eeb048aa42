/**
 * `npm test`: runs every test of both languages, then prints one line `N passed, N failed`.
 *
 * The suites without processes come first, because they show a fault soonest.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { type CommandUsage, readArguments, runCommand, UsageError } from "../tools/command-line";
import { type Counts, type Group, runGroups, type Suite } from "./suites/run-groups";

const jestReport = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  numRuntimeErrorTestSuites: z.int(),
});

interface JestOptions {
  /** The suite's name, if it is not the project's. */
  readonly name?: string;
  readonly arguments?: readonly string[];
}

const jestSuite = (project: string, workers: number, options: JestOptions = {}): Suite => ({
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
  // It computes more than any other suite and looks at no clock, so it gives way to those that wait for what is shown.
  command: "nice",
  arguments: (reportFile) => [
    ...["-n", "5", ".venv/training/bin/python"],
    ...["-m", "pytest", "-q", "--junit-xml", reportFile],
  ],
  // Other suites want the second core, and threads that wait for one another on a busy machine waste it.
  environment: { OMP_NUM_THREADS: "1" },
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

/** The folder of a suite that spends nearly all of its minutes waiting between tries. */
const faultsOfAws = "test/integration/aws-faults";

/** An e2e file with a cloud of its own, so it may run beside the others. */
const failuresEndToEnd = "test/e2e/failures";

/**
 * The groups of suites. They run one after the other, and the lanes of a group run at the same time. Each lane of the
 * second group takes about as long as the others. Most of its suites wait for the processes that they start, or for the
 * time between two tries, as long as they compute, so four lanes fill two cores.
 */
const groups: readonly Group[] = [
  [[jestSuite("unit", 2)], [jestSuite("infra-at-once", 1, { name: "jest infra" })]],
  [
    [
      jestSuite("e2e", 1, { arguments: ["--testPathIgnorePatterns", failuresEndToEnd] }),
      ...[jestSuite("permissions", 1), jestSuite("faults", 1), jestSuite("oracle", 1)],
    ],
    [jestSuite("console", 1)],
    [pytest, jestSuite("integration", 1, { arguments: ["--testPathIgnorePatterns", faultsOfAws] })],
    [
      jestSuite("integration", 1, { name: "jest aws-faults", arguments: ["--testPathPatterns", faultsOfAws] }),
      jestSuite("e2e", 1, { name: "jest e2e failures", arguments: ["--testPathPatterns", failuresEndToEnd] }),
      ...[jestSuite("e2e-one-cloud", 1), jestSuite("conformance", 1), jestSuite("workflow", 1)],
    ],
  ],
];

/**
 * Seconds without output after which a suite is ended, because a test that never ends must not block a run for ever.
 * Runners print a line for each test file, so this is several times what the longest file needs on two busy cores.
 */
const suiteSilenceSeconds = 900;

const usage = {
  command: "npm test",
  does: "Runs every test.",
  options: {},
  positionals: [{ name: "SUITE", does: "runs only the suites whose name has one of these parts", isRepeated: true }],
  examples: [{ given: "unit infra", does: "runs the suites of these names" }],
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  const only = readArguments(usage).positionals;
  const isChosen = ({ name }: Suite): boolean => only.length === 0 || only.some((part) => name.includes(part));
  const chosen = groups.map((lanes) => lanes.map((lane) => lane.filter(isChosen)));
  if (chosen.flat(2).length === 0) {
    const names = groups.flat(2).map(({ name }) => name);
    throw new UsageError(`No suite is called ${only.join(", ")}; there are ${names.join(", ")}.`);
  }
  const folder = mkdtempSync(join(tmpdir(), "opencomposer-test-reports-"));
  const started = Date.now();
  try {
    const results = await runGroups(chosen, { folder, silenceSeconds: suiteSilenceSeconds });
    console.log(`\n${results.map(({ line }) => line).join("\n")}`);
    console.log(`\nall suites together: ${((Date.now() - started) / 1000).toFixed(0)} s`);
    const sum = (key: keyof Counts): number => results.reduce((total, { counts }) => total + counts[key], 0);
    const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
    console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
    if (failed > 0 || passed === 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

runCommand(main);
