import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { catalogueFile } from "../../../domain/datasets/catalogue-file";
import { sampleListSchema, trainingJobSchema } from "../../../domain/schemas/api/training";
import { trainingJobStates } from "../../../domain/states/training-job-state";
import { techniques } from "../../../domain/techniques/registry";
import { maxProgressBytes } from "../../../domain/training/progress";
import { checkpointsPrefix, sampleFile, trainingJobPrefix } from "../../../naming/object-keys";
import { trainedTechniqueIds } from "../../../naming/resource-names";
import { catalogueKey } from "../../../naming/table-keys";
import { type ComposerApi, composerApi, now } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";
import { bob, catalogue, quotas, trainingJob } from "./support/items";

const wanted = { name: "My model", technique: "unet-gan" };
const create = async (api: ComposerApi, more: object = {}) =>
  await api.call("POST", "/training-jobs", { json: { ...wanted, ...more } });

describe("a training job", () => {
  test("is accepted with every default filled in", async () => {
    const api = composerApi();
    const reply = await create(api, { topics: { mode: ["minor"] }, hyperparameters: { epochs: 5 } });
    expect(reply.status).toBe(202);
    const job = resourceOf(reply, trainingJobSchema);
    const defaults = Object.fromEntries(
      techniques["unet-gan"].hyperparameters.map((each) => [each.name, each.default]),
    );
    expect(job).toMatchObject({
      ...wanted,
      state: "PENDING",
      topics: { mode: ["minor"] },
      maxRuntimeSeconds: 3600,
      progress: { epoch: 0, epochs: 5, percent: 0 },
      stopRequested: false,
      resumable: false,
    });
    expect(job.hyperparameters).toEqual({ ...defaults, epochs: 5 });
    expect(reply.headers).toMatchObject({ location: `/training-jobs/${job.id}`, "retry-after": "3" });
    expect(api.trainingJobs.all()[0]).toMatchObject({ attempt: 1, launch: 0, openWork: "TRAINING_JOB" });
    expect(api.metrics).toEqual(["JobsSubmitted"]);
  });

  test.each<[string, object, number, string, string]>([
    ["an unknown tag", { topics: { mood: ["sad"] } }, 422, "TOPIC_NOT_FOUND", "/topics/mood"],
    ["an unknown value", { topics: { mode: ["minor", "lydian"] } }, 422, "TOPIC_NOT_FOUND", "/topics/mode/1"],
    ["a topic of too few pieces", { topics: { mode: ["major"] } }, 422, "TOPIC_TOO_SMALL", "/topics"],
    ["an unknown data set", { datasetId: "mozart" }, 422, "DATASET_NOT_FOUND", "/datasetId"],
    ["a run over the deployment's limit", { maxRuntimeSeconds: 7201 }, 422, "RUN_TOO_LONG", "/maxRuntimeSeconds"],
    ["an unknown job to resume", { resumeFrom: "0".repeat(26) }, 422, "RESUME_NOT_POSSIBLE", "/resumeFrom"],
    [
      "a hyperparameter out of range",
      { hyperparameters: { epochs: 2001 } },
      400,
      "INVALID_REQUEST",
      "/hyperparameters/epochs",
    ],
    ["a value named twice", { topics: { mode: ["minor", "minor"] } }, 400, "INVALID_REQUEST", "/topics/mode"],
    [
      "more values of a tag than a model card holds",
      { topics: { mode: Array.from({ length: 33 }, (_, n) => `mode-${n}`) } },
      400,
      "INVALID_REQUEST",
      "/topics/mode",
    ],
    [
      "more tags than a model card holds",
      { topics: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`tag${n}`, ["x"]])) },
      400,
      "INVALID_REQUEST",
      "/topics",
    ],
    ["an unknown technique", { technique: "lstm" }, 400, "INVALID_REQUEST", "/technique"],
  ])("with %s is refused", async (_, more, status, code, pointer) => {
    const api = composerApi();
    const reply = await create(api, more);
    expect(reply.status).toBe(status);
    expect(problemOf(reply)).toMatchObject({ code, errors: [{ pointer }] });
    expect(api.trainingJobs.all()).toEqual([]);
  });

  test.each<[string, object, number, string, readonly string[]]>([
    [
      "hyperparameters and unknown topics",
      { hyperparameters: { epochs: 0 }, topics: { mode: ["lydian"], mood: ["sad"] } },
      400,
      "INVALID_REQUEST",
      ["/hyperparameters/epochs", "/topics/mode/0", "/topics/mood"],
    ],
    [
      "a name and topics of too few pieces",
      { name: "", topics: { mode: ["major"] } },
      400,
      "INVALID_REQUEST",
      ["/name", "/topics"],
    ],
    [
      "an unknown field and an unknown data set",
      { color: "red", datasetId: "mozart" },
      400,
      "INVALID_REQUEST",
      ["/color", "/datasetId"],
    ],
    [
      "topics that are no topics, and a hyperparameter",
      { topics: [], hyperparameters: { epochs: 0 } },
      400,
      "INVALID_REQUEST",
      ["/hyperparameters/epochs", "/topics"],
    ],
    [
      "a long run and unknown topics",
      { maxRuntimeSeconds: 7201, topics: { mood: ["sad"] } },
      422,
      "RUN_TOO_LONG",
      ["/maxRuntimeSeconds", "/topics/mood"],
    ],
    [
      "a long run and an unknown job to resume",
      { maxRuntimeSeconds: 7201, resumeFrom: "0".repeat(26) },
      422,
      "RUN_TOO_LONG",
      ["/maxRuntimeSeconds", "/resumeFrom"],
    ],
  ])("tells everything at once that is wrong with %s", async (_, more, status, code, pointers) => {
    const api = composerApi();
    const reply = await create(api, more);
    const { errors = [], ...problem } = problemOf(reply);
    expect(problem).toMatchObject({ status, code });
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(pointers);
    expect(api.trainingJobs.all()).toEqual([]);
  });

  test("is refused for topics of too few bars, whatever the pieces: its trainer would refuse them later", async () => {
    const api = composerApi();
    const piece = (n: number) => ({
      id: `short-${n}`,
      tags: { mode: ["short"] },
      bars: n < 8 ? 3 : 0,
      split: "train" as const,
    });
    api.stores.catalogues.add(catalogue(Array.from({ length: 20 }, (_, n) => piece(n))));
    const reply = await create(api, { topics: { mode: ["short"] } });
    expect(reply.status).toBe(422);
    expect(problemOf(reply)).toMatchObject({
      code: "TOPIC_TOO_SMALL",
      detail: expect.stringContaining("24 bars") as unknown,
    });
    expect((await api.call("GET", "/training-topics?mode=short")).body).toMatchObject({
      selection: { pieces: 8, bars: 24 },
    });
  });

  test("any of several values of a tag, and all tags, select its pieces", async () => {
    const api = composerApi();
    expect((await create(api, { topics: { mode: ["major", "minor"] } })).status).toBe(202);
    const narrow = await create(api, { topics: { mode: ["minor"], length: ["short"] } });
    expect(problemOf(narrow)).toMatchObject({
      code: "TOPIC_TOO_SMALL",
      detail: expect.stringContaining("select 5") as unknown,
    });
  });

  test("is told to come back while the stock data set is not there yet", async () => {
    const api = composerApi({ seeded: false });
    for (const reply of [await create(api), await api.call("GET", "/training-topics")]) {
      expect(reply.status).toBe(503);
      expect(problemOf(reply).code).toBe("DATASET_NOT_READY");
      expect(reply.headers["retry-after"]).toBe("15");
    }
  });

  test("a data set that has to be asked for is refused with the option that asks for it", async () => {
    const reply = await composerApi().call("GET", "/training-topics?datasetId=string-quartets");
    expect(reply.status).toBe(503);
    expect(problemOf(reply)).toMatchObject({
      code: "DATASET_NOT_READY",
      detail: expect.stringContaining("--datasets string-quartets") as unknown,
    });
  });

  test("another stock data set is chosen by its id, for topics and for a job", async () => {
    const api = composerApi();
    const pieces = Array.from({ length: 9 }, (_, n) => ({
      id: `song-${n}`,
      tags: { genre: ["rock"] },
      bars: 8,
      split: "train" as const,
    }));
    const dataset = { ...catalogue().dataset, id: "game-rock-band", version: "7" };
    api.stores.catalogues.add(catalogueFile({ dataset, voices: ["Melody", "Drums"], pieces }));
    expect((await api.call("GET", "/training-topics?datasetId=game-rock-band&genre=rock")).body).toEqual({
      topics: { genre: { rock: 9 } },
      selection: { pieces: 9, bars: 72 },
    });
    const job = await create(api, { datasetId: "game-rock-band", topics: { genre: ["rock"] } });
    expect(resourceOf(job, trainingJobSchema).dataset).toMatchObject({ id: "game-rock-band", version: "7" });
    const unknown = await create(api, { datasetId: "game-rock-band", topics: { mode: ["minor"] } });
    expect(problemOf(unknown).errors).toEqual([
      { pointer: "/topics/mode", reason: "no piece has this tag", value: "mode", allowed: "genre" },
    ]);
    for (const [query, pointer, status] of [
      ["datasetId=mozart", "?datasetId", 422],
      ["datasetId=game-rock-band&datasetId=bach-chorales", "?datasetId", 400],
    ] as const) {
      const reply = await api.call("GET", `/training-topics?${query}`);
      expect({ status: reply.status, pointers: problemOf(reply).errors?.map((error) => error.pointer) }).toEqual({
        status,
        pointers: [pointer],
      });
    }
  });

  test("a row of the form before this one is told with what writes it anew", async () => {
    const api = composerApi({ seeded: false });
    api.stores.table.put(catalogueKey("bach-chorales"), { schemaVersion: 1, kind: "CATALOGUE", pieces: [] });
    const reply = await api.call("GET", "/training-topics");
    expect({ status: reply.status, problem: problemOf(reply) }).toMatchObject({
      status: 503,
      problem: { code: "DATASET_NOT_READY", detail: expect.stringContaining("npm run seed") as unknown },
    });
  });

  test("over the quota returns 429 and when to try again", async () => {
    const api = composerApi();
    for (let count = 0; count < quotas.openTrainingJobs; count += 1) await create(api);
    const reply = await create(api);
    expect(reply.status).toBe(429);
    expect(problemOf(reply).detail).toContain("2 unfinished training jobs");
    expect(reply.headers["retry-after"]).toBe("60");
  });
});

describe("resuming", () => {
  /** With the checkpoint that it left. */
  const put = (api: ComposerApi, item: ReturnType<typeof trainingJob>): void => {
    api.trainingJobs.put(item);
    api.work.objects.set(`${checkpointsPrefix(item)}last.pt`, Buffer.from("weights"));
  };
  const parent = () =>
    trainingJob({
      state: "STOPPED",
      resumable: true,
      topics: { mode: ["major"] },
      progress: { epoch: 7, epochs: 20, percent: 35 },
      hyperparameters: { epochs: 20, modelSize: "large", learningRate: 0.002 },
    });

  test("inherits everything but what is given", async () => {
    const api = composerApi();
    const from = parent();
    put(api, from);
    const reply = await create(api, { resumeFrom: from.id, hyperparameters: { learningRate: 0.001 } });
    expect(reply.status).toBe(202);
    expect(reply.body).toMatchObject({
      resumeFrom: from.id,
      topics: { mode: ["major"] },
      hyperparameters: { epochs: 20, modelSize: "large", learningRate: 0.001 },
      progress: { epoch: 7, epochs: 20, percent: 35 },
    });
  });

  test.each<[string, object, string[]]>([
    ["no more epochs than are done", { hyperparameters: { epochs: 7 } }, ["/hyperparameters/epochs"]],
    ["another size", { hyperparameters: { modelSize: "small" } }, ["/hyperparameters/modelSize"]],
    [
      "everything wrong at once",
      { topics: {}, datasetId: "x", hyperparameters: { epochs: 3, modelSize: "small" } },
      ["/topics", "/datasetId", "/hyperparameters/modelSize", "/hyperparameters/epochs"],
    ],
  ])("with %s is refused", async (_, more, pointers) => {
    const api = composerApi();
    const from = parent();
    put(api, from);
    const reply = await create(api, { resumeFrom: from.id, ...more });
    expect(reply.status).toBe(422);
    const problem = problemOf(reply);
    expect(problem.code).toBe("RESUME_NOT_POSSIBLE");
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(pointers);
    if (pointers.includes("/hyperparameters/epochs")) expect(problem.detail).toMatch(/\b7\b/);
  });

  test("of a job whose checkpoint is gone, or whose data set was replaced, is refused at once, not after waiting", async () => {
    const gone = composerApi();
    const from = parent();
    gone.trainingJobs.put(from);
    const reply = await create(gone, { resumeFrom: from.id });
    expect(reply.status).toBe(422);
    expect(problemOf(reply)).toMatchObject({ code: "RESUME_NOT_POSSIBLE", errors: [{ pointer: "/resumeFrom" }] });
    expect(problemOf(reply).detail).toContain("checkpoint");

    const replaced = composerApi();
    const old = { ...parent(), dataset: { id: "bach-chorales", version: "0", sha256: "b".repeat(64) } };
    put(replaced, old);
    const other = await create(replaced, { resumeFrom: old.id });
    expect(problemOf(other)).toMatchObject({ code: "RESUME_NOT_POSSIBLE" });
    expect(problemOf(other).detail).toContain("replaced");
    expect([...gone.trainingJobs.all(), ...replaced.trainingJobs.all()]).toHaveLength(2);
  });

  test("is not offered after the days for which checkpoints are kept", async () => {
    const api = composerApi();
    const ended = (days: number) =>
      trainingJob({
        state: "STOPPED",
        resumable: true,
        updatedAt: new Date(now.getTime() - days * 86_400_000).toISOString(),
      });
    for (const [days, resumable] of [
      [6.9, true],
      [7.1, false],
    ] as const) {
      const item = ended(days);
      api.trainingJobs.put(item);
      expect((await api.call("GET", `/training-jobs/${item.id}`)).body).toMatchObject({ resumable });
    }
  });

  test("needs an ended job of the caller's with a checkpoint", async () => {
    const api = composerApi();
    const open = trainingJob({ state: "TRAINING", resumable: true });
    const empty = trainingJob({ state: "FAILED" });
    const theirs = { ...parent(), sub: bob };
    for (const item of [open, empty, theirs]) {
      api.trainingJobs.put(item);
      expect(problemOf(await create(api, { resumeFrom: item.id })).code).toBe("RESUME_NOT_POSSIBLE");
    }
  });
});

describe("stopping", () => {
  test.each(trainingJobStates)("a job that is %s", async (state) => {
    const api = composerApi();
    const item = trainingJob({ state, stopRequested: state === "STOPPING" || state === "STOPPED" });
    api.trainingJobs.put(item);
    const path = `/training-jobs/${item.id}/stop`;
    const reply = await api.call("POST", path);
    if (state === "READY" || state === "FAILED") {
      expect(reply.status).toBe(409);
      expect(problemOf(reply)).toMatchObject({
        code: "ALREADY_FINAL",
        detail: expect.stringContaining(state) as unknown,
      });
      return;
    }
    expect(reply.status).toBe(202);
    expect(reply.body).toMatchObject({ state: state === "STOPPED" ? "STOPPED" : "STOPPING", stopRequested: true });
    expect("retry-after" in reply.headers).toBe(state !== "STOPPED");
    const again = await api.call("POST", path);
    expect(again.status).toBe(202);
    expect(again.bytes).toEqual(reply.bytes);
    expect((await api.call("POST", path, { sub: bob })).status).toBe(404);
  });
});

describe("watching", () => {
  const line = (epoch: number, loss: number): string =>
    JSON.stringify({
      schemaVersion: 1,
      epoch,
      epochs: 9,
      generatorLoss: loss,
      similarityIndex: 0.5,
      seconds: 2,
      timestamp: "2026-01-31T12:00:00Z",
    });

  test("metrics come from the running job, one item an epoch, whatever the last line", async () => {
    const api = composerApi();
    const item = trainingJob({ state: "TRAINING" });
    api.trainingJobs.put(item);
    const path = `/training-jobs/${item.id}/metrics`;
    expect((await api.call("GET", path)).body).toEqual({ items: [], reference: {} });
    const prefix = checkpointsPrefix(item);
    const text = [line(1, 1), line(2, 9), line(2, 2), line(3, 3).slice(0, 30)].join("\n");
    api.work.objects.set(`${prefix}progress.jsonl`, Buffer.from(text));
    api.work.objects.set(
      `${prefix}reference.json`,
      Buffer.from('{"schemaVersion":1,"metrics":{"similarityIndex":0.1}}'),
    );
    const reply = await api.call("GET", path);
    expect(reply.body).toMatchObject({
      items: [
        { epoch: 1, generatorLoss: 1 },
        { epoch: 2, generatorLoss: 2 },
      ],
      reference: { similarityIndex: 0.1 },
    });
    expect(reply.headers["retry-after"]).toBe("3");
  });

  test("metrics are sent again only when they are others, and only those after an epoch where that is asked for", async () => {
    const api = composerApi();
    const item = trainingJob({ state: "TRAINING" });
    api.trainingJobs.put(item);
    const path = `/training-jobs/${item.id}/metrics`;
    const write = (epochs: number): void => {
      const lines = Array.from({ length: epochs }, (_, index) => line(index + 1, index));
      api.work.objects.set(`${checkpointsPrefix(item)}progress.jsonl`, Buffer.from(`${lines.join("\n")}\n`));
    };
    write(3);
    const first = await api.call("GET", path);
    const known = { headers: { "if-none-match": first.headers["etag"] ?? "" } };
    const same = await api.call("GET", path, known);
    expect(same).toMatchObject({ status: 304, headers: { etag: first.headers["etag"], "retry-after": "3" } });
    expect(same.bytes).toHaveLength(0);
    write(5);
    const epochsOf = async (query: string): Promise<number[]> => {
      const schema = z.object({ items: z.array(z.object({ epoch: z.number() })) });
      return resourceOf(await api.call("GET", `${path}${query}`), schema).items.map(({ epoch }) => epoch);
    };
    expect((await api.call("GET", path, known)).status).toBe(200);
    expect(await epochsOf("?afterEpoch=3")).toEqual([4, 5]);
    expect(await epochsOf("?afterEpoch=5")).toEqual([]);
    expect(await epochsOf("?afterEpoch=0")).toEqual([1, 2, 3, 4, 5]);
    for (const broken of ["-1", "x", "1.5"]) {
      const reply = await api.call("GET", `${path}?afterEpoch=${broken}`);
      expect(problemOf(reply)).toMatchObject({ code: "INVALID_REQUEST", errors: [{ pointer: "?afterEpoch" }] });
    }
  });

  test("samples are sent again only when there are others", async () => {
    const api = composerApi();
    const item = trainingJob({ state: "TRAINING" });
    api.trainingJobs.put(item);
    const path = `/training-jobs/${item.id}/samples`;
    const write = (epoch: number): void => {
      api.work.objects.set(`${checkpointsPrefix(item)}${sampleFile(epoch, "ode-to-joy")}`, Buffer.from("MThd"));
    };
    write(1);
    const known = { headers: { "if-none-match": (await api.call("GET", path)).headers["etag"] ?? "" } };
    expect(await api.call("GET", path, known)).toMatchObject({ status: 304, headers: { "retry-after": "3" } });
    write(2);
    expect((await api.call("GET", path, known)).status).toBe(200);
  });

  test("samples after an epoch are listed alone, and all with those of epoch 0 without one", async () => {
    const api = composerApi();
    const item = trainingJob({ state: "TRAINING" });
    api.trainingJobs.put(item);
    const path = `/training-jobs/${item.id}/samples`;
    for (const epoch of [0, 1, 2]) {
      api.work.objects.set(`${checkpointsPrefix(item)}${sampleFile(epoch, "ode-to-joy")}`, Buffer.from("MThd"));
    }
    const epochsOf = async (query: string): Promise<number[]> =>
      resourceOf(await api.call("GET", `${path}${query}`), sampleListSchema).items.map(({ epoch }) => epoch);
    expect(await epochsOf("")).toEqual([0, 1, 2]);
    expect(await epochsOf("?afterEpoch=0")).toEqual([1, 2]);
    expect(await epochsOf("?afterEpoch=2")).toEqual([]);
  });

  test("samples name each of their melodies once; one of another version is left out", async () => {
    const api = composerApi();
    const item = trainingJob({ state: "TRAINING" });
    api.trainingJobs.put(item);
    for (const melodyId of ["ode-to-joy", "a-melody-of-another-version", "twinkle-twinkle"]) {
      for (const epoch of [1, 2]) {
        api.work.objects.set(`${checkpointsPrefix(item)}${sampleFile(epoch, melodyId)}`, Buffer.from("MThd"));
      }
    }
    const list = resourceOf(await api.call("GET", `/training-jobs/${item.id}/samples`), sampleListSchema);
    expect(list.items).toHaveLength(6);
    expect(list.melodies).toEqual([
      { id: "twinkle-twinkle", name: "Twinkle, Twinkle, Little Star", bars: 12 },
      { id: "ode-to-joy", name: "Ode to Joy", bars: 8 },
    ]);
  });

  test("the first samples are there before an epoch is complete, and while the job runs and after it", async () => {
    for (const state of ["TRAINING", "STOPPED"] as const) {
      const api = composerApi();
      const item = trainingJob({ state, progress: { epoch: 0, epochs: 60, percent: 0 } });
      api.trainingJobs.put(item);
      const [files, prefix] =
        state === "TRAINING" ? [api.work, checkpointsPrefix(item)] : [api.files, trainingJobPrefix(item)];
      const midi = Buffer.from("MThd after a minute");
      files.objects.set(`${prefix}${sampleFile(0, "ode-to-joy")}`, midi);
      const href = `/training-jobs/${item.id}/samples/0/ode-to-joy`;
      const { body } = await api.call("GET", `/training-jobs/${item.id}/samples`);
      expect(body).toEqual({
        items: [{ epoch: 0, melodyId: "ode-to-joy", href }],
        melodies: [{ id: "ode-to-joy", name: "Ode to Joy", bars: 8 }],
      });
      expect(await api.call("GET", href)).toMatchObject({ status: 200, bytes: midi });
      for (const never of ["00/ode-to-joy", "0/twinkle-twinkle", "-1/ode-to-joy"]) {
        expect((await api.call("GET", `/training-jobs/${item.id}/samples/${never}`)).status).toBe(404);
      }
    }
  });

  test.each(trainedTechniqueIds)("metrics have all the losses that %s reports", async (technique) => {
    const api = composerApi();
    const item = trainingJob({ state: "TRAINING" });
    api.trainingJobs.put(item);
    const example: unknown = JSON.parse(
      readFileSync(join(__dirname, `../../../contracts/fixtures/progress-line/valid-${technique}.json`), "utf8"),
    );
    const { schemaVersion, epochs, timestamp, ...reported } = z.looseObject({}).parse(example);
    api.work.objects.set(`${checkpointsPrefix(item)}progress.jsonl`, Buffer.from(`${JSON.stringify(example)}\n`));
    expect([schemaVersion, epochs, timestamp]).not.toContain(undefined);
    expect((await api.call("GET", `/training-jobs/${item.id}/metrics`)).body).toMatchObject({ items: [reported] });
  });

  test("metrics and samples of an ended job come from what was kept", async () => {
    const api = composerApi();
    const item = trainingJob({ state: "READY" });
    api.trainingJobs.put(item);
    api.files.objects.set(`${trainingJobPrefix(item)}progress.jsonl`, Buffer.from(`${line(1, 7)}\n`));
    const midi = Buffer.from("MThd kept");
    for (const epoch of [10, 2]) {
      api.files.objects.set(`${trainingJobPrefix(item)}${sampleFile(epoch, "ode-to-joy")}`, midi);
    }
    const root = `/training-jobs/${item.id}`;
    expect((await api.call("GET", `${root}/metrics`)).body).toMatchObject({ items: [{ epoch: 1, generatorLoss: 7 }] });
    const { items } = resourceOf(
      await api.call("GET", `${root}/samples`),
      z.object({ items: z.array(z.object({ epoch: z.number(), melodyId: z.string(), href: z.string() })) }),
    );
    expect(items.map(({ epoch }) => epoch)).toEqual([2, 10]);
    const [first] = items;
    expect(first).toEqual({ epoch: 2, melodyId: "ode-to-joy", href: `${root}/samples/2/ode-to-joy` });
    const sample = await api.call("GET", first?.href ?? "");
    expect(sample.bytes).toEqual(midi);
    expect(sample.headers["content-type"]).toBe("audio/midi");
    const etag = sample.headers["etag"] ?? "";
    expect((await api.call("GET", first?.href ?? "", { headers: { "if-none-match": etag } })).status).toBe(304);
    for (const missing of ["3/ode-to-joy", "0/ode-to-joy", "2/..%2fx", "x/ode-to-joy"]) {
      expect((await api.call("GET", `${root}/samples/${missing}`)).status).toBe(404);
    }
    expect((await api.call("GET", first?.href ?? "", { sub: bob })).status).toBe(404);
  });

  test("metrics have a response for a progress file of any bytes and length, and say nothing of one that is too long", async () => {
    const api = composerApi();
    const item = trainingJob({ state: "TRAINING", hyperparameters: { epochs: 2000 } });
    api.trainingJobs.put(item);
    const key = `${checkpointsPrefix(item)}progress.jsonl`;
    const path = `/training-jobs/${item.id}/metrics`;
    const fullest = Object.fromEntries(
      Array.from({ length: 64 }, (_, n) => [`${"m".repeat(58)}${n}`, 0.123456789012345]),
    );
    const lines = Array.from({ length: 2_000 }, (_, n) =>
      JSON.stringify({ schemaVersion: 1, epoch: n + 1, epochs: 2_000, ...fullest }),
    );
    const text = lines.join("\n");
    api.work.objects.set(key, Buffer.from(text.slice(0, maxProgressBytes)));
    const full = await api.call("GET", path);
    expect(full.status).toBe(200);
    // In Lambda's response the body is a text inside JSON: 6 MB in all.
    expect(JSON.stringify(full.bytes.toString()).length).toBeLessThan(6_000_000);

    api.work.objects.set(key, Buffer.alloc(maxProgressBytes + 1, "x"));
    const tooLong = await api.call("GET", path);
    expect(tooLong.status).toBe(200);
    expect(tooLong.body).toEqual({ items: [], reference: {} });
    expect(api.operationsLog.lines.map(({ level }) => level)).toContain("warn");
  });

  test("topics count the pieces of the selection that a model learns from", async () => {
    const api = composerApi();
    expect((await api.call("GET", "/training-topics")).body).toEqual({
      topics: { composer: { bach: 15 }, length: { long: 7, short: 8 }, mode: { major: 5, minor: 10 } },
      selection: { pieces: 15, bars: 150 },
    });
    const minor = await api.call("GET", "/training-topics?mode=minor&length=short");
    expect(minor.body).toMatchObject({ topics: { mode: { major: 0, minor: 5 } }, selection: { pieces: 5, bars: 50 } });
    const both = await api.call("GET", "/training-topics?mode=minor&mode=major");
    expect(both.body).toMatchObject({ selection: { pieces: 15 } });
    expect((await api.call("GET", "/training-topics?mode=minor,major")).body).toEqual(both.body);
    expect((await api.call("GET", "/training-topics?mood=sad")).status).toBe(400);
    const unknown = await api.call("GET", "/training-topics?mode=lydian");
    expect(unknown.status).toBe(422);
    expect(problemOf(unknown).errors?.[0]).toMatchObject({
      pointer: "?mode",
      value: "lydian",
      allowed: "major, minor",
    });
  });
});

describe("deleting a training job", () => {
  test("is for ended ones; progress, samples and checkpoints go, other jobs' stay", async () => {
    const api = composerApi();
    const open = trainingJob({ state: "TRAINING" });
    const item = trainingJob({ state: "FAILED" });
    const other = trainingJob({ state: "READY" });
    for (const job of [open, item, other]) {
      api.trainingJobs.put(job);
      api.files.objects.set(`${trainingJobPrefix(job)}progress.jsonl`, Buffer.from("x"));
      api.work.objects.set(`${checkpointsPrefix(job)}last.pt`, Buffer.from("x"));
    }
    const early = await api.call("DELETE", `/training-jobs/${open.id}`);
    expect(early.status).toBe(409);
    expect(problemOf(early)).toMatchObject({
      code: "NOT_FINAL",
      detail: expect.stringContaining("TRAINING") as unknown,
    });
    const user = trainingJob({ resumeFrom: item.id });
    api.trainingJobs.put(user);
    expect(problemOf(await api.call("DELETE", `/training-jobs/${item.id}`))).toMatchObject({
      code: "IN_USE",
      usedBy: [{ type: "training-job", id: user.id, name: user.name }],
    });
    api.trainingJobs.drop(user);
    expect((await api.call("DELETE", `/training-jobs/${item.id}`, { sub: bob })).status).toBe(404);
    expect((await api.call("DELETE", `/training-jobs/${item.id}`)).status).toBe(204);
    expect((await api.call("GET", `/training-jobs/${item.id}`)).status).toBe(404);
    expect([...api.files.objects.keys(), ...api.work.objects.keys()].filter((key) => key.includes(item.id))).toEqual(
      [],
    );
    expect(api.files.objects.size + api.work.objects.size).toBe(4);
  });
});

describe("discovery", () => {
  test("describes itself without a token", async () => {
    const api = composerApi();
    const nobody = { claims: {} };
    for (const path of ["/health", "/techniques", "/sample-melodies"]) {
      expect((await api.call("GET", path, nobody)).status).toBe(200);
      expect((await api.call("GET", `${path}?x=1`, nobody)).status).toBe(400);
    }
    for (const path of ["/tracks", "/compositions", "/models", "/training-jobs", "/training-topics", "/usage"]) {
      expect((await api.call("GET", path, nobody)).status).toBe(401);
    }
  });
});
