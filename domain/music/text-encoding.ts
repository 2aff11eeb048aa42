/**
 * Finds out which characters the bytes of a MIDI file's texts mean. The standard says ASCII, but files have the
 * encoding of their program's language. One file is written by one program, so all its names are judged together.
 *
 * General detectors need whole paragraphs: on track names of five bytes they guess wrong or say that they do not know.
 */
import { plainText } from "../schemas/text";

/** Encodings that are told from each other by how plausible their text is. */
const legacyEncodings = ["windows-1252", "windows-1251", "shift_jis", "gbk"] as const;
type LegacyEncoding = (typeof legacyEncodings)[number];

/** The encodings in which a file's texts can be, by the names of the WHATWG Encoding Standard. */
export type TextEncodingName =
  LegacyEncoding | "utf-8" | "utf-16le" | "utf-16be" | "windows-1250" | "windows-1253" | "windows-1254" | "euc-kr";

const decoders = new Map<TextEncodingName, InstanceType<typeof TextDecoder>>();

/** Returns the text, or nothing if the bytes are not valid in the encoding. */
function decoded(bytes: Uint8Array, encoding: TextEncodingName): string | undefined {
  const decoder = decoders.get(encoding) ?? new TextDecoder(encoding);
  decoders.set(encoding, decoder);
  const text = decoder.decode(bytes);
  // A decoder puts U+FFFD where bytes are not valid. A name that already contains it was garbled before.
  return text.includes("\ufffd") ? undefined : text;
}

const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 0x80);

const beginsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte);

/**
 * Recognizes UTF-16 without a byte order mark. One of a character's two bytes is the high one, which is 0 in Latin and
 * below 8 in all alphabets up to Arabic. Other encodings have no such bytes, except for a NUL at the end of a text.
 */
function unmarkedUtf16(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const length = withoutEnd(bytes).length;
  const pairs = Math.ceil(length / 2);
  const low: [even: number, odd: number] = [0, 0];
  for (const [index, byte] of bytes.subarray(0, pairs * 2).entries()) if (byte < 8) low[index % 2 === 0 ? 0 : 1] += 1;
  const [even, odd] = low;
  // A text that has only one character and its end says nothing about the encoding.
  if (length < 2) return undefined;
  if (odd * 3 >= pairs * 2 && even * 4 <= pairs) return "utf-16le";
  if (even * 3 >= pairs * 2 && odd * 4 <= pairs) return "utf-16be";
  return undefined;
}

/** Returns the bytes without the NULs with which some programs end a text. */
function withoutEnd(bytes: Uint8Array): Uint8Array {
  let { length } = bytes;
  while (length > 0 && bytes[length - 1] === 0) length -= 1;
  return bytes.subarray(0, length);
}

/**
 * Decodes a text that needs no guess: ASCII, UTF-16 by its mark or its high bytes, or UTF-8, because texts in other
 * encodings are hardly ever valid UTF-8 by chance.
 */
function decodedForSure(bytes: Uint8Array): string | undefined {
  if (beginsWith(bytes, 0xff, 0xfe)) return decoded(bytes.subarray(0, bytes.length & ~1), "utf-16le");
  if (beginsWith(bytes, 0xfe, 0xff)) return decoded(bytes.subarray(0, bytes.length & ~1), "utf-16be");
  const utf16 = unmarkedUtf16(bytes);
  if (utf16 !== undefined) return decoded(bytes.subarray(0, bytes.length & ~1), utf16);
  return decoded(withoutEnd(bytes), "utf-8");
}

/**
 * The ways in which a file can declare its encoding: tags of RP-026 ("SMF Language and Display Extensions"), and the
 * language line of karaoke files.
 */
const declared: readonly (readonly [RegExp, TextEncodingName])[] = [
  [/^\{@latin\}/i, "windows-1252"],
  [/^\{@(?:jp|sjis)\}/i, "shift_jis"],
  [/^\{@utf-?8\}/i, "utf-8"],
  [/^@L(?:eng|ger|deu|fre|fra|spa|esp|ita|por|dut|swe|nor|dan|fin)/i, "windows-1252"],
  [/^@L(?:rus|ukr|bul|bel)/i, "windows-1251"],
  // The same language line with its word in the encoding itself: РУС, рус.
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

/**
 * The sum of points for all characters that are not ASCII: from 0 (nobody writes this) to 1 (this is usual) for each.
 */
interface Plausibility {
  readonly sum: number;
  readonly count: number;
}

/** Matches a word: characters between white space and punctuation. */
const wordPattern = /[^\s\x21-\x40\x5b-\x60\x7b-\x7e]+/g;

const wordsOf = (text: string): readonly string[] => text.match(wordPattern) ?? [];
const nonAscii = (word: string): number => word.replace(/[\x20-\x7e]/g, "").length;

/** Judges text as words of Latin letters, of which some have accents, but not three in a row. */
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
    // A single letter, such as the French "à", is usual among words without accents.
    if (word.length === 1) sum += accented * (words.some((other) => nonAscii(other) === 0) ? 1 : 0.3);
    else sum += accented * (plain >= accented ? 1 : plain === accented - 1 ? 0.8 : 0.2);
  }
  return { sum, count };
}

/**
 * Judges text as words of Cyrillic letters with a capital only at the beginning. Words in capitals alone prove little:
 * bytes of other encodings look like them, too.
 */
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
 * Judges half-width katakana. They are single bytes, and every other encoding has a letter for each of those. So only
 * voicing marks that stand in a possible place (after "ka" to "to", and "ha" to "ho") speak for them.
 */
function halfWidthPlausibility(text: string): number {
  const marks = text.match(/[\uff9e\uff9f]/g)?.length ?? 0;
  const placed = text.match(/[\uff76-\uff84]\uff9e|[\uff8a-\uff8e][\uff9e\uff9f]/g)?.length ?? 0;
  if (text.length < 2 || placed < marks) return 0.2;
  return marks > 0 ? 0.9 : 0.6;
}

/**
 * Judges text by its kana and by the characters of the encoding's own first level, which are the two or three thousand
 * common ones.
 */
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
  // In the WHATWG's tables, bytes that have no character in the encoding become control characters.
  if (text === undefined || /[\x80-\x9f]/.test(text)) return undefined;
  if (encoding === "windows-1252") return latinPlausibility(text);
  if (encoding === "windows-1251") return cyrillicPlausibility(text);
  return eastAsianPlausibility(bytes, text, encoding);
}

/** The minimum score of an encoding that is chosen, and its minimum lead over the next best. */
const minPlausible = 0.55;
const minLead = 0.12;

/**
 * Syllables of which most Korean words are made. If a Chinese text is read as Korean, its syllables are mostly others.
 */
const commonSyllables = new Set(
  "가각간감강같거건걸것게결경계고곡곳공과관광괭교구국군굴궁권귀규균그극근글금급기긴길김까꽃꿈나날남내너널네" +
    "녀년노눈는니님다단달당대던데도독동됐되된될두드든들디때또라람랑래랙러럼레렉려로록룻류른를리린링마만말맘멜" +
    "면명모목무문물미민바반발밤방배밴베벨별보본볼봄부북분불브비빛사산살상색생서선성세션소손솔수스슬습시식신실" +
    "심씨아악안않알았앨야약양어업없었에엘여역연열영예오와완왕외요욕용우운울움원월위유육윤율으은을음의이인일잃" +
    "임입있잊자작잔장재저적전절점정제조족존종좋죄주줄중즈즐증지직진질집징쪽차참창책처천철청체첼초총최추축출춤" +
    "충치친칠침카커케코콰쿠크큰클키킥타탐탬턴토톤통트특티틱팅파판팝패퍼페펫편평포폰표품풍프픈플피필하학한할함" +
    "합항해햇했행향허험혁현협형호혼홍화활황회효후훈휘흥희히힘",
);

/**
 * Tells Korean from Chinese. EUC-KR and GBK use the same bytes for common characters, so the bytes are read as Korean,
 * and it counts how many of their syllables are common.
 */
function koreanOrChinese(texts: readonly Uint8Array[]): "euc-kr" | "gbk" | undefined {
  let count = 0;
  let common = 0;
  let hanja = 0;
  for (const bytes of texts) {
    const text = decoded(bytes, "euc-kr");
    if (text === undefined) return "gbk";
    for (const character of text) {
      if (character < "\x80" || /[\u3000-\u303f\uff01-\uff5e]/.test(character)) continue;
      count += 1;
      if (commonSyllables.has(character)) common += 1;
      else if (!/[가-힣]/.test(character)) hanja += 1;
    }
  }
  if (hanja * 5 > count || common * 3 < count) return "gbk";
  return count >= 3 && common >= count * 0.7 ? "euc-kr" : undefined;
}

/** Returns the most plausible encoding, or nothing if another is nearly as plausible or none is plausible enough. */
function likeliestEncoding(texts: readonly Uint8Array[]): LegacyEncoding | "euc-kr" | undefined {
  const scores = legacyEncodings
    .map((encoding) => {
      const judged = texts.map((bytes) => plausibility(bytes, encoding));
      const sum = judged.reduce((total, one) => total + (one?.sum ?? 0), 0);
      const count = judged.reduce((total, one, index) => total + (one?.count ?? texts[index]?.length ?? 0), 0);
      return { encoding, score: count === 0 ? 0 : sum / count };
    })
    .sort((one, other) => other.score - one.score);
  const [best, second] = scores;
  if (best === undefined || best.score < minPlausible) return undefined;
  if (best.score - (second?.score ?? 0) < minLead) return undefined;
  return best.encoding === "gbk" ? koreanOrChinese(texts) : best.encoding;
}

/** The number of bytes at the beginning of each text that are judged. */
const maxJudgedBytes = 200;
/** The maximum length of a name in UTF-16 code units. */
const maxNameLength = 100;
/** The number of texts that are judged. */
const maxJudgedTexts = 200;

/**
 * Chooses how a file's texts are read.
 * @param texts - names and lyrics, in the file's order
 * @returns a function that decodes one text; it returns the empty string where the meaning cannot be told
 */
export function textReader(texts: readonly Uint8Array[]): (bytes: Uint8Array) => string {
  const declaredByFile = declaredEncoding(texts);
  const doubtful = texts
    .filter((bytes) => !isAscii(bytes) && decodedForSure(bytes) === undefined)
    .slice(0, maxJudgedTexts)
    .map((bytes) => withoutEnd(bytes).subarray(0, maxJudgedBytes));
  const chosen = declaredByFile ?? (doubtful.length === 0 ? undefined : likeliestEncoding(doubtful));
  return (bytes) => {
    const text = decodedForSure(bytes) ?? (chosen === undefined ? undefined : decoded(withoutEnd(bytes), chosen));
    return plainText((text ?? "").replace(/^\{@[\w-]*\}/, ""), maxNameLength);
  };
}
