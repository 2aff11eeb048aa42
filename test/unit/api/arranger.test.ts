import { styleNames } from "../../../domain/music/arranger/styles";
import { type Score, writeMidi } from "../../../domain/music/score";
import { compositionSchema } from "../../../domain/schemas/api/compositions";
import { techniqueListSchema } from "../../../domain/schemas/api/discovery";
import { modelSchema } from "../../../domain/schemas/api/models";
import { trackSchema } from "../../../domain/schemas/api/tracks";
import { compositionScoreKey } from "../../../naming/object-keys";
import { techniqueIds, trainedTechniqueIds } from "../../../naming/resource-names";
import { type ComposerApi, composerApi } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";
import { composition, finishedOutput, stockModel } from "./support/items";

const wanted = { name: "Evening", technique: "arranger", input: { sampleMelodyId: "twinkle-twinkle" } };
const create = async (api: ComposerApi, more: object = {}) =>
  await api.call("POST", "/compositions", { json: { ...wanted, ...more } });

test("GET /techniques says which technique works by rule, and which time signatures each takes", async () => {
  const { items } = resourceOf(await composerApi().call("GET", "/techniques"), techniqueListSchema);
  expect(items.map(({ id, byRule, timeSignatures }) => [id, byRule, timeSignatures])).toEqual([
    ...trainedTechniqueIds.map((id) => [id, false, ["4/4", "3/4", "6/8"]]),
    ["arranger", true, ["4/4", "3/4", "2/4", "6/8"]],
  ]);
  expect(items.at(-1)?.hyperparameters).toEqual([]);
});

test("a composition by rule needs no model, and has none", async () => {
  const api = composerApi({ seeded: false });
  const reply = await create(api, { parameters: { style: "jazz" } });
  expect(reply.status).toBe(202);
  const created = resourceOf(reply, compositionSchema);
  expect(created).toMatchObject({
    technique: "arranger",
    state: "PENDING",
    seed: 1234,
    parameters: { style: "jazz", density: "normal", chordRhythm: "half-bar", drums: true, swing: false },
  });
  expect(created).not.toHaveProperty("modelId");
  expect(api.compositions.all()[0]).not.toHaveProperty("model");
});

test("a model is refused, together with every other broken field", async () => {
  const reply = await create(composerApi(), { modelId: "unet-gan-bach", parameters: { style: "polka" } });
  expect(reply.status).toBe(400);
  expect(problemOf(reply).errors).toEqual([
    {
      pointer: "/modelId",
      reason: "arranger works by rule and has no models",
      value: "unet-gan-bach",
      allowed: "no modelId",
    },
    {
      pointer: "/parameters/style",
      reason: "style is not an allowed value",
      value: "polka",
      allowed: "pop, rock, jazz, bossa, waltz",
    },
  ]);
});

test("other techniques need a model", async () => {
  const reply = await create(composerApi(), { technique: "ar-cnn" });
  expect(reply.status).toBe(400);
  expect(problemOf(reply).errors).toEqual([
    { pointer: "/modelId", reason: "is required", allowed: "the id of a ar-cnn model of GET /models" },
  ]);
});

test("a waltz of a melody in 4/4 is refused, with the styles that can be", async () => {
  const reply = await create(composerApi(), { parameters: { style: "waltz" } });
  expect(reply.status).toBe(422);
  expect(problemOf(reply)).toMatchObject({
    code: "PARAMETERS_NOT_APPLICABLE",
    errors: [
      {
        pointer: "/parameters/style",
        reason: "is not played in 4/4, which the melody is in",
        value: "waltz",
        allowed: "pop, rock, jazz, bossa",
      },
    ],
  });
});

describe("an uploaded melody in 3/4", () => {
  const score: Score = {
    ...{ schemaVersion: 1, name: "Waltz", ticksPerBeat: 480, tempo: 120, bars: 4, timeSignature: "3/4" },
    tracks: [
      {
        ...{ name: "Tune", program: 0, source: "input" },
        notes: Array.from({ length: 12 }, (_, beat) => ({
          ...{ startTick: beat * 480, durationTicks: 480, pitch: 60 + (beat % 7), velocity: 90 },
        })),
      },
    ],
  };
  const uploaded = async (api: ComposerApi) =>
    resourceOf(
      await api.call("POST", "/tracks", { bytes: writeMidi(score), headers: { "content-type": "audio/midi" } }),
      trackSchema,
    );

  test("is composed with as a waltz, and in every other style", async () => {
    for (const style of styleNames) {
      const api = composerApi({ seeded: false });
      const { id } = await uploaded(api);
      const reply = await create(api, { input: { trackId: id }, parameters: { style } });
      expect({ style, status: reply.status }).toEqual({ style, status: 202 });
    }
  });

  test.each(trainedTechniqueIds)("is taken by a model of %s in 3/4", async (technique) => {
    const api = composerApi({ seeded: false });
    const limits = { maxBars: 64, stepsPerBeat: 4, beatsPerBar: 3 };
    api.stores.stockModels.add(stockModel({ id: "waltzes", technique, limits }));
    const { timeSignature } = resourceOf(await api.call("GET", "/models/waltzes"), modelSchema);
    expect(timeSignature).toBe("3/4");
    const { id } = await uploaded(api);
    expect((await create(api, { technique, modelId: "waltzes", input: { trackId: id } })).status).toBe(202);
  });

  test.each(trainedTechniqueIds)("is refused for a model of %s in 4/4, and both are named", async (technique) => {
    const api = composerApi({ seeded: false });
    api.stores.stockModels.add(stockModel({ id: `${technique}-bach`, technique }));
    const { id } = await uploaded(api);
    const others = techniqueIds.filter((other) => other !== technique).join(", ");
    const reply = await create(api, { technique, modelId: `${technique}-bach`, input: { trackId: id } });
    expect(reply.status).toBe(422);
    expect(problemOf(reply)).toMatchObject({
      code: "TIME_SIGNATURE_NOT_SUPPORTED",
      detail:
        "The input cannot be used: of the chosen bars 1 to 4, bars 1 to 4 are in 3/4; the model was trained in 4/4 and takes no " +
        `other bars: choose a model of ${technique} that was trained in 3/4, or the technique ${others}, which takes 3/4.`,
      errors: [
        {
          pointer: "/modelId",
          reason: "was trained in 4/4, and the chosen bars are in 3/4",
          value: `${technique}-bach`,
          allowed: `a model of ${technique} that was trained in 3/4`,
        },
      ],
    });
  });

  test("gives a piece in 3/4, which the arranger takes again and a model in 4/4 does not", async () => {
    const api = composerApi({ seeded: false });
    api.stores.stockModels.add(stockModel({ id: "ar-cnn-bach", technique: "ar-cnn" }));
    const { model: _, ...row } = composition({
      technique: "arranger",
      state: "COMPLETED",
      output: { ...finishedOutput, timeSignature: "3/4" },
    });
    api.compositions.put(row);
    api.files.objects.set(compositionScoreKey(row), Buffer.from(JSON.stringify(score)));
    const shown = resourceOf(await api.call("GET", `/compositions/${row.id}`), compositionSchema);
    expect(shown.output?.timeSignature).toBe("3/4");
    const input = { compositionId: row.id };
    expect((await create(api, { input, parameters: { style: "waltz" } })).status).toBe(202);
    const reply = await create(api, { technique: "ar-cnn", modelId: "ar-cnn-bach", input });
    expect(reply.status).toBe(422);
    expect(problemOf(reply)).toMatchObject({
      code: "TIME_SIGNATURE_NOT_SUPPORTED",
      errors: [{ pointer: "/modelId", value: "ar-cnn-bach", allowed: "a model of ar-cnn that was trained in 3/4" }],
    });
  });
});

test.each([[undefined], [["The melody is so low that it is the bass."]]])(
  "a finished piece says what was done otherwise than usual: %j",
  async (remarks) => {
    const api = composerApi();
    const row = composition({ state: "COMPLETED", output: { ...finishedOutput, ...(remarks && { remarks }) } });
    api.compositions.put(row);
    const shown = resourceOf(await api.call("GET", `/compositions/${row.id}`), compositionSchema);
    expect(shown.output?.remarks).toEqual(remarks ?? []);
  },
);

test("a piece whose row says no time signature is in 4/4", async () => {
  const api = composerApi();
  const row = composition({ state: "COMPLETED", output: finishedOutput });
  api.compositions.put(row);
  const shown = resourceOf(await api.call("GET", `/compositions/${row.id}`), compositionSchema);
  expect(shown.output?.timeSignature).toBe("4/4");
});

test("it cannot be trained, and the error says why", async () => {
  const reply = await composerApi().call("POST", "/training-jobs", { json: { name: "A", technique: "arranger" } });
  expect(reply.status).toBe(400);
  expect(problemOf(reply).errors).toEqual([
    {
      ...{ pointer: "/technique", value: "arranger", allowed: trainedTechniqueIds.join(", ") },
      reason: "works by rule and cannot be trained",
    },
  ]);
});

test("the same key gives the same composition", async () => {
  const api = composerApi();
  const headers = { "idempotency-key": "9f0b7d1e-4a55-4a0d-9f6a-6b2f1d7f3c11" };
  const [first, second] = [
    await api.call("POST", "/compositions", { json: wanted, headers }),
    await api.call("POST", "/compositions", { json: wanted, headers }),
  ];
  expect(second.body).toEqual(first.body);
  expect(api.compositions.all()).toHaveLength(1);
});

describe("a finished piece with drums", () => {
  const drums = { name: "Drums", program: 0, noteCount: 9, source: "generated", isDrums: true } as const;
  const output = {
    ...finishedOutput,
    tracks: [...finishedOutput.tracks, { ...drums, index: finishedOutput.tracks.length }],
  };
  const index = finishedOutput.tracks.length;
  const band = () => {
    const { model: _, ...row } = composition({ technique: "arranger", state: "COMPLETED", output });
    return row;
  };

  test("is shown with its drums and without a model", async () => {
    const api = composerApi();
    const row = band();
    api.compositions.put(row);
    const shown = resourceOf(await api.call("GET", `/compositions/${row.id}`), compositionSchema);
    expect(shown.output?.tracks[index]).toMatchObject({ isDrums: true });
    expect(shown).not.toHaveProperty("modelId");
  });

  test("does not give its drums another instrument", async () => {
    const api = composerApi();
    const row = band();
    api.compositions.put(row);
    const tracks = output.tracks.map(({ name, program, source }) => ({ name, program, source, notes: [] }));
    const score: Score = { schemaVersion: 1, name: row.name, ticksPerBeat: 480, tempo: 100, bars: output.bars, tracks };
    api.files.objects.set(compositionScoreKey(row), Buffer.from(JSON.stringify(score)));
    const json = { programs: [{ index, program: 5 }] };
    const reply = await api.call("PATCH", `/compositions/${row.id}`, { json });
    expect(reply.status).toBe(422);
    expect(problemOf(reply)).toMatchObject({
      code: "PROGRAMS_NOT_APPLICABLE",
      errors: [
        { pointer: "/programs/0/index", reason: "the track is drums, which have no other instrument", value: index },
      ],
    });
  });

  test("does not give its drums as a melody", async () => {
    const api = composerApi();
    const row = band();
    api.compositions.put(row);
    const reply = await create(api, { input: { compositionId: row.id, trackIndex: index } });
    expect(reply.status).toBe(422);
    expect(problemOf(reply)).toMatchObject({
      code: "TRACK_NOT_FOUND",
      errors: [
        { pointer: "/input/trackIndex", reason: "is a track of drums, whose pitches are no tones", value: index },
      ],
    });
  });
});
