/** A row whose file is lost: what needs the file is refused at once, and nothing is accepted that can only fail. */
import {
  compositionMidiKey,
  compositionScoreKey,
  modelFile,
  modelPrefix,
  trackKey,
} from "../../../domain/names/object-keys";
import { requireFiles } from "../../../lambdas/api/compositions/needed-file";
import { composerApi, type ComposerApi } from "./support/composer-api";
import { problemOf } from "./support/documented-api";
import { bob, composition, finishedOutput, model, track } from "./support/items";

const midi = { revision: 2, token: "abc", sha256: "b".repeat(64), bytes: 4 };
const own = {
  track: track(),
  model: model(),
  composition: composition({ state: "COMPLETED", output: finishedOutput, midi }),
};
const files = {
  track: trackKey(own.track),
  model: `${modelPrefix(own.model)}${modelFile}`,
  score: compositionScoreKey(own.composition),
  midi: compositionMidiKey(own.composition, midi),
};

/** Everything is there but one file. */
function apiWithout(lost?: keyof typeof files): ComposerApi {
  const api = composerApi();
  api.tracks.put(own.track);
  api.models.put(own.model);
  api.compositions.put(own.composition);
  for (const [name, key] of Object.entries(files)) if (name !== lost) api.files.objects.set(key, new Uint8Array(4));
  return api;
}

const wanted = { name: "A", technique: "unet-gan", modelId: "unet-gan-bach", input: { sampleMelodyId: "ode-to-joy" } };
const requests = {
  track: { ...wanted, input: { trackId: own.track.id } },
  score: { ...wanted, input: { compositionId: own.composition.id } },
  model: { ...wanted, modelId: own.model.id },
} as const;
const compose = async (api: ComposerApi, json: unknown, headers: Record<string, string> = {}) =>
  await api.call("POST", "/compositions", { json, headers });

test.each([
  ["track", "/input/trackId", own.track.id],
  ["score", "/input/compositionId", own.composition.id],
  ["model", "/modelId", own.model.id],
] as const)("composing with a lost %s is refused with 410, and nothing is created", async (lost, pointer, value) => {
  const api = apiWithout(lost);
  const before = api.compositions.all().length;
  const reply = await compose(api, requests[lost]);
  expect(reply.status).toBe(410);
  expect(problemOf(reply)).toMatchObject({
    code: "FILE_LOST",
    detail: expect.stringContaining(value) as unknown,
    errors: [{ pointer, value, reason: "its file is lost" }],
  });
  expect(api.compositions.all()).toHaveLength(before);
  expect(api.metrics).toEqual([]);
  // Whoever runs the stage hears of it.
  expect(api.log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  // Everything else can be composed with.
  for (const [name, json] of Object.entries(requests)) {
    if (name !== lost) expect((await compose(api, json)).status).toBe(202);
  }
});

test("with every file in place all of them are accepted, also all in one", async () => {
  const api = apiWithout();
  expect((await compose(api, { ...requests.track, modelId: own.model.id })).status).toBe(202);
  expect((await compose(api, { ...requests.score, modelId: own.model.id })).status).toBe(202);
});

test("a request that is wrong by itself is told that, and not of the lost file", async () => {
  const reply = await compose(apiWithout("track"), { ...requests.track, inputOptions: { startBar: 99 } });
  expect(problemOf(reply).code).toBe("BARS_OUT_OF_RANGE");
});

test("another user's lost track does not exist", async () => {
  const api = apiWithout("track");
  const reply = await api.call("POST", "/compositions", { json: requests.track, sub: bob });
  expect(problemOf(reply).code).toBe("TRACK_NOT_FOUND");
});

test("a refusal for a lost file is not remembered under the idempotency key", async () => {
  const api = apiWithout("track");
  expect((await compose(api, requests.track, { "idempotency-key": "k" })).status).toBe(410);
  api.files.objects.set(files.track, new Uint8Array(4));
  expect((await compose(api, requests.track, { "idempotency-key": "k" })).status).toBe(202);
});

test("a file whose row has gone meanwhile is not lost: the write of the composition refuses that", async () => {
  const field = { pointer: "/input/trackId", value: own.track.id, allowed: "a track whose file is there" };
  const needed = (isThere: boolean) => ({ key: files.track, of: "track", field, isNamed: async () => isThere });
  const none = { exists: async () => false };
  await requireFiles(none, [undefined, needed(false)]);
  await expect(requireFiles(none, [undefined, needed(true)])).rejects.toMatchObject({ code: "FILE_LOST" });
  await requireFiles({ exists: async () => true }, [needed(true)]);
});

test.each(["application/json", "audio/midi"])("a lost MIDI file, asked for as %s, is 410", async (accept) => {
  const api = apiWithout("midi");
  const target = `/compositions/${own.composition.id}/midi`;
  const reply = await api.call("GET", target, { headers: { accept } });
  expect(reply.status).toBe(410);
  expect(problemOf(reply).code).toBe("FILE_LOST");
  expect(reply.bytes.toString()).not.toContain("signature");
  api.files.objects.set(files.midi, new Uint8Array(4));
  expect((await api.call("GET", target, { headers: { accept } })).status).toBe(200);
});
