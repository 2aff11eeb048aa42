/**
 * The styles: rhythms of one bar for each instrument, as text with one character for each sixteenth. The rhythms are
 * ours, written from what is usual in each style.
 *
 * In every rhythm `-` holds what sounds and `.` is silence. Chords and drums: `X` is an accented hit, `x` a plain one,
 * `o` a soft one. Basses: `R` is the root, `3` the third, `5` the fifth, `O` the root an octave higher, and `A` a note
 * that leads on to the next root.
 */
import type { PieceTimeSignature } from "../time-signatures";

export const styleNames = ["pop", "rock", "jazz", "bossa", "waltz"] as const;
export type StyleName = (typeof styleNames)[number];

/** General MIDI names of the drums that are used, with their pitches on the drum channel. */
export const drumPitches = {
  kick: 36,
  sideStick: 37,
  snare: 38,
  lowTom: 45,
  closedHat: 42,
  pedalHat: 44,
  midTom: 47,
  highTom: 50,
  crash: 49,
  ride: 51,
  cabasa: 69,
} as const;
export type Drum = keyof typeof drumPitches;

/** One or more rhythms, of which a piece takes one for each of its sections. */
export type Rhythms = readonly [string, ...string[]];

export type DrumRhythm = Partial<Readonly<Record<Drum, string>>>;

/** The rhythms of a bar. */
export interface Groove {
  readonly bass: Rhythms;
  /** The instrument that strikes chords. */
  readonly chords: Rhythms;
  /** The instrument that plays the tones of a chord one after the other. */
  readonly figure: Rhythms;
  readonly drums: readonly [DrumRhythm, ...DrumRhythm[]];
  /** What the drums play instead in the last bar of eight. */
  readonly fills: readonly [DrumRhythm, ...DrumRhythm[]];
}

export interface Instrument {
  readonly name: string;
  /** General MIDI program. */
  readonly program: number;
}

export interface Style {
  readonly bass: Instrument;
  readonly chords: Instrument;
  /** The instrument that holds the chords. */
  readonly pad: Instrument;
  readonly figure: Instrument;
  /** What is struck with the first note of the band, after a fill, and with the last chord. */
  readonly accent: Drum;
  /** True if chords have sevenths wherever the tune leaves room for them. */
  readonly hasSevenths: boolean;
  /** The grooves by the time signatures in which the style is at home. */
  readonly grooves: Partial<Readonly<Record<PieceTimeSignature, Groove>>>;
}

const backbeatFills: Groove["fills"] = [
  { kick: "X.......X.......", snare: "....X.......xxXX", closedHat: "X.x.X.x.X.x....." },
  { kick: "X.......X.......", snare: "....X...x.x.....", highTom: "............xx..", lowTom: "..............XX" },
  { kick: "X.......X.......", snare: "....X.....xxX...", highTom: ".............x..", midTom: "..............X." },
];

/** Fills of a bar of three quarter notes. */
const threeBeatFills: Groove["fills"] = [
  { kick: "X...........", snare: "....x...xxXX", closedHat: "X.x.X.x....." },
  { kick: "X...........", snare: "....x.......", highTom: "........xx..", lowTom: "..........XX" },
];

/** In 6/8 every style plays two beats of three eighths. */
const compound: Groove = {
  bass: ["R-----5-----", "R---R-5---A-", "R-----5---A-"],
  chords: ["X---x-X---x-", "X-x-x-X-x-x-", "x-----x---x-"],
  figure: ["x-x-x-x-x-x-"],
  drums: [
    { kick: "X...........", snare: "......X.....", closedHat: "X.o.x.X.o.x." },
    { kick: "X.......x...", snare: "......X.....", closedHat: "X.x.x.X.x.x." },
  ],
  fills: [
    { kick: "X...........", snare: "......X.x.XX", closedHat: "X.x.x......." },
    { kick: "X...........", snare: "......x.....", highTom: "........x.x.", lowTom: "...........X" },
  ],
};

type AtLeastOne<Value> = readonly [Value, ...Value[]];

const each = <Value, Result>(
  [first, ...others]: AtLeastOne<Value>,
  make: (value: Value) => Result,
): AtLeastOne<Result> => [make(first), ...others.map(make)];

/** Returns what a bar of two quarter notes has of a groove of four: the second half, which leads on to the next bar. */
function halved({ bass, chords, figure, drums, fills }: Groove): Groove {
  const half = (rhythm: string): string => rhythm.slice(8);
  // An instrument that is silent in the second half would be silent throughout.
  const struckHalf = (rhythm: string): string => (/[^.-]/.test(half(rhythm)) ? half(rhythm) : rhythm.slice(0, 8));
  const halfOfAll = (rhythm: DrumRhythm): DrumRhythm =>
    Object.fromEntries(Object.entries(rhythm).map(([drum, hits]) => [drum, half(hits)]));
  return {
    bass: each(bass, (rhythm) => `R${rhythm.slice(9)}`),
    chords: each(chords, struckHalf),
    figure: each(figure, struckHalf),
    drums: each(drums, halfOfAll),
    fills: each(fills, halfOfAll),
  };
}

/** Returns the grooves of a style that is at home in two, three and four quarter notes. */
const everyMeter = (four: Groove, three: Groove): Style["grooves"] => ({
  "4/4": four,
  "3/4": three,
  "2/4": halved(four),
  "6/8": compound,
});

export const styles: Readonly<Record<StyleName, Style>> = {
  pop: {
    bass: { name: "Bass", program: 33 },
    chords: { name: "Piano", program: 0 },
    pad: { name: "Strings", program: 48 },
    figure: { name: "Guitar", program: 25 },
    accent: "crash",
    hasSevenths: false,
    grooves: everyMeter(
      {
        bass: ["R-----R-O-----A-", "R---R-5-R---5-A-", "R-----5-R-----A-"],
        chords: ["X---x---X---x---", "X-----x-X-----x-", "..x-..x-..x-..x-"],
        figure: ["x-x-x-x-x-x-x-x-", "..x-x-x-..x-x-x-"],
        drums: [
          { kick: "X.......X.x.....", snare: "....X.......X...", closedHat: "X.o.x.o.X.o.x.o." },
          { kick: "X.....x.X.......", snare: "....X.......X...", closedHat: "X.x.X.x.X.x.X.x." },
        ],
        fills: backbeatFills,
      },
      {
        bass: ["R-----5-A---", "R---5---A---", "R-------5-A-"],
        chords: ["X---x---x---", "X-----x-x---", "....x---x---"],
        figure: ["x-x-x-x-x-x-"],
        drums: [
          { kick: "X.......x...", snare: "....x...x...", closedHat: "X.o.x.o.x.o." },
          { kick: "X.....x.....", snare: "....x...x...", closedHat: "X.x.x.x.x.x." },
        ],
        fills: threeBeatFills,
      },
    ),
  },
  rock: {
    bass: { name: "Bass", program: 34 },
    chords: { name: "Electric guitar", program: 27 },
    pad: { name: "Organ", program: 18 },
    figure: { name: "Second guitar", program: 28 },
    accent: "crash",
    hasSevenths: false,
    grooves: everyMeter(
      {
        bass: ["R-R-R-R-R-R-5-A-", "R-R-O-R-R-R-5-A-", "R-R-R-5-R-R-R-A-"],
        chords: ["X--.x-x-X--.x-x-", "X-x-X-x-X-x-X-x-", "X-----x-..x-X---"],
        figure: ["x-x-x-x-x-x-x-x-"],
        drums: [
          { kick: "X.....x.X.x.....", snare: "....X.......X...", closedHat: "X.x.X.x.X.x.X.x." },
          { kick: "X.x.....X.x...x.", snare: "....X.......X...", closedHat: "X.x.X.x.X.x.X.x." },
        ],
        fills: backbeatFills,
      },
      {
        bass: ["R-R-R-R-5-A-", "R-R-5-R-R-A-"],
        chords: ["X--.x-x-x-x-", "X-x-X-x-X-x-"],
        figure: ["x-x-x-x-x-x-"],
        drums: [
          { kick: "X.....x.....", snare: "....X...X...", closedHat: "X.x.X.x.X.x." },
          { kick: "X.x...x.....", snare: "....X...X...", closedHat: "X.x.X.x.X.x." },
        ],
        fills: threeBeatFills,
      },
    ),
  },
  jazz: {
    bass: { name: "Double bass", program: 32 },
    chords: { name: "Piano", program: 0 },
    pad: { name: "Jazz guitar", program: 26 },
    figure: { name: "Vibraphone", program: 11 },
    accent: "ride",
    hasSevenths: true,
    grooves: everyMeter(
      {
        bass: ["R---3---5---A---", "R---5---3---A---", "R---3---O---A---"],
        chords: ["X-----x---------", "..x-----..x-....", "X---..x-----x-..", "..x---....x-----"],
        figure: ["..x-x-......x-x-", "x-----x-x-......"],
        drums: [
          { ride: "X...x.o.X...x.o.", pedalHat: "....x.......x...", kick: "o.......o......." },
          { ride: "X...x.o.X...x.o.", pedalHat: "....x.......x...", snare: "......o.......o." },
        ],
        fills: [
          { ride: "X...x.o.X.......", pedalHat: "....x.......x...", snare: "..........o.x.xX" },
          {
            ride: "X...x.o.........",
            pedalHat: "....x.......x...",
            snare: "........x.o.....",
            highTom: "............x.X.",
          },
        ],
      },
      {
        bass: ["R---5---A---", "R---3---A---", "R-------A---"],
        chords: ["....x-x-....", "X-----x-....", "..x-....x---"],
        figure: ["..x-x-x-....", "x---x---x---"],
        drums: [
          { ride: "X...x.o.x.o.", pedalHat: "....x.......", kick: "o..........." },
          { ride: "X...x.o.x...", pedalHat: "....x.......", snare: "......o....." },
        ],
        fills: [{ ride: "X...x.......", pedalHat: "....x.......", snare: "......o.x.xX" }],
      },
    ),
  },
  bossa: {
    bass: { name: "Double bass", program: 32 },
    chords: { name: "Guitar", program: 24 },
    pad: { name: "Strings", program: 49 },
    figure: { name: "Electric piano", program: 4 },
    accent: "ride",
    hasSevenths: true,
    grooves: everyMeter(
      {
        bass: ["R-----5-5-----A-", "R-----5-R-----A-", "R-----55R-----A-"],
        chords: ["X-.x--x-..X-.x--", "X-..x-.x..x-.x--", "..x-.x--X-.x--x-"],
        figure: ["..x-..x-x-..x-..", "x-..x-..x-x-...."],
        drums: [
          { kick: "X.....x.X.....x.", sideStick: "X..x..x...x..x..", cabasa: "x.o.x.o.x.o.x.o." },
          { kick: "X.....x.X.....x.", sideStick: "..x...x.X..x..x.", cabasa: "x.o.x.o.x.o.x.o." },
        ],
        fills: [
          {
            kick: "X.....x.X.....x.",
            sideStick: "X..x..x...x.....",
            cabasa: "x.o.x.o.x.o.....",
            highTom: "............x.x.",
          },
          { kick: "X.....x.X.....x.", sideStick: "X..x..x...x.x.xx", cabasa: "x.o.x.o.x.o.x.o." },
        ],
      },
      {
        bass: ["R-----5-A---", "R---5---A---"],
        chords: ["X-.x--x-.x--", "X-..x-..x-x-"],
        figure: ["..x-..x-x-.."],
        drums: [
          { kick: "X.....x.....", sideStick: "X..x....x...", cabasa: "x.o.x.o.x.o." },
          { kick: "X.....x.....", sideStick: "..x...x..x..", cabasa: "x.o.x.o.x.o." },
        ],
        fills: [{ kick: "X.....x.....", sideStick: "X..x..x.x.xx", cabasa: "x.o.x.o....." }],
      },
    ),
  },
  waltz: {
    bass: { name: "Double bass", program: 32 },
    chords: { name: "Accordion", program: 21 },
    pad: { name: "Strings", program: 48 },
    figure: { name: "Harp", program: 46 },
    accent: "ride",
    hasSevenths: false,
    grooves: {
      "3/4": {
        bass: ["R---....A---", "R-------A---", "R---5---A---"],
        chords: ["....x--.x--.", "....X-..x-.."],
        figure: ["x-x-x-x-x-x-", "....x-x-x-x-"],
        drums: [
          { kick: "X...........", snare: "....x...x...", closedHat: "....o...o..." },
          { kick: "X...........", snare: "....o...x...", ride: "x...o...o..." },
        ],
        fills: [
          { kick: "X...........", snare: "....x.x.x.xX" },
          { kick: "X...........", snare: "....x.......", midTom: "......x.x...", lowTom: "..........X." },
        ],
      },
      "6/8": {
        bass: ["R-....R-..A-", "R-....5-..A-"],
        chords: ["..x-x-..x-x-"],
        figure: ["x-x-x-x-x-x-"],
        drums: [{ kick: "X.....x.....", snare: "..o.o...o.o." }],
        fills: [{ kick: "X.....x.....", snare: "..o.o...x.xX" }],
      },
    },
  },
};

/** Returns the names of the styles that are played in a time signature. */
export const stylesIn = (timeSignature: PieceTimeSignature): StyleName[] =>
  styleNames.filter((style) => styles[style].grooves[timeSignature] !== undefined);
