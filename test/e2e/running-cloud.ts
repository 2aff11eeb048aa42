/** The whole local cloud as a person starts it: `npm start` in a process of its own, in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as z from "zod";
import { processesNaming } from "../support/cloud-processes";
import { keepStacks, lendStacks } from "./synthesized-stacks";
import { until } from "./until";

export const repository = resolve(__dirname, "../..");

const userSchema = z.object({ username: z.string(), password: z.string() });
export const outputsSchema = z.object({
  apiUrl: z.url(),
  consoleUrl: z.url(),
  region: z.string(),
  userPoolId: z.string(),
  userPoolClientId: z.string(),
  demoUser: userSchema,
  secondUser: userSchema,
  awsEndpointUrl: z.url(),
  sagemakerEndpointUrl: z.url(),
  artifactsBucket: z.string(),
  workBucket: z.string(),
  tableName: z.string(),
  stateMachineArn: z.string(),
  pids: z.record(z.string(), z.int()),
});
export type Outputs = z.infer<typeof outputsSchema>;

export interface RunningCloud {
  readonly outputs: Outputs;
  readonly directory: string;
  /** What it has printed so far. */
  readonly printed: () => string;
  /** Ctrl-C: resolves with the exit code and the seconds it took, after removing the folder. */
  readonly stop: () => Promise<Stopped>;
  /** Ctrl-C, and the folder stays: the next start goes on in it. */
  readonly interrupt: () => Promise<Stopped>;
}

export interface Stopped {
  readonly code: number | null;
  readonly seconds: number;
  readonly left: readonly string[];
}

/** Processes whose environment or command line names this folder: what a stop must not leave behind. */
export const processesOf = (directory: string): string[] =>
  processesNaming([directory]).map(({ pid, command }) => `${pid} ${command}`);

/** What is still there of a cloud that has ended: processes that were killed with it may take a moment to go. */
export async function leftOf(directory: string): Promise<string[]> {
  const deadline = Date.now() + 80_000;
  for (;;) {
    const left = processesOf(directory);
    if (left.length === 0 || Date.now() > deadline) return left;
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

export interface CloudProcess {
  readonly child: ChildProcess;
  readonly directory: string;
  readonly printed: () => string;
  readonly ended: Promise<number | null>;
}

export const newDirectory = (): string => mkdtempSync(join(tmpdir(), "opencomposer-e2e-"));

/** @param directory of an earlier start, to go on with what it has left */
export function spawnCloud(
  options: readonly string[] = [],
  directory = newDirectory(),
  environment: Readonly<Record<string, string>> = {},
): CloudProcess {
  // As `npm start` does. The command tsx would end, with SIGKILL, a start that is too busy to see a signal within 60 ms.
  const child = spawn(process.execPath, ["--import", "tsx", "local/start.ts", ...options], {
    cwd: repository,
    env: { ...process.env, ...environment, OPENCOMPOSER_LOCAL_DIR: directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolveEnd) => child.once("close", resolveEnd));
  return { child, directory, printed: () => text, ended };
}

/**
 * Starts a cloud that tests use. Its stacks are those of an earlier one, if there are any of the same sources.
 *
 * @throws Error with what was printed when it is not ready in time
 */
export async function startCloud(
  inDirectory = newDirectory(),
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningCloud> {
  lendStacks(inDirectory);
  const { child, directory, printed, ended } = spawnCloud([], inDirectory, environment);
  const outputs = await outputsOf({ child, directory, printed, ended });
  keepStacks(directory);
  const interrupt = async (): Promise<Stopped> => {
    const started = Date.now();
    child.kill("SIGINT");
    const code = await ended;
    return { code, seconds: (Date.now() - started) / 1000, left: await leftOf(directory) };
  };
  return {
    outputs,
    directory,
    printed,
    interrupt,
    stop: async () => {
      const stopped = await interrupt();
      rmSync(directory, { recursive: true, force: true });
      return stopped;
    },
  };
}

/**
 * Where everything of a cloud is, as soon as it is up.
 *
 * @throws Error with what was printed when it is not ready in time; the cloud is ended then
 */
export async function outputsOf({ child, directory, printed, ended }: CloudProcess): Promise<Outputs> {
  const file = join(directory, "outputs.json");
  let running = true;
  void ended.then(() => (running = false));
  await until("the local cloud is ready", 300, () => {
    if (!running) throw new Error(`it ended before it was ready:\n${printed()}`);
    return existsSync(file);
  }).catch((error: unknown) => {
    child.kill("SIGINT");
    throw error;
  });
  return outputsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}
