import fc from "fast-check";
import { correctScore, type CorrectScoreResult } from "../../../domain/music/corrected-score";
import type { MidiNote } from "../../../domain/music/midi-note";
import { perform, usualPerformance } from "../../../domain/music/performance";
import { type Score, scoreSchema, writeMidi } from "../../../domain/music/score";
import { parseMidi } from "../../../domain/music/song";

const note = (beat: number, pitch: number, beats = 1, velocity = 80): MidiNote => ({
  startTick: beat * 480,
  durationTicks: beats * 480,
  pitch,
  velocity,
});
const tune: Score["tracks"][number] = {
  name: "Tune",
  program: 0,
  source: "input",
  notes: [note(0, 60), note(1, 62), note(2, 64, 2), note(4, 65, 4)],
};
const bass: Score["tracks"][number] = {
  name: "Bass",
  program: 32,
  source: "generated",
  notes: [note(0, 48, 2), note(2, 43, 1), note(4, 48, 4)],
};
const piece = (tracks: Score["tracks"], more: Partial<Score> = {}): Score => ({
  schemaVersion: 1,
  name: "A piece",
  ticksPerBeat: 480,
  tempo: 110,
  bars: 2,
  tracks,
  ...more,
});

const played = (score: Score) => perform({ score, options: usualPerformance });
const songOf = (score: Score) => parseMidi(writeMidi(played(score)));

function corrected(result: CorrectScoreResult): Score {
  if (result.kind === "REFUSED") throw new Error(JSON.stringify(result.issues));
  return scoreSchema.parse(result.score);
}
const issuesOf = (result: CorrectScoreResult) => (result.kind === "REFUSED" ? result.issues : []);

test("a performed file in which nothing was changed leaves the piece as it was composed", () => {
  const arbitraryNotes = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 27 }), fc.integer({ min: 40, max: 80 })), {
      minLength: 1,
      maxLength: 24,
      selector: ([step]) => step,
    })
    .map((places) =>
      places
        .sort(([one], [other]) => one - other)
        .map(([step, pitch]): MidiNote => ({ startTick: step * 120, durationTicks: 120, pitch, velocity: 80 })),
    );
  fc.assert(
    fc.property(arbitraryNotes, arbitraryNotes, (high, low) => {
      const score = piece([
        { ...tune, notes: [...high, note(7, 84)] },
        { ...bass, notes: low },
      ]);
      const song = songOf(score);
      expect(corrected(correctScore({ score, present: song, corrected: song }))).toEqual(score);
    }),
    { numRuns: 200 },
  );
});

test("a changed note is taken as it stands in the file, and every other stays as it was composed", () => {
  const score = piece([tune, bass]);
  const performed = played(score);
  const changed = performed.tracks.map((track, index) =>
    index === 1
      ? { ...track, program: 43, notes: [{ ...note(0, 52, 2), velocity: 31 }, ...track.notes.slice(1)] }
      : track,
  );
  const song = parseMidi(writeMidi({ ...performed, tracks: changed }));
  const result = correctScore({ score, present: songOf(score), corrected: song });
  expect(corrected(result).tracks.map(({ notes }) => notes)).toEqual([
    tune.notes,
    [note(0, 52, 2, 31), ...bass.notes.slice(1)],
  ]);
  expect(corrected(result).tracks[1]).toMatchObject({ name: "Bass", program: 32, source: "generated" });
  expect(result).toMatchObject({
    programs: new Map([
      [0, 0],
      [1, 43],
    ]),
  });
});

test("without the present file, the notes are taken as they are", () => {
  const score = piece([tune, bass]);
  const song = songOf(score);
  const notes = corrected(correctScore({ score, present: undefined, corrected: song })).tracks.map(
    (track) => track.notes,
  );
  expect(notes).toEqual(song.tracks.map((track) => track.notes));
  expect(notes).not.toEqual([tune.notes, bass.notes]);
});

test("tempo, time signature, bars and the division of the beat are those of the file", () => {
  const score = piece([tune, { ...bass, generatedFromTick: 960 }]);
  const slow = piece(
    [
      { ...tune, notes: [note(0, 60), note(5, 62)] },
      { ...bass, notes: [note(0, 48)] },
    ],
    {
      tempo: 60,
      timeSignature: "3/4",
      ticksPerBeat: 960,
    },
  );
  const song = parseMidi(writeMidi(slow));
  const { tracks, ...members } = corrected(correctScore({ score, present: songOf(score), corrected: song }));
  expect(members).toEqual({
    schemaVersion: 1,
    name: "A piece",
    ticksPerBeat: 960,
    tempo: 60,
    timeSignature: "3/4",
    bars: 1,
  });
  expect(tracks[1]?.generatedFromTick).toBe(1920);
});

test("tracks are found by their names, and by their numbers where the names do not say which", () => {
  const score = piece([tune, bass]);
  const present = songOf(score);
  const turned = parseMidi(writeMidi(played(piece([bass, tune]))));
  expect(
    corrected(correctScore({ score, present, corrected: turned })).tracks.map(({ name, notes }) => [
      name,
      notes.length,
    ]),
  ).toEqual([
    ["Tune", 4],
    ["Bass", 3],
  ]);
  const unnamed = parseMidi(
    writeMidi(
      piece([
        { ...tune, name: "One" },
        { ...bass, name: "Two" },
      ]),
    ),
  );
  expect(corrected(correctScore({ score, present, corrected: unnamed })).tracks.map(({ notes }) => notes)).toEqual([
    tune.notes,
    bass.notes,
  ]);
  const alone = parseMidi(writeMidi(piece([bass])));
  expect(corrected(correctScore({ score, present, corrected: alone })).tracks.map(({ notes }) => notes.length)).toEqual(
    [0, 3],
  );
});

test("everything that does not fit is named at once", () => {
  const drums = { ...bass, name: "Drums", isDrums: true as const };
  const score = piece([tune, drums]);
  const others: Score["tracks"] = [
    { ...tune, name: "A", isDrums: true, notes: [note(0, 36), note(4, 36)] },
    { ...bass, name: "B" },
    { ...bass, name: "C" },
  ];
  const song = parseMidi(writeMidi(piece(others)));
  const inSeveral = {
    ...song,
    timeSignatures: [...song.timeSignatures, { tick: 1920, numerator: 5, denominator: 4 }] as const,
  };
  const issues = issuesOf(correctScore({ score, present: undefined, corrected: inSeveral }));
  expect(issues.map(({ pointer, value }) => [pointer, value])).toEqual([
    ["/timeSignature", "4/4, then 5/4"],
    ["/tracks/0", "A"],
    ["/tracks/1", "B"],
    ["/tracks/2", "C"],
  ]);
  expect(issues.every(({ allowed, reason }) => allowed !== "" && reason !== "")).toBe(true);
  const long = parseMidi(
    writeMidi(
      piece([
        { ...tune, notes: [note(4 * 64, 60)] },
        { ...drums, notes: [note(0, 36)] },
      ]),
    ),
  );
  expect(issuesOf(correctScore({ score, present: undefined, corrected: long }))).toEqual([
    { pointer: "/bars", reason: "is more bars than a piece has", value: 65, allowed: "1 to 64" },
  ]);
});
