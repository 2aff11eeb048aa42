import { createInterface } from "node:readline/promises";
import { CanceledError, UsageError } from "../../tools/command-line";

/**
 * Asks whether to go on, unless `yes`.
 *
 * @throws CanceledError if the response is not yes
 * @throws UsageError if nobody can be asked, because the input is no terminal
 */
export async function confirm(question: string, { yes }: { readonly yes: boolean }): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) throw new UsageError(`${question} Nobody can be asked here; say so by --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const response = await terminal.question(`${question} Type yes to go on: `);
    if (response.trim().toLowerCase() !== "yes") throw new CanceledError("Nothing was done.");
  } finally {
    terminal.close();
  }
}
