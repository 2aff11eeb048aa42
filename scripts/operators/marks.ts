/** The mark at the beginning of a line that tells the result of one check or step. */
export const marks = { right: "✓", wrong: "✗", skipped: "–" } as const;
