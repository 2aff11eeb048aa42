/** The name that a file gives to the music in it. */
import { plainText } from "../schemas/text";

/** A name of the API has at most so many characters. */
const longestName = 100;

/**
 * Returns a file's name without its ending, as the API takes it: files from old archives have control characters, marks of
 * direction and broken characters in their names.
 * @returns "" when no visible character is left
 */
export const nameOfFile = (fileName: string): string =>
  plainText(fileName.replace(/\.[^.]+$/, ""), longestName) || plainText(fileName, longestName);
