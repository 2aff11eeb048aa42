/**
 * Text of users: what may stand in it, how it is cut, and how it is shown where it is refused.
 *
 * Text is well-formed Unicode (no lone surrogates, which no UTF-8 can carry), without U+FFFD (which stands where a decoder
 * met bytes that are no text, so what was meant is lost), without control characters and line separators (they have no place in file names, MIDI texts and terminals), and without the marks that change the direction
 * of what stands around them (a name must not make a sentence about it read differently). It is kept as it was sent: it is
 * not normalized, since nothing is looked up by it and its owner gets back what they wrote.
 */

/**
 * Code points that may not stand in a text: C0 and C1 controls, U+061C, U+200E, U+200F, U+2028, U+2029, U+202A to U+202E,
 * U+2066 to U+2069, U+FFFD. Spelled out, since not every reader of a pattern in the OpenAPI document knows `\p{Cc}`.
 */
const forbidden = "\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufffd";
/** Matches a text without them. It has no flags: the OpenAPI document cannot carry any. */
export const allowedPattern = new RegExp(`^[^${forbidden}]*$`);
const forbiddenCharacter = new RegExp(`[${forbidden}]|\\p{Surrogate}`, "gu");

/** Whether no surrogate stands alone. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** White space, and what has no shape of its own: joiners, fillers, variation selectors, the empty Braille pattern. */
const visibleCharacter = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]/u;

/** Whether a text has a character that can be seen; a text without any cannot be told from no text at all. */
export const isVisible = (text: string): boolean => visibleCharacter.test(text);

export const textRule =
  "Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates";

/** The text with every character that may not stand in one written as `\uXXXX`. */
export function readableText(text: string): string {
  return text.replace(forbiddenCharacter, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** At most so many UTF-16 code units of the beginning, never half of a surrogate pair. */
export function beginningOf(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** Besides what is forbidden: what cannot be seen, or only looks like text. */
const unreadableCharacters = new RegExp(
  `[${forbidden}\\u200b\\u2060\\ufeff\\ufffc]|[\\p{Surrogate}\\p{Co}\\p{Cn}]`,
  "gu",
);

/**
 * Text that a file brings: on one line, without what is forbidden or cannot be seen, in composed form (NFC).
 * @param length - in UTF-16 code units
 * @returns "" when nothing is left that can be seen
 */
export function plainText(text: string, length: number): string {
  const plain = beginningOf(
    // Bounded first: a file's text may be as long as the file.
    beginningOf(text, length * 4)
      .replace(/[\t\n\r]+/g, " ")
      .replace(unreadableCharacters, "")
      .normalize("NFC")
      .trim(),
    length,
  ).trim();
  return isVisible(plain) ? plain : "";
}
