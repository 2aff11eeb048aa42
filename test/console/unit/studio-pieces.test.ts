import fc from "fast-check";
import type { Piece, PieceNote } from "../../../console/src/piece/piece";
import { editedPiece } from "../../../console/src/stage/edited-piece";
import { cellOf, Replay } from "../../../console/src/stage/replay";
import { fileName } from "../../../console/src/studio/downloads";
import { equalGains } from "../../../console/src/studio/loudness";
import { markNotes, withMarkedTrack } from "../../../console/src/studio/marked-notes";
import { Recording } from "../../../console/src/studio/recording";
import { shapePiece } from "../../../console/src/studio/shape-piece";
import { applyInputOptions } from "../../../domain/music/chosen-part";
import { MelodyError } from "../../../domain/music/melody";

const quarter = (start: number, pitch: number): PieceNote => ({
  start: start * 480,
  duration: 480,
  pitch,
  velocity: 90,
});
const pieceOf = (...voices: readonly (readonly PieceNote[])[]): Piece => ({
  tempo: 100,
  ticksPerBeat: 480,
  beatsPerBar: 4,
  bars: 2,
  tracks: voices.map((notes, index) => ({ name: `Voice ${index}`, program: 0, isDrums: false, notes })),
});

describe("shaping a melody", () => {
  const note = fc.record({
    start: fc.nat(8 * 1920 - 1),
    duration: fc.integer({ min: 1, max: 1920 }),
    pitch: fc.integer({ min: 20, max: 100 }),
    velocity: fc.integer({ min: 1, max: 127 }),
  });
  const shape = fc.record(
    {
      tempo: fc.integer({ min: 40, max: 160 }),
      transpose: fc.integer({ min: -12, max: 12 }),
      rhythmAssist: fc.boolean(),
      startBar: fc.integer({ min: 1, max: 8 }),
      bars: fc.integer({ min: 1, max: 8 }),
    },
    { requiredKeys: [] },
  );

  test("shows what the API gives the technique, wherever the API takes it", () => {
    fc.assert(
      fc.property(fc.array(note, { minLength: 1, maxLength: 30 }), shape, (unsorted, options) => {
        const notes = [...unsorted].sort((one, other) => one.start - other.start || one.pitch - other.pitch);
        const [piece] = [{ ...pieceOf(notes), bars: 8 }];
        const melody = {
          name: "Melody",
          program: 0,
          ticksPerBeat: 480,
          tempo: 100,
          bars: 8,
          timeSignature: "4/4" as const,
          notes: notes.map(({ start, duration, pitch, velocity }) => ({
            startTick: start,
            durationTicks: Math.min(duration, 8 * 1920 - start),
            pitch,
            velocity,
          })),
        };
        const cut = {
          ...piece,
          tracks: pieceOf(notes.map((one) => ({ ...one, duration: Math.min(one.duration, 8 * 1920 - one.start) })))
            .tracks,
        };
        let given;
        try {
          given = applyInputOptions(melody, options, "unet-gan");
        } catch (error) {
          if (error instanceof MelodyError) return;
          throw error;
        }
        const shaped = shapePiece(cut, options);
        expect(shaped.tempo).toBe(given.tempo);
        // Without a number of bars the API ends with the last bar that has notes.
        if (options.bars !== undefined) expect(shaped.bars).toBe(given.bars);
        expect(shaped.tracks[0]?.notes.map(({ start, duration, pitch }) => [start, duration, pitch])).toEqual(
          given.notes.map(({ startTick, durationTicks, pitch }) => [startTick, durationTicks, pitch]),
        );
      }),
    );
  });

  test("by nothing gives the same piece", () => {
    const piece = pieceOf([quarter(0, 60)]);
    expect(shapePiece(piece, { transpose: 0, rhythmAssist: false, tempo: undefined })).toBe(piece);
  });
});

describe("a recording", () => {
  test("has each note at its time from the first bar line", () => {
    const recording = new Recording({ tempo: 120, barLine: 10_000, name: "Recording" });
    recording.press(60, 80, 10_000);
    recording.release(60, 10_500);
    recording.press(62, 70, 10_750);
    const piece = recording.pieceAt(11_000);
    expect(piece).toMatchObject({ tempo: 120, bars: 1, beatsPerBar: 4 });
    expect(piece.tracks[0]?.notes).toEqual([
      { start: 0, duration: 480, pitch: 60, velocity: 80 },
      { start: 720, duration: 240, pitch: 62, velocity: 70 },
    ]);
    // A picture of it ends nothing that is still held down.
    expect(recording.pieceAt(11_500).tracks[0]?.notes[1]?.duration).toBe(720);
  });

  test("takes what is struck just before the bar line, and nothing of the count-in", () => {
    const recording = new Recording({ tempo: 120, barLine: 10_000, name: "Recording" });
    recording.press(60, 80, 9_000);
    recording.release(60, 9_100);
    recording.press(62, 80, 9_900);
    recording.release(62, 10_200);
    expect(recording.pieceAt(10_300).tracks[0]?.notes).toEqual([{ start: 0, duration: 192, pitch: 62, velocity: 80 }]);
  });
});

describe("the lens", () => {
  test("marks a dissonant pair that sounds together, and no other", () => {
    const [first, second, third] = [quarter(0, 60), quarter(0, 61), quarter(2, 66)];
    const { notes } = markNotes(pieceOf([first, third], [second, quarter(4, 72)]));
    expect(notes.dissonant).toEqual(new Set([first, second]));
  });

  test("marks parallel fifths, and not a fifth that stays or is left by contrary motion", () => {
    const upper = [quarter(0, 67), quarter(1, 69), quarter(2, 69), quarter(3, 67)];
    const lower = [quarter(0, 60), quarter(1, 62), quarter(2, 62), quarter(3, 64)];
    const { notes } = markNotes(pieceOf(upper, lower));
    expect([...notes.parallels].map(({ start }) => start / 480).sort()).toEqual([0, 0, 1, 1]);
  });

  test("marks what lies outside the scale that holds the most notes", () => {
    const strange = quarter(7, 66);
    const { notes, scale } = markNotes(
      pieceOf([60, 62, 64, 65, 67, 69, 71].map((pitch, at) => quarter(at, pitch)).concat(strange)),
    );
    expect(scale).toBe("C major");
    expect(notes.offScale).toEqual(new Set([strange]));
  });

  test("loses no note when the marked ones become a track", () => {
    const piece = pieceOf([quarter(0, 60), quarter(1, 64)], [quarter(0, 61)]);
    const seen = withMarkedTrack(piece, markNotes(piece).notes.dissonant, "Dissonant pairs");
    expect(seen.tracks.map(({ notes }) => notes.length)).toEqual([2, 1, 0]);
  });
});

describe("a moment of the edits", () => {
  test("has what was given and what was added as tracks", () => {
    const piece = pieceOf([quarter(0, 60)], [quarter(0, 64)]);
    const edits = [0, 1, 2, 3].map((step) => ({
      step,
      pitch: 64,
      kind: "add" as const,
      original: false,
      pass: 0,
      probability: 1,
    }));
    const replay = new Replay({ steps: 32, edits, input: [0, 1, 2, 3].map((step) => cellOf(step, 60)) });
    replay.seek(2);
    const [given, added] = editedPiece(piece, replay).tracks;
    expect(given?.notes).toEqual([{ start: 0, duration: 480, pitch: 60, velocity: 90 }]);
    expect(added?.notes).toEqual([{ start: 0, duration: 240, pitch: 64, velocity: 90 }]);
  });
});

describe("two pieces in comparison", () => {
  test("are equally loud, and neither is louder than it was", () => {
    const positive = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (one, other) => {
        const [first, second] = equalGains([one, other]);
        expect(first * one).toBeCloseTo(second * other, 9);
        expect(Math.max(first, second)).toBeLessThanOrEqual(1);
      }),
    );
    expect(equalGains([0, 0.5])).toEqual([1, 1]);
  });
});

describe("a file's name", () => {
  test.each([
    ["Evening song", "Evening song.mid"],
    ["a/b:c", "a b c.mid"],
    ["???", "piece.mid"],
  ])("%s becomes %s", (name, expected) => {
    expect(fileName(name, "mid")).toBe(expected);
  });
});
