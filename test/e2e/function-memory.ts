/**
 * How much memory the functions of a local cloud have needed. MiniStack runs each as a Node process of its own and does
 * not hold it to its memory size, so the process is measured: `VmHWM`, the most resident memory it ever had, with Node,
 * the bundle and the SDK in it (proc_pid_status(5)).
 */
import { readdirSync, readFileSync } from "node:fs";

export interface FunctionMemory {
  readonly functionName: string;
  readonly peakMebibytes: number;
}

/** Of every function process that runs now. @param directory - the cloud's folder, which its functions' code is in */
export function functionMemory(directory: string): readonly FunctionMemory[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
        const functionName = environment.find((line) => line.startsWith("AWS_LAMBDA_FUNCTION_NAME="))?.split("=")[1];
        if (functionName === undefined || !environment.some((line) => line.includes(directory))) return [];
        const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
        return peak === undefined ? [] : [{ functionName, peakMebibytes: Number(peak) / 1024 }];
      } catch {
        return []; // It ended while it was read.
      }
    });
}
