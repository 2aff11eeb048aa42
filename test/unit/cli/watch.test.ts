/** `opencomposer watch`: lines for scripts, curves on a screen. */
import { playApi, type PlayedApi, Surroundings, tokenFor } from "./support/command-run";

const job = (epoch: number, state = "TRAINING") => ({
  id: "j1",
  name: "Minor",
  technique: "unet-gan",
  state,
  progress: { epoch, epochs: 4, percent: epoch * 25, secondsRemaining: 400 },
  resumable: true,
  ...(state === "READY" ? { modelId: "m1" } : {}),
  ...(state === "FAILED" ? { failure: { code: "OUT_OF_MEMORY", message: "It is too large.", retryable: false } } : {}),
});
const metrics = (epoch: number) => ({ epoch, generatorLoss: 2 / epoch, similarityIndex: 1 / epoch, seconds: 3 });

let at: Surroundings;
let api: PlayedApi;
let versions: ReturnType<typeof job>[];

beforeEach(async () => {
  at = new Surroundings();
  let last: ReturnType<typeof job> | undefined;
  api = await playApi(({ path, query }) => {
    if (path === "/training-jobs") return { json: { items: [job(0)], total: 1 } };
    if (path === "/training-jobs/j1") {
      last = versions.shift() ?? last;
      return { json: last, headers: { "retry-after": "0" } };
    }
    if (path === "/training-jobs/j1/metrics") {
      const after = Number(query.get("afterEpoch"));
      const items = [1, 2, 3, 4].filter((epoch) => epoch > after && epoch <= (last?.progress.epoch ?? 0)).map(metrics);
      return { json: { items, reference: {} } };
    }
    return undefined;
  });
});
afterEach(async () => {
  at.remove();
  await api.stop();
});
const watch = async (words: readonly string[], isScreen = false) =>
  await at.run(["watch", ...words], { isScreen, environment: tokenFor(api) });

test("each epoch is a line once, each new state is told, and the end says the model", async () => {
  versions = [job(0, "QUEUED"), job(1), job(1), job(3), job(4, "READY")];
  expect(await watch([])).toMatchObject({
    code: 0,
    output: [
      "QUEUED",
      "epoch 1/4  generatorLoss 2  similarityIndex 1",
      "TRAINING",
      "epoch 2/4  generatorLoss 1  similarityIndex 0.5",
      "epoch 3/4  generatorLoss 0.667  similarityIndex 0.333",
      "epoch 4/4  generatorLoss 0.5  similarityIndex 0.25",
      "READY",
      "j1 is READY after 4 of 4 epochs; its model is m1\n",
    ].join("\n"),
  });
  // Only what is new is fetched.
  const asked = api.asked.filter(({ path }) => path.endsWith("/metrics")).map(({ query }) => query.get("afterEpoch"));
  expect(asked).toEqual(["0", "1", "3"]);
});

test("on a screen the curves are drawn over those before, and no line is longer than the screen", async () => {
  versions = [job(1), job(2), job(4, "READY")];
  const { code, output } = await watch(["j1"], true);
  expect(code).toBe(0);
  const pictures = output.split("\u001b[J").slice(1);
  expect(pictures).toHaveLength(3);
  expect(pictures[1]).toMatch(/^Minor {2}TRAINING {2}epoch 2 of 4 {2}█{12}░{12} {2}about 7 min left\n/);
  expect(pictures[1]).toMatch(/^generatorLoss {2}1$[^]*^similarityIndex {2}0\.5$/m);
  // The cursor goes up by exactly the lines of the picture before.
  const [first = "", second = ""] = pictures;
  const lines = first.split("\n").length - 1;
  expect(first.endsWith(`\u001b[${lines}A`)).toBe(true);
  expect(lines).toBe(11);
  for (const line of second.split("\n").slice(0, -1)) expect(line.length).toBeLessThan(80);
});

test("with --json each epoch is a document, and the job is the last", async () => {
  versions = [job(2), job(4, "READY")];
  const { output } = await watch(["--json"]);
  const documents = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { epoch?: number; id?: string });
  expect(documents.map(({ epoch, id }) => epoch ?? id)).toEqual([1, 2, 3, 4, "j1"]);
});

test("it ends at the epoch that was asked for, and the training goes on", async () => {
  versions = [job(1), job(2)];
  const { code, output } = await watch(["--until-epoch", "2"]);
  expect({ code, last: output.trim().split("\n").at(-1) }).toEqual({
    code: 0,
    last: "j1 is TRAINING after 2 of 4 epochs",
  });
});

test("a training that fails ends with 1 and its reason", async () => {
  versions = [job(1, "FAILED")];
  expect(await watch([])).toMatchObject({
    code: 1,
    errors: expect.stringContaining("OUT_OF_MEMORY: It is too large."),
  });
});

test("a job that nobody has is refused with 4, at once", async () => {
  expect(await watch(["other"])).toMatchObject({ code: 4, output: "", errors: expect.stringContaining("NOT_FOUND") });
});
