/** Reads mutants in a thread of its own, and says which one it is at, so that a hang or a crash can be told. */
import { parentPort, workerData } from "node:worker_threads";
import { checkExtraction } from "../support/extraction-laws";
import type { WorkerMessage, WorkerTask } from "./fuzz-midi";
import { mutantOf } from "./mutate-midi";

const { files, seed, from, to, progress } = workerData as WorkerTask;
const at = new Int32Array(progress);
const send = (message: WorkerMessage): void => parentPort?.postMessage(message);

/** Nobody reads more of one fault. */
const maxFound = 20;
let found = 0;
const outcomes = new Map<string, number>();
for (let index = from; index < to && found < maxFound; index += 1) {
  Atomics.store(at, 0, index);
  const bytes = mutantOf({ files, seed, index });
  try {
    const extraction = checkExtraction(bytes);
    const outcome = extraction.kind === "REJECTED" ? extraction.rejection.code : extraction.kind;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  } catch (error) {
    found += 1;
    send({ kind: "FOUND", index, what: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
send({ kind: "DONE", outcomes: [...outcomes] });
