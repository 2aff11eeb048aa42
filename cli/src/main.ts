/** The entry of the bundle: the command line in the process's own terminal. */
import { homedir } from "node:os";
import { runCommandLine } from "./program";
import type { Screen } from "./terminal";

const columnsWithoutScreen = 100;

const screenOf = (stream: NodeJS.WriteStream): Screen => ({
  stream,
  isTerminal: stream.isTTY,
  isScreen: stream.isTTY && process.env["TERM"] !== "dumb",
  // Asked at each picture, because a window changes its size. A terminal that has no window has 0 columns.
  get columns() {
    return stream.isTTY && stream.columns > 0 ? stream.columns : columnsWithoutScreen;
  },
});

const ending = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => {
    ending.abort(new Error("Canceled."));
  });
}
// Who reads has seen enough, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

void runCommandLine(process.argv.slice(2), {
  input: process.stdin,
  output: screenOf(process.stdout),
  errors: screenOf(process.stderr),
  environment: process.env,
  folder: process.cwd(),
  home: homedir(),
  signal: ending.signal,
}).then((code) => {
  // Not what is still open, as a connection that is kept alive, decides when the command ends.
  process.exit(code);
});
