/** The names of General MIDI's instruments: those of the standard, and those by which people call a track. */

/**
 * The families of General MIDI level 1, of eight programs each, by the names that the standard gives them: families and
 * programs in order.
 */
export const programFamilies: readonly { readonly name: string; readonly programs: readonly string[] }[] = [
  {
    name: "Piano",
    programs: [
      ...["Acoustic Grand Piano", "Bright Acoustic Piano", "Electric Grand Piano", "Honky-tonk Piano"],
      ...["Electric Piano 1", "Electric Piano 2", "Harpsichord", "Clavinet"],
    ],
  },
  {
    name: "Chromatic Percussion",
    programs: [
      ...["Celesta", "Glockenspiel", "Music Box", "Vibraphone"],
      ...["Marimba", "Xylophone", "Tubular Bells", "Dulcimer"],
    ],
  },
  {
    name: "Organ",
    programs: [
      ...["Drawbar Organ", "Percussive Organ", "Rock Organ", "Church Organ"],
      ...["Reed Organ", "Accordion", "Harmonica", "Tango Accordion"],
    ],
  },
  {
    name: "Guitar",
    programs: [
      ...["Acoustic Guitar (nylon)", "Acoustic Guitar (steel)", "Electric Guitar (jazz)", "Electric Guitar (clean)"],
      ...["Electric Guitar (muted)", "Overdriven Guitar", "Distortion Guitar", "Guitar Harmonics"],
    ],
  },
  {
    name: "Bass",
    programs: [
      ...["Acoustic Bass", "Electric Bass (finger)", "Electric Bass (pick)", "Fretless Bass"],
      ...["Slap Bass 1", "Slap Bass 2", "Synth Bass 1", "Synth Bass 2"],
    ],
  },
  {
    name: "Strings",
    programs: [
      ...["Violin", "Viola", "Cello", "Contrabass"],
      ...["Tremolo Strings", "Pizzicato Strings", "Orchestral Harp", "Timpani"],
    ],
  },
  {
    name: "Ensemble",
    programs: [
      ...["String Ensemble 1", "String Ensemble 2", "Synth Strings 1", "Synth Strings 2"],
      ...["Choir Aahs", "Voice Oohs", "Synth Voice", "Orchestra Hit"],
    ],
  },
  {
    name: "Brass",
    programs: [
      ...["Trumpet", "Trombone", "Tuba", "Muted Trumpet"],
      ...["French Horn", "Brass Section", "Synth Brass 1", "Synth Brass 2"],
    ],
  },
  {
    name: "Reed",
    programs: [
      ...["Soprano Sax", "Alto Sax", "Tenor Sax", "Baritone Sax"],
      ...["Oboe", "English Horn", "Bassoon", "Clarinet"],
    ],
  },
  {
    name: "Pipe",
    programs: [
      ...["Piccolo", "Flute", "Recorder", "Pan Flute"],
      ...["Blown Bottle", "Shakuhachi", "Whistle", "Ocarina"],
    ],
  },
  {
    name: "Synth Lead",
    programs: [
      ...["Lead 1 (square)", "Lead 2 (sawtooth)", "Lead 3 (calliope)", "Lead 4 (chiff)"],
      ...["Lead 5 (charang)", "Lead 6 (voice)", "Lead 7 (fifths)", "Lead 8 (bass + lead)"],
    ],
  },
  {
    name: "Synth Pad",
    programs: [
      ...["Pad 1 (new age)", "Pad 2 (warm)", "Pad 3 (polysynth)", "Pad 4 (choir)"],
      ...["Pad 5 (bowed)", "Pad 6 (metallic)", "Pad 7 (halo)", "Pad 8 (sweep)"],
    ],
  },
  {
    name: "Synth Effects",
    programs: [
      ...["FX 1 (rain)", "FX 2 (soundtrack)", "FX 3 (crystal)", "FX 4 (atmosphere)"],
      ...["FX 5 (brightness)", "FX 6 (goblins)", "FX 7 (echoes)", "FX 8 (sci-fi)"],
    ],
  },
  {
    name: "Ethnic",
    programs: [...["Sitar", "Banjo", "Shamisen", "Koto"], ...["Kalimba", "Bagpipe", "Fiddle", "Shanai"]],
  },
  {
    name: "Percussive",
    programs: [
      ...["Tinkle Bell", "Agogo", "Steel Drums", "Woodblock"],
      ...["Taiko Drum", "Melodic Tom", "Synth Drum", "Reverse Cymbal"],
    ],
  },
  {
    name: "Sound Effects",
    programs: [
      ...["Guitar Fret Noise", "Breath Noise", "Seashore", "Bird Tweet"],
      ...["Telephone Ring", "Helicopter", "Applause", "Gunshot"],
    ],
  },
];

const programNames = programFamilies.flatMap(({ programs }) => programs);

/** Returns the name that the General MIDI standard gives a program, which no other has. */
export const programName = (program: number): string => programNames[program] ?? `Program ${program + 1}`;

/** The first program of each group of equal instruments, and what people call them. */
const groups: readonly (readonly [number, string])[] = [
  [0, "Piano"],
  [4, "Electric piano"],
  [6, "Harpsichord"],
  [7, "Clavinet"],
  [8, "Celesta"],
  [9, "Glockenspiel"],
  [10, "Music box"],
  [11, "Vibraphone"],
  [12, "Marimba"],
  [13, "Xylophone"],
  [14, "Tubular bells"],
  [15, "Dulcimer"],
  [16, "Organ"],
  [21, "Accordion"],
  [22, "Harmonica"],
  [23, "Accordion"],
  [24, "Guitar"],
  [26, "Jazz guitar"],
  [27, "Electric guitar"],
  [32, "Double bass"],
  [33, "Bass"],
  [40, "Violin"],
  [41, "Viola"],
  [42, "Cello"],
  [43, "Double bass"],
  [44, "Strings"],
  [46, "Harp"],
  [47, "Timpani"],
  [48, "Strings"],
  [52, "Choir"],
  [55, "Orchestra hit"],
  [56, "Trumpet"],
  [57, "Trombone"],
  [58, "Tuba"],
  [59, "Trumpet"],
  [60, "Horn"],
  [61, "Brass"],
  [64, "Saxophone"],
  [68, "Oboe"],
  [69, "English horn"],
  [70, "Bassoon"],
  [71, "Clarinet"],
  [72, "Piccolo"],
  [73, "Flute"],
  [74, "Recorder"],
  [75, "Pan flute"],
  [76, "Blown bottle"],
  [77, "Shakuhachi"],
  [78, "Whistle"],
  [79, "Ocarina"],
  [80, "Synth lead"],
  [88, "Synth pad"],
  [96, "Synth effect"],
  [104, "Sitar"],
  [105, "Banjo"],
  [106, "Shamisen"],
  [107, "Koto"],
  [108, "Kalimba"],
  [109, "Bagpipe"],
  [110, "Fiddle"],
  [111, "Shanai"],
  [112, "Bell"],
  [113, "Agogo"],
  [114, "Steel drums"],
  [115, "Woodblock"],
  [116, "Drum"],
  [119, "Cymbal"],
  [120, "Sound effect"],
];

/** Returns what people call the instrument of a General MIDI program: a name for a track. */
export const instrumentName = (program: number): string =>
  groups.findLast(([first]) => first <= program)?.[1] ?? "Instrument";

const lastWord = (name: string): string | undefined => name.trim().toLowerCase().split(/\s+/).at(-1);

/** Returns true if a name says which instrument plays: "Second guitar" is a guitar, and "Alto" is none. */
export const isNamedAfter = (name: string, program: number): boolean =>
  lastWord(name) === lastWord(instrumentName(program));
