/** Returns the ids of a reader's findings of one kind, as `numbered("C", 2)` C1 and C2. */
export const numbered = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
