/** How a program is run to its end, and ended with what it has started. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runToEnd, type RunToEndParams } from "../../../tools/processes/run-to-end";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-to-end-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const bash = async (script: string, more: Partial<RunToEndParams> = {}): Promise<void> => {
  await runToEnd({ name: "the program", command: "bash", args: ["-c", script], cwd: folder, ...more });
};

async function until(condition: () => boolean): Promise<boolean> {
  const deadline = Date.now() + 30_000;
  while (!condition() && Date.now() < deadline) await sleep(10);
  return condition();
}

/** A process that has ended stays in the process table until its parent asks for it (state Z). */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("standard output is reported by lines, and the log has both outputs", async () => {
  const lines: string[] = [];
  const logFile = join(folder, "logs", "program.log");
  await bash("echo one; echo two; echo three >&2", { report: (line) => lines.push(line), logFile });
  expect(lines).toEqual(["one", "two"]);
  expect(await until(() => readFileSync(logFile, "utf8").split("\n").length === 4)).toBe(true);
  expect(readFileSync(logFile, "utf8").split("\n").sort()).toEqual(["", "one", "three", "two"]);
});

test("it fails with what the program printed as errors, else with its output, else with its exit code", async () => {
  await expect(bash("echo output; echo reason >&2; exit 3")).rejects.toThrow(/^reason$/);
  await expect(bash("echo output; exit 3")).rejects.toThrow(/^output$/);
  await expect(bash("exit 3")).rejects.toThrow(/^the program ended with code 3\.$/);
  await expect(bash("true", { command: join(folder, "no-such-program") })).rejects.toThrow(/ENOENT/);
});

test("a program that prints without end is no burden: the error has the end of it", async () => {
  const failure = bash("seq 1 300000 >&2; exit 1");
  await expect(failure).rejects.toThrow(/300000$/);
  await expect(failure).rejects.toMatchObject({ message: expect.not.stringContaining("290000\n") as unknown });
});

test("the signal ends the program and what it has started", async () => {
  const ending = new AbortController();
  const pidFile = join(folder, "pid");
  const run = bash("sleep 600 & echo $! > pid.new; mv pid.new pid; wait", { signal: ending.signal });
  const ended = expect(run).rejects.toThrow("the program was ended");
  expect(await until(() => existsSync(pidFile))).toBe(true);
  const pid = Number(readFileSync(pidFile, "utf8"));
  ending.abort();
  await ended;
  expect(await until(() => !isAlive(pid))).toBe(true);
});

test("nothing goes on where the signal was given before the start", async () => {
  const ended = AbortSignal.abort();
  await expect(bash("sleep 600", { signal: ended })).rejects.toThrow("the program was ended");
});
