import { spawn } from "node:child_process";

export interface Step {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** After so long the command is ended, and has not passed. */
  readonly limitSeconds?: number;
}

export interface StepResult {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
}

/** Runs one command with its output shown as it comes; `quiet` keeps it back and shows it only if the command fails. */
export async function runStep(step: Step, { quiet }: { readonly quiet: boolean }): Promise<StepResult> {
  const started = Date.now();
  const output: Buffer[] = [];
  const passed = await new Promise<boolean>((resolve) => {
    const child = spawn(step.command, step.arguments, {
      stdio: ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
      env: { ...process.env, ...step.environment },
      ...(step.limitSeconds === undefined ? {} : { timeout: step.limitSeconds * 1000, killSignal: "SIGKILL" as const }),
    });
    child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => output.push(chunk));
    child.on("error", (error) => {
      output.push(Buffer.from(`${error.message}\n`));
      resolve(false);
    });
    child.on("close", (code) => {
      resolve(code === 0);
    });
  });
  if (quiet && !passed) process.stdout.write(Buffer.concat(output));
  return { name: step.name, passed, seconds: (Date.now() - started) / 1000 };
}

export function describeResult({ name, passed, seconds }: StepResult): string {
  return `${passed ? "✓" : "✗"} ${name.padEnd(28)} ${seconds.toFixed(1).padStart(7)} s`;
}
