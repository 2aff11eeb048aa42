/**
 * A file that a row names and that cannot be used: it is not there, or its content is not what was written. Something
 * outside this API removed or overwrote it, and nothing that the caller sends brings it back. That is one response of
 * its own, 410 FILE_LOST, whose sentence says which of the two it is.
 */
import type * as z from "zod";
import { ObjectTooLargeError } from "../stores/objects";
import { Problem } from "./problem";

/** The content of a stored file is not what was written. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
}

/**
 * The longest stored file that the API reads. It fits into Lambda's response of 6 MB, which carries bytes as base64, and is
 * far longer than any file of ours.
 */
export const maxFileBytes = 4_194_304;

/** Whether an error says that the content of a stored file cannot be right. All our files are shorter than what is read. */
export const isDamage = (error: unknown): error is DamagedFile | ObjectTooLargeError =>
  error instanceof DamagedFile || error instanceof ObjectTooLargeError;

/** The content of a stored JSON file. @throws DamagedFile when it is no JSON, or does not fit the schema */
export function parseStoredJson<Schema extends z.ZodType>(bytes: Uint8Array, schema: Schema): z.output<Schema> {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw new DamagedFile("the file is not JSON", { cause: error });
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new DamagedFile("the file does not fit its schema", { cause: parsed.error });
  return parsed.data;
}

export interface UnusableFile {
  /** The file, as the response and the log name it: `score`. */
  readonly what: string;
  /** Whose file it is: `composition 01J…`. */
  readonly of: string;
  /** What can be done about it, as a sentence. */
  readonly advice: string;
  /** Why the file that is there cannot be read; absent where it is not there. */
  readonly damage?: Error | undefined;
}

/** The cause makes the wrapper log the problem as an error: whoever runs the stage hears of it. */
export function fileLost({ what, of, advice, damage }: UnusableFile): Problem {
  const fault = damage === undefined ? "is lost" : "is damaged";
  return new Problem("FILE_LOST", {
    detail: `The ${what} of ${of} ${fault}. ${advice}`,
    cause: new Error(`the ${what} of ${of} ${fault}`, { cause: damage }),
  });
}
