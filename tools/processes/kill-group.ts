/** Ends the whole process group of a program that was started `detached`: the program and all that it has started. */
export function killGroup({ pid }: { readonly pid?: number | undefined }): void {
  // Without a pid it never started.
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // No such group: all of it has ended, which is what was asked for.
  }
}
