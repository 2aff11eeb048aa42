/**
 * Lets a process outlive the reader of its output: `npm start | tee log`, where Ctrl-C ends both, or a terminal that
 * was closed. Without this, each line that is then written is an uncaught error, and so is the line that reports it.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // The reader that should be told of the error is gone, and there is nobody left to write to.
    stream.on("error", () => undefined);
  }
}
