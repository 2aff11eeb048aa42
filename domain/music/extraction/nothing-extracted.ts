/**
 * The reasons for which a file that can be read gives no piece of any line-up. They are apart from the extraction, so
 * that a function that only names them does not bundle it.
 */
export const nothingExtractedCodes = [
  "TIME_SIGNATURE_NOT_SUPPORTED",
  "TOO_FEW_BARS",
  "OFF_THE_GRID",
  "NO_LINE_UP",
] as const;
export type NothingExtractedCode = (typeof nothingExtractedCodes)[number];
