/** Programs that a test runs as a person does, to their end. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { repository } from "../../tools/repository";

export interface ProgramResult {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

interface RunOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** What is typed, and then the input ends. @default "" */
  readonly input?: string;
}

/** Runs a program in the repository, and returns what it prints and its exit code. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { environment, input = "" }: RunOptions,
): Promise<ProgramResult> {
  const child = spawn(program, args, { cwd: repository, env: environment, stdio: ["pipe", "pipe", "pipe"] });
  // A program may end without having read anything.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [out, error, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, out, error };
}

/** Runs `scripts/{command}.ts` as npm does. */
export async function runCommand(
  command: string,
  given: readonly string[],
  options: RunOptions,
): Promise<ProgramResult> {
  const script = join(repository, "scripts", `${command}.ts`);
  return await runProgram(process.execPath, ["--no-warnings", "--import", "tsx", script, ...given], options);
}

/** Returns the variables of this process without those by which a developer reaches AWS. */
export const environmentWithoutAws = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:AWS|AMAZON|CDK)_/.test(name)));
