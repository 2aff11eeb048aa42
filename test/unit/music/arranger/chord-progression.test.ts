import type { Chord } from "../../../../domain/music/arranger/chord";
import { chooseChords, type ChordRhythm } from "../../../../domain/music/arranger/chord-progression";
import { findKey } from "../../../../domain/music/arranger/key";
import type { Tune } from "../../../../domain/music/arranger/tune";
import { readNotation } from "../../../../domain/music/sample-melodies";

const names = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

const tuneOf = (notation: string): Tune => {
  const { bars, notes } = readNotation(notation);
  return { notes: notes.map((note) => ({ ...note, velocity: 90 })), bars, timeSignature: "4/4" };
};

const chordsOf = (tune: Tune, rhythm: ChordRhythm) => chooseChords({ tune, key: findKey(tune.notes), rhythm });

/** Returns the chord that holds at a step. */
const chordAt = (tune: Tune, step: number, rhythm: ChordRhythm = "half-bar"): Chord | undefined =>
  chordsOf(tune, rhythm).find(({ start, end }) => step >= start && step < end)?.chord;

/**
 * Tunes in the public domain with the roots that songbooks print: one for each bar, or two for its halves, joined by a
 * hyphen. A bar with `.` has no chord, or books differ.
 */
const songbook = [
  {
    name: "Mary had a little lamb",
    chords: "C C G C C C G C",
    tune: `
      E4:4 D4:4 C4:4 D4:4 | E4:4 E4:4 E4:8 | D4:4 D4:4 D4:8 | E4:4 G4:4 G4:8 |
      E4:4 D4:4 C4:4 D4:4 | E4:4 E4:4 E4:4 E4:4 | D4:4 D4:4 E4:4 D4:4 | C4:16 |`,
  },
  {
    name: "Jingle bells",
    chords: "C C C C F C D G C C C C F C G C",
    tune: `
      E4:4 E4:4 E4:8 | E4:4 E4:4 E4:8 | E4:4 G4:4 C4:6 D4:2 | E4:16 |
      F4:4 F4:4 F4:6 F4:2 | F4:4 E4:4 E4:4 E4:2 E4:2 | E4:4 D4:4 D4:4 E4:4 | D4:8 G4:8 |
      E4:4 E4:4 E4:8 | E4:4 E4:4 E4:8 | E4:4 G4:4 C4:6 D4:2 | E4:16 |
      F4:4 F4:4 F4:6 F4:2 | F4:4 E4:4 E4:4 E4:2 E4:2 | G4:4 G4:4 F4:4 D4:4 | C4:16 |`,
  },
  {
    name: "When the saints",
    chords: ". F F F F F F C . F F Bb . F .-C F",
    tune: `
      r:4 F4:4 A4:4 Bb4:4 | C5:16 | r:4 F4:4 A4:4 Bb4:4 | C5:16 |
      r:4 F4:4 A4:4 Bb4:4 | C5:8 A4:8 | F4:8 A4:8 | G4:16 |
      r:4 A4:4 A4:4 G4:4 | F4:12 F4:4 | A4:8 C5:8 | C5:4 Bb4:12 |
      r:8 A4:4 Bb4:4 | C5:8 A4:8 | F4:8 G4:8 | F4:16 |`,
  },
  {
    name: "Ode to joy",
    chords: "G D G G-D G D G D-G",
    tune: `
      B4:4 B4:4 C5:4 D5:4 | D5:4 C5:4 B4:4 A4:4 | G4:4 G4:4 A4:4 B4:4 | B4:6 A4:2 A4:8 |
      B4:4 B4:4 C5:4 D5:4 | D5:4 C5:4 B4:4 A4:4 | G4:4 G4:4 A4:4 B4:4 | A4:6 G4:2 G4:8 |`,
  },
  {
    name: "Twinkle, twinkle",
    chords: "C F-C F-C G-C C-F C-G C-F C-G C F-C F-C G-C",
    tune: `
      C4:4 C4:4 G4:4 G4:4 | A4:4 A4:4 G4:8 | F4:4 F4:4 E4:4 E4:4 | D4:4 D4:4 C4:8 |
      G4:4 G4:4 F4:4 F4:4 | E4:4 E4:4 D4:8 | G4:4 G4:4 F4:4 F4:4 | E4:4 E4:4 D4:8 |
      C4:4 C4:4 G4:4 G4:4 | A4:4 A4:4 G4:8 | F4:4 F4:4 E4:4 E4:4 | D4:4 D4:4 C4:8 |`,
  },
  {
    name: "Frère Jacques",
    chords: "G G G G G G G G",
    tune: `
      G4:4 A4:4 B4:4 G4:4 | G4:4 A4:4 B4:4 G4:4 | B4:4 C5:4 D5:8 | B4:4 C5:4 D5:8 |
      D5:2 E5:2 D5:2 C5:2 B4:4 G4:4 | D5:2 E5:2 D5:2 C5:2 B4:4 G4:4 | G4:4 D4:4 G4:8 | G4:4 D4:4 G4:8 |`,
  },
] as const;

/** Returns how many half bars have the root that a songbook prints, of those for which it prints one. */
function agreement({ chords, tune: notation }: (typeof songbook)[number]): {
  readonly same: number;
  readonly all: number;
} {
  const tune = tuneOf(notation);
  const printed = chords.split(" ").flatMap((bar, index) => {
    const [first = ".", second = first] = bar.split("-");
    return [
      { root: first, step: index * 16 },
      { root: second, step: index * 16 + 8 },
    ];
  });
  expect(printed).toHaveLength(2 * tune.bars);
  const told = printed.filter(({ root }) => root !== ".");
  const same = told.filter(({ root, step }) => names[chordAt(tune, step)?.root ?? -1] === root);
  return { same: same.length, all: told.length };
}

describe("chords of songbooks", () => {
  test.each(songbook)("$name", (song) => {
    const { same, all } = agreement(song);
    expect(same / all).toBeGreaterThanOrEqual(0.75);
  });

  test("six of seven half bars have the printed root", () => {
    const counts = songbook.map(agreement);
    const sum = (of: "same" | "all"): number => counts.reduce((total, count) => total + count[of], 0);
    expect(sum("same") / sum("all")).toBeGreaterThanOrEqual(6 / 7);
  });

  test("When the saints has its dominant in bar 8 and its subdominant in bar 12", () => {
    const saints = tuneOf(songbook[2].tune);
    expect(chordAt(saints, 7 * 16)?.root).toBe(0);
    expect(chordAt(saints, 11 * 16 + 8)?.root).toBe(10);
    expect(chordAt(saints, 14 * 16 + 8)).toMatchObject({ root: 0 });
    expect(chordAt(saints, 15 * 16)).toEqual({ root: 5, quality: "major" });
  });
});

describe("where chords change", () => {
  const scale = tuneOf("C4:4 B3:4 C4:4 B3:4 | D4:4 E4:4 D4:4 E4:4 | F4:4 E4:4 D4:4 B3:4 | C4:16 |");
  const startsIn = (rhythm: ChordRhythm): number[] => [
    ...new Set(chordsOf(scale, rhythm).map(({ start }) => start % 16)),
  ];

  test("is at bar lines, half bars or beats, as it is asked", () => {
    expect(startsIn("bar")).toEqual([0]);
    expect(startsIn("half-bar")).toEqual([0, 8]);
    expect(startsIn("beat")).toEqual([0, 4, 8, 12]);
  });

  test("in three beats the second half is the last beat", () => {
    const notes = [0, 4, 8, 12].map((onset) => ({ onset, duration: 4, pitch: 60, velocity: 90 }));
    const tune: Tune = {
      notes: [...notes, { onset: 16, duration: 8, pitch: 60, velocity: 90 }],
      bars: 2,
      timeSignature: "3/4",
    };
    expect(chordsOf(tune, "half-bar").map(({ start }) => start)).toEqual([0, 8, 12, 16]);
  });
});

test("a tune in minor closes with its dominant and its tonic", () => {
  const tune = tuneOf("A4:4 C5:4 B4:4 A4:4 | D5:8 C5:8 | B4:4 C5:4 B4:4 G#4:4 | A4:16 |");
  expect(findKey(tune.notes)).toEqual({ tonic: 9, mode: "minor" });
  expect(chordAt(tune, 2 * 16 + 8)?.root).toBe(4);
  expect(chordAt(tune, 3 * 16)).toEqual({ root: 9, quality: "minor" });
});
