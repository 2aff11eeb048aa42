/** Ends the whole process group of a program that was started `detached`: the program and all that it has started. */
export function killGroup({ pid }: { readonly pid?: number | undefined }): void {
  // A program without a pid has never started.
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // There is no such group: all of it has ended already.
  }
}
