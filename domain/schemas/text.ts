/**
 * Rules for users' text: which characters it may have, how it is cut, and how it is shown when it is refused.
 *
 * Text is well-formed Unicode without lone surrogates, because UTF-8 cannot carry those. These are refused, too:
 * U+FFFD, because it stands where a decoder met bytes that are no text, so that the meaning is lost; control characters
 * and line separators, because they have no place in file names, MIDI texts and terminals; and marks that change the
 * direction of the text around them, because a name must not make a sentence about it read differently. Text is kept as
 * it was sent and is not normalized, because nothing is found by it and its owner gets back what they wrote.
 */

/**
 * Code points that a text may not have: C0 and C1 controls, U+061C, U+200E, U+200F, U+2028, U+2029, U+202A to U+202E,
 * U+2066 to U+2069, U+FFFD. They are spelled out, because not every reader of a pattern in the OpenAPI document knows
 * `\p{Cc}`.
 */
const forbidden = "\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufffd";
/** Matches a text without forbidden code points. It has no flags, because the OpenAPI document cannot carry any. */
export const allowedPattern = new RegExp(`^[^${forbidden}]*$`);
const forbiddenCharacter = new RegExp(`[${forbidden}]|\\p{Surrogate}`, "gu");

/** Returns true if no surrogate stands alone. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/**
 * Matches a visible character: neither white space nor one without a shape of its own (joiners, fillers, variation
 * selectors, the empty Braille pattern).
 */
const visibleCharacter = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]/u;

/** Returns true if a text has a visible character. A text without one cannot be told from no text at all. */
export const isVisible = (text: string): boolean => visibleCharacter.test(text);

export const textRule =
  "Unicode with a visible character, without control characters, direction marks, U+FFFD and lone surrogates";

/** Returns the text with every forbidden character written as `\uXXXX`. */
export function readableText(text: string): string {
  return text.replace(forbiddenCharacter, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Returns at most `length` UTF-16 code units of the text's beginning, never half of a surrogate pair. */
export function beginningOf(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** Matches characters that are forbidden, cannot be seen, or only look like text. */
const unreadableCharacters = new RegExp(
  `[${forbidden}\\u200b\\u2060\\ufeff\\ufffc]|[\\p{Surrogate}\\p{Co}\\p{Cn}]`,
  "gu",
);

/**
 * Returns a text from a file on one line, in composed form (NFC), without characters that are forbidden or cannot be
 * seen.
 * @param length - the maximum number of UTF-16 code units
 * @returns "" when no visible character is left
 */
export function plainText(text: string, length: number): string {
  const plain = beginningOf(
    // The length is bounded first, because a file's text may be as long as the file.
    beginningOf(text, length * 4)
      .replace(/[\t\n\r]+/g, " ")
      .replace(unreadableCharacters, "")
      .normalize("NFC")
      .trim(),
    length,
  ).trim();
  return isVisible(plain) ? plain : "";
}
