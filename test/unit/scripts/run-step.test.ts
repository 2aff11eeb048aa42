import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runStep, type Step } from "../../../scripts/run-step";

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
  const result = await runStep(bash("for i in 1 2 3 4 5; do echo $i; sleep 0.5; done", { silenceSeconds: 2 }), quiet);
  expect(result.passed).toBe(true);
  expect(result.seconds).toBeGreaterThan(2);
});

test("a command that hangs is ended with what it has started, and has not passed", async () => {
  const pidFile = join(folder, "pid");
  const result = await runStep(
    bash(`sleep 600 & echo $! > ${pidFile}; echo begun; wait`, { silenceSeconds: 1 }),
    quiet,
  );
  expect(result.passed).toBe(false);
  expect(printed).toContain("begun");
  expect(printed).toContain("printed nothing for 1 s");
  const deadline = Date.now() + 30_000;
  while (isAlive(pidFile) && Date.now() < deadline) await sleep(20);
  expect(isAlive(pidFile)).toBe(false);
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
