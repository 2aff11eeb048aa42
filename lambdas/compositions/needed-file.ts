/** Files without which a new composition could only fail: a request that needs a lost one is refused at once. */
import type { FieldError } from "../../domain/schemas/api/problem";
import { Problem } from "../problems/problem";
import type { ObjectStore } from "../stores/objects";

export interface NeededFile {
  readonly key: string;
  /** Whose file it is, as the response and the log name it: `track 01J…`. */
  readonly of: string;
  /** What chose it. */
  readonly field: Pick<FieldError, "pointer" | "value" | "allowed">;
  /** Whether the row that names the file is there. */
  readonly isNamed: () => Promise<boolean>;
}

/**
 * A file whose row has gone meanwhile is not lost: its resource was deleted, and the write of the composition, which asks
 * for the row, says so.
 * @throws Problem FILE_LOST
 */
export async function requireFiles(
  files: Pick<ObjectStore, "exists">,
  needed: readonly (NeededFile | undefined)[],
): Promise<void> {
  const looks = needed.map(async (file) => {
    if (file === undefined || (await files.exists(file.key)) || !(await file.isNamed())) return;
    const { of, field } = file;
    throw new Problem("FILE_LOST", {
      detail: `The file of ${of} is lost, so nothing can be composed with it. Choose another one, and delete this one.`,
      errors: [{ ...field, reason: "its file is lost" }],
      cause: new Error(`${of} has no file`),
    });
  });
  await Promise.all(looks);
}
