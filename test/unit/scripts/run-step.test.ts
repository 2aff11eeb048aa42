import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep, type Step } from "../../../scripts/run-step";
import { stopTheClock, untilTrue } from "./support/stopped-clock";

const bash = (script: string, more: Partial<Step> = {}): Step => ({
  name: "a step of this test",
  command: "bash",
  arguments: ["-c", script],
  ...more,
});
const quiet = { quiet: true };

let folder: string;
let printed: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-step-"));
  printed = "";
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** A process that has ended stays in the process table until its parent asks for it (state Z). */
function isAlive(pidFile: string): boolean {
  const pid = readFileSync(pidFile, "utf8").trim();
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("a command that goes on printing may take longer than the silence that would end it", async () => {
  stopTheClock();
  const lines = [1, 2, 3, 4, 5];
  const script = lines.map((n) => `echo line ${n}; until [[ -e ${folder}/${n} ]]; do sleep 0.02; done`).join("; ");
  const running = runStep(bash(script, { silenceSeconds: 2 }), { quiet: false });
  for (const n of lines) {
    await untilTrue(`line ${n} is printed`, () => printed.includes(`line ${n}`));
    jest.advanceTimersByTime(1_900);
    writeFileSync(join(folder, String(n)), "");
  }
  const result = await running;
  expect(result.passed).toBe(true);
  expect(result.seconds).toBeGreaterThan(2);
});

test("a command that hangs is ended with what it has started, and has not passed", async () => {
  stopTheClock();
  const pidFile = join(folder, "pid");
  const running = runStep(bash(`sleep 600 & echo $! > ${pidFile}; echo begun; wait`, { silenceSeconds: 1 }), {
    quiet: false,
  });
  await untilTrue("it has begun", () => printed.includes("begun"));
  jest.advanceTimersByTime(999);
  expect(printed).not.toContain("printed nothing");
  jest.advanceTimersByTime(1);
  const result = await running;
  expect(result.passed).toBe(false);
  expect(printed).toContain("begun");
  expect(printed).toContain("printed nothing for 1 s");
  await untilTrue("what it has started has ended", () => !isAlive(pidFile));
});

test("the output of a command that is not to be seen is shown if it fails", async () => {
  await runStep(bash("echo well"), quiet);
  expect(printed).toBe("");
  await runStep(bash("echo broken; exit 1"), quiet);
  expect(printed).toBe("broken\n");
});

test("a process that a command leaves behind does not hold up the run", async () => {
  const pidFile = join(folder, "pid");
  const result = await runStep(bash(`sleep 600 & echo $! > ${pidFile}`), quiet);
  expect(result.passed).toBe(true);
  process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
});

test("a command that cannot be started has not passed, and says why", async () => {
  const result = await runStep({ name: "missing", command: join(folder, "no-such-command"), arguments: [] }, quiet);
  expect(result.passed).toBe(false);
  expect(printed).toContain("ENOENT");
});
