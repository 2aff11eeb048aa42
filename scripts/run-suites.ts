/**
 * `npm test`: runs every test of both languages, then prints one line `N passed, N failed`.
 *
 * The suites without processes come first, because they show a fault soonest. Tests that fail are run once more when
 * nothing else runs ({@link runFailedAgain}).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type CommandUsage, readArguments, runCommand, UsageError } from "../tools/command-line";
import { type Group, runFailedAgain, runGroups, type Suite } from "./suites/run-groups";
import { type Counts, readJestReport, readPytestReport, type TestResult } from "./suites/test-results";

interface JestOptions {
  /** The suite's name, if it is not the project's. */
  readonly name?: string;
  readonly arguments?: readonly string[];
}

const jestSuite = (project: string, workers: number, options: JestOptions = {}): Suite => {
  const common = (reportFile: string): string[] => [
    ...["--selectProjects", project, "--json", "--outputFile", reportFile, "--forceExit=false"],
  ];
  return {
    name: options.name ?? `jest ${project}`,
    command: "node_modules/.bin/jest",
    arguments: (reportFile) => [
      ...common(reportFile),
      ...["--maxWorkers", String(workers), ...(options.arguments ?? [])],
    ],
    secondArguments: (reportFile, failed) => [
      ...[...common(reportFile), "--maxWorkers", "1"],
      ...["--runTestsByPath", ...new Set(failed.map(({ file }) => file))],
    ],
    readReport: readJestReport,
  };
};

const pytestArguments = (reportFile: string): string[] => [
  ...["-n", "5", ".venv/training/bin/python"],
  ...["-m", "pytest", "-q", "--junit-xml", reportFile],
];

const pytest: Suite = {
  name: "pytest containers",
  // It computes more than any other suite and looks at no clock, so it gives way to those that wait for what is shown.
  command: "nice",
  arguments: pytestArguments,
  secondArguments: (reportFile) => [
    ...pytestArguments(reportFile),
    "--last-failed",
    "--last-failed-no-failures",
    "none",
  ],
  // Other suites want the second core, and threads that wait for one another on a busy machine waste it.
  environment: { OMP_NUM_THREADS: "1" },
  readReport: readPytestReport,
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

/** The most lines of a failure's message that are shown a second time at the end of the run. */
const shownLines = 12;

function describeFailure({ file, name, message }: TestResult): string {
  const lines = stripVTControlCharacters(message).trim().split("\n").slice(0, shownLines);
  return [
    `● ${relative(".", file)} › ${name ?? "the file could not be run"}`,
    ...lines.map((line) => `    ${line}`),
  ].join("\n");
}

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
    const settings = { folder, silenceSeconds: suiteSilenceSeconds };
    const { results, unsteady } = await runFailedAgain(await runGroups(chosen, settings), settings);
    const failures = results.flatMap((result) => result.results).filter(({ status }) => status === "failed");
    if (failures.length > 0) console.log(`\nFailed:\n${failures.map(describeFailure).join("\n")}`);
    if (unsteady.length > 0) {
      console.log(`\nFailed beside other suites and passed alone:\n${unsteady.map(describeFailure).join("\n")}`);
    }
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
