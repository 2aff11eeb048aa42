import fc from "fast-check";
import { cellOf, soundingCells } from "../../../domain/music/edit-events";
import type { GivenPiece } from "../../../domain/music/given-piece";
import { type ModelNote, toGrid } from "../../../domain/music/melody";
import { mendScore, mendTracks } from "../../../domain/music/mended-score";
import { scoreSchema } from "../../../domain/music/score";

const note = (onset: number, duration: number, pitch: number, velocity = 80): ModelNote => ({
  onset,
  duration,
  pitch,
  velocity,
});
const alto = [note(0, 4, 67), note(4, 4, 65), note(8, 8, 64)];
const bass = [note(0, 8, 48), note(8, 8, 43)];

/** Notes of single pitches beside each other, as a roll has them. */
const roll = (cells: ReadonlySet<number>): ModelNote[] =>
  [...cells].sort((one, other) => one - other).map((cell) => note(Math.floor(cell / 128), 1, cell % 128));

test("a wrong note goes, and the right one comes into the voice that lost it", () => {
  const wrong = [note(0, 4, 67), note(4, 4, 66), note(8, 8, 64)];
  const { tracks, added } = mendTracks([wrong, bass], [...alto, ...bass]);
  expect(tracks).toEqual([alto, bass]);
  expect(added).toEqual([]);
});

test("two voices on one pitch stay two, and one that repeats a note keeps its beginnings", () => {
  const held = [note(0, 8, 60)];
  const repeated = [note(0, 4, 60), note(4, 4, 60)];
  expect(mendTracks([held, repeated], [note(0, 4, 60), note(4, 4, 60)]).tracks).toEqual([held, repeated]);
});

test("a lengthened note stays one note, before it and after it", () => {
  const { tracks } = mendTracks([[note(4, 4, 60), note(12, 4, 60)], bass], [...bass, note(2, 14, 60)]);
  expect(tracks[0]).toEqual([note(2, 14, 60)]);
});

test("a chord keeps its size: the tone that replaces one of its tones is one of its tones", () => {
  const chords = [note(0, 8, 60), note(0, 8, 66), note(0, 8, 67)];
  const { tracks, added } = mendTracks([chords, bass], [note(0, 8, 60), note(0, 8, 64), note(0, 8, 67), ...bass]);
  expect([tracks[0], added]).toEqual([[note(0, 8, 60), note(0, 8, 64), note(0, 8, 67)], []]);
});

test("a note for which no track has room is left over, as loud as the technique wrote it", () => {
  const { tracks, added } = mendTracks([alto, bass], [...alto, ...bass, note(0, 4, 72, 55)]);
  expect(tracks).toEqual([alto, bass]);
  expect(added).toEqual([note(0, 4, 72, 55)]);
});

const arbitraryLine = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 2 }), fc.integer({ min: 50, max: 62 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((places) => {
    let step = 0;
    return places.map(([duration, rest, pitch]) => {
      const begun = note(step + rest, duration, pitch);
      step += rest + duration;
      return begun;
    });
  });

test("every cell of the roll is in a track or left over, and no other is", () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryLine, { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 50, max: 62 })), { maxLength: 40 }),
      (given, toggles) => {
        const cells = soundingCells(given.flat());
        for (const [step, pitch] of toggles) {
          const cell = cellOf(step, pitch);
          if (!cells.delete(cell)) cells.add(cell);
        }
        const { tracks, added } = mendTracks(given, roll(cells));
        expect(soundingCells([...tracks.flat(), ...added])).toEqual(new Set([...cells]));
      },
    ),
    { numRuns: 500 },
  );
});

test("a roll that nobody has changed leaves every track as it was", () => {
  fc.assert(
    fc.property(fc.array(arbitraryLine, { minLength: 1, maxLength: 4 }), (given) => {
      expect(mendTracks(given, roll(soundingCells(given.flat())))).toEqual({ tracks: given, added: [] });
    }),
    { numRuns: 300 },
  );
});

const piece: GivenPiece = {
  ticksPerBeat: 480,
  tempo: 90,
  bars: 1,
  timeSignature: "4/4",
  tracks: [
    { name: "Tune", program: 0, notes: [{ startTick: 7, durationTicks: 955, pitch: 72, velocity: 70 }] },
    {
      name: "Drums",
      program: 0,
      isDrums: true,
      notes: [{ startTick: 0, durationTicks: 100, pitch: 36, velocity: 90 }],
    },
    {
      name: "Alto",
      program: 52,
      notes: [
        { startTick: 3, durationTicks: 470, pitch: 66, velocity: 41 },
        { startTick: 481, durationTicks: 470, pitch: 67, velocity: 43 },
      ],
    },
    { name: "Silent", program: 12, notes: [] },
  ],
};

test("what was left alone keeps its ticks and velocities, and what was not heard is kept", () => {
  const onGrid = [0, 2].flatMap((index) =>
    toGrid({ ...piece, name: "", program: 0, notes: piece.tracks[index]?.notes ?? [] }),
  );
  const mended = [...onGrid.filter(({ pitch }) => pitch !== 66), note(0, 4, 65), note(0, 4, 60)];
  const { tracks, ...members } = scoreSchema.parse(mendScore({ name: "Mended", piece, mended }));
  expect(members).toEqual({ schemaVersion: 1, name: "Mended", ticksPerBeat: 480, tempo: 90, bars: 1 });
  expect(tracks.slice(0, 2)).toEqual(piece.tracks.slice(0, 2).map((track) => ({ ...track, source: "input" })));
  expect(tracks[2]).toEqual({
    name: "Alto",
    program: 52,
    source: "generated",
    notes: [
      { startTick: 0, durationTicks: 480, pitch: 65, velocity: 43 },
      { startTick: 481, durationTicks: 470, pitch: 67, velocity: 43 },
    ],
  });
  expect(tracks.slice(3).map(({ name, source, notes }) => [name, source, notes.length])).toEqual([
    ["Silent", "input", 0],
    ["Added", "generated", 1],
  ]);
});
