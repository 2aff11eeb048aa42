/** Pieces of several tracks that are re-written on one roll: what is told, and what becomes of the response. */
import * as z from "zod";
import { gridNoteSchema } from "../../../domain/music/grid-note";
import { type Score, scoreSchema } from "../../../domain/music/score";
import type { CompositionItem } from "../../../lambdas/stores/items";
import { compositionCorrectionKey, compositionScoreKey } from "../../../naming/object-keys";
import { composition, harnessWith, id, responseOf, sha256 } from "./composing-harness";

const arCnn = {
  technique: "ar-cnn",
  model: { id: "ar-cnn-bach", stock: true, sha256, bytes: 1_000 },
} as const satisfies Partial<CompositionItem>;

const requestSchema = z.object({
  melody: z.object({ notes: z.array(gridNoteSchema.loose()) }),
  tracks: z.array(z.object({ name: z.string(), notes: z.array(gridNoteSchema.loose()) })).optional(),
});
const readRequest = (request = "") => requestSchema.parse(JSON.parse(request.slice(request.indexOf("{"))));
const readScore = (text = "") => scoreSchema.parse(JSON.parse(text));

const beat = 480;
const played = (startTick: number, pitch: number, durationTicks = beat, velocity = 80) => ({
  ...{ startTick, durationTicks, pitch, velocity },
});
const note = (onset: number, pitch: number, duration = 4) => ({ onset, duration, pitch, velocity: 80 });

/** A tune off the grid, drums, and a bass with a wrong note. */
const score: Score = {
  ...{ schemaVersion: 1, name: "Given", ticksPerBeat: beat, tempo: 90, bars: 1 },
  tracks: [
    { name: "Tune", program: 73, source: "input", notes: [played(7, 72, 400, 33), played(beat, 74, 3 * beat, 99)] },
    { name: "Drums", program: 0, source: "generated", isDrums: true, notes: [played(0, 36)] },
    {
      name: "Bass",
      program: 42,
      source: "generated",
      notes: [played(0, 49, beat, 61), played(beat, 43, 3 * beat, 61)],
    },
  ],
};
/** The cells of the wrong note, each removed, and those of the right one, each added. */
const edits = [0, 1, 2, 3].flatMap((step) => [
  { step, pitch: 49, kind: "remove", original: true, pass: 0, probability: 0.9 },
  { step, pitch: 48, kind: "add", original: false, pass: 1, probability: 0.8 },
]);
const mended = [note(0, 72, 3), note(4, 74, 12), note(0, 48), note(4, 43, 12)];

function harnessWithPiece(more: Partial<CompositionItem> = {}, given: Score = score) {
  const harness = harnessWith({
    ...arCnn,
    input: { compositionId: id(3) },
    inputOptions: { allTracks: true },
    ...more,
  });
  const { openWork: _open, openWorkOwner: _owner, ...finished } = composition({ id: id(3), state: "COMPLETED" });
  harness.compositions.add(finished);
  harness.artifacts.objects.set(compositionScoreKey(finished), Buffer.from(JSON.stringify(given)));
  harness.responses = [
    responseOf({ technique: "ar-cnn", tracks: [], melody: { notes: mended }, editEvents: edits, metrics: {} }),
  ];
  return { harness, finished };
}

test("every track is told, and each gets back what has become of it", async () => {
  const { harness } = harnessWithPiece();
  await harness.deliver();
  expect(readRequest(harness.requests[0])).toMatchObject({
    melody: { notes: [{ pitch: 72 }, { pitch: 74 }] },
    tracks: [{ name: "Bass", notes: [{ pitch: 49 }, { pitch: 43 }] }],
  });
  const row = harness.row();
  expect(row).toMatchObject({ state: "COMPLETED", input: { compositionId: id(3) } });
  expect(row.output).toMatchObject({
    bars: 1,
    editEventCount: 8,
    tracks: [
      { name: "Tune", program: 73, source: "input", noteCount: 2 },
      { name: "Drums", source: "input", isDrums: true, noteCount: 1 },
      { name: "Bass", program: 42, source: "generated", noteCount: 2 },
    ],
  });
  const { tracks } = readScore(harness.artifacts.text(compositionScoreKey(row)));
  expect(tracks.map(({ notes }) => notes)).toEqual([
    score.tracks[0]?.notes,
    score.tracks[1]?.notes,
    [played(0, 48, beat, 61), played(beat, 43, 3 * beat, 61)],
  ]);
});

test("a corrected piece is told with its corrected notes, also if it is corrected while it is read", async () => {
  const { harness, finished } = harnessWithPiece();
  const correction = { revision: 2, token: "abc" };
  harness.compositions.add({ ...finished, correction });
  const tracks = score.tracks.map((track, index) => (index === 2 ? { ...track, notes: [played(0, 49, beat)] } : track));
  const corrected = Buffer.from(JSON.stringify({ ...score, tracks }));
  harness.artifacts.objects.set(compositionCorrectionKey(finished, correction), corrected);
  await harness.deliver();
  expect(readRequest(harness.requests[0]).tracks?.[0]?.notes.map(({ pitch }) => pitch)).toEqual([49]);
});

test("without allTracks a piece is its track 0, and one track with drums is one melody beside which the drums stay", async () => {
  const { harness: alone } = harnessWithPiece({ inputOptions: {}, parameters: { melodyLock: false } });
  alone.responses = [
    responseOf({ technique: "ar-cnn", tracks: [], melody: { notes: [note(0, 72, 3), note(4, 74, 12)] } }),
  ];
  await alone.deliver();
  expect(readRequest(alone.requests[0]).tracks).toBeUndefined();
  expect(alone.row().output?.tracks.map(({ name }) => name)).toEqual(["Tune"]);

  const { harness: drums } = harnessWithPiece(
    {},
    {
      ...score,
      ticksPerBeat: 2,
      tracks: score.tracks.slice(0, 2).map((track) => ({
        ...track,
        notes: [played(2, 60, 3)],
      })),
    },
  );
  const alto = { name: "Alto", program: 52, notes: [note(4, 55, 6)] };
  drums.responses = [responseOf({ technique: "ar-cnn", tracks: [alto] })];
  await drums.deliver();
  expect(readRequest(drums.requests[0]).tracks).toBeUndefined();
  expect(drums.row().output?.tracks.map(({ name, source }) => [name, source])).toEqual([
    ["Tune", "input"],
    ["Alto", "generated"],
    ["Drums", "input"],
  ]);
  const { ticksPerBeat, tracks } = readScore(drums.artifacts.text(compositionScoreKey(drums.row())));
  expect(tracks[2]?.notes[0]).toMatchObject({ startTick: ticksPerBeat, durationTicks: 1.5 * ticksPerBeat });
});

test.each<[string, object]>([
  ["has no piece", { tracks: [], editEvents: edits }],
  ["has tracks beside it", { tracks: [{ name: "Alto", program: 0, notes: [note(0, 60)] }], melody: { notes: mended } }],
  ["has edits of the tune alone", { tracks: [], melody: { notes: mended.slice(0, 2) }, editEvents: [] }],
])("a response that %s is not valid", async (_, response) => {
  const { harness } = harnessWithPiece();
  harness.responses = [responseOf({ technique: "ar-cnn", ...response })];
  await harness.deliver();
  expect(harness.row()).toMatchObject({ state: "FAILED", failure: { code: "MODEL_RESPONSE_INVALID" } });
});

test("tracks that have more notes together than one roll takes are refused, and the failure says how many it takes", async () => {
  const many = Array.from({ length: 100 }, (_, place) => played((place % 16) * 120, 20 + Math.floor(place / 2), 60));
  const { harness } = harnessWithPiece(
    {},
    { ...score, tracks: score.tracks.map((track) => ({ ...track, notes: many })) },
  );
  await harness.deliver();
  expect(harness.requests).toEqual([]);
  expect(harness.row().failure).toMatchObject({
    code: "INPUT_TOO_LARGE",
    message: expect.stringContaining("128") as unknown,
  });
});
