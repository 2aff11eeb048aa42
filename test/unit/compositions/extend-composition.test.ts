/** Pieces that go on: what a technique hears, what becomes of its response, and which responses are refused. */
import * as z from "zod";
import { gridNoteSchema } from "../../../domain/music/grid-note";
import { findSampleMelody } from "../../../domain/music/sample-melodies";
import { type Score, scoreSchema, writeMidi } from "../../../domain/music/score";
import { parseMidi } from "../../../domain/music/song";
import type { CompositionItem } from "../../../lambdas/stores/items";
import { compositionMidiKey, compositionScoreKey, trackKey } from "../../../naming/object-keys";
import { track as trackItem } from "../api/support/items";
import { composition, harnessWith, id, responseOf, sha256, sub } from "./composing-harness";

const transformer = {
  technique: "transformer",
  model: { id: "transformer-bach", stock: true, sha256, bytes: 1_000 },
} as const satisfies Partial<CompositionItem>;

const tune = findSampleMelody("twinkle-twinkle");
if (tune === undefined) throw new Error("there is no such tune");
/** The tune lasts for twelve whole bars. */
const seam = tune.bars * 16;

const note = (onset: number, pitch = 60, duration = 4) => ({ onset, duration, pitch, velocity: 70 });
const voice = (name: string, ...notes: readonly ReturnType<typeof note>[]) => ({ name, program: 52, notes });
const goingOn = (tracks: readonly object[], more: object = {}) =>
  responseOf({ technique: "transformer", tracks, continuation: { firstStep: seam, bars: tune.bars + 4 }, ...more });

const requestSchema = z.object({
  melody: z.object({ bars: z.int(), tempo: z.number().optional(), notes: z.array(gridNoteSchema.loose()) }),
  tracks: z.array(z.object({ name: z.string(), program: z.int(), notes: z.array(gridNoteSchema.loose()) })).optional(),
});
const readRequest = (request = "") => requestSchema.parse(JSON.parse(request.slice(request.indexOf("{"))));
const readScore = (text = "") => scoreSchema.parse(JSON.parse(text));

const beat = 480;
const bar = 4 * beat;
const played = (startTick: number, pitch: number, durationTicks = beat, velocity = 80) => ({
  ...{ startTick, durationTicks, pitch, velocity },
});
/** Two bars of two voices, drums and an empty track; the upper voice is off the grid. */
const score: Score = {
  ...{ schemaVersion: 1, name: "Given", ticksPerBeat: beat, tempo: 90, bars: 2 },
  tracks: [
    { name: "Tune", program: 73, source: "input", notes: [played(7, 72, 400, 33), played(bar + 11, 74, 1900, 99)] },
    { name: "Drums", program: 0, source: "generated", isDrums: true, notes: [played(0, 36), played(bar, 38, 30)] },
    { name: "Silence", program: 1, source: "generated", notes: [] },
    { name: "", program: 42, source: "extended", generatedFromTick: bar, notes: [played(0, 48), played(bar, 50)] },
  ],
};

/** A worker with a finished piece, and a composition that is made from it. */
function harnessWithPiece(more: Partial<CompositionItem> = {}, given: Score = score) {
  const harness = harnessWith({ ...transformer, input: { compositionId: id(3) }, ...more });
  const { openWork: _open, openWorkOwner: _owner, ...finished } = composition({ id: id(3), state: "COMPLETED" });
  harness.compositions.add(finished);
  harness.artifacts.objects.set(compositionScoreKey(finished), Buffer.from(JSON.stringify(given)));
  return harness;
}

test("one melody goes on: it stays as it was, and the piece is as long as the model says", async () => {
  const harness = harnessWith(transformer);
  harness.responses = [goingOn([voice("Melody", note(seam + 4), note(seam + 8, 62, 8))])];
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  expect(readRequest(harness.requests[0])).toMatchObject({ melody: { bars: 12, tempo: 100 }, tracks: [] });

  const row = harness.row();
  expect(row.output).toMatchObject({
    bars: 16,
    tempo: 100,
    tracks: [{ name: tune.name, source: "extended", generatedFromBar: 13, noteCount: tune.notes.length + 2 }],
  });
  const kept = readScore(harness.artifacts.text(compositionScoreKey(row)));
  const step = kept.ticksPerBeat / 4;
  expect(kept.tracks[0]?.generatedFromTick).toBe(seam * step);
  const given = tune.notes.map(({ onset, duration, pitch }) => [onset * step, duration * step, pitch]);
  const added = [
    [(seam + 4) * step, 4 * step, 60],
    [(seam + 8) * step, 8 * step, 62],
  ];
  const notes = kept.tracks[0]?.notes.map((each) => [each.startTick, each.durationTicks, each.pitch]);
  expect(notes).toEqual([...given, ...added]);
  // What is added is as loud as the model says.
  expect(kept.tracks[0]?.notes.slice(-2).map(({ velocity }) => velocity)).toEqual([70, 70]);
  const song = parseMidi(harness.artifacts.objects.get(compositionMidiKey(row, { revision: 1 })) ?? new Uint8Array());
  expect(song.tracks.map((each) => each.notes.length)).toEqual([tune.notes.length + 2]);
});

test("of a piece all pitched tracks are heard; drums stay, and a track for which nothing is written stays, too", async () => {
  const harness = harnessWithPiece();
  const entering = voice("Alto", note(40, 64));
  const continuation = { firstStep: 32, bars: 4 };
  harness.responses = [goingOn([voice("Melody", note(32, 76)), voice("x"), entering], { continuation })];
  await harness.deliver();
  expect(readRequest(harness.requests[0])).toMatchObject({
    melody: {
      bars: 2,
      tempo: 90,
      notes: [
        { onset: 0, pitch: 72 },
        { onset: 16, duration: 16, pitch: 74 },
      ],
    },
    tracks: [{ name: "Track 2", program: 42, notes: [{ pitch: 48 }, { pitch: 50 }] }],
  });

  const row = harness.row();
  expect(row.output).toMatchObject({
    bars: 4,
    tracks: [
      { name: "Tune", program: 73, source: "extended", generatedFromBar: 3, noteCount: 3 },
      { name: "Drums", source: "input", isDrums: true, noteCount: 2 },
      { name: "Silence", source: "input", noteCount: 0 },
      { name: "", source: "input", noteCount: 2 },
      { name: "Alto", program: 52, source: "generated", generatedFromBar: 3, noteCount: 1 },
    ],
  });
  expect(row.output?.tracks[3]).not.toHaveProperty("generatedFromBar");
  expect(row.output?.remarks).toEqual(["These tracks go on: 0 (Tune).", "These tracks rest in what is added: 3."]);
  const kept = readScore(harness.artifacts.text(compositionScoreKey(row)));
  expect(kept.tracks.map(({ notes }, index) => notes.slice(0, score.tracks[index]?.notes.length ?? 0))).toEqual([
    ...score.tracks.map(({ notes }) => notes),
    [],
  ]);
  expect(kept.tracks[0]?.notes.at(-1)).toEqual(played(2 * bar, 76, beat, 70));
});

test("bars in which only drums play, or nothing, stay before what is added, and the piece is as long as was asked for", async () => {
  const drums = { name: "Drums", program: 0, source: "input" as const, isDrums: true as const };
  const long: Score = { ...score, bars: 6, tracks: [...score.tracks, { ...drums, notes: [played(4 * bar, 36)] }] };
  const harness = harnessWithPiece({ parameters: { extensionBars: 2 } }, long);
  const continuation = { firstStep: 96, bars: 8 };
  harness.responses = [goingOn([voice("Melody", note(96)), voice("x", note(100))], { continuation })];
  await harness.deliver();
  expect(harness.row().output).toMatchObject({
    bars: 8,
    tracks: [{ source: "extended", generatedFromBar: 7 }, {}, {}, {}, {}],
  });
});

test("where nothing but rests was added, a remark says so", async () => {
  const harness = harnessWith(transformer);
  harness.responses = [goingOn([voice("Melody")])];
  await harness.deliver();
  expect(harness.row().output?.remarks).toEqual([
    expect.stringMatching(/^Nothing was added but rests\. .* These tracks rest in what is added: 0 \(Twinkle/),
  ]);
});

test("names and remarks of a response become plain text, and there are no more remarks than a row takes", async () => {
  const harness = harnessWithPiece();
  const remarks = ["One\u0007.\n\u202eTwo.", "\u200b", ...Array.from({ length: 6 }, (_, index) => `Remark ${index}.`)];
  const tracks = [
    voice("Melody", note(32)),
    voice("x"),
    voice("Al\u001bto\n\ud800", note(32, 50)),
    voice("\u0000", note(32, 40)),
  ];
  harness.responses = [goingOn(tracks, { continuation: { firstStep: 32, bars: 3 }, remarks })];
  await harness.deliver();
  const { output } = harness.row();
  expect(output?.tracks.slice(4).map(({ name }) => name)).toEqual(["Alto", "Track 4"]);
  expect(output?.remarks).toHaveLength(8);
  expect(output?.remarks).toContain("One. Two.");
});

test("options change all tracks alike, and drums are not transposed", async () => {
  const inputOptions = { startBar: 2, transpose: -12, tempo: 60, rhythmAssist: true };
  const harness = harnessWithPiece({ inputOptions });
  const continuation = { firstStep: 16, bars: 2 };
  harness.responses = [goingOn([voice("Melody", note(16)), voice("x", note(16, 40))], { continuation })];
  await harness.deliver();
  const kept = readScore(harness.artifacts.text(compositionScoreKey(harness.row())));
  expect({ tempo: kept.tempo, bars: kept.bars }).toEqual({ tempo: 60, bars: 2 });
  expect(kept.tracks.map(({ notes }) => notes[0])).toEqual([
    played(0, 62, bar, 99),
    played(0, 38, beat / 4),
    undefined,
    played(0, 38),
  ]);
});

test("one track of a piece is heard alone, and to a technique that hears one melody track 0 is the melody", async () => {
  const alone = harnessWithPiece({ input: { compositionId: id(3), trackIndex: 3 } });
  alone.responses = [goingOn([voice("Melody", note(20))], { continuation: { firstStep: 20, bars: 4 } })];
  await alone.deliver();
  expect(readRequest(alone.requests[0])).toMatchObject({
    melody: { notes: [{ pitch: 48 }, { pitch: 50 }] },
    tracks: [],
  });
  expect(alone.row().output?.tracks).toHaveLength(1);

  const gan = harnessWithPiece({ technique: "unet-gan" });
  await gan.deliver();
  const request = readRequest(gan.requests[0]);
  expect(request.melody.notes.map(({ pitch }) => pitch)).toEqual([72, 74]);
  expect([request.tracks, request.melody.tempo]).toEqual([undefined, undefined]);
  expect(gan.row().output?.tracks.map(({ name }) => name)).toEqual(["Tune", "Bass"]);
});

test("of chosen tracks only those are heard and go on, and the others stay as they are", async () => {
  const harness = harnessWithPiece({ inputOptions: { extendedTracks: [3] } });
  harness.responses = [goingOn([voice("Melody", note(20, 50))], { continuation: { firstStep: 20, bars: 4 } })];
  await harness.deliver();
  expect(readRequest(harness.requests[0])).toMatchObject({
    melody: { notes: [{ pitch: 48 }, { pitch: 50 }] },
    tracks: [],
  });
  expect(harness.row().output).toMatchObject({
    tracks: [
      { name: "Tune", source: "input", noteCount: 2 },
      { name: "Drums", source: "input", noteCount: 2 },
      { name: "Silence", source: "input" },
      { source: "extended", noteCount: 3 },
    ],
    remarks: ["These tracks go on: 3.", "These tracks rest in what is added: 0 (Tune)."],
  });
  const kept = readScore(harness.artifacts.text(compositionScoreKey(harness.row())));
  expect(kept.tracks[0]).not.toHaveProperty("rests");
  expect(kept.tracks[0]?.notes).toEqual(score.tracks[0]?.notes);
});

test.each([[[0, 1, 2, 3]], [undefined]])("with the chosen tracks %j all that can go on do", async (extendedTracks) => {
  const harness = harnessWithPiece({ inputOptions: extendedTracks === undefined ? {} : { extendedTracks } });
  const continuation = { firstStep: 32, bars: 4 };
  harness.responses = [goingOn([voice("Melody", note(32)), voice("x", note(32, 40))], { continuation })];
  await harness.deliver();
  expect(harness.row().output?.tracks.map(({ source }) => source)).toEqual(["extended", "input", "input", "extended"]);
  expect(harness.row().output).not.toHaveProperty("remarks");
});

test("if no chosen track has a note in the chosen bars, the piece is as empty as if there were none", async () => {
  const harness = harnessWithPiece({ inputOptions: { extendedTracks: [1, 2] } });
  await harness.deliver();
  expect(harness.row().failure).toMatchObject({
    code: "MELODY_EMPTY",
    message: "The input cannot be used: no note of a track that goes on (1, 2) begins in the chosen bars.",
  });
  expect(harness.requests).toHaveLength(0);
});

test("the tracks of a file that go on are named by their places in the file", async () => {
  const file = writeMidi({
    ...{ schemaVersion: 1, name: "File", ticksPerBeat: beat, tempo: 100, bars: 2 },
    tracks: [
      { name: "Tune", program: 73, source: "input", notes: [played(0, 72), played(bar, 74)] },
      { name: "Middle", program: 42, source: "input", notes: [played(bar, 60)] },
      { name: "Low", program: 42, source: "input", notes: [played(0, 48, 2 * bar)] },
    ],
  });
  const row = trackItem({ sub, trackIndex: 2, bars: 2 });
  const inputOptions = { allTracks: true, extendedTracks: [0, 1] };
  const harness = harnessWith({ ...transformer, input: { trackId: row.id }, inputOptions });
  harness.tracks.put(row);
  harness.artifacts.objects.set(trackKey(row), file);
  const heard = [voice("Melody", note(20)), voice("Middle", note(20, 62))];
  harness.responses = [goingOn(heard, { continuation: { firstStep: 20, bars: 4 } })];
  await harness.deliver();
  expect(harness.row().output?.tracks.map(({ name, source }) => [name, source])).toEqual([
    ["Low", "input"],
    ["Tune", "extended"],
    ["Middle", "extended"],
  ]);
});

test("of more than sixteen tracks the first and the fullest are heard, and the others stay", async () => {
  const many: Score = {
    ...score,
    tracks: Array.from({ length: 20 }, (_, index) => ({
      ...{ name: `T${index}`, program: index, source: "input" as const },
      notes: Array.from({ length: index < 5 ? 1 : 2 }, (_each, place) => played(place * bar, 40 + index)),
    })),
  };
  const harness = harnessWithPiece({}, many);
  const heard = [0, ...Array.from({ length: 15 }, (_, index) => 5 + index)];
  const continuation = { firstStep: 20, bars: 3 };
  harness.responses = [
    goingOn(
      heard.map((index) => voice("v", note(20, 40 + index))),
      { continuation },
    ),
  ];
  await harness.deliver();
  expect(readRequest(harness.requests[0]).tracks?.map(({ name }) => name)).toEqual(
    heard.slice(1).map((index) => `T${index}`),
  );
  const sources = harness.row().output?.tracks.map(({ source }) => source);
  expect(sources).toEqual(many.tracks.map((_, index) => (heard.includes(index) ? "extended" : "input")));
  // What was written for a track is in this track.
  const kept = readScore(harness.artifacts.text(compositionScoreKey(harness.row())));
  for (const { notes } of kept.tracks) expect(new Set(notes.map(({ pitch }) => pitch)).size).toBe(1);
});

test("a piece of more tracks than can be kept is refused, and the failure says how many are allowed", async () => {
  const [first] = score.tracks;
  if (first === undefined) throw new Error("there is no track");
  const harness = harnessWithPiece({}, { ...score, tracks: Array.from({ length: 49 }, () => first) });
  await harness.deliver();
  expect(harness.row().failure).toEqual({
    code: "INPUT_TOO_LARGE",
    message: "The input has 49 tracks with notes; allowed are at most 48.",
    retryable: false,
  });
});

test("of a file's tracks, a bar is heard in which the chosen one rests, and drums alone are no music", async () => {
  const file = writeMidi({
    ...{ schemaVersion: 1, name: "File", ticksPerBeat: beat, tempo: 100, bars: 4 },
    tracks: [
      { name: "Tune", program: 73, source: "input", notes: [played(0, 72), played(3 * bar, 74)] },
      { name: "Low", program: 42, source: "input", notes: [played(bar, 48)] },
      { name: "Drums", program: 0, source: "input", isDrums: true, notes: [played(0, 36), played(2 * bar, 36)] },
    ],
  });
  const row = trackItem({ sub, trackIndex: 0, bars: 4 });
  const bars = async (startBar: number) => {
    const inputOptions = { allTracks: true, startBar, bars: 1 };
    const harness = harnessWith({ ...transformer, input: { trackId: row.id }, inputOptions });
    harness.tracks.put(row);
    harness.artifacts.objects.set(trackKey(row), file);
    harness.responses = [goingOn([voice("Melody", note(4))], { continuation: { firstStep: 4, bars: 2 } })];
    await harness.deliver();
    return harness.row();
  };
  expect((await bars(2)).output?.tracks.map(({ name, source }) => [name, source])).toEqual([
    ["Tune", "input"],
    ["Low", "extended"],
    ["Drums", "input"],
  ]);
  expect((await bars(3)).failure).toMatchObject({ code: "MELODY_EMPTY" });
});

test.each([
  [true, ["Low", "Tune", "Drums"], ["Tune"]],
  [undefined, ["Low"], []],
])("with allTracks %p a file gives the tracks %j, the chosen one first", async (allTracks, names, others) => {
  const file = writeMidi({
    ...{ schemaVersion: 1, name: "File", ticksPerBeat: beat, tempo: 100, bars: 2 },
    tracks: [
      { name: "Tune", program: 73, source: "input", notes: [played(0, 72), played(bar, 74)] },
      { name: "Drums", program: 0, source: "input", isDrums: true, notes: [played(0, 36)] },
      // It is shorter than the tune, so that the tune is cut to its bars.
      { name: "Low", program: 42, source: "input", notes: [played(0, 48, bar)] },
    ],
  });
  const row = trackItem({ sub, trackIndex: 2, bars: 1 });
  const input = { trackId: row.id };
  const harness = harnessWith({ ...transformer, input, inputOptions: allTracks === undefined ? {} : { allTracks } });
  harness.tracks.put(row);
  harness.artifacts.objects.set(trackKey(row), file);
  const heard = ["Melody", ...others].map((name) => voice(name, note(16)));
  harness.responses = [goingOn(heard, { continuation: { firstStep: 16, bars: 2 } })];
  await harness.deliver();
  const request = readRequest(harness.requests[0]);
  expect(request.melody).toMatchObject({ bars: 1, notes: [{ onset: 0, duration: 16, pitch: 48 }] });
  expect(request.tracks?.map(({ name, notes }) => [name, notes.length])).toEqual(others.map((name) => [name, 1]));
  expect(harness.row().output?.tracks.map(({ name }) => name)).toEqual(names);
});

test("an extension goes on once more, as a whole, with what was added to it as a part of what is given", async () => {
  const harness = harnessWith(transformer);
  const end = 16 * (tune.bars + 4);
  harness.responses = [goingOn([voice("Melody", note(end - 4))])];
  await harness.deliver();
  harness.compositions.add(
    composition({ ...transformer, id: id(2), input: { compositionId: id(1) }, openWorkOwner: "x" }),
  );
  harness.responses = [
    goingOn([voice("Melody", note(end))], { continuation: { firstStep: end, bars: tune.bars + 8 } }),
  ];
  await harness.deliver(2);
  expect(readRequest(harness.requests[1]).melody).toMatchObject({ bars: 16 });
  expect(harness.row(2).output).toMatchObject({
    bars: 20,
    tracks: [{ source: "extended", generatedFromBar: 17, noteCount: tune.notes.length + 2 }],
  });
});

test.each<[string, readonly object[], object, RegExp]>([
  ["says not where it goes on", [voice("v", note(seam))], { continuation: undefined }, /it has no continuation/],
  ["re-writes the melody", [voice("v", note(seam))], { melody: { notes: [note(0)] } }, /changes what was given/],
  ["has fewer tracks than were given", [], {}, /has 0 tracks, and 1 were given/],
  [
    "goes on before the end of what is given",
    [voice("v", note(seam))],
    { continuation: { firstStep: seam - 1, bars: tune.bars + 4 } },
    /goes on from step 191 instead of 192/,
  ],
  [
    "goes on later than at the seam",
    [voice("v", note(seam + 16))],
    { continuation: { firstStep: seam + 16, bars: tune.bars + 4 } },
    /goes on from step 208 instead of 192/,
  ],
  [
    "adds no bar",
    [voice("v")],
    { continuation: { firstStep: seam, bars: tune.bars } },
    /has 12 bars, and 12 were given/,
  ],
  [
    "adds more bars than were asked for",
    [voice("v", note(seam))],
    { continuation: { firstStep: seam, bars: 64 } },
    /has 52 bars more than were given, and 4 were asked for/,
  ],
  ["has a note twice", [voice("v", note(seam), note(seam))], {}, /it has notes of one pitch that overlap in track 0/],
  [
    "has notes of one pitch that overlap",
    [voice("v", note(seam + 2), note(seam, 60, 3))],
    {},
    /it has notes of one pitch that overlap in track 0/,
  ],
  ["has new notes among those that were given", [voice("v", note(seam - 4))], {}, /has new notes before step 192/],
  ["has notes after its end", [voice("v", note(seam + 63))], {}, /has notes after the end of its 16 bars/],
  [
    "has more bars than a piece may have",
    [voice("v")],
    { continuation: { firstStep: seam, bars: 65 } },
    /: it is not what the contract says at continuation\.bars: .+\.$/,
  ],
])("a response that %s cannot be used", async (_, tracks, more, message) => {
  const harness = harnessWith({ ...transformer, parameters: { extensionBars: 4 } });
  harness.responses = [goingOn(tracks, more)];
  await harness.deliver();
  expect(harness.row()).toMatchObject({ state: "FAILED", failure: { code: "MODEL_RESPONSE_INVALID" } });
  expect(harness.row().failure?.message).toMatch(message);
});

test("a response that is no JSON is named as such in a sentence", async () => {
  const harness = harnessWith(transformer);
  harness.responses = [{ kind: "RESPONSE", body: new TextEncoder().encode("[".repeat(1_000)) }];
  await harness.deliver();
  expect(harness.row().failure?.message).toMatch(
    /^The model's response cannot be used: it is not what the contract says: .+\.$/,
  );
});

test("no other technique may go on with the melody", async () => {
  const harness = harnessWith();
  harness.responses = [responseOf({ continuation: { firstStep: seam, bars: tune.bars + 4 } })];
  await harness.deliver();
  expect(harness.row().failure).toMatchObject({
    code: "MODEL_RESPONSE_INVALID",
    message: "The model's response cannot be used: it has a continuation.",
  });
});

test("tracks of so many notes that an endpoint cannot carry them are refused", async () => {
  const dense: Score = {
    ...score,
    bars: 63,
    tracks: Array.from({ length: 16 }, (_, index) => ({
      ...{ name: `T${index}`, program: index, source: "input" as const },
      notes: Array.from({ length: 63 * 16 * 8 }, (_each, place) =>
        played(Math.floor(place / 8) * 120, 40 + (place % 8), 120),
      ),
    })),
  };
  const harness = harnessWithPiece({}, dense);
  await harness.deliver();
  expect(harness.requests).toEqual([]);
  expect(harness.row().failure).toMatchObject({
    code: "INPUT_TOO_LARGE",
    message: expect.stringMatching(/fewer bars/),
  });
});
