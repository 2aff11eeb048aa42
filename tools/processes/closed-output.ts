/**
 * Lets a process outlive the reader of its output: `npm start | tee log`, where Ctrl-C ends both, or a terminal that was
 * closed. Without this, each line that is written then is an uncaught error, and so is the line that tells of it.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // Whoever should be told of it is gone: there is nobody left to write to.
    stream.on("error", () => undefined);
  }
}
