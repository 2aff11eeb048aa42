/**
 * Checks the files without which a new composition could only fail. A request that needs a lost one is refused at once.
 */
import type { FieldError } from "../../domain/schemas/api/problem";
import { Problem } from "../problems/problem";
import type { ObjectStore } from "../stores/objects";

export interface NeededFile {
  readonly key: string;
  /** The resource that has the file, as the response and the log name it: `track 01J…`. */
  readonly resource: string;
  /** The field of the request that chose the file. */
  readonly field: Pick<FieldError, "pointer" | "value" | "allowed">;
  /** Returns true if the row that names the file exists. */
  readonly isNamed: () => Promise<boolean>;
}

/**
 * Requires that the files exist. A file whose row has gone meanwhile is not lost: its resource was deleted, and the
 * write of the composition, which requires the row, finds that out.
 * @throws Problem FILE_LOST
 */
export async function requireFiles(
  files: Pick<ObjectStore, "exists">,
  needed: readonly (NeededFile | undefined)[],
): Promise<void> {
  const checks = needed.map(async (file) => {
    if (file === undefined || (await files.exists(file.key)) || !(await file.isNamed())) return;
    const { resource, field } = file;
    throw new Problem("FILE_LOST", {
      detail: `The file of ${resource} is lost, so nothing can be composed with it. Choose another one, and delete this one.`,
      errors: [{ ...field, reason: "its file is lost" }],
      cause: new Error(`${resource} has no file`),
    });
  });
  await Promise.all(checks);
}
