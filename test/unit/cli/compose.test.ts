/** `opencomposer compose`, against an API that the test plays. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Asked, playApi, type Played, type PlayedApi, Surroundings, tokenFor } from "./support/command-run";

const midi = new Uint8Array([0x4d, 0x54, 0x68, 0x64, 0, 255, 10, 13]);
const piece = {
  id: "c1",
  name: "Joy",
  technique: "unet-gan",
  seed: 7,
  state: "COMPLETED",
  output: { bars: 8, tempo: 100, tracks: [{ index: 0, name: "Alto", noteCount: 3 }], remarks: ["It \u001b[31mrests."] },
};
const techniques = [
  { id: "unet-gan", byRule: false, parameters: [{ name: "ending", type: "boolean" }], hyperparameters: [] },
  { id: "arranger", byRule: true, parameters: [], hyperparameters: [] },
];

let api: PlayedApi;
let at: Surroundings;
let changed: (asked: Asked) => Played | undefined;

beforeEach(async () => {
  at = new Surroundings();
  changed = () => undefined;
  api = await playApi((asked) => {
    const other = changed(asked);
    if (other !== undefined) return other;
    switch (`${asked.method} ${asked.path}`) {
      case "GET /techniques":
        return { json: { items: techniques } };
      case "GET /models":
        return { json: { items: [{ id: "stock1", name: "Stock", technique: "unet-gan", stock: true }] } };
      case "POST /tracks":
        return { status: 201, json: { id: "t1", changes: ["a pedal was left out"] } };
      case "POST /compositions":
        return { status: 202, json: { ...piece, state: "PENDING", output: undefined } };
      case "GET /compositions/c1":
        return { json: piece };
      case "GET /compositions/c1/midi":
        return { midi };
      default:
        return undefined;
    }
  });
});
afterEach(async () => {
  at.remove();
  await api.stop();
});

const bodyOf = (path: string): unknown =>
  JSON.parse(api.asked.find((asked) => asked.method === "POST" && asked.path === path)?.body.toString() ?? "null");

test("the standard input is uploaded byte for byte, and nothing but the piece is on the standard output", async () => {
  const input = new Uint8Array([77, 84, 0, 13, 10, 255]);
  const ran = await at.run(["compose", "-", "--seed", "7"], { input, environment: tokenFor(api) });
  expect(ran.code).toBe(0);
  expect(new Uint8Array(ran.bytes)).toEqual(midi);
  expect(ran.errors).toContain("a pedal was left out");
  expect(ran.errors).toContain("rests.");
  expect(ran.errors).not.toContain("\u001b");
  const upload = api.asked.find(({ path }) => path === "/tracks");
  expect(new Uint8Array(upload?.body ?? [])).toEqual(input);
  expect(upload?.headers).toMatchObject({ authorization: "Bearer token-1", "content-type": "audio/midi" });
  expect(bodyOf("/compositions")).toEqual({
    name: "Standard input",
    technique: "unet-gan",
    modelId: "stock1",
    seed: 7,
    input: { trackId: "t1" },
  });
});

test("a sample melody and all options become one request, and the piece a file that has its name", async () => {
  const words = [
    "compose",
    "ode-to-joy",
    "--tempo",
    "90",
    "--transpose",
    "-3",
    "-p",
    "ending=false",
    "--name",
    "Für Élise!",
  ];
  const ran = await at.run(words, { environment: tokenFor(api) });
  expect(ran).toMatchObject({ code: 0, output: "für-élise.mid: 8 bars, 1 tracks (Alto), seed 7, id c1\n" });
  expect(new Uint8Array(readFileSync(join(at.folder, "für-élise.mid")))).toEqual(midi);
  expect(bodyOf("/compositions")).toMatchObject({
    input: { sampleMelodyId: "ode-to-joy" },
    inputOptions: { tempo: 90, transpose: -3 },
    parameters: { ending: false },
  });
});

test("a technique by rule has no model", async () => {
  const words = ["compose", "ode-to-joy", "--technique", "arranger", "--no-wait", "--quiet"];
  expect(await at.run(words, { environment: tokenFor(api) })).toMatchObject({ code: 0, output: "c1\n" });
  expect(bodyOf("/compositions")).not.toHaveProperty("modelId");
});

test("a request that is lost is sent again with the same idempotency key", async () => {
  let failures = 0;
  changed = ({ method, path }) =>
    method === "POST" && path === "/compositions" && (failures += 1) === 1 ? { status: 503, json: {} } : undefined;
  expect((await at.run(["compose", "ode-to-joy"], { environment: tokenFor(api) })).code).toBe(0);
  const keys = api.asked.filter(({ path, method }) => method === "POST" && path === "/compositions");
  expect(keys).toHaveLength(2);
  expect(new Set(keys.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
});

test.each([
  [["compose"], /There is no input/],
  [["compose", "ode-to-joy", "--track", "t1"], /There are several inputs/],
  [["compose", "no/such.mid"], /There is no file no\/such\.mid/],
  [["compose", "ode-to-joy", "--watch"], /--watch needs a file/],
  [["compose", "ode-to-joy", "-o", "-", "--json"], /nothing else can/],
  [
    ["compose", "ode-to-joy", "--seed", "many"],
    /--seed <number>' argument 'many' is invalid\. It must be a whole number/,
  ],
  [["compose", "ode-to-joy", "--param", "ending"], /--param takes name=value, and not "ending"/],
  [["compose", "-"], /There is nothing on the standard input/],
])("%j is called wrongly, and nothing is composed", async (words, message) => {
  const ran = await at.run(words, { environment: tokenFor(api) });
  expect(ran).toMatchObject({ code: 2, output: "", errors: expect.stringMatching(message) });
  expect(api.asked.filter(({ method }) => method === "POST")).toEqual([]);
});

test("bytes are not written on a screen", async () => {
  const ran = await at.run(["compose", "-"], { input: midi, isScreen: true, environment: tokenFor(api) });
  expect(ran).toMatchObject({ code: 2, output: "", errors: expect.stringContaining("no text for a terminal") });
});

test("a piece that fails ends with 1 and its reason, and one that takes too long with 6 and how to get it", async () => {
  changed = ({ path }) =>
    path === "/compositions/c1"
      ? { json: { ...piece, state: "FAILED", failure: { code: "MODEL_BROKEN", message: "No.", retryable: false } } }
      : undefined;
  const failed = await at.run(["compose", "ode-to-joy"], { environment: tokenFor(api) });
  expect(failed).toMatchObject({ code: 1, output: "", errors: expect.stringContaining("MODEL_BROKEN: No.") });
  changed = ({ path }) => (path === "/compositions/c1" ? { json: { ...piece, state: "RUNNING" } } : undefined);
  const late = await at.run(["compose", "ode-to-joy", "--timeout", "1"], { environment: tokenFor(api) });
  expect(late).toMatchObject({ code: 6, errors: expect.stringContaining("opencomposer download c1") });
});

test("with --json a refusal is the API's problem, whole", async () => {
  const problem = {
    type: "about:blank",
    title: "Refused",
    status: 422,
    detail: "One field is not valid.",
    instance: "/compositions",
    code: "INVALID_REQUEST",
    requestId: "r1",
    errors: [{ pointer: "/seed", reason: "is negative", value: -1, allowed: "0 to 2147483647" }],
  };
  changed = ({ method, path }) =>
    method === "POST" && path === "/compositions" ? { status: 422, json: problem } : undefined;
  const ran = await at.run(["compose", "ode-to-joy", "--seed", "-1", "--json"], { environment: tokenFor(api) });
  expect(ran).toMatchObject({ code: 4, output: "" });
  expect(JSON.parse(ran.errors)).toEqual(problem);
});

test("--watch composes again with the same seed when the file has changed, and Ctrl-C ends it", async () => {
  const file = join(at.folder, "tune.mid");
  writeFileSync(file, "MThd one");
  const ending = new AbortController();
  const began: number[] = [];
  const ran = await at.run(["compose", "tune.mid", "-o", "out.mid", "--watch"], {
    environment: tokenFor(api),
    signal: ending.signal,
    onError: (errors) => {
      const waits = errors.split("Waiting for changes").length - 1;
      if (waits === began.length) return;
      began.push(waits);
      if (waits === 1) writeFileSync(file, "MThd another");
      else ending.abort(new Error("Canceled."));
    },
  });
  expect(ran.code).toBe(130);
  const uploads = api.asked.filter(({ path }) => path === "/tracks").map(({ body }) => body.toString());
  expect(uploads).toEqual(["MThd one", "MThd another"]);
  const seeds = api.asked
    .filter(({ path, method }) => method === "POST" && path === "/compositions")
    .map(({ body }) => (JSON.parse(body.toString()) as { seed?: number }).seed);
  expect(seeds).toEqual([undefined, 7]);
});
