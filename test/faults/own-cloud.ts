/** A local cloud in a folder of its own that can be killed and started again over the same folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Outputs, readOutputs } from "../../local/outputs";
import { processesOf } from "../e2e/running-cloud";
import { until } from "../e2e/until";
import { processesNaming, type SeenProcess } from "../support/cloud-processes";

const repository = resolve(__dirname, "../..");
/** A first start on a busy machine makes environments and deploys all stacks. */
const startSeconds = 900;
const stopSeconds = 180;

export class OwnCloud {
  readonly directory = mkdtempSync(join(tmpdir(), "opencomposer-own-cloud-"));
  /** Ids of what was there when it was killed: its last snapshot may not know them. */
  readonly forgotten = new Set<string>();
  private child: ChildProcess | undefined;
  private ended: Promise<number | null> = Promise.resolve(0);
  /** A file, no pipe: a starter that outlives us for a moment must be able to say that it ends. */
  private readonly logFile = `${this.directory}.log`;

  constructor() {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(1));
  }

  /** @throws Error with what was printed when it is not up in time */
  async start(): Promise<void> {
    const log = openSync(this.logFile, "w");
    const child = spawn(join(repository, "node_modules/.bin/tsx"), ["local/start.ts"], {
      cwd: repository,
      env: { ...process.env, OPENCOMPOSER_LOCAL_DIR: this.directory },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    let isRunning = true;
    this.child = child;
    // Whoever ends us, ends it, too.
    const endChild = (): void => {
      child.kill("SIGINT");
    };
    process.once("exit", endChild);
    this.ended = new Promise((resolveEnd) => {
      child.once("close", (code) => {
        isRunning = false;
        process.off("exit", endChild);
        resolveEnd(code);
      });
    });
    await until("the local cloud is up", startSeconds, () => {
      if (!isRunning) throw new Error(`the local cloud ended before it was up:\n${this.printed().slice(-3_000)}`);
      return this.printed().includes("everything is up") && existsSync(join(this.directory, "outputs.json"));
    });
  }

  /** As they are now: a part that was started again has another process id. */
  outputs(): Outputs {
    const outputs = readOutputs(join(this.directory, "outputs.json"));
    if (outputs === undefined) throw new Error("the local cloud has written no outputs");
    return outputs;
  }

  printed(): string {
    return readFileSync(this.logFile, "utf8");
  }

  pidOf(part: "start" | "ministack" | "sagemaker"): number {
    const pid = this.outputs().pids[part];
    if (pid === undefined) throw new Error(`the local cloud does not name its process ${part}`);
    return pid;
  }

  /** Processes of this cloud alone: they name its folder, or one of its addresses. */
  processes(isWanted: (seen: SeenProcess) => boolean): readonly SeenProcess[] {
    const { directory } = this;
    const marks = [directory, ...(existsSync(join(directory, "outputs.json")) ? [this.outputs().awsEndpointUrl] : [])];
    return processesNaming(marks).filter(isWanted);
  }

  /** Waits until the starter has ended by itself. */
  async gone(): Promise<void> {
    const what = "the starter has ended";
    let isGone = false;
    void this.ended.then(() => (isGone = true));
    await until(what, stopSeconds, () => isGone);
    await until("its processes have ended", stopSeconds, () => processesOf(this.directory).length === 0);
  }

  /** Ctrl-C. @returns what is left of it, which should be nothing */
  async stop(): Promise<readonly string[]> {
    this.child?.kill("SIGINT");
    await this.ended;
    return processesOf(this.directory);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
    rmSync(this.logFile, { force: true });
  }
}
