import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { killGroup } from "./kill-group";

export interface RunToEndParams {
  /** The name in the error's message. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; if absent, it is this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Gets each line of standard output. */
  readonly report?: (line: string) => void;
  /** A file that gets everything that the program prints, from the start. */
  readonly logFile?: string;
  /** Ends the program and all that it has started, at once. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end.
 *
 * @throws Error with the end of the program's output if its exit code is not 0
 */
export async function runToEnd(params: RunToEndParams): Promise<void> {
  const { name, command, args, cwd, environment = process.env, report, logFile, signal } = params;
  // The program gets a process group of its own, because ending it has to reach what it starts (pip, esbuild), too.
  const child = spawn(command, [...args], {
    cwd,
    env: { ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const end = (): void => {
    killGroup(child);
  };
  signal?.addEventListener("abort", end, { once: true });
  process.once("exit", end);

  let log: WriteStream | undefined;
  if (logFile !== undefined) {
    mkdirSync(dirname(logFile), { recursive: true });
    log = createWriteStream(logFile);
  }
  let errors = "";
  let output = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    output = `${output}${line}\n`.slice(-4_000);
    report?.(line);
    log?.write(`${line}\n`);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4_000);
    log?.write(text);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
      if (signal?.aborted === true) end();
    });
    if (signal?.aborted === true) throw new Error(`${name} was ended`);
    if (code !== 0) {
      const said = errors.trim() === "" ? output.trim() : errors.trim();
      const where = logFile === undefined ? "" : ` All that it said: ${logFile}`;
      throw new Error(said === "" ? `${name} ended with code ${code ?? "?"}.${where}` : `${said}${where}`);
    }
  } finally {
    signal?.removeEventListener("abort", end);
    process.removeListener("exit", end);
    if (log !== undefined) {
      // The log is complete before the caller goes on and may read it.
      log.end();
      await finished(log);
    }
  }
}
