/**
 * Training jobs of the techniques after the first through the same doors as the first's (main-job.test.ts): watched,
 * stopped, resumed, used. Real containers on the whole local cloud; the topics are chosen so that an epoch is short.
 */
import * as z from "zod";
import { parseMidi } from "../../../domain/music/song";
import { techniques } from "../../../domain/techniques/registry";
import type { TrainedTechniqueId } from "../../../naming/resource-names";
import { type ApiSession, begun, endedComposition, openSession, shapes } from "../api-session";
import { newUserToken, oneCloud } from "./support/one-cloud";

let api: ApiSession;

type TrainingJob = z.infer<typeof shapes.trainingJob>;
type Composition = z.infer<typeof shapes.composition>;

const problem = z.object({ code: z.string(), errors: z.array(z.object({ pointer: z.string() })).optional() });
const final = ({ state }: TrainingJob): boolean => ["READY", "FAILED", "STOPPED"].includes(state);

interface Case {
  readonly technique: Exclude<TrainedTechniqueId, "unet-gan">;
  /** Metrics of an epoch that its data has, too. */
  readonly compared: readonly string[];
  /** Hyperparameters of a training whose first epoch takes much longer than its first samples. */
  readonly slow: Readonly<Record<string, unknown>>;
}

const cases: readonly Case[] = [
  {
    technique: "ar-cnn",
    compared: ["dissonantPairShare", "phrasesClosed", "leaptIntoDissonancesPerBar"],
    slow: { modelSize: "large", batchSize: 8 },
  },
  {
    technique: "transformer",
    // Nobody knows where the phrases of new music end.
    compared: ["dissonantPairShare", "leaptIntoDissonancesPerBar"],
    slow: { modelSize: "large" },
  },
];

const composed = (more: Readonly<Record<string, unknown>>): Promise<Composition> =>
  endedComposition(api, { name: "Joy", seed: 1, input: { sampleMelodyId: "ode-to-joy" }, ...more });

async function midiOf(path: string): Promise<Uint8Array> {
  return (await api.call("GET", path, { headers: { accept: "audio/midi" } })).bytes;
}

const poll = (id: string, wanted: (job: TrainingJob) => boolean, seconds: number): Promise<TrainingJob> =>
  api.pollUntil(`/training-jobs/${id}`, shapes.trainingJob, (job) => wanted(job) || final(job), seconds);

beforeAll(async () => {
  api = openSession(oneCloud.outputs(), await newUserToken());
});

/** The models that the jobs below leave, by technique. */
const modelIds = new Map<string, string>();

function modelOf(technique: string): string {
  const modelId = modelIds.get(technique);
  if (modelId === undefined) throw new Error(`no training of ${technique} has left a model`);
  return modelId;
}

describe.each(cases)("a training job of $technique", ({ technique, compared, slow }) => {
  const { losses } = techniques[technique];
  const startTraining = (more: Readonly<Record<string, unknown>>): Promise<string> =>
    begun(api, "/training-jobs", { name: "A learner", technique, ...more });
  let stopped: TrainingJob;

  it("is watched while it trains, with its own losses and samples of its sampler, and stopped", async () => {
    await api.pollUntil("/training-topics", shapes.topics, ({ selection }) => selection.pieces > 100, 300);
    const id = await startTraining({
      topics: { key: ["g-major", "f-major"], length: ["short"] },
      hyperparameters: { epochs: 2000, batchSize: 8, transpositionRange: 0, seed: 3 },
    });
    const seen = await poll(id, ({ progress }) => progress.epoch >= 1, 600);
    expect(seen).toMatchObject({ state: "TRAINING", progress: { epochs: 2000 } });

    const metrics = (await api.call("GET", `/training-jobs/${id}/metrics`)).json(shapes.metrics);
    expect(metrics.items[0]?.epoch).toBe(1);
    expect(Object.keys(metrics.items[0] ?? {})).toEqual(expect.arrayContaining([...losses, "similarityIndex"]));
    expect(Object.keys(metrics.items[0] ?? {})).not.toContain("criticLoss");
    for (const name of compared) {
      expect(metrics.items[0]).toHaveProperty(name);
      expect(metrics.reference).toHaveProperty(name);
    }

    const { items } = (await api.call("GET", `/training-jobs/${id}/samples`)).json(shapes.list(shapes.sample));
    const [sample] = items;
    if (sample === undefined) throw new Error("there are no samples");
    expect(parseMidi(await midiOf(sample.href)).tracks[0]?.notes.length).toBeGreaterThan(0);

    expect((await api.call("POST", `/training-jobs/${id}/stop`)).status).toBe(202);
    stopped = await poll(id, final, 300);
    expect(stopped).toMatchObject({ state: "STOPPED", endReason: "USER_STOP", resumable: true });
    expect(stopped.progress.epoch).toBeLessThan(2000);
  }, 1_200_000);

  it("is not resumed as another technique's, nor with another network, nor for epochs that are done", async () => {
    const refused = async (more: Readonly<Record<string, unknown>>) => {
      const json = { name: "Resumed", technique, resumeFrom: stopped.id, ...more };
      const response = await api.call("POST", "/training-jobs", { json });
      const { code, errors = [] } = response.json(problem);
      return { status: response.status, code, pointers: errors.map(({ pointer }) => pointer) };
    };
    const reason = { status: 422, code: "RESUME_NOT_POSSIBLE" };
    expect(await refused({ technique: "unet-gan" })).toEqual({ ...reason, pointers: ["/technique"] });
    expect(await refused({ hyperparameters: { modelSize: "large", epochs: 1 } })).toEqual({
      ...reason,
      pointers: ["/hyperparameters/modelSize", "/hyperparameters/epochs"],
    });
  });

  it("goes on where it was and leaves a model", async () => {
    const epochs = stopped.progress.epoch + 1;
    const id = await startTraining({ resumeFrom: stopped.id, hyperparameters: { epochs } });
    const resumed = await poll(id, final, 400);
    expect(resumed).toMatchObject({ state: "READY", progress: { epoch: epochs, epochs, percent: 100 } });
    const { items } = (await api.call("GET", `/training-jobs/${id}/metrics`)).json(shapes.metrics);
    expect(items.map(({ epoch }) => epoch)).toEqual(Array.from({ length: epochs }, (_, index) => index + 1));
    if (resumed.modelId === undefined) throw new Error("there is no model");
    modelIds.set(technique, resumed.modelId);
    const model = (await api.call("GET", `/models/${resumed.modelId}`)).json(shapes.model);
    expect(model).toMatchObject({ technique, stock: false, trainingJobId: id });
  }, 600_000);

  it("is heard before its first epoch is complete, also after a stop", async () => {
    // All pieces: an epoch takes many times as long as the second after which the first samples are due.
    const id = await startTraining({ hyperparameters: slow });
    const path = `/training-jobs/${id}/samples`;
    const list = shapes.list(shapes.sample);
    const { items } = await api.pollUntil(path, list, (samples) => samples.items.length > 0, 300);
    const [first] = items;
    if (first === undefined) throw new Error("there are no samples");
    expect(first.epoch).toBe(0);
    const midi = await midiOf(first.href);
    expect(parseMidi(midi).tracks[0]?.notes.length).toBeGreaterThan(0);

    expect((await api.call("POST", `/training-jobs/${id}/stop`)).status).toBe(202);
    expect(await poll(id, final, 180)).toMatchObject({ state: "STOPPED", resumable: true });
    const kept = (await api.call("GET", path)).json(list).items.filter(({ epoch }) => epoch === 0);
    expect(kept).toEqual(expect.arrayContaining(items.filter(({ epoch }) => epoch === 0)));
    expect(await midiOf(first.href)).toEqual(midi);
  }, 900_000);
});

describe("a model in 3/4", () => {
  it("learns from the chorales in 3/4 alone, writes voices to a waltz, and its file says 3/4", async () => {
    const topics = { metre: ["3-4"] };
    const { selection } = await api.pollUntil(
      "/training-topics?metre=3-4",
      shapes.topics,
      (found) => found.selection.pieces > 20,
      300,
    );
    const job = {
      name: "Waltzes",
      technique: "unet-gan",
      topics,
      hyperparameters: { epochs: 1, batchSize: 8, seed: 3 },
    };
    const id = await begun(api, "/training-jobs", job);
    const ended = await poll(id, final, 400);
    expect(ended).toMatchObject({ state: "READY", progress: { epoch: 1 } });
    const { modelId } = ended;
    const model = (await api.call("GET", `/models/${modelId}`)).json(
      z.object({ timeSignature: z.string(), dataset: z.object({ pieces: z.int() }) }),
    );
    expect(model).toEqual({ timeSignature: "3/4", dataset: { pieces: selection.pieces } });

    const waltz = { technique: "unet-gan", modelId, input: { sampleMelodyId: "amazing-grace" } };
    const done = await composed(waltz);
    expect(done).toMatchObject({ state: "COMPLETED", output: { bars: 16 } });
    const song = parseMidi(await midiOf(`/compositions/${done.id}/midi`));
    expect(song.timeSignatures).toMatchObject([{ tick: 0, numerator: 3, denominator: 4 }]);
    expect(song.tracks.map(({ notes }) => notes.length > 0)).toEqual([true, true, true, true]);

    const other = { name: "Joy", ...waltz, input: { sampleMelodyId: "ode-to-joy" } };
    const refused = await api.call("POST", "/compositions", { json: other });
    expect({ status: refused.status, ...refused.json(problem) }).toMatchObject({
      ...{ status: 422, code: "TIME_SIGNATURE_NOT_SUPPORTED", errors: [{ pointer: "/modelId" }] },
    });
  }, 900_000);
});

describe("a model of one's own", () => {
  it("re-writes a melody, and says in which order", async () => {
    const done = await composed({
      technique: "ar-cnn",
      modelId: modelOf("ar-cnn"),
      parameters: { temperature: 6, melodyLock: true },
    });
    expect(done).toMatchObject({ state: "COMPLETED", output: { bars: 8 } });
    const { items } = (await api.call("GET", `/compositions/${done.id}/edit-events`)).json(
      shapes.list(z.object({ kind: z.enum(["add", "remove"]), original: z.boolean(), pass: z.int() })),
    );
    expect(items.length).toBeGreaterThan(0);
    expect(items).toHaveLength(done.output?.metrics["editCount"] ?? 0);
    expect(items.map(({ pass }) => pass)).toEqual(items.map(({ pass }) => pass).sort((one, other) => one - other));
    expect(items.filter(({ kind, original }) => kind === "remove" && original)).toEqual([]);
    const song = parseMidi(await midiOf(`/compositions/${done.id}/midi`));
    expect(song.tracks.length).toBeGreaterThan(1);
    expect(song.tracks.every(({ notes }) => notes.length > 0)).toBe(true);
  });

  it("goes on with a melody, to the bar that was asked for", async () => {
    const parameters = { extensionBars: 4 };
    const done = await composed({ technique: "transformer", modelId: modelOf("transformer"), parameters });
    expect(done).toMatchObject({ state: "COMPLETED", output: { bars: 12, tracks: [{ generatedFromBar: 9 }] } });
    const song = parseMidi(await midiOf(`/compositions/${done.id}/midi`));
    expect(song.tracks.map(({ notes }) => notes.length)).toEqual(done.output?.tracks.map(({ noteCount }) => noteCount));
  });
});
