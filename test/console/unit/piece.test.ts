import fc from "fast-check";
import {
  barsIn,
  barTicks,
  endOfPiece,
  inOrder,
  type Piece,
  type PieceNote,
  timeSignatureOf,
} from "../../../console/src/piece/piece";
import { readPiece } from "../../../console/src/piece/read-piece";
import { writePiece } from "../../../console/src/piece/write-piece";
import { sampleAsMelody, sampleMelodies } from "../../../domain/music/sample-melodies";
import { pieceTimeSignatures } from "../../../domain/music/time-signatures";

/** Notes of which no two of one pitch sound at once, for a MIDI file cannot tell those apart. */
const notesIn = (ticks: number): fc.Arbitrary<PieceNote[]> =>
  fc
    .array(
      fc.record({
        start: fc.nat(ticks - 1),
        duration: fc.integer({ min: 1, max: ticks }),
        pitch: fc.integer({ min: 0, max: 127 }),
        velocity: fc.integer({ min: 1, max: 127 }),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((notes) =>
      notes
        .map((note) => ({ ...note, duration: Math.min(note.duration, ticks - note.start) }))
        .sort(inOrder)
        .filter(({ start, pitch }, index, sorted) =>
          sorted.slice(0, index).every((other) => other.pitch !== pitch || other.start + other.duration <= start),
        ),
    );

const pieces: fc.Arbitrary<Piece> = fc
  .record({
    // A file has whole microseconds a beat. At a faster tempo they tell whole tempos apart no more to the thousandth.
    tempo: fc.integer({ min: 10, max: 240 }),
    ticksPerBeat: fc.constantFrom(24, 96, 480, 960),
    bars: fc.integer({ min: 1, max: 64 }),
    bar: fc.constantFrom({ beatsPerBar: 4 }, { beatsPerBar: 3 }, { beatsPerBar: 2 }, {
      beatsPerBar: 3,
      timeSignature: "6/8",
    } as const),
    mix: fc.constantFrom({}, { mix: { volume: 90 } }, { mix: { volume: 127, pan: 0 } }),
    slowing: fc.boolean(),
  })
  .chain(({ bar, mix, slowing, ...shape }) => {
    const ticks = endOfPiece({ ...shape, ...bar });
    const track = fc.record({
      name: fc.constantFrom("Soprano", "Flöte 2", "第一"),
      program: fc.integer({ min: 0, max: 127 }),
      isDrums: fc.constant(false),
      notes: notesIn(ticks),
    });
    return fc.array(track, { minLength: 1, maxLength: 4 }).map((tracks) => ({
      ...shape,
      ...bar,
      ...(slowing ? { tempos: [{ tick: ticks - 1, beatsPerMinute: shape.tempo + 4 }] } : {}),
      tracks: tracks.map((one) => ({ ...one, ...mix })),
    }));
  });

test("a piece that is written and read again is the same piece", () => {
  fc.assert(
    fc.property(pieces, (piece) => {
      expect(readPiece(writePiece(piece).buffer)).toEqual(piece);
    }),
  );
});

test("a track of drums stays one", () => {
  const note = { start: 0, duration: 120, pitch: 36, velocity: 100 };
  const drums = { name: "Drums", program: 0, isDrums: true, notes: [note] };
  const piece: Piece = { tempo: 120, ticksPerBeat: 480, beatsPerBar: 4, bars: 2, tracks: [drums] };
  expect(readPiece(writePiece(piece).buffer)).toEqual(piece);
});

test.each(sampleMelodies)("the sample melody $id is written and read as it is", (sample) => {
  const { notes, bars, tempo, ticksPerBeat, timeSignature } = sampleAsMelody(sample);
  const melody: Piece = {
    tempo,
    ticksPerBeat,
    ...barsIn(timeSignature),
    bars,
    tracks: [
      {
        name: sample.name,
        program: 0,
        isDrums: false,
        notes: notes.map(({ startTick: start, durationTicks: duration, ...note }) => ({ start, duration, ...note })),
      },
    ],
  };
  expect(timeSignatureOf(melody)).toBe(timeSignature);
  expect(readPiece(writePiece(melody).buffer)).toEqual(melody);
});

test("what the server refuses is refused in the server's words, as a sentence", () => {
  expect(() => readPiece(new TextEncoder().encode("no music at all").buffer)).toThrow(/^This is not a MIDI file/);
});

test("bars that the stage cannot show are refused with the time signatures that it can", () => {
  const bytes = writePiece({
    tempo: 120,
    ticksPerBeat: 480,
    beatsPerBar: 4,
    bars: 2,
    tracks: [
      { name: "Tune", program: 0, isDrums: false, notes: [{ start: 0, duration: 480, pitch: 60, velocity: 90 }] },
    ],
  });
  // The time signature's event is 0xff 0x58 0x04, its numerator, its power of two.
  const place = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0x58);
  bytes[place + 3] = 5;
  expect(() => readPiece(bytes.buffer)).toThrow("The bars are in 5/4; they must be in one of 4/4, 3/4, 2/4, 6/8.");
});

test("a bar that no time signature has is refused with what a bar may have", () => {
  const bar = { beatsPerBar: 5, ticksPerBeat: 480 };
  expect(barTicks(bar)).toBe(2400);
  expect(() => timeSignatureOf(bar)).toThrow(
    "A bar of 5 quarter notes cannot be written; a bar has 2, 3 or 4 of them.",
  );
});

test.each(pieceTimeSignatures)("the bars of %s have that time signature", (timeSignature) => {
  expect(timeSignatureOf(barsIn(timeSignature))).toBe(timeSignature);
});
