/** The command line as somebody else gets it: packed, and installed from the package in a folder of its own. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { repository } from "../../tools/repository";

export interface Ended {
  readonly code: number | null;
  /** The standard output. */
  readonly bytes: Buffer;
  readonly output: string;
  readonly errors: string;
}

export interface RunningCommand {
  readonly ended: Promise<Ended>;
  /** Writes a line to the standard input. */
  readonly type: (line: string) => void;
  /** What was printed to the standard error so far. */
  readonly told: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
}

export interface InstalledCommandLine {
  /** The folder in which the commands are called. */
  readonly folder: string;
  /** The folder of the program `opencomposer`. */
  readonly bin: string;
  /** The names of the files in the package. */
  readonly files: readonly string[];
  readonly begin: (words: readonly string[], more?: { readonly input?: Uint8Array }) => RunningCommand;
  readonly run: (words: readonly string[], more?: { readonly input?: Uint8Array }) => Promise<Ended>;
  readonly remove: () => void;
}

/** Runs a program of this machine to its end. @throws Error with its output when it fails */
async function runProgram(cwd: string, command: string, ...args: string[]): Promise<void> {
  // Not npm's own variables: `npm test` tells this process which package it is in.
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const child = spawn(command, args, { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}${errors}`);
}

/** Packs the command line of this repository, and installs the package without asking a registry. */
export async function installCommandLine(): Promise<InstalledCommandLine> {
  const whole = mkdtempSync(join(tmpdir(), "opencomposer-cli-"));
  const [packed, prefix, folder] = [join(whole, "packed"), join(whole, "prefix"), join(whole, "music")];
  for (const name of [packed, prefix, folder]) mkdirSync(name);
  await runProgram(repository, "npm", "pack", "--workspace", "cli", "--pack-destination", packed);
  const [tarball = ""] = readdirSync(packed);
  const options = ["--prefix", prefix, "--offline", "--no-audit", "--no-fund"];
  await runProgram(whole, "npm", "install", "--global", ...options, join(packed, tarball));
  const bin = join(prefix, "bin");
  const installed = join(prefix, "lib", "node_modules", "@opencomposer", "cli");
  const begin: InstalledCommandLine["begin"] = (words, { input } = {}) => {
    const { PATH = "" } = process.env;
    const child = spawn(join(bin, "opencomposer"), words, {
      cwd: folder,
      env: { PATH, HOME: whole, LANG: "C.UTF-8" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let told = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (told += chunk));
    // A command that reads nothing may have ended before its input is written.
    child.stdin.on("error", () => undefined);
    if (input !== undefined) child.stdin.end(input);
    const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
    const ended = Promise.all([closed, buffer(child.stdout)]).then(([code, bytes]) => ({
      code,
      bytes,
      output: bytes.toString("utf8"),
      errors: told,
    }));
    return {
      ended,
      told: () => told,
      type: (line) => {
        child.stdin.write(`${line}\n`);
      },
      kill: (signal) => {
        child.kill(signal);
      },
    };
  };
  return {
    folder,
    bin,
    files: readdirSync(installed, { recursive: true, encoding: "utf8" }).sort(),
    begin,
    run: async (words, more) => await begin(words, { input: new Uint8Array(), ...more }).ended,
    remove: () => {
      rmSync(whole, { recursive: true, force: true });
    },
  };
}
