/**
 * The main job, as a client with nothing but the API's contract does it, on the whole local cloud: compose with the
 * stock model; train on Bach and watch; stop; resume; compose with what was trained.
 */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { findSampleMelody } from "../../../domain/music/sample-melodies";
import { parseMidi, type Song } from "../../../domain/music/song";
import { type ApiResponse, type ApiSession, openSession, shapes, subjectOf } from "../api-session";
import { type RandomMelody, randomMelody } from "../random-melody";
import { repository } from "../running-cloud";
import { newUserToken, oneCloud } from "./support/one-cloud";

const runProgram = promisify(execFile);
const outputs = oneCloud.outputs();
let token: string;
let api: ApiSession;
let melody: RandomMelody;
let trackId: string;
let stockModelId: string;

type Composition = z.infer<typeof shapes.composition>;
type TrainingJob = z.infer<typeof shapes.trainingJob>;

const errorSchema = z.object({ code: z.string().optional() });

async function created(response: Promise<ApiResponse>, status: number): Promise<string> {
  const { status: actual, headers, bytes, json } = await response;
  if (actual !== status) throw new Error(`expected ${status}, got ${actual}: ${new TextDecoder().decode(bytes)}`);
  const { id } = json(z.object({ id: z.string() }));
  expect(headers.get("location")).toContain(id);
  return id;
}

async function compose(more: Readonly<Record<string, unknown>>): Promise<Composition> {
  const request = { name: "Test piece", technique: "unet-gan", modelId: stockModelId, input: { trackId }, ...more };
  const id = await created(api.call("POST", "/compositions", { json: request }), 202);
  const done = await api.pollUntil(
    `/compositions/${id}`,
    shapes.composition,
    ({ state }) => state !== "PENDING" && state !== "RUNNING",
    60,
  );
  if (done.state !== "COMPLETED")
    throw new Error(`the composition ended ${done.state}: ${JSON.stringify(done.failure)}`);
  return done;
}

async function midiOf({ id }: { readonly id: string }): Promise<Uint8Array> {
  const response = await api.call("GET", `/compositions/${id}/midi`, { headers: { accept: "audio/midi" } });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("audio/midi");
  return response.bytes;
}

const accompaniment = (song: Song): string =>
  JSON.stringify(song.tracks.slice(1).map(({ notes }) => notes.map(({ startTick, pitch }) => [startTick, pitch])));

function emptyBars({ notes }: Song["tracks"][number], bars: number, ticksPerBeat: number): number {
  const bar = 4 * ticksPerBeat;
  return Array.from({ length: bars }, (_, index) =>
    notes.some(
      ({ startTick, durationTicks }) => startTick < (index + 1) * bar && startTick + durationTicks > index * bar,
    ),
  ).filter((sounds) => !sounds).length;
}

/** Jest types its matchers as `any`. */
const aNumber: unknown = expect.any(Number);

const shortTopics = { length: ["short"], mode: ["major"] };

async function startTraining(more: Readonly<Record<string, unknown>>): Promise<string> {
  return await created(
    api.call("POST", "/training-jobs", { json: { name: "Test job", technique: "unet-gan", ...more } }),
    202,
  );
}

const final = ({ state }: TrainingJob): boolean => ["READY", "FAILED", "STOPPED"].includes(state);

const poll = (id: string, wanted: (job: TrainingJob) => boolean, seconds: number): Promise<TrainingJob> =>
  api.pollUntil(`/training-jobs/${id}`, shapes.trainingJob, (job) => wanted(job) || final(job), seconds);

beforeAll(async () => {
  token = await newUserToken();
  api = openSession(outputs, token);
  melody = randomMelody(8);
});

describe("compose with the stock model", () => {
  it("finds the stock model and keeps a melody that is uploaded", async () => {
    const models = (await api.call("GET", "/models")).json(shapes.list(shapes.model));
    const stock = models.items.find((model) => model.stock && model.technique === "unet-gan");
    if (stock === undefined) throw new Error("there is no stock model");
    stockModelId = stock.id;
    trackId = await created(api.call("POST", "/tracks?name=Random", { bytes: melody.midi }), 201);
    const track = (await api.call("GET", `/tracks/${trackId}`)).json(shapes.track);
    expect(track).toMatchObject({ bars: 8, tempo: 96, noteCount: melody.notes.length, changes: [] });
    const file = await api.call("GET", `/tracks/${trackId}/midi`, { headers: { accept: "audio/midi" } });
    expect(file.bytes).toEqual(new Uint8Array(melody.midi));
  });

  it("keeps the melody note for note under three voices, none with an empty bar", async () => {
    const composition = await compose({ seed: 1 });
    const song = parseMidi(await midiOf(composition));
    expect(song.ticksPerBeat).toBe(melody.ticksPerBeat);
    expect(song.tracks).toHaveLength(4);
    expect(song.tracks[0]?.notes).toEqual(melody.notes);
    for (const voice of song.tracks.slice(1)) expect(emptyBars(voice, melody.bars, song.ticksPerBeat)).toBe(0);
    expect(composition.output?.tracks.map(({ source }) => source)).toEqual([
      "input",
      "generated",
      "generated",
      "generated",
    ]);
  });

  it("gives the same bytes for the same seed and another accompaniment for another", async () => {
    const [first, again, other] = await Promise.all([compose({ seed: 7 }), compose({ seed: 7 }), compose({ seed: 8 })]);
    const [firstMidi, againMidi, otherMidi] = await Promise.all([midiOf(first), midiOf(again), midiOf(other)]);
    expect(againMidi).toEqual(firstMidi);
    expect(accompaniment(parseMidi(otherMidi))).not.toBe(accompaniment(parseMidi(firstMidi)));
  });

  it("chains a composition into the next and honors the input options", async () => {
    const first = await compose({ seed: 3 });
    const options = { tempo: 60, transpose: -2, startBar: 2, bars: 4 };
    const second = await compose({ seed: 3, input: { compositionId: first.id, trackIndex: 0 }, inputOptions: options });
    const song = parseMidi(await midiOf(second));
    expect(second.output).toMatchObject({ bars: 4, tempo: 60 });
    const bar = 4 * melody.ticksPerBeat;
    const expected = melody.notes
      .filter(({ startTick }) => startTick >= bar && startTick < 5 * bar)
      .map(({ pitch }) => pitch - 2);
    expect(song.tracks[0]?.notes.map(({ pitch }) => pitch)).toEqual(expected);
    expect((await api.call("DELETE", `/compositions/${first.id}`)).status).toBe(204);
    const given = await api.call("GET", `/compositions/${second.id}/input/midi`, { headers: { accept: "audio/midi" } });
    expect(parseMidi(given.bytes).tracks.map(({ notes }) => notes.map(({ pitch }) => pitch))).toEqual([expected]);
  });

  it("takes a rating, counts it once, and shows the numbers to every user", async () => {
    const stranger = openSession(outputs, await newUserToken());
    const ratingsOf = async () => (await stranger.call("GET", `/models/${stockModelId}`)).json(shapes.model).ratings;
    const before = await ratingsOf();
    const { id } = await compose({ seed: 4 });
    const rate = async (session: ApiSession, rating: string) =>
      await session.call("POST", `/compositions/${id}/rating`, { json: { rating } });
    // The user's two hands at once, then a change of mind, then the same again.
    await Promise.all([rate(api, "poor"), rate(api, "neutral")]);
    for (let n = 0; n < 2; n += 1) {
      expect((await rate(api, "good")).json(shapes.composition)).toMatchObject({ rating: "good" });
    }
    expect((await rate(stranger, "poor")).status).toBe(404);
    expect(await ratingsOf()).toMatchObject({ ...before, good: before.good + 1, mean: aNumber });
  });

  it("composes 64 bars in one go", async () => {
    const long = randomMelody(64);
    const longTrack = await created(api.call("POST", "/tracks", { bytes: long.midi }), 201);
    const song = parseMidi(await midiOf(await compose({ input: { trackId: longTrack } })));
    expect(song.tracks[0]?.notes).toEqual(long.notes);
    for (const voice of song.tracks.slice(1)) expect(emptyBars(voice, 64, song.ticksPerBeat)).toBe(0);
  });

  it("responds to polls with an ETag, repeats with the first response, and hides everything from another user", async () => {
    const key = { "idempotency-key": randomUUID() };
    const request = {
      name: "Once",
      technique: "unet-gan",
      modelId: stockModelId,
      input: { sampleMelodyId: "ode-to-joy" },
    };
    const id = await created(api.call("POST", "/compositions", { json: request, headers: key }), 202);
    expect(await created(api.call("POST", "/compositions", { json: request, headers: key }), 202)).toBe(id);
    const reused = await api.call("POST", "/compositions", { json: { ...request, name: "Twice" }, headers: key });
    expect(reused.status).toBe(422);
    await api.pollUntil(`/compositions/${id}`, shapes.composition, ({ state }) => state === "COMPLETED", 60);
    const seen = await api.call("GET", `/compositions/${id}`);
    const unchanged = await api.call("GET", `/compositions/${id}`, {
      headers: { "if-none-match": seen.headers.get("etag") ?? "" },
    });
    expect({ status: unchanged.status, length: unchanged.bytes.length }).toEqual({ status: 304, length: 0 });
    const stranger = openSession(outputs, await newUserToken());
    for (const path of [`/compositions/${id}`, `/tracks/${trackId}`]) {
      for (const part of ["", "/midi"]) expect((await stranger.call("GET", `${path}${part}`)).status).toBe(404);
    }
    expect((await stranger.call("GET", `/compositions/${id}/input/midi`)).status).toBe(404);
    expect((await openSession(outputs).call("GET", `/compositions/${id}`)).status).toBe(401);
  });
});

describe("train on Bach", () => {
  let trained: TrainingJob;
  let stoppedId: string;

  it("shows the metrics of three epochs while TRAINING, and samples", async () => {
    await api.pollUntil("/training-topics", shapes.topics, ({ selection }) => selection.pieces > 100, 300);
    const id = await startTraining({
      topics: shortTopics,
      hyperparameters: { epochs: 5, seed: 1 },
      maxRuntimeSeconds: 600,
    });
    const seen = await poll(id, ({ progress }) => progress.epoch >= 3, 300);
    expect(seen).toMatchObject({ state: "TRAINING", progress: { epochs: 5 } });
    const { items, reference } = (await api.call("GET", `/training-jobs/${id}/metrics`)).json(shapes.metrics);
    expect(items.slice(0, 3).map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(items[0]).toMatchObject({ generatorLoss: aNumber, criticLoss: aNumber });
    expect(reference).toHaveProperty("dissonantPairShare");
    const { items: samples } = (await api.call("GET", `/training-jobs/${id}/samples`)).json(shapes.list(shapes.sample));
    const [sample] = samples;
    if (sample === undefined) throw new Error("there are no samples");
    const bytes = (await api.call("GET", sample.href, { headers: { accept: "audio/midi" } })).bytes;
    expect(parseMidi(bytes).tracks.length).toBeGreaterThanOrEqual(2);
    trained = await poll(id, final, 300);
    expect(trained).toMatchObject({ state: "READY", progress: { epoch: 5, percent: 100 } });
    expect(trained.usage.trainingSeconds).toBeGreaterThan(0);
  }, 900_000);

  it("composes with the new model, which plays otherwise than the stock model", async () => {
    const own = await compose({ seed: 5, modelId: trained.modelId });
    const stock = await compose({ seed: 5 });
    const song = parseMidi(await midiOf(own));
    expect(song.tracks[0]?.notes).toEqual(melody.notes);
    expect(accompaniment(song)).not.toBe(accompaniment(parseMidi(await midiOf(stock))));
  });

  it("has a model.onnx that plays the same notes outside the server", async () => {
    const folder = mkdtempSync(join(tmpdir(), "opencomposer-onnx-"));
    try {
      const composition = await compose({
        seed: 11,
        modelId: trained.modelId,
        input: { sampleMelodyId: "ode-to-joy" },
      });
      const sub = subjectOf(token);
      const key = `users/${sub}/models/${trained.modelId ?? ""}/model.onnx`;
      const model = await fetch(`${outputs.awsEndpointUrl}/${outputs.artifactsBucket}/${key}`);
      expect(model.status).toBe(200);
      writeFileSync(join(folder, "model.onnx"), new Uint8Array(await model.arrayBuffer()));
      const odeToJoy = findSampleMelody("ode-to-joy");
      const melodyNotes = odeToJoy?.notes.map(({ onset, duration, pitch }) => [onset, duration, pitch]);
      writeFileSync(join(folder, "melody.json"), JSON.stringify({ bars: odeToJoy?.bars, notes: melodyNotes }));
      // A connection that is closed meanwhile has to be noticed.
      const { stdout: played } = await runProgram(
        join(repository, ".venv/inference/bin/python"),
        [join(__dirname, "play_model.py"), join(folder, "model.onnx"), join(folder, "melody.json"), "11"],
        { encoding: "utf8" },
      );
      const song = parseMidi(await midiOf(composition));
      const step = song.ticksPerBeat / 4;
      // The file is performed: voices breathe, so lengths are read on the grid.
      const served = song.tracks
        .slice(1)
        .map(({ notes }) =>
          notes.map(({ startTick, durationTicks, pitch }) => [
            startTick / step,
            Math.round(durationTicks / step),
            pitch,
          ]),
        );
      expect(JSON.parse(played)).toEqual(served);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("stops another job half-way, with its model or the word that there is none", async () => {
    stoppedId = await startTraining({ topics: shortTopics, hyperparameters: { epochs: 200, seed: 2 } });
    await poll(stoppedId, ({ progress }) => progress.epoch >= 2, 300);
    expect((await api.call("POST", `/training-jobs/${stoppedId}/stop`)).status).toBe(202);
    expect((await api.call("POST", `/training-jobs/${stoppedId}/stop`)).status).toBe(202);
    const stopped = await poll(stoppedId, final, 180);
    expect(stopped).toMatchObject({ state: "STOPPED", endReason: "USER_STOP", resumable: true });
    expect(stopped.progress.epoch).toBeLessThan(200);
    if (stopped.modelId !== undefined) await compose({ modelId: stopped.modelId });
    expect((await api.call("POST", `/training-jobs/${trained.id}/stop`)).json(errorSchema).code).toBe("ALREADY_FINAL");
  }, 600_000);

  it("resumes it where it was", async () => {
    const before = (await api.call("GET", `/training-jobs/${stoppedId}`)).json(shapes.trainingJob);
    const epochs = before.progress.epoch + 1;
    const id = await startTraining({ resumeFrom: stoppedId, hyperparameters: { epochs } });
    const resumed = await poll(id, final, 300);
    expect(resumed).toMatchObject({ state: "READY", progress: { epoch: epochs, epochs } });
    const { items } = (await api.call("GET", `/training-jobs/${id}/metrics`)).json(shapes.metrics);
    expect(items.map(({ epoch }) => epoch)).toEqual(Array.from({ length: epochs }, (_, index) => index + 1));
    await compose({ modelId: resumed.modelId });
  }, 600_000);
});
