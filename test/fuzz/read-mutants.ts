/** Reads mutants in a thread of its own, and says which one it is at, so that a hang or a crash can be told. */
import { parentPort, workerData } from "node:worker_threads";
import type { FuzzSubject, WorkerMessage, WorkerTask } from "./fuzz-mutants";

/** Nobody reads more of one fault. */
const maxFound = 20;

/**
 * Reads the mutants of the worker's task.
 * @param read - returns what became of a mutant in a word; throws if it was read badly
 */
export async function readTask(
  mutantOf: FuzzSubject["mutantOf"],
  read: (bytes: Uint8Array) => Promise<string> | string,
): Promise<void> {
  const { files, seed, from, to, progress } = workerData as WorkerTask;
  const at = new Int32Array(progress);
  const send = (message: WorkerMessage): void => parentPort?.postMessage(message);
  let found = 0;
  const outcomes = new Map<string, number>();
  for (let index = from; index < to && found < maxFound; index += 1) {
    Atomics.store(at, 0, index);
    const bytes = mutantOf({ files, seed, index });
    try {
      const outcome = await read(bytes);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      found += 1;
      send({ kind: "FOUND", index, what: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  send({ kind: "DONE", outcomes: [...outcomes] });
}
