import { dirname } from "node:path";
import { takeProcessLock } from "../tools/processes/process-lock";

/**
 * Locks the folder of a local cloud for this process. Returns a function that releases it.
 * @throws Error naming the process that has it
 */
export function takeInstanceLock(file: string): () => void {
  return takeProcessLock({
    file,
    whyRefused: ({ pid, startedAt }) =>
      `A local cloud already runs on this folder (${dirname(file)}): process ${pid}, started ${startedAt}. Use it, ` +
      `end it (Ctrl-C in its terminal, or kill ${pid}), or start another one beside it: ` +
      `OPENCOMPOSER_LOCAL_DIR=/some/folder npm start`,
  });
}
