import { createHash } from "node:crypto";
import Ajv2020 from "ajv/dist/2020";
import fc from "fast-check";
import requestContract from "../../../contracts/invocation-request.schema.json";
import { maxMelodyBars } from "../../../domain/music/input-limits";
import { usualPerformance } from "../../../domain/music/performance";
import { findSampleMelody } from "../../../domain/music/sample-melodies";
import { scoreSchema } from "../../../domain/music/score";
import { parseMidi } from "../../../domain/music/song";
import { maxEditEvents } from "../../../domain/schemas/invocation";
import { techniques } from "../../../domain/techniques/registry";
import { compositionResource } from "../../../lambdas/api/compositions/composition-resource";
import type { Invocation } from "../../../lambdas/aws/endpoint-invoker";
import { inferenceBudgetSeconds, pauseSeconds, retrySeconds } from "../../../lambdas/compositions/execute-composition";
import { performedMidi } from "../../../lambdas/compositions/performed-midi";
import { leaseSeconds, renewSeconds, repeatedly } from "../../../lambdas/compositions/worker-lease";
import type { CompositionItem } from "../../../lambdas/stores/items";
import { compositionEditEventsKey, compositionMidiKey, compositionScoreKey } from "../../../naming/object-keys";
import { composition, harnessWith, id, modelError, responseOf, sha256, sub, unavailable } from "./composing-harness";

test.each<Partial<CompositionItem>>([
  {},
  { inputOptions: { bars: 1, transpose: -12 } },
  { technique: "ar-cnn", parameters: { passes: 3, melodyLock: true } },
  { technique: "transformer", inputOptions: { tempo: 66.6 } },
  { model: { id: id(5), stock: false, sha256, bytes: 1_000 } },
])("asks the container as the contract says: %j", async (more) => {
  const harness = harnessWith(more);
  await harness.deliver();
  const [request = ""] = harness.requests;
  const validate = new Ajv2020({ strict: false }).compile(requestContract);
  const isKept = validate(JSON.parse(request.slice(request.indexOf("{"))));
  expect({ isKept, errors: validate.errors }).toEqual({ isKept: true, errors: null });
});

test("keeps the melody note for note, adds the tracks, writes MIDI and score, and ends COMPLETED once", async () => {
  const harness = harnessWith();
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  const row = harness.row();
  expect(row).toMatchObject({ state: "COMPLETED", attempt: 1, output: { metrics: { emptyBarRate: 0 } } });
  expect(row.openWork).toBeUndefined();
  expect(row.runningUntil).toBeUndefined();
  expect(harness.compositions.openNow()).toBe(0);
  const midi = harness.artifacts.objects.get(compositionMidiKey(row, { revision: 1 })) ?? new Uint8Array();
  expect(row.midi).toEqual({
    revision: 1,
    bytes: midi.byteLength,
    sha256: createHash("sha256").update(midi).digest("hex"),
  });
  const song = parseMidi(midi);
  const melody = findSampleMelody("twinkle-twinkle");
  const step = song.ticksPerBeat / 4;
  expect(song.tracks[0]?.notes.map(({ startTick, durationTicks, pitch }) => [startTick, durationTicks, pitch])).toEqual(
    melody?.notes.map(({ onset, duration, pitch }) => [onset * step, duration * step, pitch]),
  );
  expect(song.tracks[1]?.notes).toHaveLength(1);
  expect(harness.metrics.count("CompositionsCompleted")).toBe(1);

  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  expect(harness.requests).toHaveLength(1);
  expect(harness.compositions.openNow()).toBe(0);
});

test("drums that a model wrote are on channel 10, and the output and the score say so", async () => {
  const harness = harnessWith();
  const hits = [0, 8, 16].map((onset) => ({ onset, duration: 1, pitch: 36, velocity: 90 }));
  const bass = { name: "Bass", program: 32, notes: [{ onset: 0, duration: 4, pitch: 40, velocity: 80 }] };
  harness.responses = [responseOf({ tracks: [{ name: "Drums", program: 0, isDrums: true, notes: hits }, bass] })];
  await harness.deliver();
  const row = harness.row();
  expect(row.output?.tracks.map(({ name, isDrums }) => [name, isDrums])).toEqual([
    ["Twinkle, Twinkle, Little Star", undefined],
    ["Drums", true],
    ["Bass", undefined],
  ]);
  const song = parseMidi(harness.artifacts.objects.get(compositionMidiKey(row, { revision: 1 })) ?? new Uint8Array());
  expect(song.tracks.map(({ isDrums }) => isDrums)).toEqual([false, true, false]);
  expect(song.tracks[1]?.notes.map(({ pitch }) => pitch)).toEqual([36, 36, 36]);
});

test("the request names a model by its digest and by a signed URL of its own key, also a stock one", async () => {
  const stock = harnessWith();
  await stock.deliver();
  expect(stock.requests[0]).toMatch(/^opencomposer-dev-unet-gan /);
  // The image of the endpoint may carry another version: the key is this version's.
  expect(stock.requests[0]).toContain(`https://bucket.example/stock/models/unet-gan-bach/${sha256}/model.onnx?signed`);
  const own = harnessWith({ model: { id: id(5), stock: false, sha256, bytes: 1_000 } });
  await own.deliver();
  expect(own.requests[0]).toContain(`https://bucket.example/users/${sub}/models/${id(5)}/model.onnx?signed`);
});

test("a stock model that is nowhere fails the composition with what whoever runs the stage must do", async () => {
  const body = JSON.stringify({
    code: "MODEL_NOT_FOUND",
    message: "https://bucket.example has no such model file (404)",
  });
  const stock = harnessWith();
  stock.responses = [modelError(400, body)];
  await stock.deliver();
  expect(stock.row()).toMatchObject({ state: "FAILED", failure: { code: "MODEL_NOT_FOUND", retryable: false } });
  expect(stock.row().failure?.message).toContain("unet-gan-bach");
  expect(stock.row().failure?.message).toContain("`npm run seed`");

  const own = harnessWith({ model: { id: id(5), stock: false, sha256, bytes: 1_000 } });
  own.responses = [modelError(400, body)];
  await own.deliver();
  expect(own.row().failure?.message).toBe("https://bucket.example has no such model file (404).");
});

/** Twinkle's first note is the G at the first four steps, 67 in MIDI; the tune goes on as it is. */
const tune = findSampleMelody("twinkle-twinkle");
if (tune === undefined) throw new Error("there is no such tune");
const edit = (step: number, pitch: number, kind: "add" | "remove", original: boolean) => ({
  step,
  pitch,
  kind,
  original,
  pass: 0,
  probability: 0.5,
});
const [first, ...rest] = tune.notes.map((note) => ({ ...note, velocity: 90 }));
const rewritten = {
  tracks: [],
  technique: "ar-cnn",
  melody: {
    notes: [
      { onset: 0, duration: 2, pitch: first?.pitch ?? 0, velocity: 90 },
      { onset: 2, duration: 2, pitch: 60, velocity: 80 },
      ...rest,
    ],
  },
  editEvents: [
    edit(2, first?.pitch ?? 0, "remove", true),
    edit(3, first?.pitch ?? 0, "remove", true),
    edit(2, 60, "add", false),
    edit(3, 60, "add", false),
  ],
};

test("a re-written piece takes the melody's place, and its edits are kept in order", async () => {
  const harness = harnessWith({ technique: "ar-cnn" });
  harness.responses = [responseOf(rewritten)];
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  const row = harness.row();
  expect(row).toMatchObject({
    state: "COMPLETED",
    output: {
      editEventCount: 4,
      tracks: [{ index: 0, name: tune.name, source: "generated", noteCount: tune.notes.length + 1 }],
    },
  });
  const song = parseMidi(harness.artifacts.objects.get(compositionMidiKey(row, { revision: 1 })) ?? new Uint8Array());
  expect(song.tracks).toHaveLength(1);
  expect(song.tracks[0]?.notes.slice(0, 2)).toEqual([
    { startTick: 0, durationTicks: 240, pitch: 67, velocity: 90 },
    { startTick: 240, durationTicks: 240, pitch: 60, velocity: 80 },
  ]);
  const kept: unknown = JSON.parse(harness.artifacts.text(compositionEditEventsKey(row)) ?? "");
  expect(kept).toEqual({ items: rewritten.editEvents });

  // And goes on into the other technique.
  harness.compositions.add(composition({ id: id(2), input: { compositionId: id(1) }, openWorkOwner: "x" }));
  await harness.deliver(2);
  expect(harness.requests[1]).toContain('{"onset":2,"duration":2,"pitch":60,"velocity":80}');
});

test("a model that added nothing to a locked melody leaves a silent track and no edits", async () => {
  const harness = harnessWith({ technique: "ar-cnn", parameters: { melodyLock: true } });
  const tracks = [{ name: "Added", program: 0, notes: [] }];
  harness.responses = [responseOf({ technique: "ar-cnn", tracks, editEvents: [] })];
  await harness.deliver();
  expect(harness.row().output).toMatchObject({
    editEventCount: 0,
    tracks: [{ source: "input" }, { source: "generated", noteCount: 0 }],
  });
});

test("each voice that was written to a locked melody is a track with an instrument of its own", async () => {
  const harness = harnessWith({ technique: "ar-cnn", parameters: { melodyLock: true } });
  const voice = (name: string, program: number, pitch: number) => ({
    name,
    program,
    notes: [{ onset: 0, duration: 2, pitch, velocity: 80 }],
  });
  const unison = first?.pitch ?? 0;
  // Two voices that meet share their cells, and so do one that meets the melody and the melody.
  const tracks = [voice("Alto", 52, unison), voice("Tenor", 48, 55), voice("Bass", 43, 55)];
  harness.responses = [
    responseOf({ technique: "ar-cnn", tracks, editEvents: [edit(0, 55, "add", false), edit(1, 55, "add", false)] }),
  ];
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  const row = harness.row();
  expect(row.output?.tracks.slice(1)).toMatchObject([
    { name: "Alto", program: 52, source: "generated", noteCount: 1 },
    { name: "Tenor", program: 48, source: "generated", noteCount: 1 },
    { name: "Bass", program: 43, source: "generated", noteCount: 1 },
  ]);
  const song = parseMidi(harness.artifacts.objects.get(compositionMidiKey(row, { revision: 1 })) ?? new Uint8Array());
  expect(song.tracks.map(({ program, notes }) => [program, notes.length])).toEqual([
    [0, tune.notes.length],
    [52, 1],
    [48, 1],
    [43, 1],
  ]);
});

test.each([
  ["lead elsewhere", { editEvents: rewritten.editEvents.slice(1) }],
  ["add what sounds", { editEvents: [edit(0, 67, "add", true), ...rewritten.editEvents] }],
  ["are wrong about the input", { editEvents: rewritten.editEvents.map((one) => ({ ...one, original: true })) }],
  ["are in another order than they can be", { editEvents: [edit(2, 60, "remove", false), ...rewritten.editEvents] }],
])("edit events that %s are no response", async (_, more) => {
  const harness = harnessWith({ technique: "ar-cnn" });
  harness.responses = [responseOf({ ...rewritten, ...more })];
  await harness.deliver();
  expect(harness.row()).toMatchObject({ state: "FAILED", failure: { code: "MODEL_RESPONSE_INVALID" } });
});

test("the most edits that the parameters allow fit into the responses of container and API", async () => {
  const max = Array.from({ length: maxEditEvents }, (_, index) => ({
    step: 1023 - (index % 2),
    pitch: 127,
    kind: "remove" as const,
    original: false,
    pass: 99,
    probability: 0.123456,
  }));
  const bytes = JSON.stringify({ items: max }).length;
  // The API's response is text inside of Lambda's: each quotation mark has a backslash there.
  const carried = JSON.stringify({ body: JSON.stringify({ items: max }) }).length;
  expect(bytes).toBeLessThan(2_500_000);
  expect(carried).toBeLessThan(3_000_000);
  const { editsPerPass, samplingIterations } = Object.fromEntries(
    techniques["ar-cnn"].parameters.map((parameter) => [
      parameter.name,
      "maximum" in parameter ? parameter.maximum : 0,
    ]),
  );
  expect(maxEditEvents).toBe((editsPerPass ?? 0) * (samplingIterations ?? 0) * (maxMelodyBars / 8));
});

test("an input with more notes than a model is shown fails with how many there may be", async () => {
  const harness = harnessWith({ input: { compositionId: id(2) } });
  const notes = Array.from({ length: 129 }, (_, index) => ({
    startTick: 120 * (index % 16),
    durationTicks: 120,
    pitch: 40 + Math.floor(index / 16),
    velocity: 80,
  }));
  const score = {
    ...{ schemaVersion: 1, name: "Dense", ticksPerBeat: 480, tempo: 100, bars: 1 },
    tracks: [{ name: "All", program: 0, source: "input", notes }],
  };
  harness.compositions.add(composition({ id: id(2), state: "COMPLETED" }));
  harness.artifacts.put(compositionScoreKey({ sub, id: id(2) }), JSON.stringify(score));
  await harness.deliver();
  expect(harness.requests).toEqual([]);
  expect(harness.row()).toMatchObject({
    state: "FAILED",
    failure: { code: "INPUT_TOO_LARGE", message: expect.stringMatching(/129 notes in 1 bar; allowed are at most 128/) },
  });
});

test("what a container says of single fields reaches the composition, once", async () => {
  const harness = harnessWith({ technique: "ar-cnn" });
  const errors = [
    { pointer: "/parameters/lowestPitch", value: "110", allowed: "a region that meets the pitches 27 to 90" },
    { pointer: "/named", value: null, allowed: "twice" },
  ];
  const body = { code: "BAD_REQUEST", message: "the region holds no pitch; /named is missing", errors };
  harness.responses = [modelError(400, JSON.stringify(body))];
  await harness.deliver();
  expect(harness.row().failure).toEqual({
    code: "BAD_REQUEST",
    message:
      "The region holds no pitch; /named is missing; /parameters/lowestPitch is 110, allowed: a region that meets the " +
      "pitches 27 to 90.",
    retryable: false,
  });
});

test("the MIDI file is performed as asked, and the score stays as it was composed", async () => {
  const performance = { ...usualPerformance, instruments: "strings" as const };
  const harness = harnessWith({ performance });
  await harness.deliver();
  const row = harness.row();
  expect(row.output?.tracks.map(({ program }) => program)).toEqual([40, 48]);
  const score = scoreSchema.parse(JSON.parse(harness.artifacts.text(compositionScoreKey({ sub, id: id(1) })) ?? ""));
  expect(score.tracks[1]?.notes[0]).toMatchObject({ velocity: 80, durationTicks: score.ticksPerBeat });
  const song = parseMidi(harness.artifacts.objects.get(compositionMidiKey(row, { revision: 1 })) ?? new Uint8Array());
  expect(song.tracks[1]?.notes[0]?.velocity).toBeLessThan(70);
  expect(song.tempos).toHaveLength(6);
  expect(song.tracks[0]?.notes.map(({ startTick, durationTicks, pitch }) => [startTick, durationTicks, pitch])).toEqual(
    score.tracks[0]?.notes.map(({ startTick, durationTicks, pitch }) => [startTick, durationTicks, pitch]),
  );
});

test("the voices breathe where the technique heard a phrase end, also when the file is written again", async () => {
  const bassLengths = async (phraseEnds: readonly number[]): Promise<readonly (number | undefined)[]> => {
    const harness = harnessWith({ performance: usualPerformance });
    const notes = [0, 4, 8].map((onset) => ({ onset, duration: 4, pitch: 40 + onset, velocity: 80 }));
    harness.responses = [responseOf({ phraseEnds, tracks: [{ name: "Bass", program: 32, notes }] })];
    await harness.deliver();
    const row = harness.row();
    expect(row.phraseEnds).toEqual(phraseEnds);
    const midi = harness.artifacts.objects.get(compositionMidiKey(row, { revision: 1 })) ?? new Uint8Array();
    const score = scoreSchema.parse(JSON.parse(harness.artifacts.text(compositionScoreKey(row)) ?? ""));
    expect(performedMidi(score, row)).toEqual(midi);
    return parseMidi(midi).tracks[1]?.notes.map(({ durationTicks }) => durationTicks) ?? [];
  };
  // The last note is followed by a rest.
  expect(await bassLengths([4])).toEqual([480, 421, 421]);
  expect(await bassLengths([])).toEqual([480, 480, 421]);
});

test("what the technique remarks on a piece stands in its output", async () => {
  const harness = harnessWith();
  const remarks = ["The model gives alto no note in this piece, so it has no track."];
  harness.responses = [responseOf({ remarks })];
  await harness.deliver();
  expect(harness.row()).toMatchObject({ state: "COMPLETED", output: { remarks } });
  expect(compositionResource(harness.row()).output?.remarks).toEqual(remarks);
  const silent = harnessWith();
  await silent.deliver();
  expect(silent.row().output).not.toHaveProperty("remarks");
});

test("a finished piece can be the input of the next one", async () => {
  const harness = harnessWith();
  await harness.deliver();
  harness.compositions.add(
    composition({ id: id(2), input: { compositionId: id(1), trackIndex: 1 }, openWorkOwner: "x" }),
  );
  await harness.deliver(2);
  const score = scoreSchema.parse(JSON.parse(harness.artifacts.text(compositionScoreKey({ sub, id: id(2) })) ?? ""));
  expect(score.tracks[0]).toMatchObject({ name: "Bass", source: "input" });
});

test("a bass that is arranged stays the bass, and the output says so; of another melody it says nothing", async () => {
  const harness = harnessWith();
  await harness.deliver();
  const parameters = { style: "pop", density: "normal", chordRhythm: "half-bar", drums: false, swing: false };
  const input = { compositionId: id(1), trackIndex: 1 };
  harness.compositions.add(composition({ id: id(2), technique: "arranger", parameters, input, openWorkOwner: "x" }));
  await harness.deliver(2);
  const { output } = harness.row(2);
  expect(output?.tracks.map(({ name, noteCount }) => [name, noteCount > 0])).toEqual([
    ["Bass", true],
    ["Piano", true],
    ["Strings", true],
  ]);
  expect(output?.remarks).toEqual([
    "The melody is so low that it is the bass: the chords lie above it, and no other bass plays.",
  ]);
  expect(harness.row(1).output).not.toHaveProperty("remarks");
});

test.each([
  ["a track that was deleted", { input: { trackId: id(3) } }, "INPUT_NOT_FOUND"],
  ["a composition that is not there", { input: { compositionId: id(3) } }, "INPUT_NOT_FOUND"],
  ["a sample that is not there", { input: { sampleMelodyId: "none" } }, "INPUT_NOT_FOUND"],
  ["bars that are not in the melody", { inputOptions: { startBar: 900 } }, "BARS_OUT_OF_RANGE"],
])("%s ends FAILED with its reason, without a call", async (_, more, code) => {
  const harness = harnessWith(more);
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  expect(harness.row()).toMatchObject({ state: "FAILED", failure: { code, retryable: false } });
  expect(harness.requests).toEqual([]);
});

test("another user's composition cannot be the input", async () => {
  const harness = harnessWith({ input: { compositionId: id(4) } });
  harness.compositions.add(composition({ id: id(4), sub: "user-2", state: "COMPLETED" }));
  await harness.deliver();
  expect(harness.row()).toMatchObject({ state: "FAILED", failure: { code: "INPUT_NOT_FOUND" } });
});

test.each([
  [
    "a corrupt model",
    modelError(400, '{"code":"MODEL_CORRUPT","message":"The file is no ONNX model."}'),
    "MODEL_CORRUPT",
  ],
  [
    "a wrong checksum",
    modelError(400, '{"code":"MODEL_CHECKSUM_MISMATCH","message":"Other bytes."}'),
    "MODEL_CHECKSUM_MISMATCH",
  ],
  ["an error in no known shape", modelError(400, "<html>"), "MODEL_ERROR"],
  ["a response that is not JSON", { kind: "RESPONSE", body: new Uint8Array([255, 0]) }, "MODEL_RESPONSE_INVALID"],
  ["a response of another model", responseOf({ modelSha256: "0".repeat(64) }), "MODEL_RESPONSE_INVALID"],
  [
    "notes after the end of the piece, inside the longest one",
    responseOf({ tracks: [{ name: "x", program: 0, notes: [{ onset: 191, duration: 2, pitch: 1, velocity: 1 }] }] }),
    "MODEL_RESPONSE_INVALID",
  ],
  ["more than 4 MiB", { kind: "RESPONSE", body: new Uint8Array(4 * 1024 * 1024 + 1) }, "RESPONSE_TOO_LARGE"],
  [
    "notes outside the longest piece",
    responseOf({ tracks: [{ name: "x", program: 0, notes: [{ onset: 5_000, duration: 1, pitch: 1, velocity: 1 }] }] }),
    "MODEL_RESPONSE_INVALID",
  ],
] as const)("%s fails at once: the same request would fail again", async (_, response, code) => {
  const harness = harnessWith();
  harness.responses = [response];
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  expect(harness.row()).toMatchObject({ state: "FAILED", failure: { code, retryable: false } });
  expect(harness.compositions.openNow()).toBe(0);
});

test("what a container says in other words than a sentence is told as one", async () => {
  const harness = harnessWith();
  harness.responses = [modelError(400, '{"code":"MODEL_CORRUPT","message":"the file is no ONNX model"}')];
  await harness.deliver();
  expect(harness.row().failure?.message).toBe("The file is no ONNX model.");
});

test.each([
  ["no JSON", "{"],
  ["no text", new Uint8Array([0xff, 0xfe, 0])],
  ["of another shape", '{"schemaVersion":1,"tracks":"none"}'],
  ["empty", ""],
  ["larger than any score", new Uint8Array(33 * 1024 * 1024)],
])("a score that is %s fails at once, with a reason: the same score would be read again", async (_, score) => {
  const harness = harnessWith({ input: { compositionId: id(4) } });
  const source = composition({ id: id(4), state: "COMPLETED" });
  harness.compositions.add(source);
  harness.artifacts.put(compositionScoreKey(source), score);
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  expect(harness.row()).toMatchObject({ state: "FAILED", failure: { code: "INPUT_UNREADABLE", retryable: false } });
  expect(harness.row().failure?.message).toMatch(/^\p{Lu}.+\.$/u);
});

test.each([
  ["nobody there", unavailable],
  ["a container's own fault", modelError(500, '{"code":"INTERNAL","message":"x"}')],
  ["a busy container", modelError(429, '{"code":"BUSY","message":"x"}')],
])("%s gives the message back, longer each time, and works when it is back", async (_, response) => {
  const harness = harnessWith();
  harness.responses = [response, response];
  const first = await harness.deliver();
  const second = await harness.deliver();
  expect([first, second]).toEqual([
    { kind: "AGAIN", afterSeconds: pauseSeconds(1) },
    { kind: "AGAIN", afterSeconds: pauseSeconds(2) },
  ]);
  expect(harness.row().state).toBe("RUNNING");
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  expect(harness.row()).toMatchObject({ state: "COMPLETED", attempt: 3 });
});

test("a policy that forbids the call fails at once, and operators are told by an alarm and the log", async () => {
  const harness = harnessWith();
  const reason = "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/worker is not authorized";
  harness.responses = [{ kind: "ACCESS_DENIED", reason }];
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  const { state, failure } = harness.row();
  expect([state, failure?.code]).toEqual(["FAILED", "INFERENCE_REFUSED"]);
  expect(failure?.message).not.toContain("arn:");
  expect(harness.log.lines).toContainEqual({ level: "error", message: expect.any(String), details: { reason } });
  expect(harness.metrics.count("AccessRefusals")).toBe(1);
});

test.each([
  [411, '{"code":"LENGTH_REQUIRED","message":"the request has no Content-Length"}'],
  [415, '{"code":"UNSUPPORTED_MEDIA_TYPE","message":"Content-Type must be application/json"}'],
  [404, "<html>"],
  [501, ""],
])(
  "a container that refuses how a request arrives (%d) is tried again, and operators learn why",
  async (status, body) => {
    const harness = harnessWith();
    harness.responses = [modelError(status, body)];
    expect(await harness.deliver()).toEqual({ kind: "AGAIN", afterSeconds: pauseSeconds(1) });
    expect(harness.row().state).toBe("RUNNING");
    expect(harness.log.lines).toContainEqual({
      level: "error",
      message: "the container refuses the form of the request: its path, method, length, type or headers",
      details: { status, body },
    });
  },
);

test("the retries have a budget, then the composition fails and says that trying again may help", async () => {
  const harness = harnessWith();
  harness.responses = Array.from({ length: 100 }, () => unavailable);
  for (;;) {
    const response = await harness.deliver();
    if (response.kind === "DONE") break;
    harness.clock.advance(response.afterSeconds);
  }
  const spent = (harness.clock.now().getTime() - harness.firstDeliveredAt.getTime()) / 1000;
  expect(spent).toBeLessThanOrEqual(inferenceBudgetSeconds.dev);
  expect(spent).toBeGreaterThan(inferenceBudgetSeconds.dev / 2);
  expect(harness.row()).toMatchObject({ state: "FAILED", failure: { code: "INFERENCE_UNAVAILABLE", retryable: true } });
});

test("the resource says when work on the piece first began and when it ended, and a later change moves neither", async () => {
  const harness = harnessWith();
  const shown = () => compositionResource(harness.row());
  expect(shown()).not.toHaveProperty("startedAt");
  harness.clock.advance(3);
  const began = harness.clock.now().toISOString();
  harness.responses = [unavailable];
  harness.during = () => {
    expect(shown()).toMatchObject({ state: "RUNNING", startedAt: began });
    expect(shown()).not.toHaveProperty("finishedAt");
    harness.clock.advance(1);
  };
  const waits = await harness.deliver();
  harness.clock.advance(waits.kind === "AGAIN" ? waits.afterSeconds : 0);
  await harness.deliver();
  const ended = harness.clock.now().toISOString();
  expect(harness.row().attempt).toBe(2);
  expect(shown()).toMatchObject({ state: "COMPLETED", startedAt: began, finishedAt: ended, updatedAt: ended });
  harness.clock.advance(60);
  await harness.compositions.change(harness.row(), { name: "Renamed" });
  expect(shown()).toMatchObject({ name: "Renamed", startedAt: began, finishedAt: ended });
  expect(shown().updatedAt).not.toBe(ended);
});

test("a second delivery while a worker is at it waits for the lease, and takes over when it has run out", async () => {
  const harness = harnessWith();
  const died = harness.deliver(1, { endpoint: { invoke: async () => await new Promise<Invocation>(() => undefined) } });
  void died;
  await Promise.resolve();
  const again = await harness.deliver();
  expect(again).toMatchObject({ kind: "AGAIN" });
  if (again.kind === "AGAIN") expect(again.afterSeconds).toBeGreaterThanOrEqual(leaseSeconds);
  harness.clock.advance(leaseSeconds + 1);
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  expect(harness.row()).toMatchObject({ state: "COMPLETED", attempt: 2 });
});

test("a worker that comes back after its lease was taken over ends nothing", async () => {
  const harness = harnessWith();
  harness.during = async () => {
    if (harness.requests.length > 1) return;
    harness.clock.advance(leaseSeconds + 1);
    harness.responses = [modelError(400, '{"code":"MODEL_CORRUPT","message":"x"}')];
    await harness.deliver();
  };
  await harness.deliver();
  expect(harness.row()).toMatchObject({ state: "FAILED", attempt: 2 });
  expect(harness.compositions.openNow()).toBe(0);
});

test("a worker that comes back after another has finished leaves the winner's file as it is", async () => {
  const harness = harnessWith();
  const slower = responseOf({ tracks: [{ name: "Tuba", program: 58, notes: [] }] });
  harness.during = async () => {
    harness.during = () => undefined;
    harness.clock.advance(leaseSeconds + 1);
    harness.responses = [responseOf()];
    expect(await harness.deliver()).toEqual({ kind: "DONE" });
    harness.responses = [slower];
  };
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  const row = harness.row();
  expect(row).toMatchObject({ state: "COMPLETED", attempt: 2 });
  const served =
    harness.artifacts.objects.get(compositionMidiKey(row, row.midi ?? { revision: 0 })) ?? new Uint8Array();
  expect(createHash("sha256").update(served).digest("hex")).toBe(row.midi?.sha256);
  expect(parseMidi(served).tracks).toHaveLength(2);
});

test("an unexpected error frees the lease and is thrown", async () => {
  const harness = harnessWith();
  const broken = { endpoint: { invoke: async () => await Promise.reject(new Error("out of memory")) } };
  await expect(harness.deliver(1, broken)).rejects.toThrow("out of memory");
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  expect(harness.row().state).toBe("COMPLETED");
});

test("a worker that lives keeps lease and message, three renewals before anybody else may have them", async () => {
  expect(leaseSeconds).toBeGreaterThanOrEqual(3 * renewSeconds);
  const harness = harnessWith();
  harness.during = async () => {
    harness.during = () => undefined;
    for (let second = 0; second < 60; second += renewSeconds) {
      harness.clock.advance(renewSeconds);
      await harness.renew();
      expect(await harness.deliver()).toMatchObject({ kind: "AGAIN" });
    }
  };
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  expect(harness.row()).toMatchObject({ state: "COMPLETED", attempt: 1 });
  expect(new Set(harness.postponed)).toEqual(new Set([leaseSeconds]));
});

test("a worker that is killed is replaced within seconds", async () => {
  const harness = harnessWith();
  let hidden = 0;
  const killed = harness.deliver(1, {
    endpoint: { invoke: async () => await new Promise<Invocation>(() => undefined) },
    postpone: async (seconds) => {
      hidden = seconds;
    },
    repeat: (_, call) => {
      void call();
      return { stop: async () => undefined };
    },
  });
  void killed;
  await new Promise((resolve) => setImmediate(resolve));
  expect(hidden).toBeLessThanOrEqual(leaseSeconds);
  harness.clock.advance(hidden + 1);
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  expect(harness.row()).toMatchObject({ state: "COMPLETED", attempt: 2 });
});

test("a renewal that fails is told and tried again; one that is refused ends the renewing and undoes nothing", async () => {
  const harness = harnessWith();
  harness.during = async () => {
    harness.during = () => undefined;
    const renew = harness.compositions.renew.bind(harness.compositions);
    harness.compositions.renew = async () => await Promise.reject(new Error("throttled"));
    await harness.renew();
    harness.compositions.renew = renew;
    harness.clock.advance(leaseSeconds + 1);
    expect(await harness.deliver()).toEqual({ kind: "DONE" });
  };
  const first = harness.deliver();
  await first;
  expect(harness.row()).toMatchObject({ state: "COMPLETED", attempt: 2 });
  expect(harness.log.lines.some(({ message }) => message === "the lease could not be renewed")).toBe(true);
});

test("after an unexpected error the message is back in five seconds, and less soon each time", () => {
  expect([1, 2, 3, 4, 5, 20].map(retrySeconds)).toEqual([5, 10, 20, 40, 60, 60]);
});

test("repeating calls at once and again, never two at a time, and stops after the one that is under way", async () => {
  let calls = 0;
  let atOnce = 0;
  let max = 0;
  const repeated = repeatedly(0.001, async () => {
    calls += 1;
    atOnce += 1;
    max = Math.max(max, atOnce);
    await new Promise((resolve) => setTimeout(resolve, 5));
    atOnce -= 1;
  });
  const deadline = Date.now() + 30_000;
  while (calls < 3 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 2));
  await repeated.stop();
  expect(atOnce).toBe(0);
  expect(max).toBe(1);
  const after = calls;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(calls).toBe(after);
});

test("measures that the table cannot hold do not keep a composition from its end", async () => {
  const harness = harnessWith();
  harness.responses = [responseOf({ metrics: { emptyBarRate: 1e300, tonalDistance: 1e-300, similarityIndex: 0.25 } })];
  expect(await harness.deliver()).toEqual({ kind: "DONE" });
  expect(harness.row().output?.metrics).toEqual({ tonalDistance: 0, similarityIndex: 0.25 });
});

test("whatever bytes an endpoint returns, the composition ends or waits", async () => {
  const responses = fc.oneof(
    fc.uint8Array().map((body): Invocation => ({ kind: "RESPONSE", body })),
    fc.json().map((text): Invocation => ({ kind: "RESPONSE", body: new TextEncoder().encode(text) })),
    fc.tuple(fc.integer({ min: 100, max: 599 }), fc.string()).map(([status, body]) => modelError(status, body)),
  );
  await fc.assert(
    fc.asyncProperty(responses, async (response) => {
      const harness = harnessWith();
      harness.responses = [response];
      const { kind } = await harness.deliver();
      expect(harness.row().state).toBe(kind === "DONE" ? "FAILED" : "RUNNING");
    }),
  );
});
