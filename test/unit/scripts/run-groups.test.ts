/** How `npm test` runs its suites, tried on suites that are shell scripts. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { runFailedAgain, runGroups, type Suite } from "../../../scripts/suites/run-groups";
import { countsOf } from "../../../scripts/suites/test-results";
import { stopTheClock, untilTrue } from "./support/stopped-clock";

const reportSchema = z.array(
  z.object({
    file: z.string(),
    name: z.string(),
    status: z.enum(["passed", "failed", "skipped"]),
    message: z.string(),
  }),
);

/** A suite whose report is what it writes to `$REPORT`, and which runs `again` for its failed tests, if that is given. */
const suite = (name: string, script: string, again?: string): Suite => {
  const run = (text: string, reportFile: string): string[] => ["-c", `set -e; REPORT='${reportFile}'; ${text}`];
  return {
    name,
    command: "bash",
    arguments: (reportFile) => run(script, reportFile),
    ...(again !== undefined && {
      secondArguments: (reportFile, failed) =>
        run(`echo again ${failed.map((test) => test.name ?? "").join(" ")}; ${again}`, reportFile),
    }),
    readReport: (text) => reportSchema.parse(JSON.parse(text)),
  };
};

/** A script that reports so many tests of each kind, each kind in files of its own. */
const report = (passed: number, failed = 0, skipped = 0): string => {
  const tests = Object.entries({ passed, failed, skipped }).flatMap(([status, count]) =>
    Array.from({ length: count }, (_, index) => ({ file: `${status}-${index}`, name: status, status, message: "" })),
  );
  return `echo '${JSON.stringify(tests)}' > "$REPORT"`;
};

let folder: string;
let printed: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-groups-"));
  printed = "";
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  jest.spyOn(console, "log").mockImplementation((text) => {
    printed += String(text);
  });
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** What is left of a result where the seconds do not matter. */
const withoutSeconds = (lines: readonly { readonly line: string }[]): string[] =>
  lines.map(({ line }) => line.replace(/ +\d+\.\d s +/, " N s "));

test("in every lane a suite is ended for its silence, and none for its length", async () => {
  // Each lane has a suite that hangs and then one that is well. The steady suite prints before each limit of silence that
  // ends the others, and runs longer than that limit.
  stopTheClock();
  const lanes = ["one", "two", "three"];
  const after = (lane: string): string => join(folder, `after-${lane}`);
  const hanging = lanes.map((lane) => [
    suite(`hanging ${lane}`, `${report(1)}; echo begun ${lane}; sleep 600`),
    suite(`after ${lane}`, `touch '${after(lane)}'; ${report(2)}`),
  ]);
  const othersHaveEnded = lanes.map((lane) => `-f '${after(lane)}'`).join(" && ");
  const goOn = join(folder, "go-on");
  const steady = suite(
    "steady",
    `echo first line; until [[ -e '${goOn}' ]]; do sleep 0.02; done
     echo second line; until [[ ${othersHaveEnded} ]]; do sleep 0.02; done; ${report(4)}`,
  );
  const running = runGroups([[[steady], ...hanging]], { folder, silenceSeconds: 5 });
  const firstLines = ["first line", ...lanes.map((lane) => `begun ${lane}`)];
  await untilTrue("all have begun", () => firstLines.every((line) => printed.includes(line)));
  jest.advanceTimersByTime(4_000);
  writeFileSync(goOn, "");
  await untilTrue("the steady suite goes on", () => printed.includes("second line"));
  jest.advanceTimersByTime(999);
  expect(printed).not.toContain("printed nothing");
  jest.advanceTimersByTime(1);
  const results = await running;

  const ofALane = (lane: string): string[] => [
    `✗ hanging ${lane} N s 1 passed, 1 failed, 0 skipped`,
    `✓ after ${lane} N s 2 passed, 0 failed, 0 skipped`,
  ];
  expect(withoutSeconds(results)).toEqual([
    "✓ steady N s 4 passed, 0 failed, 0 skipped",
    ...lanes.flatMap((lane) => ofALane(lane)),
  ]);
  for (const lane of lanes) expect(printed).toContain(`hanging ${lane} printed nothing for 5 s and was ended.`);
});

test("each suite's line says how long it took", async () => {
  const results = await runGroups([[[suite("a suite", `sleep 0.3; ${report(1)}`)]]], { folder, silenceSeconds: 60 });
  expect(results[0]?.line).toMatch(/^✓ a suite +\d+\.\d s {3}1 passed/);
  expect(Number(/(\d+\.\d) s/.exec(results[0]?.line ?? "")?.[1])).toBeGreaterThan(0.2);
});

test("a group begins when all lanes of the one before it have ended", async () => {
  const [slow, quick] = [join(folder, "slow"), join(folder, "quick")];
  const first = [
    [suite("slow", `sleep 0.5; touch '${slow}'; ${report(1)}`)],
    [suite("quick", `touch '${quick}'; ${report(1)}`)],
  ];
  const second = [[suite("second", `[[ -f '${slow}' && -f '${quick}' ]] && ${report(1)}`)]];
  const results = await runGroups([first, second], { folder, silenceSeconds: 60 });
  expect(results.map((result) => result.counts.failed)).toEqual([0, 0, 0]);
});

test("a suite that leaves no report, or fails without a failed test, counts as one failure", async () => {
  const results = await runGroups(
    [[[suite("silent", "true"), suite("broken", `${report(3)}; exit 1`), suite("red", `${report(3, 2, 1)}; exit 1`)]]],
    { folder, silenceSeconds: 60 },
  );
  expect(results.map((result) => result.counts)).toEqual([
    { passed: 0, failed: 1, skipped: 0 },
    { passed: 3, failed: 1, skipped: 0 },
    { passed: 3, failed: 2, skipped: 1 },
  ]);
  expect(printed).toContain("silent left no report");
  expect(existsSync(join(folder, "silent.report"))).toBe(false);
});

describe("a second look at what failed", () => {
  const settings = (): { folder: string; silenceSeconds: number } => ({ folder, silenceSeconds: 60 });
  const lookAgain = async (...suites: Suite[]): ReturnType<typeof runFailedAgain> =>
    await runFailedAgain(await runGroups([[suites]], settings()), settings());
  /** A script that reports one test of the file `f`. */
  const one = (status: "passed" | "failed"): string =>
    `echo '${JSON.stringify([{ file: "f", name: "t", status, message: "why" }])}' > "$REPORT"`;

  test("a test that passes alone counts as passed and is told by its name", async () => {
    const { results, unsteady } = await lookAgain(
      suite("steady", report(2)),
      suite("red", `${one("failed")}; exit 1`, one("passed")),
    );
    expect(results.map(({ counts }) => counts)).toEqual([
      { passed: 2, failed: 0, skipped: 0 },
      { passed: 1, failed: 0, skipped: 0 },
    ]);
    expect(unsteady).toEqual([{ file: "f", name: "t", status: "failed", message: "why" }]);
    expect(printed).toContain("again t");
    expect(results[1]?.line).toMatch(/^✗ red .*0 passed, 1 failed.*\n✓ red, again .*1 passed, 0 failed/);
  });

  test("a test that fails twice counts as failed", async () => {
    const { results, unsteady } = await lookAgain(suite("red", `${one("failed")}; exit 1`, `${one("failed")}; exit 1`));
    expect(results.map(({ counts }) => counts)).toEqual([{ passed: 0, failed: 1, skipped: 0 }]);
    expect(unsteady).toEqual([]);
  });

  test("a second run that crashes proves nothing", async () => {
    const { results, unsteady } = await lookAgain(suite("red", `${one("failed")}; exit 1`, "exit 1"));
    expect(results.map(({ counts }) => counts)).toEqual([{ passed: 0, failed: 1, skipped: 0 }]);
    expect(unsteady).toEqual([]);
  });

  test("nothing is run again where many files failed, where a suite crashed, and where nothing failed", async () => {
    const again = report(9);
    const many = await lookAgain(suite("many", `${report(0, 4)}; exit 1`, again));
    const crashed = await lookAgain(suite("crashed", "exit 1", again), suite("well", report(3), again));
    expect([...many.results, ...crashed.results].map(({ counts }) => counts)).toEqual([
      { passed: 0, failed: 4, skipped: 0 },
      { passed: 0, failed: 1, skipped: 0 },
      { passed: 3, failed: 0, skipped: 0 },
    ]);
    expect(printed).not.toContain("again");
  });

  test("its results count as the results of all files together", async () => {
    const { results } = await lookAgain(suite("red", `${report(2, 3, 1)}; exit 1`, report(0, 2)));
    expect(results.map((result) => countsOf(result.results))).toEqual([{ passed: 2, failed: 3, skipped: 1 }]);
  });
});
