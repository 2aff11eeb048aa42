/** What a suite reports of each of its tests, read from the reports of jest and of pytest. */
import * as z from "zod";

export interface TestResult {
  /** The file of the test: a path, or a module of Python. */
  readonly file: string;
  /** The test's name within its file, or `undefined` for a file that could not be run at all. */
  readonly name: string | undefined;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it failed, as the runner tells it. */
  readonly message: string;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function countsOf(results: readonly TestResult[]): Counts {
  const having = (status: TestResult["status"]): number => results.filter((result) => result.status === status).length;
  return { passed: having("passed"), failed: having("failed"), skipped: having("skipped") };
}

/**
 * Returns the results with those of a second run in the place of the first ones. A file that could not be run the first
 * time is judged by its second run alone.
 */
export function withSecondRun(first: readonly TestResult[], second: readonly TestResult[]): TestResult[] {
  const files = new Set(second.map(({ file }) => file));
  const tests = new Set(second.map(({ file, name }) => `${file}\n${name ?? ""}`));
  const isReplaced = ({ file, name }: TestResult): boolean =>
    name === undefined ? files.has(file) : tests.has(`${file}\n${name}`);
  return [...first.filter((result) => !isReplaced(result)), ...second];
}

const jestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

const jestStatus = (status: string): TestResult["status"] =>
  status === "passed" || status === "failed" ? status : "skipped";

/** Reads what `jest --json` wrote. */
export function readJestReport(report: string): TestResult[] {
  const { testResults } = jestReport.parse(JSON.parse(report));
  return testResults.flatMap(({ name: file, status, message, assertionResults }): TestResult[] =>
    assertionResults.length === 0 && status === "failed"
      ? [{ file, name: undefined, status, message }]
      : assertionResults.map((test) => ({
          file,
          name: test.fullName,
          status: jestStatus(test.status),
          message: test.failureMessages.join("\n"),
        })),
  );
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&", "#10": "\n" };

const unescape = (text: string): string => text.replace(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole);

const attributeOf = (attributes: string, name: string): string =>
  unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");

/** Reads what `pytest --junit-xml` wrote. pytest escapes `<` and `>` within attributes and texts. */
export function readPytestReport(report: string): TestResult[] {
  return [...report.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)].map(
    ([, attributes = "", body = ""]) => {
      const fault = /<(?:failure|error)\b([^>]*)>([^<]*)/.exec(body);
      return {
        file: attributeOf(attributes, "classname"),
        name: attributeOf(attributes, "name"),
        status:
          fault !== null ? ("failed" as const) : body.includes("<skipped") ? ("skipped" as const) : ("passed" as const),
        message: fault === null ? "" : unescape(`${attributeOf(fault[1] ?? "", "message")}\n${fault[2] ?? ""}`.trim()),
      };
    },
  );
}
