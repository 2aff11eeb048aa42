/** What the names of tracks say of their parts, in the languages in which files are named. */

const wordsOf = (name: string): string[] => name.toLowerCase().match(/\p{L}+/gu) ?? [];

/** Returns a test for names that contain one of the words. Words that end in "-" are beginnings of words. */
const wordTest = (words: readonly string[]): ((name: string) => boolean) => {
  const whole = new Set(words.filter((word) => !word.endsWith("-")));
  const beginnings = words.filter((word) => word.endsWith("-")).map((word) => word.slice(0, -1));
  return (name) =>
    wordsOf(name).some((word) => whole.has(word) || beginnings.some((beginning) => word.startsWith(beginning)));
};

/** Returns true for a name of drums or of one drum. */
export const isNamedDrums = wordTest([
  ...[
    "drum-",
    "perc",
    "percs",
    "percuss-",
    "kit",
    "kick",
    "snare",
    "hihat",
    "hihats",
    "hat",
    "hats",
    "cymbal-",
    "crash",
  ],
  ...["toms", "conga", "congas", "bongo", "bongos", "tambourine", "shaker", "cowbell", "timbales", "maracas"],
  ...["schlagzeug", "schlagwerk", "becken", "trommel-", "batterie", "bater\u00eda", "bateria", "batteria"],
  ...[
    "percus\u00e3o",
    "percusi\u00f3n",
    "\u0443\u0434\u0430\u0440\u043d-",
    "\u0431\u0430\u0440\u0430\u0431\u0430\u043d-",
  ],
  ...[
    "\u30c9\u30e9\u30e0-",
    "\u30d1\u30fc\u30ab\u30c3\u30b7\u30e7\u30f3-",
    "\u9f13-",
    "\u6253\u51fb-",
    "\u6253\u64ca-",
  ],
]);
/** Returns true for a name of a click track or a count-in. */
export const isNamedClick = (name: string): boolean =>
  /\b(?:click|clicktrack|metronome?|m\u00e9tronome|count[ -]?(?:in|off))\b/i.test(name);
/** Returns true for a name of a melody, or of who sings one. */
export const isNamedMelody = wordTest([
  ...[
    "melod-",
    "m\u00e9lod-",
    "vocal-",
    "voc",
    "vox",
    "voice",
    "voices",
    "voix",
    "voz",
    "voce",
    "lead",
    "sing-",
    "sang",
  ],
  ...[
    "solo",
    "sopran-",
    "cantus",
    "superius",
    "descant",
    "discant",
    "tune",
    "theme",
    "thema",
    "gesang",
    "canto",
    "chant",
  ],
  ...["\u043c\u0435\u043b\u043e\u0434-", "\u0432\u043e\u043a\u0430\u043b-", "\u0433\u043e\u043b\u043e\u0441-"],
  ...["\u4e3b\u65cb\u5f8b-", "\u65cb\u5f8b-", "\u30e1\u30ed-", "\u6b4c-", "\u4eba\u58f0-"],
]);
const bassNames = [
  ...["bass", "basses", "bassline", "basso", "bajo", "basse", "baixo", "\u0431\u0430\u0441"],
  ...["\u30d9\u30fc\u30b9", "\u8d1d\u65af"],
];

/** Returns true for a name of a bass. */
export const isNamedBass = wordTest(bassNames);

/** Returns true for a name of what accompanies a melody, which a bass does, too. */
export const isNamedAccompaniment = wordTest([
  ...bassNames,
  ...["chord-", "akkord-", "accord-", "pad", "pads", "string-", "harmon-", "rhythm", "accomp-", "begleit-", "backing"],
  ...["arp", "arpeggio", "lh", "left", "pizz", "\u4f34\u594f-"],
]);
