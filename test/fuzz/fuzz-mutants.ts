/** Has mutants of files read by a worker with little memory, and watches its time. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import type { MutateParams } from "./mutate-midi";

export interface WorkerTask {
  readonly files: readonly Uint8Array[];
  readonly seed: number;
  /** The mutants from `from` up to, but without, `to`. */
  readonly from: number;
  readonly to: number;
  /** Holds the number of the mutant that is being read. */
  readonly progress: SharedArrayBuffer;
}

export type WorkerMessage =
  | { readonly kind: "FOUND"; readonly index: number; readonly what: string }
  | { readonly kind: "DONE"; readonly outcomes: readonly (readonly [string, number])[] };

/** A mutant that was not read as it must be. */
export interface Finding {
  readonly index: number;
  readonly what: string;
  readonly bytes: Uint8Array;
}

export interface FuzzResult {
  readonly mutants: number;
  readonly seconds: number;
  /** How many mutants were extracted, and how many were rejected by which code. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** The most CPU time that was seen to pass during one mutant, in seconds. */
  readonly slowest: number;
}

export interface FuzzParams {
  readonly mutants: number;
  readonly seed: number;
  readonly onProgress?: (mutants: number) => void;
  /** Called with each finding at once, so that a run that is stopped loses none. */
  readonly onFinding?: (finding: Finding) => void;
}

/** What is mutated, and who reads it. */
export interface FuzzSubject {
  /** The name of the program that reads, in this folder. */
  readonly worker: string;
  readonly files: readonly Uint8Array[];
  readonly mutantOf: (params: MutateParams) => Uint8Array;
}

/** A mutant may take a second of CPU time, and the worker's heap 128 MB: with Node itself that stays below 256 MB. */
const maxSeconds = 1;
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32 };
const looksEveryMilliseconds = 50;
/** Mutants of one worker, so that outcomes are told now and then. */
const mutantsOfWorker = 20_000;
const maxFindings = 20;

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
};

/** Reads so many mutants. Whoever reads them badly is among the findings, with the bytes. */
export async function fuzzMutants(subject: FuzzSubject, params: FuzzParams): Promise<FuzzResult> {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
  try {
    const program = join(folder, "worker.cjs");
    await build({
      ...{ entryPoints: [join(__dirname, subject.worker)], outfile: program, bundle: true, platform: "node" },
      logLevel: "error",
    });
    return await readMutants(program, subject, params);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function readMutants(
  program: string,
  { files, mutantOf }: FuzzSubject,
  { mutants, seed, onProgress, onFinding }: FuzzParams,
): Promise<FuzzResult> {
  const findings: Finding[] = [];
  const outcomes: Record<string, number> = {};
  const find = (index: number, what: string): void => {
    const finding = { index, what, bytes: mutantOf({ files, seed, index }) };
    findings.push(finding);
    onFinding?.(finding);
  };
  const began = performance.now();
  let slowest = 0;
  let from = 0;
  while (from < mutants && findings.length < maxFindings) {
    const to = Math.min(from + mutantsOfWorker, mutants);
    const progress = new SharedArrayBuffer(4);
    const at = new Int32Array(progress);
    at[0] = from;
    const worker = new Worker(program, { workerData: { files, seed, from, to, progress }, resourceLimits });
    let next: number | undefined;
    worker.on("message", (message: WorkerMessage) => {
      if (message.kind === "FOUND") find(message.index, message.what);
      else for (const [outcome, count] of message.outcomes) outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
    });
    worker.on("error", (error) => {
      find(Atomics.load(at, 0), `the worker ended: ${error.message}`);
      next = Atomics.load(at, 0) + 1;
    });
    const ended = once(worker, "exit").then(() => true);
    let index = -1;
    let since = cpuSeconds();
    while (!(await Promise.race([ended, wait(looksEveryMilliseconds, false)]))) {
      const now = Atomics.load(at, 0);
      if (now !== index) {
        index = now;
        since = cpuSeconds();
        continue;
      }
      const spent = cpuSeconds() - since;
      slowest = Math.max(slowest, spent);
      if (spent <= maxSeconds) continue;
      find(index, `took more than ${maxSeconds} s`);
      next = index + 1;
      await worker.terminate();
    }
    from = next ?? to;
    onProgress?.(from);
  }
  return { mutants: from, seconds: (performance.now() - began) / 1000, outcomes, findings, slowest };
}
