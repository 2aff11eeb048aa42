/**
 * One local cloud for all test files of a suite: jest starts it before them and stops it after them, in one process. The
 * files run in processes of their own, and find the cloud by a variable that names its folder.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { newDirectory, type Outputs, outputsSchema, type RunningCloud, startCloud } from "./running-cloud";
import { until } from "./until";

export interface SuiteCloud {
  /**
   * Starts the cloud before the suite. One that the variable names already serves while tests are written: it is used as
   * it is, and goes on running.
   *
   * @param environment - variables of the cloud's processes
   */
  readonly start: (environment?: Readonly<Record<string, string>>) => Promise<void>;
  /**
   * Ctrl-C for the cloud that was started.
   *
   * @throws Error if it ends with another code than 0, leaves processes behind or takes two minutes
   */
  readonly stop: () => Promise<void>;
  /** The cloud's folder. @throws Error if the suite has none */
  readonly directory: () => string;
  readonly outputs: () => Outputs;
}

/** A stop ends by itself; this only tells one that hangs from one on a busy machine. */
const longestStopSeconds = 120;

/** @param variable - the environment variable that names the cloud's folder */
export function suiteCloud(variable: string): SuiteCloud {
  let started: RunningCloud | undefined;
  const directory = (): string => {
    const named = process.env[variable];
    if (named === undefined) throw new Error(`The suite has no cloud: ${variable} is not set.`);
    return named;
  };
  return {
    start: async (environment = {}) => {
      if (process.env[variable] !== undefined) return;
      const cloud = await startCloud(newDirectory(), environment);
      try {
        await until("everything is up", 300, () => cloud.printed().includes("everything is up"));
      } catch (error) {
        // jest stops what a suite has started only where the start was good.
        await cloud.stop();
        throw error;
      }
      started = cloud;
      process.env[variable] = cloud.directory;
    },
    stop: async () => {
      const stopped = await started?.stop();
      started = undefined;
      if (stopped === undefined) return;
      const { code, seconds, left } = stopped;
      if (code === 0 && left.length === 0 && seconds < longestStopSeconds) return;
      const how = `with ${code ?? "a signal"} after ${seconds.toFixed(0)} s`;
      throw new Error(`The cloud ended ${how}, and left behind:\n${left.join("\n")}`);
    },
    directory,
    outputs: () => outputsSchema.parse(JSON.parse(readFileSync(join(directory(), "outputs.json"), "utf8"))),
  };
}
