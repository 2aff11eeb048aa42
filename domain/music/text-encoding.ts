/**
 * Which characters the bytes of a MIDI file's texts mean. The standard says ASCII; files have whatever their program's
 * language had. One file is written by one program, so all its names are judged together.
 *
 * General detectors need whole paragraphs: on track names of five bytes they guess wrong or say that they do not know.
 */
import { plainText } from "../schemas/text";

/** Encodings that are told from each other by how plausible their text is. */
const legacyEncodings = ["windows-1252", "windows-1251", "shift_jis", "gbk"] as const;
type LegacyEncoding = (typeof legacyEncodings)[number];

/** Everything a file can turn out to be in, by the names of the WHATWG Encoding Standard. */
export type TextEncodingName =
  LegacyEncoding | "utf-8" | "utf-16le" | "utf-16be" | "windows-1250" | "windows-1253" | "windows-1254" | "euc-kr";

const decoders = new Map<TextEncodingName, InstanceType<typeof TextDecoder>>();

/** @returns nothing where the bytes are not valid in the encoding */
function decoded(bytes: Uint8Array, encoding: TextEncodingName): string | undefined {
  const decoder = decoders.get(encoding) ?? new TextDecoder(encoding);
  decoders.set(encoding, decoder);
  const text = decoder.decode(bytes);
  // What a decoder puts where bytes are not valid; a name that has the character itself was garbled before.
  return text.includes("\ufffd") ? undefined : text;
}

const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 0x80);

const beginsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte);

/** What needs no guess: ASCII, a byte order mark, or valid UTF-8, which other encodings' texts hardly ever are by chance. */
function decodedForSure(bytes: Uint8Array): string | undefined {
  if (beginsWith(bytes, 0xff, 0xfe)) return decoded(bytes.subarray(0, bytes.length & ~1), "utf-16le");
  if (beginsWith(bytes, 0xfe, 0xff)) return decoded(bytes.subarray(0, bytes.length & ~1), "utf-16be");
  return decoded(bytes, "utf-8");
}

/** How a file can say it: tags of RP-026 ("SMF Language and Display Extensions"), and the language line of karaoke files. */
const declared: readonly (readonly [RegExp, TextEncodingName])[] = [
  [/^\{@latin\}/i, "windows-1252"],
  [/^\{@(?:jp|sjis)\}/i, "shift_jis"],
  [/^\{@utf-?8\}/i, "utf-8"],
  [/^@L(?:eng|ger|deu|fre|fra|spa|esp|ita|por|dut|swe|nor|dan|fin)/i, "windows-1252"],
  [/^@L(?:rus|ukr|bul|bel)/i, "windows-1251"],
  // The same word in the encoding itself: РУС, рус.
  [/^@L(?:\xd0\xd3\xd1|\xf0\xf3\xf1|\xd0\xf3\xf1)/, "windows-1251"],
  [/^@L(?:jap|jpn)/i, "shift_jis"],
  [/^@L(?:chi|zho)/i, "gbk"],
  [/^@L(?:pol|cze|hun|slo|cro|rum)/i, "windows-1250"],
  [/^@L(?:gre|ell)/i, "windows-1253"],
  [/^@L(?:tur)/i, "windows-1254"],
  [/^@L(?:kor)/i, "euc-kr"],
];

const asLatin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 64));

function declaredEncoding(texts: readonly Uint8Array[]): TextEncodingName | undefined {
  for (const bytes of texts) {
    const text = asLatin1(bytes);
    const found = declared.find(([tag]) => tag.test(text));
    if (found !== undefined) return found[1];
  }
  return undefined;
}

/** Points between 0 (nobody writes this) and 1 (as one writes it) for each character that is not ASCII, added up. */
interface Plausibility {
  readonly sum: number;
  readonly count: number;
}

/** Between white space and punctuation. */
const wordPattern = /[^\s\x21-\x40\x5b-\x60\x7b-\x7e]+/g;

const wordsOf = (text: string): readonly string[] => text.match(wordPattern) ?? [];
const nonAscii = (word: string): number => word.replace(/[\x20-\x7e]/g, "").length;

/** Words of Latin letters of which some have accents, but not three in a row. */
function latinPlausibility(text: string): Plausibility {
  let sum = 0;
  let count = 0;
  const words = wordsOf(text);
  for (const word of words) {
    const accented = nonAscii(word);
    count += accented;
    const letters = /^[A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ’–—]+$/.test(word);
    if (!letters || /[À-ÖØ-öø-ÿ]{3}/.test(word) || /[a-zß-öø-ÿ][A-ZÀ-ÖØ-Þ]/.test(word)) continue;
    const plain = word.length - accented;
    // A letter alone, such as the French "à", is at home among words without accents.
    if (word.length === 1) sum += accented * (words.some((other) => nonAscii(other) === 0) ? 1 : 0.3);
    else sum += accented * (plain >= accented ? 1 : plain === accented - 1 ? 0.8 : 0.2);
  }
  return { sum, count };
}

/** Words of Cyrillic letters, with a capital at most at the beginning; capitals alone are also what others' bytes look like. */
function cyrillicPlausibility(text: string): Plausibility {
  let sum = 0;
  let count = 0;
  for (const word of wordsOf(text)) {
    const letters = nonAscii(word);
    count += letters;
    if (word.length === 1) sum += letters * 0.4;
    else if (/^[А-ЯЁІЇЄ]?[а-яёіїєґ]+$/.test(word)) sum += letters * (/[аеиоуыэюяё]/i.test(word) ? 1 : 0.5);
    else if (/^[А-ЯЁІЇЄ]+$/.test(word)) sum += letters * (/[АЕИОУЫЭЮЯЁ]/.test(word) ? 0.85 : 0.4);
  }
  return { sum, count };
}

/**
 * Half-width katakana are single bytes, and every other encoding has a letter for each: only voicing marks that stand
 * where they can (after ka to to, and ha to ho) speak for them.
 */
function halfWidthPlausibility(text: string): number {
  const marks = text.match(/[\uff9e\uff9f]/g)?.length ?? 0;
  const placed = text.match(/[\uff76-\uff84]\uff9e|[\uff8a-\uff8e][\uff9e\uff9f]/g)?.length ?? 0;
  if (text.length < 2 || placed < marks) return 0.2;
  return marks > 0 ? 0.9 : 0.6;
}

/** Kana, and the characters that the encoding's own first level has: the two thousand or three thousand common ones. */
function eastAsianPlausibility(bytes: Uint8Array, text: string, encoding: "shift_jis" | "gbk"): Plausibility {
  let sum = 0;
  let count = 0;
  let offset = 0;
  const halfWidth = halfWidthPlausibility(text);
  for (const character of text) {
    const lead = bytes[offset] ?? 0;
    const trail = bytes[offset + 1] ?? 0;
    const single = lead < 0x80 || (encoding === "shift_jis" && lead >= 0xa1 && lead <= 0xdf);
    offset += single ? 1 : 2;
    if (lead < 0x80) continue;
    count += 1;
    if (single) sum += halfWidth;
    else if (encoding === "shift_jis") {
      if (/[\u3041-\u3096\u30a1-\u30ff\u3000-\u3002\uff01-\uff5e]/.test(character)) sum += 1;
      else if (lead >= 0x88 && lead <= 0x98) sum += 0.9;
      else sum += 0.1;
    } else if (trail < 0xa1) sum += 0.1;
    else if (lead >= 0xb0 && lead <= 0xd7) sum += 0.9;
    else if (lead >= 0xa1 && lead <= 0xa3) sum += 0.7;
    else sum += 0.15;
  }
  return { sum, count };
}

function plausibility(bytes: Uint8Array, encoding: LegacyEncoding): Plausibility | undefined {
  const text = decoded(bytes, encoding);
  // Code points that the encoding does not have are control characters in the WHATWG's tables.
  if (text === undefined || /[\x80-\x9f]/.test(text)) return undefined;
  if (encoding === "windows-1252") return latinPlausibility(text);
  if (encoding === "windows-1251") return cyrillicPlausibility(text);
  return eastAsianPlausibility(bytes, text, encoding);
}

const leastPlausible = 0.55;
const leastLead = 0.12;

/** @returns nothing where two encodings are nearly as plausible, or none is */
function likeliestEncoding(texts: readonly Uint8Array[]): LegacyEncoding | undefined {
  const scores = legacyEncodings
    .map((encoding) => {
      const each = texts.map((bytes) => plausibility(bytes, encoding));
      const sum = each.reduce((total, one) => total + (one?.sum ?? 0), 0);
      const count = each.reduce((total, one, index) => total + (one?.count ?? texts[index]?.length ?? 0), 0);
      return { encoding, score: count === 0 ? 0 : sum / count };
    })
    .sort((one, other) => other.score - one.score);
  const [best, second] = scores;
  if (best === undefined || best.score < leastPlausible) return undefined;
  return best.score - (second?.score ?? 0) < leastLead ? undefined : best.encoding;
}

/** Of each text only the beginning is judged, and of a file only so many. */
const longestJudged = 200;
/** In UTF-16 code units. */
const longestName = 100;
const mostJudged = 200;

/**
 * Chooses how a file's texts are read.
 * @param texts - names and lyrics, in the file's order
 * @returns reads one text; the empty string where it cannot be told what it means
 */
export function textReader(texts: readonly Uint8Array[]): (bytes: Uint8Array) => string {
  const sayings = declaredEncoding(texts);
  const doubtful = texts
    .filter((bytes) => !isAscii(bytes) && decodedForSure(bytes) === undefined)
    .slice(0, mostJudged)
    .map((bytes) => bytes.subarray(0, longestJudged));
  const chosen = sayings ?? (doubtful.length === 0 ? undefined : likeliestEncoding(doubtful));
  return (bytes) => {
    const text = decodedForSure(bytes) ?? (chosen === undefined ? undefined : decoded(bytes, chosen));
    return plainText((text ?? "").replace(/^\{@[\w-]*\}/, ""), longestName);
  };
}
