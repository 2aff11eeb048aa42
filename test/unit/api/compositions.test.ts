import { createHash } from "node:crypto";
import { usualPerformance } from "../../../domain/music/performance";
import { type Score, writeMidi } from "../../../domain/music/score";
import { parseMidi } from "../../../domain/music/song";
import { compositionSchema } from "../../../domain/schemas/api/compositions";
import { maxEditEvents } from "../../../domain/schemas/invocation";
import type { CompositionItem } from "../../../lambdas/stores/items";
import {
  compositionEditEventsKey,
  compositionInputMidiKey,
  compositionMidiKey,
  compositionScoreKey,
  modelFile,
  modelPrefix,
  trackKey,
} from "../../../naming/object-keys";
import { type ComposerApi, composerApi } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";
import { alice, bob, composition, finishedOutput, model, quotas, stockModel, track } from "./support/items";

const wanted = {
  name: "Evening",
  technique: "unet-gan",
  modelId: "unet-gan-bach",
  input: { sampleMelodyId: "twinkle-twinkle" },
};
const create = async (api: ComposerApi, more: object = {}) =>
  await api.call("POST", "/compositions", { json: { ...wanted, ...more } });

describe("composing", () => {
  test("returns 202 with the resource, where to follow it and when to ask", async () => {
    const api = composerApi();
    const reply = await create(api);
    expect(reply.status).toBe(202);
    const created = resourceOf(reply, compositionSchema);
    expect(created).toMatchObject({
      ...wanted,
      state: "PENDING",
      seed: 1234,
      inputOptions: {},
      parameters: { ending: true },
    });
    expect(reply.headers).toMatchObject({ location: `/compositions/${created.id}`, "retry-after": "1", etag: '"1"' });
    expect(api.compositions.all()[0]).toMatchObject({
      openWork: "COMPOSITION",
      openWorkOwner: `${alice}#${created.id}`,
      attempt: 0,
      model: { id: "unet-gan-bach", stock: true },
    });
    expect(api.metrics).toEqual(["CompositionsSubmitted"]);
  });

  test("keeps the seed and the options that were given", async () => {
    const reply = await create(composerApi(), { seed: 0, inputOptions: { tempo: 80, startBar: 2, bars: 2 } });
    expect(reply.body).toMatchObject({ seed: 0, inputOptions: { tempo: 80, startBar: 2, bars: 2 } });
  });

  test("is performed by default; what the request switches off stays off", async () => {
    const usual = { dynamics: true, mix: true, breaths: true, ritardando: true, instruments: "model" };
    expect((await create(composerApi())).body).toMatchObject({ performance: usual });
    const performance = { breaths: false, instruments: "strings" };
    expect((await create(composerApi(), { performance })).body).toMatchObject({
      performance: { ...usual, ...performance },
    });
  });

  test("names each broken field of the performance, with what is allowed", async () => {
    const performance = { instruments: "kazoo", dynamics: "yes", swing: true };
    const reply = await create(composerApi(), { performance });
    expect(reply.status).toBe(400);
    expect(problemOf(reply).errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: "/performance/dynamics", value: "yes", allowed: "true or false" }),
        expect.objectContaining({
          pointer: "/performance/instruments",
          value: "kazoo",
          allowed: "model, choir, strings, brass, organ, piano, band",
        }),
        expect.objectContaining({
          pointer: "/performance/swing",
          allowed: expect.stringContaining("dynamics, mix, breaths, ritardando, instruments"),
        }),
      ]),
    );
  });

  test("takes the caller's tracks, models and finished compositions, and nobody else's", async () => {
    const api = composerApi();
    const own = {
      track: track(),
      model: model(),
      composition: composition({ state: "COMPLETED", output: finishedOutput }),
    };
    const theirs = {
      track: track({ sub: bob }),
      model: model({ sub: bob }),
      composition: composition({ sub: bob, state: "COMPLETED", output: finishedOutput }),
    };
    for (const { track: one, model: other, composition: third } of [own, theirs]) {
      api.tracks.put(one);
      api.models.put(other);
      api.compositions.put(third);
    }
    for (const key of [
      trackKey(own.track),
      `${modelPrefix(own.model)}${modelFile}`,
      compositionScoreKey(own.composition),
    ]) {
      api.files.objects.set(key, new Uint8Array(1));
    }
    expect((await create(api, { input: { trackId: own.track.id }, modelId: own.model.id })).status).toBe(202);
    expect((await create(api, { input: { compositionId: own.composition.id, trackIndex: 1 } })).status).toBe(202);
    for (const [more, code] of [
      [{ input: { trackId: theirs.track.id } }, "TRACK_NOT_FOUND"],
      [{ modelId: theirs.model.id }, "MODEL_NOT_FOUND"],
      [{ input: { compositionId: theirs.composition.id } }, "COMPOSITION_NOT_FOUND"],
    ] as const) {
      const reply = await create(api, more);
      expect(reply.status).toBe(422);
      expect(problemOf(reply).code).toBe(code);
    }
  });

  const unfinished = composition({ state: "RUNNING" });
  const finished = composition({ state: "COMPLETED", output: finishedOutput });
  const long = track({ bars: 200, highestPitch: 120 });
  test.each<[string, object, string, string]>([
    ["an unknown model", { modelId: "nothing" }, "MODEL_NOT_FOUND", "/modelId"],
    ["an unknown melody", { input: { sampleMelodyId: "nothing" } }, "SAMPLE_MELODY_NOT_FOUND", "/input/sampleMelodyId"],
    ["an unfinished piece", { input: { compositionId: unfinished.id } }, "INPUT_NOT_READY", "/input/compositionId"],
    [
      "a silent track",
      { input: { compositionId: finished.id, trackIndex: 2 } },
      "TRACK_NOT_FOUND",
      "/input/trackIndex",
    ],
    ["a start after the end", { inputOptions: { startBar: 99 } }, "BARS_OUT_OF_RANGE", "/inputOptions/startBar"],
    ["bars past the end", { inputOptions: { startBar: 12, bars: 9 } }, "BARS_OUT_OF_RANGE", "/inputOptions/bars"],
    ["more bars than the model takes", { input: { trackId: long.id } }, "MELODY_TOO_LONG", "/inputOptions/bars"],
    [
      "a transposition out of range",
      { input: { trackId: "T".repeat(26) }, inputOptions: { transpose: 12 } },
      "PITCH_OUT_OF_RANGE",
      "/inputOptions/transpose",
    ],
  ])("refuses %s with 422", async (_, more, code, pointer) => {
    const api = composerApi();
    api.compositions.put(unfinished);
    api.compositions.put(finished);
    api.tracks.put(long);
    api.tracks.put(track({ id: "T".repeat(26), highestPitch: 120 }));
    const reply = await create(api, more);
    expect(reply.status).toBe(422);
    expect(problemOf(reply)).toMatchObject({ code, errors: [{ pointer }] });
    expect(api.metrics).toEqual([]);
  });

  describe("with a technique that goes on with its input", () => {
    const extending = (): ComposerApi => {
      const api = composerApi();
      api.stores.stockModels.add(stockModel({ id: "transformer-bach", technique: "transformer" }));
      return api;
    };
    const extend = { technique: "transformer", modelId: "transformer-bach" };

    test("takes as many bars more as the piece has room for, and as few as one", async () => {
      // Twinkle has twelve bars.
      for (const [extensionBars, status] of [
        [0, 202],
        [52, 202],
        [53, 422],
      ]) {
        expect((await create(extending(), { ...extend, parameters: { extensionBars } })).status).toBe(status);
      }
      const inputOptions = { startBar: 9 };
      const reply = await create(extending(), { ...extend, inputOptions, parameters: { extensionBars: 61 } });
      expect(problemOf(reply)).toMatchObject({
        code: "PARAMETERS_NOT_APPLICABLE",
        errors: [
          {
            pointer: "/parameters/extensionBars",
            reason: "is more than the piece has room for: it has at most 64 bars, of which 4 are given",
            value: 61,
            allowed: "an integer from 0 to 60",
          },
        ],
      });
    });

    test("leaves room for what is added: an input has at most 63 bars", async () => {
      const api = extending();
      const tracks = [63, 64].map((bars) => track({ bars }));
      for (const one of tracks) {
        api.tracks.put(one);
        api.files.objects.set(trackKey(one), new Uint8Array(1));
      }
      const [fits, full] = tracks.map(({ id: trackId }) => ({ ...extend, input: { trackId } }));
      expect((await create(api, fits)).status).toBe(202);
      expect(problemOf(await create(api, full))).toMatchObject({
        code: "MELODY_TOO_LONG",
        detail: expect.stringContaining(
          "at most 63 can be given to the model, because the piece has at most 64 with what is added",
        ) as unknown,
        errors: [{ pointer: "/inputOptions/bars", value: 64, allowed: "1 to 63" }],
      });
    });

    test("is given a whole piece, unless a track of it is chosen, also if track 0 is silent", async () => {
      const api = extending();
      const [melody, bass] = finishedOutput.tracks;
      if (melody === undefined || bass === undefined) throw new Error("there are no two tracks");
      const drums = { ...bass, isDrums: true as const };
      const pieces = {
        quietTune: composition({
          state: "COMPLETED",
          output: { ...finishedOutput, tracks: [{ ...melody, noteCount: 0 }, bass] },
        }),
        drumsAlone: composition({
          state: "COMPLETED",
          output: { ...finishedOutput, tracks: [{ ...melody, noteCount: 0 }, drums] },
        }),
      };
      for (const piece of Object.values(pieces)) {
        api.compositions.put(piece);
        api.files.objects.set(compositionScoreKey(piece), new Uint8Array(1));
      }
      const compositionId = pieces.quietTune.id;
      expect((await create(api, { ...extend, input: { compositionId } })).status).toBe(202);
      expect(problemOf(await create(api, { ...extend, input: { compositionId, trackIndex: 0 } }))).toMatchObject({
        code: "TRACK_NOT_FOUND",
        errors: [{ pointer: "/input/trackIndex", allowed: "1" }],
      });
      expect(problemOf(await create(api, { input: { compositionId } })).code).toBe("TRACK_NOT_FOUND");
      const nothing = { ...extend, input: { compositionId: pieces.drumsAlone.id } };
      expect(problemOf(await create(api, nothing))).toMatchObject({
        code: "TRACK_NOT_FOUND",
        errors: [{ pointer: "/input/compositionId", value: pieces.drumsAlone.id }],
      });
    });

    test("knows of a whole piece in which bars any of its tracks begins a note, but for drums", async () => {
      const api = extending();
      const [melody, bass] = finishedOutput.tracks;
      if (melody === undefined || bass === undefined) throw new Error("there are no two tracks");
      const piece = composition({
        state: "COMPLETED",
        output: { ...finishedOutput, tracks: [melody, bass, { ...bass, index: 2, isDrums: true }] },
        // Notes begin in bar 1 of the melody, in bar 4 of the bass, and in every bar of the drums.
        barsWithNotes: ["8", "1", "ff"],
      });
      api.compositions.put(piece);
      api.files.objects.set(compositionScoreKey(piece), new Uint8Array(1));
      const ask = async (startBar: number) =>
        await create(api, { ...extend, input: { compositionId: piece.id }, inputOptions: { startBar } });
      expect((await ask(4)).status).toBe(202);
      expect(problemOf(await ask(5))).toMatchObject({
        code: "MELODY_EMPTY",
        errors: [{ pointer: "/inputOptions/startBar", value: 5, allowed: "notes begin in bar 1, or bar 4" }],
      });
    });

    test("refuses a whole piece of which a note would leave the pitches, or which has too many tracks", async () => {
      const api = extending();
      const [melody, bass] = finishedOutput.tracks;
      if (melody === undefined || bass === undefined) throw new Error("there are no two tracks");
      const piece = composition({
        state: "COMPLETED",
        output: { ...finishedOutput, tracks: [melody, bass, { ...bass, index: 2, isDrums: true }] },
        pitchSpans: [
          { lowest: 60, highest: 70 },
          { lowest: 11, highest: 40 },
          { lowest: 1, highest: 2 },
        ],
      });
      const large = composition({
        state: "COMPLETED",
        output: { ...finishedOutput, tracks: Array.from({ length: 49 }, (_, index) => ({ ...bass, index })) },
      });
      for (const each of [piece, large]) {
        api.compositions.put(each);
        api.files.objects.set(compositionScoreKey(each), new Uint8Array(1));
      }
      const ask = async (transpose: number, more: object = {}) =>
        await create(api, { ...extend, input: { compositionId: piece.id, ...more }, inputOptions: { transpose } });
      expect((await ask(-11)).status).toBe(202);
      expect(problemOf(await ask(-12))).toMatchObject({
        code: "PITCH_OUT_OF_RANGE",
        errors: [{ pointer: "/inputOptions/transpose", value: -12, allowed: "-11 to 12" }],
      });
      expect((await ask(-12, { trackIndex: 0 })).status).toBe(202);
      expect(problemOf(await ask(-12, { trackIndex: 1 })).code).toBe("PITCH_OUT_OF_RANGE");

      expect(problemOf(await create(api, { ...extend, input: { compositionId: large.id } }))).toMatchObject({
        code: "INPUT_TOO_LARGE",
        errors: [{ pointer: "/input/compositionId", value: large.id }],
      });
      expect((await create(api, { ...extend, input: { compositionId: large.id, trackIndex: 48 } })).status).toBe(202);
    });

    test("takes the tracks that go on, and refuses those that have no notes or are drums", async () => {
      const api = extending();
      const [melody, bass] = finishedOutput.tracks;
      if (melody === undefined || bass === undefined) throw new Error("there are no two tracks");
      const piece = composition({
        state: "COMPLETED",
        output: { ...finishedOutput, tracks: [melody, bass, { ...bass, index: 2, isDrums: true }] },
        barsWithNotes: ["80", "08", "ff"],
      });
      api.compositions.put(piece);
      api.files.objects.set(compositionScoreKey(piece), new Uint8Array(1));
      const ask = async (input: object, inputOptions: object) => await create(api, { ...extend, input, inputOptions });

      const accepted = await ask({ compositionId: piece.id }, { extendedTracks: [1, 0] });
      expect(accepted).toMatchObject({ status: 202, body: { inputOptions: { extendedTracks: [1, 0] } } });
      expect(problemOf(await ask({ compositionId: piece.id }, { extendedTracks: [0, 2, 5] }))).toMatchObject({
        code: "TRACK_NOT_FOUND",
        errors: [{ pointer: "/inputOptions/extendedTracks", value: "2, 5", allowed: "0, 1" }],
      });
      // Track 1 begins in bar 5, and track 0 in bar 1.
      const later = { startBar: 2, bars: 4 };
      expect((await ask({ compositionId: piece.id }, { ...later, extendedTracks: [1] })).status).toBe(202);
      expect(problemOf(await ask({ compositionId: piece.id }, { ...later, extendedTracks: [0] }))).toMatchObject({
        code: "MELODY_EMPTY",
        detail:
          "The input cannot be used: no note of a track that goes on (0) begins in bars 2 to 5; choose a track with notes there, " +
          "or choose other bars: notes of these tracks begin in bar 1.",
        errors: [{ pointer: "/inputOptions/extendedTracks", value: "0", allowed: "at least one of 1" }],
      });
    });

    test("refuses tracks of a file of which no note begins in the chosen bars, if the row knows their bars", async () => {
      const api = extending();
      const tracks = [0, 1, 2].map((index) => ({ index, name: "T", program: 0, noteCount: 4 }));
      const facts = { barsWithNotes: "98", lowest: 60, highest: 72, withNotes: [1, 0, 2] };
      const file = track({ bars: 8, tracks, allTracks: { ...facts, barsOfTracks: ["8", "1", "08"] } });
      const older = track({ bars: 8, tracks, allTracks: facts });
      for (const each of [file, older]) {
        api.tracks.put(each);
        api.files.objects.set(trackKey(each), new Uint8Array(1));
      }
      const ask = async ({ id: trackId }: { readonly id: string }, inputOptions: object) =>
        await create(api, { ...extend, input: { trackId }, inputOptions: { allTracks: true, ...inputOptions } });
      const later = { startBar: 3, bars: 6 };
      expect((await ask(file, { ...later, extendedTracks: [0] })).status).toBe(202);
      expect((await ask(file, { ...later, extendedTracks: [1, 2] })).status).toBe(202);
      expect((await ask(older, { ...later, extendedTracks: [1] })).status).toBe(202);
      const refused = await ask(file, { ...later, extendedTracks: [1] });
      expect(refused.status).toBe(422);
      expect(problemOf(refused)).toMatchObject({
        code: "MELODY_EMPTY",
        detail: expect.stringContaining("notes of these tracks begin in bar 1") as unknown,
        errors: [
          {
            pointer: "/inputOptions/extendedTracks",
            value: "1",
            reason: "names only tracks of which no note begins in bars 3 to 8",
            allowed: "at least one of 0, 2",
          },
        ],
      });
    });

    test("takes the tracks of a file that go on, also of one that was uploaded to an earlier version", async () => {
      const api = extending();
      const tracks = [0, 1, 2].map((index) => ({ index, name: "T", program: 0, noteCount: index === 1 ? 0 : 4 }));
      const file = track({ tracks, allTracks: { barsWithNotes: "90", lowest: 20, highest: 120, withNotes: [0, 2] } });
      const older = track({ tracks });
      for (const each of [file, older]) {
        api.tracks.put(each);
        api.files.objects.set(trackKey(each), new Uint8Array(1));
      }
      const ask = async (input: object, inputOptions: object) => await create(api, { ...extend, input, inputOptions });
      for (const { id: trackId } of [file, older]) {
        expect((await ask({ trackId }, { allTracks: true, extendedTracks: [2] })).status).toBe(202);
        expect(problemOf(await ask({ trackId }, { allTracks: true, extendedTracks: [1] }))).toMatchObject({
          code: "TRACK_NOT_FOUND",
          errors: [{ pointer: "/inputOptions/extendedTracks", value: "1", allowed: "0, 2" }],
        });
      }
    });

    test.each([
      [
        "a technique that re-writes",
        { technique: "ar-cnn", input: { trackId: "T".repeat(26) } },
        "technique transformer",
      ],
      ["a file of which one track is given", { ...extend, input: { trackId: "T".repeat(26) } }, "allTracks true"],
      [
        "a piece of which one track is chosen",
        { ...extend, input: { compositionId: "T".repeat(26), trackIndex: 0 } },
        "any without input.trackIndex",
      ],
      ["a sample melody", extend, "any with input.trackId or input.compositionId"],
    ])("refuses tracks that go on of %s, beside the other broken fields", async (_, more, allowed) => {
      const reply = await create(extending(), { ...more, inputOptions: { extendedTracks: [0, 1], bars: 65 } });
      expect(reply.status).toBe(400);
      expect(problemOf(reply).errors).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            pointer: "/inputOptions/extendedTracks",
            allowed: expect.stringContaining(allowed) as unknown,
          }),
          expect.objectContaining({ pointer: "/inputOptions/bars", value: 65 }),
        ]),
      );
    });

    test("refuses all tracks of a file where none of them can be used so", async () => {
      const api = extending();
      const tracks = Array.from({ length: 49 }, (_, index) => ({ index, name: "T", program: 0, noteCount: 1 }));
      const file = track({ barsWithNotes: "8", allTracks: { barsWithNotes: "90", lowest: 20, highest: 120 } });
      const large = track({ tracks });
      for (const each of [file, large]) {
        api.tracks.put(each);
        api.files.objects.set(trackKey(each), new Uint8Array(1));
      }
      const ask = async (trackId: string, inputOptions: object) =>
        await create(api, { ...extend, input: { trackId }, inputOptions });
      expect((await ask(file.id, { allTracks: true, startBar: 4 })).status).toBe(202);
      expect(problemOf(await ask(file.id, { startBar: 4 })).code).toBe("MELODY_EMPTY");
      expect(problemOf(await ask(file.id, { allTracks: true, startBar: 5 }))).toMatchObject({
        code: "MELODY_EMPTY",
        errors: [{ pointer: "/inputOptions/startBar", value: 5, allowed: "notes begin in bar 1, or bar 4" }],
      });
      expect((await ask(file.id, { transpose: 12 })).status).toBe(202);
      expect(problemOf(await ask(file.id, { allTracks: true, transpose: 12 }))).toMatchObject({
        code: "PITCH_OUT_OF_RANGE",
        errors: [{ pointer: "/inputOptions/transpose", value: 12, allowed: "-12 to 7" }],
      });
      expect((await ask(large.id, {})).status).toBe(202);
      expect(problemOf(await ask(large.id, { allTracks: true }))).toMatchObject({
        code: "INPUT_TOO_LARGE",
        errors: [{ pointer: "/inputOptions/allTracks", value: true }],
      });
    });

    test.each([
      [
        "a technique that hears one melody",
        { input: { trackId: "T".repeat(26) } },
        "with the technique ar-cnn, transformer",
      ],
      [
        "a piece of which one track is chosen",
        { ...extend, input: { compositionId: "T".repeat(26), trackIndex: 0 } },
        "without input.trackIndex",
      ],
      ["a sample melody", extend, "with input.trackId or input.compositionId"],
    ])("refuses all tracks of %s, beside the other broken fields", async (_, more, allowed) => {
      const reply = await create(extending(), { ...more, inputOptions: { allTracks: true, bars: 65 } });
      expect(reply.status).toBe(400);
      expect(problemOf(reply).errors).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            pointer: "/inputOptions/allTracks",
            value: true,
            allowed: `false, or true ${allowed}`,
          }),
          expect.objectContaining({ pointer: "/inputOptions/bars", value: 65 }),
        ]),
      );
      const without = await create(extending(), { ...extend, inputOptions: { allTracks: false } });
      expect(without.status).toBe(202);
    });
  });

  describe("with a technique that re-writes", () => {
    const rewriting = (): ComposerApi => {
      const api = composerApi();
      api.stores.stockModels.add(stockModel({ id: "ar-cnn-bach", technique: "ar-cnn" }));
      return api;
    };
    const rewrite = { technique: "ar-cnn", modelId: "ar-cnn-bach" };

    test("fills in every parameter that was not given", async () => {
      const reply = await create(rewriting(), { ...rewrite, parameters: { melodyLock: true, lastBar: 12 } });
      expect(reply.body).toMatchObject({
        parameters: { melodyLock: true, firstBar: 1, lastBar: 12, samplingIterations: 100, temperature: 1 },
      });
    });

    test("takes all tracks of a piece where it is asked to, and a track where one is named", async () => {
      const api = rewriting();
      const piece = finishedPiece(api);
      const input = { compositionId: piece.id };
      const all = await create(api, { ...rewrite, input, inputOptions: { allTracks: true } });
      expect(all.status).toBe(202);
      expect(all.body).toMatchObject({ input, inputOptions: { allTracks: true } });
      // Track 2 of the piece is silent, so it can be heard in the whole piece only.
      const silent = await create(api, { ...rewrite, input: { ...input, trackIndex: 2 } });
      expect(problemOf(silent).code).toBe("TRACK_NOT_FOUND");
    });

    test("refuses a region outside of the music that the options leave, with every field of it", async () => {
      const parameters = { firstBar: 13, lastBar: 14 };
      const whole = await create(rewriting(), { ...rewrite, parameters });
      expect(whole.status).toBe(422);
      expect(problemOf(whole)).toMatchObject({
        code: "PARAMETERS_NOT_APPLICABLE",
        errors: [
          { pointer: "/parameters/firstBar", value: 13, allowed: "an integer from 1 to 12" },
          { pointer: "/parameters/lastBar", value: 14, allowed: expect.stringContaining("1 to 12") as unknown },
        ],
      });
      const options = { parameters: { lastBar: 5 }, inputOptions: { startBar: 9 } };
      expect(problemOf(await create(rewriting(), { ...rewrite, ...options }))).toMatchObject({
        code: "PARAMETERS_NOT_APPLICABLE",
        errors: [{ pointer: "/parameters/lastBar", allowed: expect.stringContaining("1 to 4") as unknown }],
      });
    });

    test("refuses the other technique's model, both ways", async () => {
      for (const [technique, modelId] of [
        ["ar-cnn", "unet-gan-bach"],
        ["unet-gan", "ar-cnn-bach"],
      ]) {
        const reply = await create(rewriting(), { technique, modelId });
        expect(problemOf(reply)).toMatchObject({
          code: "MODEL_OF_ANOTHER_TECHNIQUE",
          errors: [{ pointer: "/modelId", value: modelId, allowed: technique }],
        });
      }
    });
  });

  test("takes a part of a melody that is too long as a whole", async () => {
    const api = composerApi();
    api.tracks.put(long);
    api.files.objects.set(trackKey(long), new Uint8Array(1));
    const reply = await create(api, { input: { trackId: long.id }, inputOptions: { startBar: 100, bars: 64 } });
    expect(reply.status).toBe(202);
  });

  test("lists every fault of a body at once", async () => {
    const reply = await create(composerApi(), {
      name: 7,
      seed: -1,
      parameters: { mood: "sad" },
      inputOptions: { tempo: 200, swing: true },
    });
    expect(reply.status).toBe(400);
    expect(
      problemOf(reply)
        .errors?.map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(["/inputOptions/swing", "/inputOptions/tempo", "/name", "/parameters/mood", "/seed"]);
  });

  test("over the quota of unfinished ones returns 429; an idempotent repetition still gets its response", async () => {
    const api = composerApi();
    const keyed = async (key: string) =>
      await api.call("POST", "/compositions", { json: wanted, headers: { "idempotency-key": key } });
    const first = await keyed("0");
    for (let count = 1; count < quotas.openCompositions; count += 1) await keyed(String(count));
    const refused = await keyed("more");
    expect(refused.status).toBe(429);
    expect(problemOf(refused).detail).toContain("3 unfinished compositions");
    expect((await keyed("0")).bytes).toEqual(first.bytes);
  });
});

const score: Score = {
  schemaVersion: 1,
  name: "A piece",
  ticksPerBeat: 480,
  tempo: 100,
  bars: 1,
  tracks: [
    {
      name: "Melody",
      program: 0,
      source: "input",
      notes: [{ startTick: 0, durationTicks: 480, pitch: 60, velocity: 80 }],
    },
    {
      name: "Bass",
      program: 32,
      source: "generated",
      notes: [{ startTick: 0, durationTicks: 480, pitch: 36, velocity: 80 }],
    },
    { name: "Silent", program: 32, source: "generated", notes: [] },
  ],
};
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const inputBytes = writeMidi({ ...score, tracks: score.tracks.slice(0, 1) });

function finishedPiece(api: ComposerApi): CompositionItem {
  const bytes = writeMidi(score);
  const item = composition({
    state: "COMPLETED",
    output: finishedOutput,
    midi: { revision: 1, sha256: digest(bytes), bytes: bytes.length },
    inputMidi: { sha256: digest(inputBytes), bytes: inputBytes.length },
    name: "Été\r\nset-cookie: x",
  });
  api.compositions.put(item);
  api.files.objects.set(compositionMidiKey(item, { revision: 1 }), bytes);
  api.files.objects.set(compositionInputMidiKey(item), inputBytes);
  api.files.objects.set(compositionScoreKey(item), Buffer.from(JSON.stringify(score)));
  return item;
}

describe("a composition", () => {
  test("says when to ask again while it is made, also in 304, and no more when it is done", async () => {
    const api = composerApi();
    const item = composition({ state: "RUNNING", version: 3 });
    api.compositions.put(item);
    expect((await api.call("GET", `/compositions/${item.id}`)).headers["retry-after"]).toBe("1");
    const same = await api.call("GET", `/compositions/${item.id}`, { headers: { "if-none-match": '"3"' } });
    expect(same.status).toBe(304);
    expect(same.headers["retry-after"]).toBe("1");
    const done = finishedPiece(api);
    const reply = await api.call("GET", `/compositions/${done.id}`);
    expect(reply.headers["retry-after"]).toBeUndefined();
    expect(reply.body).toMatchObject({ state: "COMPLETED", output: finishedOutput });
  });

  test("is performed again when it is written again, unless it was made before there were performances", async () => {
    for (const performance of [undefined, usualPerformance]) {
      const api = composerApi();
      const item = finishedPiece(api);
      api.compositions.put({ ...item, ...(performance === undefined ? {} : { performance }) });
      const path = `/compositions/${item.id}`;
      const reply = await api.call("PATCH", path, { json: { programs: [{ index: 1, program: 43 }] } });
      expect(reply.status).toBe(200);
      const { bytes } = await api.call("GET", `${path}/midi`, { headers: { accept: "audio/midi" } });
      const [tune, bass] = parseMidi(bytes).tracks;
      expect(bass?.program).toBe(43);
      expect(tune?.notes[0]?.velocity === 80).toBe(performance === undefined);
      expect(bass?.notes[0]?.velocity === 80).toBe(performance === undefined);
    }
  });

  test("gives its MIDI bytes under their digest, or a URL for those who accept JSON", async () => {
    const api = composerApi();
    const item = finishedPiece(api);
    const path = `/compositions/${item.id}/midi`;
    const reply = await api.call("GET", path);
    expect(reply.headers["content-type"]).toBe("audio/midi");
    expect(reply.headers["etag"]).toBe(`"${digest(reply.bytes)}"`);
    expect(reply.headers["content-disposition"]).toBe(
      `attachment; filename="Ete__set-cookie_ x.mid"; filename*=UTF-8''%C3%89t%C3%A9__set-cookie_%20x.mid`,
    );
    expect(parseMidi(reply.bytes).tracks).toHaveLength(2);
    const etag = reply.headers["etag"] ?? "";
    expect((await api.call("GET", path, { headers: { "if-none-match": etag } })).status).toBe(304);
    const url = await api.call("GET", path, { headers: { accept: "application/json" } });
    expect(url.body).toMatchObject({ url: expect.stringContaining("https://") as unknown });
    expect(url.headers["etag"]).toBeUndefined();
    expect((await api.call("GET", path, { headers: { accept: "text/html" } })).status).toBe(406);
    expect((await api.call("GET", path, { sub: bob })).status).toBe(404);
  });

  test("gives what it was made of like its MIDI, also after its input was deleted", async () => {
    const api = composerApi();
    const item = { ...finishedPiece(api), input: { trackId: "A".repeat(26) } };
    api.compositions.put(item);
    const path = `/compositions/${item.id}/input/midi`;
    const reply = await api.call("GET", path);
    expect(reply).toMatchObject({
      status: 200,
      headers: { "content-type": "audio/midi", etag: `"${digest(inputBytes)}"` },
    });
    expect(reply.headers["content-disposition"]).toContain('filename="Ete__set-cookie_ x input.mid"');
    expect(reply.bytes).toEqual(Buffer.from(inputBytes));
    const known = { headers: { "if-none-match": reply.headers["etag"] ?? "" } };
    expect((await api.call("GET", path, known)).status).toBe(304);
    const url = await api.call("GET", path, { headers: { accept: "application/json" } });
    expect(url.body).toMatchObject({ url: expect.stringContaining(compositionInputMidiKey(item)) as unknown });
    expect((await api.call("GET", path, { headers: { accept: "text/html" } })).status).toBe(406);
    expect((await api.call("GET", path, { sub: bob })).status).toBe(404);
    // Other instruments are those of the piece alone.
    await api.call("PATCH", `/compositions/${item.id}`, { json: { programs: [{ index: 0, program: 40 }] } });
    expect((await api.call("GET", path, known)).status).toBe(304);
  });

  test("of version 0.2 says that what it was made of was not kept", async () => {
    const api = composerApi();
    const { inputMidi: _kept, ...item } = finishedPiece(api);
    api.compositions.put(item);
    const reply = await api.call("GET", `/compositions/${item.id}/input/midi`);
    expect(problemOf(reply)).toMatchObject({ status: 404, code: "INPUT_MIDI_NOT_AVAILABLE" });
    const unfinished = composition({ state: "RUNNING" });
    api.compositions.put(unfinished);
    expect(problemOf(await api.call("GET", `/compositions/${unfinished.id}/input/midi`)).code).toBe("NOT_READY");
  });

  test("has no MIDI before it is done, and says its state", async () => {
    const api = composerApi();
    const running = composition({ state: "RUNNING" });
    const failed = composition({
      state: "FAILED",
      failure: { code: "X", message: "The model is broken.", retryable: false },
    });
    api.compositions.put(running);
    api.compositions.put(failed);
    const reply = await api.call("GET", `/compositions/${running.id}/midi`);
    expect(reply.status).toBe(409);
    expect(problemOf(reply)).toMatchObject({
      code: "NOT_READY",
      detail: expect.stringContaining("RUNNING") as unknown,
    });
    const never = await api.call("GET", `/compositions/${failed.id}/midi`);
    expect(problemOf(never).detail).toContain("The model is broken.");
    expect(never.headers["retry-after"]).toBeUndefined();
  });

  test("has edit events only if its technique works by edits", async () => {
    const api = composerApi();
    const item = finishedPiece(api);
    const reply = await api.call("GET", `/compositions/${item.id}/edit-events`);
    expect(reply.status).toBe(404);
    expect(problemOf(reply).code).toBe("EDIT_EVENTS_NOT_AVAILABLE");
  });

  test("gives its edit events in their order, and every one of a very long list", async () => {
    const api = composerApi();
    const item = finishedPiece(api);
    const items = Array.from({ length: maxEditEvents }, (_, index) => ({
      step: index % 1024,
      pitch: 60,
      kind: Math.floor(index / 1024) % 2 === 0 ? "add" : "remove",
      original: false,
      pass: Math.floor(index / 256),
      probability: 0.123456,
    }));
    api.compositions.put({ ...item, output: { ...finishedOutput, editEventCount: items.length } });
    api.files.objects.set(compositionEditEventsKey(item), Buffer.from(JSON.stringify({ items })));
    const reply = await api.call("GET", `/compositions/${item.id}/edit-events`);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ items });
    expect((await api.call("GET", `/compositions/${item.id}/edit-events`, { sub: bob })).status).toBe(404);
    // Who has them gets them no more, and no file is read for it.
    api.files.objects.delete(compositionEditEventsKey(item));
    const known = { headers: { "if-none-match": reply.headers["etag"] ?? "" } };
    expect((await api.call("GET", `/compositions/${item.id}/edit-events`, known)).status).toBe(304);
  });

  test("gets other instruments: the MIDI is written again, the notes stay", async () => {
    const api = composerApi();
    const item = finishedPiece(api);
    const path = `/compositions/${item.id}`;
    const before = await api.call("GET", `${path}/midi`);
    const reply = await api.call("PATCH", path, { json: { name: "New", programs: [{ index: 1, program: 40 }] } });
    expect(reply.status).toBe(200);
    expect(resourceOf(reply, compositionSchema).output?.tracks.map(({ program }) => program)).toEqual([0, 40, 32]);
    const after = await api.call("GET", `${path}/midi`);
    expect(after.headers["etag"]).not.toBe(before.headers["etag"]);
    expect(after.headers["etag"]).toBe(`"${digest(after.bytes)}"`);
    const [old, changed] = [parseMidi(before.bytes), parseMidi(after.bytes)];
    expect(changed.tracks.map(({ program }) => program)).toEqual([0, 40]);
    expect(changed.tracks.map(({ notes }) => notes)).toEqual(old.tracks.map(({ notes }) => notes));
    // A second change builds on the first.
    const again = await api.call("PATCH", path, { json: { programs: [{ index: 0, program: 73 }] } });
    expect(resourceOf(again, compositionSchema).output?.tracks.map(({ program }) => program)).toEqual([73, 40, 32]);
    expect(parseMidi((await api.call("GET", `${path}/midi`)).bytes).tracks.map(({ program }) => program)).toEqual([
      73, 40,
    ]);
  });

  test("is performed in another way, and the composed notes stay", async () => {
    const api = composerApi();
    const item = finishedPiece(api);
    api.compositions.put({ ...item, performance: usualPerformance });
    const path = `/compositions/${item.id}`;
    const scoreBefore = api.files.objects.get(compositionScoreKey(item));
    const change = async (
      json: unknown,
    ): Promise<{ programs: number[]; velocities: number[]; performance: unknown }> => {
      const reply = await api.call("PATCH", path, { json });
      expect(reply.status).toBe(200);
      const { bytes } = await api.call("GET", `${path}/midi`);
      const { tracks } = parseMidi(bytes);
      const { output, performance } = resourceOf(reply, compositionSchema);
      expect(output?.tracks.slice(0, 2).map(({ program }) => program)).toEqual(tracks.map(({ program }) => program));
      return {
        programs: tracks.map(({ program }) => program),
        velocities: tracks.map(({ notes }) => notes[0]?.velocity ?? 0),
        performance,
      };
    };
    const flat = await change({ performance: { dynamics: false } });
    expect(flat.velocities).toEqual([80, 80]);
    expect(flat.performance).toEqual({ ...usualPerformance, dynamics: false });
    const played = await change({ performance: { dynamics: true, instruments: "choir" } });
    expect(played.velocities[0]).toBeGreaterThan(80);
    expect(played.programs).toEqual([52, 52]);
    // Programs go before a preset, in one request and after it.
    const mixed = await change({ performance: { instruments: "strings" }, programs: [{ index: 1, program: 3 }] });
    expect(mixed.programs).toEqual([40, 3]);
    expect((await change({ performance: { mix: false } })).programs).toEqual([40, 3]);
    expect((await change({ performance: { instruments: "model" } })).programs).toEqual([0, 32]);
    expect(api.files.objects.get(compositionScoreKey(item))).toEqual(scoreBefore);
  });

  test("of version 0.2 gets the usual performance when it is asked for", async () => {
    const api = composerApi();
    const item = finishedPiece(api);
    const path = `/compositions/${item.id}`;
    const reply = await api.call("PATCH", path, { json: { performance: { ritardando: false } } });
    expect(reply.body).toMatchObject({ performance: { ...usualPerformance, ritardando: false } });
    expect(parseMidi((await api.call("GET", `${path}/midi`)).bytes).tracks[0]?.notes[0]?.velocity).not.toBe(80);
  });

  test("refuses a performance that changes nothing, also beside a name", async () => {
    const api = composerApi();
    const item = composition();
    api.compositions.put({ ...item, performance: usualPerformance });
    for (const json of [{ performance: {} }, { name: "New", performance: {} }]) {
      const reply = await api.call("PATCH", `/compositions/${item.id}`, { json });
      expect(reply.status).toBe(400);
      expect(problemOf(reply).errors).toEqual([
        {
          pointer: "/performance",
          reason: "changes nothing",
          value: {},
          allowed: "dynamics, mix, breaths, ritardando, instruments",
        },
      ]);
    }
  });

  test("refuses a performance that is none, and any before the piece is done", async () => {
    const api = composerApi();
    const item = finishedPiece(api);
    const wrong = { performance: { instruments: "kazoo" }, programs: [{ index: 1, program: 3 }] };
    const reply = await api.call("PATCH", `/compositions/${item.id}`, { json: wrong });
    expect(reply.status).toBe(400);
    expect(problemOf(reply).errors?.map(({ pointer }) => pointer)).toEqual(["/performance/instruments"]);
    const running = composition({ state: "RUNNING", performance: usualPerformance });
    api.compositions.put(running);
    const early = await api.call("PATCH", `/compositions/${running.id}`, { json: { performance: { mix: false } } });
    expect(early.status).toBe(409);
    expect(problemOf(early)).toMatchObject({ code: "NOT_READY", errors: [{ pointer: "/performance" }] });
  });

  test("changed by several at once: every change is kept, and the bytes are those of the row", async () => {
    const api = composerApi();
    const item = finishedPiece(api);
    const path = `/compositions/${item.id}`;
    const replies = await Promise.all([
      api.call("PATCH", path, { json: { programs: [{ index: 0, program: 10 }] } }),
      api.call("PATCH", path, { json: { programs: [{ index: 1, program: 20 }] } }),
      api.call("PATCH", path, { json: { name: "Renamed" } }),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    const midi = await api.call("GET", `${path}/midi`);
    expect(midi.headers["etag"]).toBe(`"${digest(midi.bytes)}"`);
    expect(parseMidi(midi.bytes).tracks.map(({ program }) => program)).toEqual([10, 20]);
    expect((await api.call("GET", path)).body).toMatchObject({ name: "Renamed" });
  });

  test("refuses a change of nothing, and unknown fields", async () => {
    const api = composerApi();
    const item = finishedPiece(api);
    const path = `/compositions/${item.id}`;
    for (const json of [{}, { seed: 3 }, [], null, { programs: [] }]) {
      const reply = await api.call("PATCH", path, { json });
      expect(reply.status).toBe(400);
      expect(problemOf(reply).code).toBe("INVALID_REQUEST");
    }
    expect((await api.call("GET", path)).headers["etag"]).toBe('"1"');
  });

  test("refuses instruments that do not fit, and before it is done", async () => {
    const api = composerApi();
    const item = finishedPiece(api);
    const programs = [9, 1, 1].map((index) => ({ index, program: 3 }));
    const reply = await api.call("PATCH", `/compositions/${item.id}`, { json: { programs } });
    expect(reply.status).toBe(422);
    expect(problemOf(reply).errors?.map(({ pointer }) => pointer)).toEqual(["/programs/0/index", "/programs/2/index"]);
    const running = composition({ state: "RUNNING" });
    api.compositions.put(running);
    const early = await api.call("PATCH", `/compositions/${running.id}`, {
      json: { programs: [{ index: 0, program: 3 }] },
    });
    expect(early.status).toBe(409);
    const renamed = await api.call("PATCH", `/compositions/${running.id}`, { json: { name: "Meanwhile" } });
    expect(renamed).toMatchObject({ status: 200, body: { name: "Meanwhile", state: "RUNNING" } });
  });

  test("is deleted with all its files when it has ended and nothing builds on it", async () => {
    const api = composerApi();
    const running = composition({ state: "RUNNING" });
    api.compositions.put(running);
    const early = await api.call("DELETE", `/compositions/${running.id}`);
    expect(early.status).toBe(409);
    expect(problemOf(early)).toMatchObject({
      code: "NOT_FINAL",
      detail: expect.stringContaining("RUNNING") as unknown,
    });
    const item = finishedPiece(api);
    await api.call("PATCH", `/compositions/${item.id}`, { json: { name: "New" } });
    const user = composition({ input: { compositionId: item.id } });
    api.compositions.put(user);
    expect(problemOf(await api.call("DELETE", `/compositions/${item.id}`))).toMatchObject({
      code: "IN_USE",
      usedBy: [{ type: "composition", id: user.id, name: user.name }],
    });
    api.compositions.drop(user);
    expect((await api.call("DELETE", `/compositions/${item.id}`)).status).toBe(204);
    expect([...api.files.objects.keys()]).toEqual([]);
  });

  test("whose files are gone says that they are lost and what to do, logs it, and can be deleted", async () => {
    const api = composerApi();
    const item = finishedPiece(api);
    api.compositions.put({ ...item, output: { ...finishedOutput, editEventCount: 3 } });
    api.files.objects.clear();
    const path = `/compositions/${item.id}`;
    const replies = [
      await api.call("GET", `${path}/midi`),
      await api.call("GET", `${path}/input/midi`),
      await api.call("GET", `${path}/edit-events`),
      await api.call("PATCH", path, { json: { name: "New" } }),
    ];
    for (const reply of replies) {
      expect(reply.status).toBe(410);
      expect(problemOf(reply)).toMatchObject({
        code: "FILE_LOST",
        detail: expect.stringMatching(/is lost\. Create the composition again, or delete it\./) as unknown,
      });
    }
    expect(api.log.lines.filter(({ level }) => level === "error")).toHaveLength(4);
    expect((await api.call("GET", path)).status).toBe(200);
    // What is known now is not refused later.
    expect((await create(api, { input: { compositionId: item.id } })).status).toBe(410);
    expect((await api.call("DELETE", path)).status).toBe(204);
  });
});
