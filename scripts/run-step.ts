import { type ChildProcess, spawn } from "node:child_process";
import { killGroup } from "../tools/processes/kill-group";

export interface Step {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Seconds without output after which the command is ended and counts as failed. A slow machine makes a run long, but
   * only a run that hangs is silent.
   */
  readonly silenceSeconds?: number;
}

export interface StepResult {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
}

/**
 * Milliseconds in which output may still come after the command has ended. A process that it left behind can hold the
 * pipe open.
 */
const drainMilliseconds = 2_000;

/** Runs one command and shows its output as it comes. With `quiet` the output is shown only if the command fails. */
export async function runStep(step: Step, { quiet }: { readonly quiet: boolean }): Promise<StepResult> {
  const started = Date.now();
  const kept: Buffer[] = [];
  const show = (chunk: Buffer): void => {
    if (quiet) kept.push(chunk);
    else process.stdout.write(chunk);
  };
  const passed = await new Promise<boolean>((resolve) => {
    const child = spawn(step.command, step.arguments, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...step.environment },
      // The command gets a process group of its own, so that one that hangs is ended together with all that it has
      // started.
      detached: true,
    });
    const stopWithUs = endWithThisProcess(child);
    const silence = watchSilence(step.silenceSeconds, () => {
      show(Buffer.from(`\n${step.name} printed nothing for ${step.silenceSeconds ?? 0} s and was ended.\n`));
      killGroup(child);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        silence.restart();
        show(chunk);
      });
    }
    const end = (code: number | null): void => {
      silence.stop();
      stopWithUs();
      resolve(code === 0);
    };
    child.on("error", (error) => {
      show(Buffer.from(`${error.message}\n`));
      end(null);
    });
    child.on("exit", (code) => {
      const drained = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, drainMilliseconds);
      child.on("close", () => {
        clearTimeout(drained);
        end(code);
      });
    });
  });
  if (quiet && !passed) process.stdout.write(Buffer.concat(kept));
  return { name: step.name, passed, seconds: (Date.now() - started) / 1000 };
}

function watchSilence(
  seconds: number | undefined,
  onSilence: () => void,
): { readonly restart: () => void; readonly stop: () => void } {
  const timer = seconds === undefined ? undefined : setTimeout(onSilence, seconds * 1000);
  return {
    restart: () => {
      timer?.refresh();
    },
    stop: () => {
      clearTimeout(timer);
    },
  };
}

const running = new Set<ChildProcess>();

function endAll(signal: NodeJS.Signals): void {
  for (const child of running) killGroup(child);
  process.exit(signal === "SIGINT" ? 130 : 143);
}

/**
 * Ends the command together with this process, because a group of its own does not get the terminal's Ctrl-C.
 * @returns a function that ends the watch
 */
function endWithThisProcess(child: ChildProcess): () => void {
  if (running.size === 0) for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, endAll);
  running.add(child);
  return () => {
    running.delete(child);
    if (running.size === 0) for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, endAll);
  };
}

export function describeResult({ name, passed, seconds }: StepResult): string {
  return `${passed ? "✓" : "✗"} ${name.padEnd(28)} ${seconds.toFixed(1).padStart(7)} s`;
}
