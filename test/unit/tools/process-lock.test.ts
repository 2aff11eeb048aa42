/** Several processes that want one lock, at the moments at which one could take it from another. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isHolderAlive, type LockHolder, lockHolder, takeProcessLock } from "../../../tools/processes/process-lock";

const program = join(__dirname, "support/hold-lock.ts");
const whyRefused = ({ pid }: LockHolder): string => `process ${pid} has it`;

let folder = "";
let file = "";
let children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-lock-"));
  file = join(folder, "lock", "running.json");
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    child.kill("SIGKILL");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Leaves a lock behind as a killed process does. */
function leaveDeadLock(): void {
  takeProcessLock({ file, whyRefused });
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(file, JSON.stringify({ pid, startedAt: "2026-01-01T00:00:00Z", processStart: "1" }));
}

/** Waits without letting this process do anything else, as if it were stopped just there. */
function stopUntil(what: string, isReached: () => boolean): void {
  const deadline = Date.now() + 300_000;
  while (!isReached()) {
    if (Date.now() > deadline) throw new Error(`not within 300 s: ${what}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

/** Starts a process that wants the lock. Returns it, and the lines of its report so far. */
function startProcess(name: string, dieAt = ""): { readonly child: ChildProcess; readonly lines: () => string[] } {
  const report = join(folder, `${name}.report`);
  const child = spawn(process.execPath, ["--import", "tsx", program, file, report, dieAt], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  children.push(child);
  return { child, lines: () => (existsSync(report) ? readFileSync(report, "utf8").trim().split("\n") : []) };
}

const hasEnded = (lines: readonly string[]): boolean => lines.some((line) => /^(holds|refused|The lock)/.test(line));

test("a lock that was taken over while another process still thought it dead stays with who took it", () => {
  leaveDeadLock();
  const processes: ReturnType<typeof startProcess>[] = [];
  // This process is stopped twice: when it has found the holder dead, and when it judges the holder once more.
  const isAlive = (holder: LockHolder): boolean => {
    const verdict = isHolderAlive(holder);
    if (processes.length < 2) {
      const next = startProcess(`process-${processes.length}`);
      processes.push(next);
      stopUntil("the process has the lock or was refused", () => hasEnded(next.lines()));
    }
    return verdict;
  };
  expect(() => takeProcessLock({ file, whyRefused, isAlive })).toThrow(/^process \d+ has it$/);
  const [first, second] = processes;
  expect(first?.lines().at(-1)).toBe("holds");
  expect(second?.lines().at(-1)).toBe(`refused ${String(first?.child.pid)}`);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: first?.child.pid });
});

test("a process that is about to replace a dead lock makes others wait, and takes the lock itself", () => {
  leaveDeadLock();
  let judgments = 0;
  let other: ReturnType<typeof startProcess> | undefined;
  const isAlive = (holder: LockHolder): boolean => {
    judgments += 1;
    const verdict = isHolderAlive(holder);
    // The second judgment is the last before the lock is replaced.
    if (judgments === 2) {
      const { lines } = (other = startProcess("other"));
      stopUntil("the other one has seen this process", () => lines().includes(`judges ${process.pid}`));
    }
    return verdict;
  };
  const release = takeProcessLock({ file, whyRefused, isAlive });
  stopUntil("the other one was refused", () => hasEnded(other?.lines() ?? []));
  expect(other?.lines().at(-1)).toBe(`refused ${process.pid}`);
  release();
  expect(readdirSync(join(folder, "lock"))).toEqual([]);
});

test("a process that was killed while it replaced a dead lock holds up nobody and leaves nothing", async () => {
  leaveDeadLock();
  const { child, lines } = startProcess("killed", "2");
  await once(child, "exit");
  expect(lines()).toHaveLength(2);
  takeProcessLock({ file, whyRefused })();
  expect(readdirSync(join(folder, "lock"))).toEqual([]);
});

test("who has a lock is told while that process lives", () => {
  expect(lockHolder(file)).toBeUndefined();
  const release = takeProcessLock({ file, whyRefused });
  expect(lockHolder(file)).toMatchObject({ pid: process.pid });
  expect(lockHolder(file, () => false)).toBeUndefined();
  release();
  expect(lockHolder(file)).toBeUndefined();
});
