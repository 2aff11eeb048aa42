/** The names of General MIDI's instruments, as people call them. */

/** The first program of each group of equal instruments, and their name. */
const groups: readonly (readonly [number, string])[] = [
  ...([
    [0, "Piano"],
    [4, "Electric piano"],
    [6, "Harpsichord"],
    [7, "Clavinet"],
    [8, "Celesta"],
  ] as const),
  ...([
    [9, "Glockenspiel"],
    [10, "Music box"],
    [11, "Vibraphone"],
    [12, "Marimba"],
    [13, "Xylophone"],
  ] as const),
  ...([
    [14, "Tubular bells"],
    [15, "Dulcimer"],
    [16, "Organ"],
    [21, "Accordion"],
    [22, "Harmonica"],
  ] as const),
  ...([
    [23, "Accordion"],
    [24, "Guitar"],
    [26, "Jazz guitar"],
    [27, "Electric guitar"],
    [32, "Double bass"],
  ] as const),
  ...([
    [33, "Bass"],
    [40, "Violin"],
    [41, "Viola"],
    [42, "Cello"],
    [43, "Double bass"],
    [44, "Strings"],
  ] as const),
  ...([
    [46, "Harp"],
    [47, "Timpani"],
    [48, "Strings"],
    [52, "Choir"],
    [55, "Orchestra hit"],
  ] as const),
  ...([
    [56, "Trumpet"],
    [57, "Trombone"],
    [58, "Tuba"],
    [59, "Trumpet"],
    [60, "Horn"],
    [61, "Brass"],
  ] as const),
  ...([
    [64, "Saxophone"],
    [68, "Oboe"],
    [69, "English horn"],
    [70, "Bassoon"],
    [71, "Clarinet"],
  ] as const),
  ...([
    [72, "Piccolo"],
    [73, "Flute"],
    [74, "Recorder"],
    [75, "Pan flute"],
    [76, "Blown bottle"],
  ] as const),
  ...([
    [77, "Shakuhachi"],
    [78, "Whistle"],
    [79, "Ocarina"],
    [80, "Synth lead"],
    [88, "Synth pad"],
  ] as const),
  ...([
    [96, "Synth effect"],
    [104, "Sitar"],
    [105, "Banjo"],
    [106, "Shamisen"],
    [107, "Koto"],
  ] as const),
  ...([
    [108, "Kalimba"],
    [109, "Bagpipe"],
    [110, "Fiddle"],
    [111, "Shanai"],
    [112, "Bell"],
  ] as const),
  ...([
    [113, "Agogo"],
    [114, "Steel drums"],
    [115, "Woodblock"],
    [116, "Drum"],
    [119, "Cymbal"],
  ] as const),
  [120, "Sound effect"],
];

/** Returns the name of a General MIDI program. */
export const instrumentName = (program: number): string =>
  groups.findLast(([first]) => first <= program)?.[1] ?? "Instrument";

const lastWord = (name: string): string | undefined => name.trim().toLowerCase().split(/\s+/).at(-1);

/** Returns true if a name says which instrument plays: "Second guitar" is a guitar, and "Alto" is none. */
export const isNamedAfter = (name: string, program: number): boolean =>
  lastWord(name) === lastWord(instrumentName(program));
