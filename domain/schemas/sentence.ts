/**
 * The words of a container, or of what runs it, as an owner reads them: with a capital and a full stop. What begins with
 * no plain word, an address say, keeps its beginning.
 */
export function sentenceOf(words: string): string {
  const begun = words.trim().replace(/^\p{Ll}(?=\p{Ll}*(?:[\s,]|$))/u, (letter) => letter.toUpperCase());
  return begun === "" || /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
