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
import { readMusic, readPiece } from "../../../console/src/piece/read-piece";
import { writePiece } from "../../../console/src/piece/write-piece";
import { applyInputOptions } from "../../../domain/music/chosen-part";
import { trackMelody } from "../../../domain/music/melody";
import { sampleAsMelody, sampleMelodies } from "../../../domain/music/sample-melodies";
import { parseMidi } from "../../../domain/music/song";
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

describe("a file whose time signature changes", () => {
  const sign = (numerator: number) => [0xff, 0x58, 0x04, numerator, 2, 24, 8];
  /** A note of a quarter, and the time signatures before it: each quarter of the file has one. */
  const quarterNote = (pitch: number) => [0, 0x90, pitch, 90, 24, 0x80, pitch, 0];
  /** Returns a file of 24 ticks a quarter with bars of so many quarters each, one note on each quarter. */
  const fileOf = (bars: readonly number[]): ArrayBuffer => {
    const events = bars.flatMap((quarters, index) => [
      ...(bars[index - 1] === quarters ? [] : [0, ...sign(quarters)]),
      ...Array.from({ length: quarters }, (_, beat) => quarterNote(60 + index + beat)).flat(),
    ]);
    const track = [...events, 0, 0xff, 0x2f, 0];
    const head = [...Buffer.from("MThd"), 0, 0, 0, 6, 0, 0, 0, 1, 0, 24];
    return Uint8Array.from([...head, ...Buffer.from("MTrk"), 0, 0, track.length >> 8, track.length & 255, ...track])
      .buffer;
  };
  const file = fileOf([3, 3, 4, 4, 4, 5, 2, 2]);

  test("is read in the longest part of one time signature", () => {
    const { piece, taken } = readMusic(file, { track: 0 });
    expect(taken).toEqual({ firstBar: 3, lastBar: 5, choices: "bars 1 to 2, or bars 3 to 5, or bars 7 to 8" });
    expect(piece).toMatchObject({ bars: 3, beatsPerBar: 4 });
    expect(piece.tracks[0]?.notes[0]).toMatchObject({ start: 0, pitch: 62 });
    expect(piece.tracks[0]?.notes).toHaveLength(12);
  });

  test.each([1, 2, 3, 5, 7, 8])("is read in the part with bar %i, which is what the server makes of it", (bar) => {
    const { piece, taken } = readMusic(file, { track: 0, bar });
    if (taken === undefined) throw new Error("All bars are alike.");
    const { firstBar: startBar, lastBar } = taken;
    expect(startBar <= bar && bar <= lastBar).toBe(true);
    const options = { startBar, bars: lastBar - startBar + 1 };
    const given = applyInputOptions(trackMelody(parseMidi(new Uint8Array(file)), 0), options, "arranger");
    expect([piece.bars, timeSignatureOf(piece)]).toEqual([given.bars, given.timeSignature]);
    expect(piece.tracks[0]?.notes).toEqual(
      given.notes.map(({ startTick: start, durationTicks: duration, ...note }) => ({ start, duration, ...note })),
    );
  });

  test("is refused at a bar that no piece can have, with the bars that can be chosen", () => {
    expect(() => readMusic(file, { bar: 6 })).toThrow(
      "Bars 1 to 2 are in 3/4; bars 3 to 5 are in 4/4; bar 6 is in 5/4; bars 7 to 8 are in 2/4. Choose bars 1 to 2, or bars 3 to 5, or bars 7 to 8.",
    );
    expect(() => readMusic(fileOf([5, 7]))).toThrow("Bar 1 is in 5/4; bar 2 is in 7/4.");
  });
});

test("of a track of a file the bars with its notes count, as the server counts them", () => {
  const note = { start: 0, duration: 480, pitch: 60, velocity: 90 };
  const track = { program: 0, isDrums: false };
  const bytes = writePiece({
    tempo: 120,
    ticksPerBeat: 480,
    beatsPerBar: 4,
    bars: 4,
    tracks: [
      { ...track, name: "Long", notes: [note, { ...note, start: 3 * 1920 }] },
      { ...track, name: "Short", notes: [note] },
    ],
  });
  expect(readMusic(bytes.buffer).piece.bars).toBe(4);
  expect(readMusic(bytes.buffer, { track: 1 }).piece.bars).toBe(1);
  expect(trackMelody(parseMidi(bytes), 1).bars).toBe(1);
});
