/**
 * A row whose file is lost or damaged: what needs the file is refused at once, and nothing is accepted that can only fail.
 */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { requireFiles } from "../../../lambdas/compositions/needed-file";
import {
  compositionEditEventsKey,
  compositionMidiKey,
  compositionScoreKey,
  modelFile,
  modelPrefix,
  progressFile,
  referenceFile,
  sampleFile,
  trackKey,
  trainingJobPrefix,
} from "../../../naming/object-keys";
import { type ComposerApi, composerApi } from "./support/composer-api";
import { problemOf } from "./support/documented-api";
import { bob, composition, finishedOutput, model, track, trainingJob } from "./support/items";

const midi = {
  revision: 2,
  token: "abc",
  sha256: createHash("sha256").update(new Uint8Array(4)).digest("hex"),
  bytes: 4,
};
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

test("a problem for a lost file is not remembered under the idempotency key", async () => {
  const api = apiWithout("track");
  expect((await compose(api, requests.track, { "idempotency-key": "k" })).status).toBe(410);
  api.files.objects.set(files.track, new Uint8Array(4));
  expect((await compose(api, requests.track, { "idempotency-key": "k" })).status).toBe(202);
});

test("a file whose row has gone meanwhile is not lost: the write of the composition refuses that", async () => {
  const field = { pointer: "/input/trackId", value: own.track.id, allowed: "a track whose file is there" };
  const needed = (isThere: boolean) => ({ key: files.track, resource: "track", field, isNamed: async () => isThere });
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

const rootOfPiece = `/compositions/${own.composition.id}`;
const readers = {
  score: async (api: ComposerApi) => await api.call("PATCH", rootOfPiece, { json: { name: "q" } }),
  "list of edit events": async (api: ComposerApi) => await api.call("GET", `${rootOfPiece}/edit-events`),
  "MIDI file": async (api: ComposerApi) => await api.call("GET", `${rootOfPiece}/midi`),
};
const filesOfPiece = {
  score: files.score,
  "list of edit events": compositionEditEventsKey(own.composition),
  "MIDI file": files.midi,
};
/** None of them is a score, edit events or the MIDI file of the piece; the last one is longer than anything that is read. */
const damagedContents = [
  "",
  "{",
  '{"garbage":1}',
  "[]",
  "null",
  '{"items":[{"step":-1}]}',
  '{"schemaVersion":1,"tracks":[]}',
  "\u0000\ufffd",
  "x".repeat(4 * 1024 * 1024 + 1),
];

describe.each(Object.keys(readers) as (keyof typeof readers)[])("a damaged %s of a composition", (what) => {
  function apiWith(content: Uint8Array): ComposerApi {
    const api = apiWithout();
    api.compositions.put({ ...own.composition, output: { ...finishedOutput, editEventCount: 1 } });
    api.files.objects.set(filesOfPiece[what], content);
    return api;
  }

  test("is 410 with a sentence that says so, is logged, and changes nothing", async () => {
    for (const content of damagedContents) {
      const api = apiWith(Buffer.from(content));
      const before = new Map(api.files.objects);
      const reply = await readers[what](api);
      expect(problemOf(reply)).toMatchObject({
        status: 410,
        code: "FILE_LOST",
        detail: `The ${what} of composition ${own.composition.id} is damaged. Create the composition again, or delete it.`,
      });
      expect(api.log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
      expect(api.files.objects).toEqual(before);
      expect(api.compositions.all()).toMatchObject([{ name: own.composition.name }]);
      expect((await api.call("DELETE", rootOfPiece)).status).toBe(204);
    }
  });

  test("is never a fault of ours, whatever bytes it has", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        async (content) => {
          expect((await readers[what](apiWith(content))).status).toBe(410);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("leaves an error of AWS what it is", async () => {
    const api = apiWithout();
    api.compositions.put({ ...own.composition, output: { ...finishedOutput, editEventCount: 1 } });
    Object.assign(api.files, {
      read: async () => await Promise.reject(Object.assign(new Error("Access Denied"), { name: "AccessDenied" })),
    });
    expect(problemOf(await readers[what](api))).toMatchObject({ status: 500, code: "INTERNAL" });
  });
});

describe("the files of an ended training job", () => {
  const lineOf = (epoch: number): string => `${JSON.stringify({ schemaVersion: 1, epoch, epochs: 3, loss: epoch })}\n`;
  const progress = { epoch: 3, epochs: 3, percent: 100 };
  const ready = trainingJob({ state: "READY", progress });
  const root = `/training-jobs/${ready.id}`;
  const paths = ["metrics", "samples", "samples/1/ode-to-joy"].map((path) => `${root}/${path}`);

  function apiWithJob(job = ready): ComposerApi {
    const api = composerApi();
    api.trainingJobs.put(job);
    return api;
  }

  function withFiles(api: ComposerApi): ComposerApi {
    const put = (name: string, content: string): void =>
      void api.files.objects.set(`${trainingJobPrefix(ready)}${name}`, Buffer.from(content));
    put(progressFile, [1, 2, 3].map(lineOf).join(""));
    put(referenceFile, '{"metrics":{"similarityIndex":0.1}}');
    for (const epoch of [1, 3]) for (const melody of ["ode-to-joy", "twinkle"]) put(sampleFile(epoch, melody), "MThd");
    return api;
  }

  test("are 410 FILE_LOST when they are lost, and are logged", async () => {
    for (const path of paths) {
      const api = apiWithJob();
      const reply = await api.call("GET", path);
      expect(problemOf(reply)).toMatchObject({ status: 410, code: "FILE_LOST" });
      expect(problemOf(reply).detail).toContain(`of training job ${ready.id} is lost.`);
      expect(api.log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    }
    // Also to who asks only for what is new.
    expect((await apiWithJob().call("GET", `${root}/metrics?afterEpoch=3`)).status).toBe(410);
  });

  test("are sent when they are there", async () => {
    for (const path of paths) expect((await withFiles(apiWithJob()).call("GET", path)).status).toBe(200);
  });

  test("one lost sample among others is told from one that never was", async () => {
    const api = withFiles(apiWithJob());
    api.files.objects.delete(`${trainingJobPrefix(ready)}${sampleFile(3, "twinkle")}`);
    expect((await api.call("GET", `${root}/samples/3/twinkle`)).status).toBe(410);
    for (const never of ["2/twinkle", "3/another", "4/twinkle"]) {
      expect((await api.call("GET", `${root}/samples/${never}`)).status).toBe(404);
    }
    expect((await api.call("GET", `${root}/samples`)).status).toBe(200);
  });

  test.each(["{", '{"garbage":1}', "x".repeat(9 * 1024 * 1024)])("are 410 when they are damaged", async (content) => {
    const api = withFiles(apiWithJob());
    for (const name of [progressFile, sampleFile(1, "ode-to-joy")]) {
      api.files.objects.set(`${trainingJobPrefix(ready)}${name}`, Buffer.from(content));
    }
    for (const path of [`${root}/metrics`, `${root}/samples/1/ode-to-joy`]) {
      const reply = await api.call("GET", path);
      expect(problemOf(reply)).toMatchObject({ status: 410, code: "FILE_LOST" });
      expect(problemOf(reply).detail).toContain(`of training job ${ready.id} is damaged.`);
    }
  });

  test("a damaged reference is left out, and logged: the curves are still there", async () => {
    const api = withFiles(apiWithJob());
    api.files.objects.set(`${trainingJobPrefix(ready)}${referenceFile}`, Buffer.from('{"garbage":1}'));
    const reply = await api.call("GET", `${root}/metrics`);
    expect(reply.body).toMatchObject({ items: [{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }], reference: {} });
    expect(api.operationsLog.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test.each([
    ["a job that has not ended", trainingJob({ state: "TRAINING", progress })],
    ["a job that ended before its first epoch", trainingJob({ state: "FAILED" })],
    [
      "a resumed job that ended before its training was prepared",
      trainingJob({ state: "STOPPED", progress, resumeFrom: ready.id }),
    ],
  ])("that are not there are not lost for %s", async (_, job) => {
    const api = apiWithJob(job);
    const path = `/training-jobs/${job.id}`;
    expect((await api.call("GET", `${path}/metrics`)).body).toEqual({ items: [], reference: {} });
    expect((await api.call("GET", `${path}/samples`)).body).toEqual({ items: [], melodies: [] });
    expect((await api.call("GET", `${path}/samples/1/ode-to-joy`)).status).toBe(404);
  });

  test("are not lost when the job is deleted meanwhile: 404", async () => {
    for (const path of paths) {
      const api = apiWithJob();
      let loads = 0;
      Object.assign(api.trainingJobs, {
        get: async () => {
          loads += 1;
          return loads > 1 ? undefined : ready;
        },
      });
      expect((await api.call("GET", path)).status).toBe(404);
    }
  });
});
