/**
 * Deals with files that a row names and that cannot be used, because they are not there or their content is not what
 * was written. Something outside this API removed or overwrote them, and nothing that the caller sends brings them
 * back. A request that needs such a file gets a problem of its own, FILE_LOST, whose sentence says which of the two has
 * happened.
 */
import type * as z from "zod";
import { ObjectTooLargeError } from "../stores/objects";
import { Problem } from "./problem";

/** Thrown when the content of a stored file is not what was written. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
}

/**
 * The size of the largest stored file that the API reads. Lambda's responses have at most 6 MB and carry bytes as
 * base64, so a file of this size still fits, and none of our files is nearly as large.
 */
export const maxFileBytes = 4_194_304;

/** Returns true if an error says that a stored file is damaged. A file larger than we write any is damaged as well. */
export const isDamage = (error: unknown): error is DamagedFile | ObjectTooLargeError =>
  error instanceof DamagedFile || error instanceof ObjectTooLargeError;

/** Parses a stored JSON file. @throws DamagedFile when it is no JSON, or does not fit the schema */
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
  readonly file: string;
  /** The resource that has the file, as the response and the log name it: `composition 01J…`. */
  readonly resource: string;
  /** The name of the resource in the response, if it is another one than in the log. */
  readonly resourceInResponse?: string | undefined;
  /** A sentence that says what the caller can do. */
  readonly advice: string;
  /** The reason why the existing file cannot be read; absent if there is no file. */
  readonly damage?: Error | undefined;
}

/**
 * Returns the problem of a request that needs an unusable file. Its cause makes `withHttp` log it as an error, so that
 * an operator hears of it.
 */
export function fileLost({ file, resource, resourceInResponse = resource, advice, damage }: UnusableFile): Problem {
  const fault = damage === undefined ? "is lost" : "is damaged";
  return new Problem("FILE_LOST", {
    detail: `The ${file} of ${resourceInResponse} ${fault}. ${advice}`,
    cause: new Error(`the ${file} of ${resource} ${fault}`, { cause: damage }),
  });
}
