/** The processes of a local cloud, as Linux shows them: each names the cloud's folder or one of its addresses. */
import { readdirSync, readFileSync } from "node:fs";

export interface SeenProcess {
  readonly pid: number;
  /** With its arguments. */
  readonly command: string;
  /** One variable a line. */
  readonly environment: string;
}

/**
 * Every process whose command or environment has one of the marks, but this one.
 * @param marks - for example the cloud's folder
 */
export function processesNaming(marks: readonly string[]): readonly SeenProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
        const environment = readFileSync(`/proc/${name}/environ`, "utf8").replaceAll("\0", "\n");
        const isNamed = marks.some((mark) => command.includes(mark) || environment.includes(mark));
        return isNamed ? [{ pid: Number(name), command, environment }] : [];
      } catch {
        return []; // It ended while it was read.
      }
    });
}

const isShell = ({ command }: SeenProcess): boolean => command.startsWith("/bin/sh");

/** The function that makes compositions. */
export const isWorker = ({ command, environment }: SeenProcess): boolean =>
  command.includes("_worker.js") && /^AWS_LAMBDA_FUNCTION_NAME=.*CompositionsWorker/m.test(environment);

/** The endpoint of the U-Net GAN. */
export const isModelServer = (seen: SeenProcess): boolean =>
  seen.command.includes("opencomposer_unet_gan.serve") && !isShell(seen);

/** The container that trains a U-Net GAN for this job. */
export const isTrainerOf =
  (jobId: string) =>
  (seen: SeenProcess): boolean =>
    seen.command.includes("opencomposer_unet_gan.train") && seen.environment.includes(jobId) && !isShell(seen);

/** @throws Error when there is no process: a fault that strikes nothing proves nothing */
export function signalAll(seen: readonly SeenProcess[], name: NodeJS.Signals): void {
  if (seen.length === 0) throw new Error(`there is no process to send ${name} to`);
  for (const { pid } of seen) process.kill(pid, name);
}
