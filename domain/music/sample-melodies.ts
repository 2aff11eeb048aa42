/**
 * The built-in melodies: tunes in the public domain, written down by us as note lists.
 *
 * In the notation a note is `pitch:steps` with steps of a sixteenth, `r` is a rest, and `|` is the end of a bar (a test
 * checks it).
 */
import type { GridNote } from "./grid-note";
import { type Melody, stepsPerBeat } from "./melody";
import { barShapes, type PieceTimeSignature } from "./time-signatures";

export interface SampleMelody {
  readonly id: string;
  readonly name: string;
  readonly origin: string;
  readonly tempo: number;
  readonly bars: number;
  readonly timeSignature: PieceTimeSignature;
  readonly notes: readonly GridNote[];
}

interface WrittenMelody {
  readonly id: string;
  readonly name: string;
  /** The author and year of the tune, which show why it is free. */
  readonly origin: string;
  /** Quarter notes a minute. */
  readonly tempo: number;
  /** Absent in 4/4. */
  readonly timeSignature?: PieceTimeSignature;
  readonly notation: string;
}

const written: readonly WrittenMelody[] = [
  {
    id: "twinkle-twinkle",
    name: "Twinkle, Twinkle, Little Star",
    origin: "Traditional French tune (Ah! vous dirai-je, maman), printed 1761",
    tempo: 100,
    notation: `
      G4:4 G4:4 D5:4 D5:4 | E5:4 E5:4 D5:8 | C5:4 C5:4 B4:4 B4:4 | A4:4 A4:4 G4:8 |
      D5:4 D5:4 C5:4 C5:4 | B4:4 B4:4 A4:8 | D5:4 D5:4 C5:4 C5:4 | B4:4 B4:4 A4:8 |
      G4:4 G4:4 D5:4 D5:4 | E5:4 E5:4 D5:8 | C5:4 C5:4 B4:4 B4:4 | A4:4 A4:4 G4:8 |`,
  },
  {
    id: "ode-to-joy",
    name: "Ode to Joy",
    origin: "Ludwig van Beethoven, Symphony No. 9, 1824",
    tempo: 100,
    notation: `
      B4:4 B4:4 C5:4 D5:4 | D5:4 C5:4 B4:4 A4:4 | G4:4 G4:4 A4:4 B4:4 | B4:6 A4:2 A4:8 |
      B4:4 B4:4 C5:4 D5:4 | D5:4 C5:4 B4:4 A4:4 | G4:4 G4:4 A4:4 B4:4 | A4:6 G4:2 G4:8 |`,
  },
  {
    id: "deck-the-halls",
    name: "Deck the Halls",
    origin: "Traditional Welsh tune (Nos Galan), 16th century",
    tempo: 120,
    notation: `
      C5:6 Bb4:2 A4:4 G4:4 | F4:4 G4:4 A4:4 F4:4 | G4:2 A4:2 Bb4:2 G4:2 A4:6 G4:2 | F4:4 E4:4 F4:8 |
      C5:6 Bb4:2 A4:4 G4:4 | F4:4 G4:4 A4:4 F4:4 | G4:2 A4:2 Bb4:2 G4:2 A4:6 G4:2 | F4:4 E4:4 F4:8 |
      G4:6 A4:2 Bb4:4 G4:4 | A4:6 Bb4:2 C5:4 G4:4 | A4:2 B4:2 C5:4 D5:2 E5:2 F5:4 | E5:4 D5:4 C5:8 |
      C5:6 Bb4:2 A4:4 G4:4 | F4:4 G4:4 A4:4 F4:4 | D5:2 D5:2 D5:2 D5:2 C5:6 Bb4:2 | A4:4 G4:4 F4:8 |`,
  },
  {
    id: "new-world",
    name: "New World (Largo)",
    origin: "Antonín Dvořák, Symphony No. 9, 1893",
    tempo: 60,
    notation: `
      A4:6 C5:2 C5:8 | A4:6 G4:2 F4:8 | G4:6 A4:2 C5:6 A4:2 | G4:16 |
      A4:6 C5:2 C5:8 | A4:6 G4:2 F4:8 | G4:4 A4:4 G4:6 F4:2 | F4:16 |`,
  },
  {
    id: "when-the-saints",
    name: "When the Saints Go Marching In",
    origin: "Traditional American spiritual, 19th century",
    tempo: 120,
    notation: `
      r:4 F4:4 A4:4 Bb4:4 | C5:16 | r:4 F4:4 A4:4 Bb4:4 | C5:16 |
      r:4 F4:4 A4:4 Bb4:4 | C5:8 A4:8 | F4:8 A4:8 | G4:16 |
      r:4 A4:4 A4:4 G4:4 | F4:12 F4:4 | A4:8 C5:8 | C5:4 Bb4:12 |
      r:8 A4:4 Bb4:4 | C5:8 A4:8 | F4:8 G4:8 | F4:16 |`,
  },
  {
    id: "frere-jacques",
    name: "Frère Jacques",
    origin: "Traditional French round, manuscript of about 1780",
    tempo: 110,
    notation: `
      G4:4 A4:4 B4:4 G4:4 | G4:4 A4:4 B4:4 G4:4 | B4:4 C5:4 D5:8 | B4:4 C5:4 D5:8 |
      D5:2 E5:2 D5:2 C5:2 B4:4 G4:4 | D5:2 E5:2 D5:2 C5:2 B4:4 G4:4 | G4:4 D4:4 G4:8 | G4:4 D4:4 G4:8 |`,
  },
  {
    id: "amazing-grace",
    name: "Amazing Grace",
    origin: "American tune (New Britain), printed 1829",
    tempo: 90,
    timeSignature: "3/4",
    notation: `
      r:8 D4:4 | G4:8 B4:2 G4:2 | B4:8 A4:4 | G4:8 E4:4 | D4:8 D4:4 | G4:8 B4:2 G4:2 | B4:8 A4:4 | D5:12 | D5:8 B4:4 |
      D5:6 B4:2 D5:2 B4:2 | G4:8 D4:4 | E4:6 G4:2 G4:2 E4:2 | D4:8 D4:4 | G4:8 B4:2 G4:2 | B4:8 A4:4 | G4:12 |`,
  },
  {
    id: "row-your-boat",
    name: "Row, Row, Row Your Boat",
    origin: "American round, printed 1852; this tune 1881",
    tempo: 120,
    timeSignature: "6/8",
    notation: `
      C4:6 C4:6 | C4:4 D4:2 E4:6 | E4:4 D4:2 E4:4 F4:2 | G4:12 |
      C5:2 C5:2 C5:2 G4:2 G4:2 G4:2 | E4:2 E4:2 E4:2 C4:2 C4:2 C4:2 | G4:4 F4:2 E4:4 D4:2 | C4:12 |`,
  },
  {
    id: "drunken-sailor",
    name: "Drunken Sailor",
    origin: "Traditional sea shanty, printed 1839; the tune is the older Irish march Óró sé do bheatha abhaile",
    tempo: 116,
    notation: `
      A4:2 A4:1 A4:1 A4:2 A4:1 A4:1 A4:2 D4:2 F4:2 A4:2 | G4:2 G4:1 G4:1 G4:2 G4:1 G4:1 G4:2 C4:2 E4:2 G4:2 |
      A4:2 A4:1 A4:1 A4:2 A4:1 A4:1 A4:2 B4:2 C5:2 D5:2 | C5:2 A4:2 G4:2 E4:2 D4:4 D4:4 |
      A4:4 A4:4 A4:2 D4:2 F4:2 A4:2 | G4:4 G4:4 G4:2 C4:2 E4:2 G4:2 |
      A4:4 A4:4 A4:2 B4:2 C5:2 D5:2 | C5:2 A4:2 G4:2 E4:2 D4:4 D4:4 |`,
  },
];

const semitones = new Map([
  ["C", 0],
  ["D", 2],
  ["E", 4],
  ["F", 5],
  ["G", 7],
  ["A", 9],
  ["B", 11],
]);

/** Returns the MIDI pitch of a name in scientific pitch notation; C4 is 60. */
function pitchOf(name: string): number {
  const match = /^([A-G])(b|#)?(\d)$/.exec(name);
  const base = semitones.get(match?.[1] ?? "");
  if (base === undefined) throw new Error(`${name} is not a pitch`);
  const accidental = match?.[2] === "b" ? -1 : match?.[2] === "#" ? 1 : 0;
  return 12 * (Number(match?.[3]) + 1) + base + accidental;
}

/**
 * Reads the notation that is described above.
 * @throws Error when a bar does not have the steps of its time signature or a pitch has no valid name
 */
export function readNotation(
  notation: string,
  timeSignature: PieceTimeSignature = "4/4",
): { readonly bars: number; readonly notes: GridNote[] } {
  const stepsPerBar = barShapes[timeSignature].steps;
  const notes: GridNote[] = [];
  let step = 0;
  let bars = 0;
  for (const token of notation.trim().split(/\s+/)) {
    if (token === "|") {
      bars += 1;
      if (step !== bars * stepsPerBar) throw new Error(`bar ${bars} ends at step ${step}, not ${bars * stepsPerBar}`);
      continue;
    }
    const [name = "", length] = token.split(":");
    const duration = Number(length);
    if (!Number.isInteger(duration) || duration < 1) throw new Error(`${token} is not a note`);
    if (name !== "r") notes.push({ onset: step, duration, pitch: pitchOf(name) });
    step += duration;
  }
  if (step !== bars * stepsPerBar) throw new Error(`the last bar is not closed: ${step} steps in ${bars} bars`);
  return { bars, notes };
}

/** The built-in melodies in the order in which the API lists them. */
export const sampleMelodies: readonly SampleMelody[] = written.map(
  ({ notation, timeSignature = "4/4", ...described }) => ({
    ...described,
    timeSignature,
    ...readNotation(notation, timeSignature),
  }),
);

const sampleTicksPerBeat = 480;
const sampleVelocity = 90;

export function findSampleMelody(id: string): SampleMelody | undefined {
  return sampleMelodies.find((melody) => melody.id === id);
}

/** Returns a built-in melody in ticks, as if it had been uploaded. */
export function sampleAsMelody({ name, tempo, bars, timeSignature, notes }: SampleMelody): Melody {
  const step = sampleTicksPerBeat / stepsPerBeat;
  return {
    name,
    program: 0,
    ticksPerBeat: sampleTicksPerBeat,
    tempo,
    bars,
    timeSignature,
    notes: notes.map(({ onset, duration, pitch }) => ({
      startTick: onset * step,
      durationTicks: duration * step,
      pitch,
      velocity: sampleVelocity,
    })),
  };
}
