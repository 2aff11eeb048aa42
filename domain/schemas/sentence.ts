/**
 * Returns the words of a container, or of the platform that runs it, as a sentence for the owner: with a capital and a
 * full stop. If the words begin with something other than a plain word, such as an address, the beginning stays as it
 * is.
 */
export function sentenceOf(words: string): string {
  const begun = words.trim().replace(/^\p{Ll}(?=\p{Ll}*(?:[\s,]|$))/u, (letter) => letter.toUpperCase());
  return begun === "" || /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
