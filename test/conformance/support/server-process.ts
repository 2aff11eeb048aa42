import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";
import type { LocalSageMakerConfigInput } from "../../../local/sagemaker/config";

const readyLine = z.object({ ready: z.literal(true), url: z.string(), port: z.number(), pid: z.number() });

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  readonly child: ChildProcess;
  /** Exit code, or the signal that killed it. */
  readonly ended: Promise<number | string | null>;
}

/** The server as its own program, as `npm start` runs it. @throws Error with what it said when it does not become ready */
export async function startServerProcess(directory: string, config: LocalSageMakerConfigInput): Promise<ServerProcess> {
  const file = join(directory, "sagemaker.json");
  writeFileSync(file, JSON.stringify(config));
  const repository = resolve(__dirname, "..", "..", "..");
  const child = spawn(process.execPath, ["--import", "tsx", join(repository, "local/sagemaker/main.ts"), file], {
    cwd: repository,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  const ended = new Promise<number | string | null>((finish) => {
    child.once("exit", (code, signal) => {
      finish(code ?? signal);
    });
  });
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    new Promise<string>((finish) => lines.once("line", finish)),
    ended.then((exit) => {
      throw new Error(`the server ended with ${exit ?? "?"}:\n${said}`);
    }),
  ]);
  const content: unknown = JSON.parse(line);
  const { url, pid } = readyLine.parse(content);
  return { url, pid, child, ended };
}
