/** What may stand in a name, and in every other text of a user. */
import { writeMidi } from "../../../domain/music/score";
import { apiRoutes } from "../../../naming/api-routes";
import { composerApi } from "./support/composer-api";
import { type Call, problemOf } from "./support/documented-api";
import { alice, track } from "./support/items";

const id = "A".repeat(26);
const midi = writeMidi({
  schemaVersion: 1,
  name: "One",
  ticksPerBeat: 480,
  tempo: 90,
  bars: 1,
  tracks: [
    { name: "One", program: 0, source: "input", notes: [{ startTick: 0, durationTicks: 480, pitch: 60, velocity: 9 }] },
  ],
});

const forbidden: readonly (readonly [string, string, string])[] = [
  ["a lone high surrogate", "A\ud800", "A\\ud800"],
  ["a lone low surrogate", "\udc00B", "\\udc00B"],
  ["a null character", "A\u0000", "A\\u0000"],
  ["a line feed", "A\nB", "A\\u000aB"],
  ["a C1 control", "A\u0085B", "A\\u0085B"],
  ["a replacement character, which stands for text that was lost", "A\ufffdB", "A\\ufffdB"],
  ["a line separator", "A\u2028B", "A\\u2028B"],
  ...["061c", "200e", "200f", "202a", "202b", "202c", "202d", "202e", "2066", "2067", "2068", "2069"].map(
    (code) => [`U+${code}`, `A${String.fromCharCode(parseInt(code, 16))}B`, `A\\u${code}B`] as const,
  ),
];

const composition = { name: "A piece", technique: "unet-gan", modelId: "m", input: { sampleMelodyId: "ode-to-joy" } };
const job = { name: "A job", technique: "unet-gan" };

/** Every operation that takes text of a user, with the text at one place. */
const places: readonly (readonly [string, string, string, (text: string) => unknown])[] = [
  ["PATCH", `/tracks/${id}`, "/name", (name) => ({ name })],
  ["POST", "/compositions", "/name", (name) => ({ ...composition, name })],
  ["POST", "/compositions", "/modelId", (modelId) => ({ ...composition, modelId })],
  ["POST", "/compositions", "/input/sampleMelodyId", (text) => ({ ...composition, input: { sampleMelodyId: text } })],
  ["PATCH", `/compositions/${id}`, "/name", (name) => ({ name })],
  ["PATCH", `/models/${id}`, "/name", (name) => ({ name })],
  ["POST", "/training-jobs", "/name", (name) => ({ ...job, name })],
  ["POST", "/training-jobs", "/datasetId", (datasetId) => ({ ...job, datasetId })],
  ["POST", "/training-jobs", "/topics/mode/0", (text) => ({ ...job, topics: { mode: [text] } })],
];

/** Every path that names something, and one that does not exist. */
const paths = [
  ...Object.values(apiRoutes).flatMap(({ method, path }) => (path.includes("{") ? [[method, path] as const] : [])),
  ["GET", "/nothing/{here}"] as const,
];

/** A body that the operation of a path takes, if it takes one. */
const bodyOf = (method: string, template: string): Call => {
  if (method === "PUT") return { bytes: midi, headers: { "content-type": "audio/midi", "if-match": "*" } };
  if (template.endsWith("/share")) return { json: {} };
  if (template.endsWith("/uploads"))
    return { json: { files: [{ path: "a.mid", bytes: 100, sha256: "a".repeat(64) }] } };
  if (template.endsWith("/archives")) return { json: { bytes: 100, sha256: "a".repeat(64), tagsFrom: "none" } };
  if (method === "POST" && template.endsWith("/versions")) return { json: { lineUp: "band" } };
  if (method === "PATCH" && template.includes("/files")) return { json: { overrides: [] } };
  if (template.endsWith("/rating")) return { json: { rating: "good" } };
  return method === "PATCH" ? { json: { name: "A" } } : {};
};

describe.each(forbidden)("text with %s", (_, text, readable) => {
  test.each(places)("is refused by %s %s at %s", async (method, path, pointer, json) => {
    const reply = await composerApi().call(method, path, { json: json(text) });
    expect(reply.status).toBe(400);
    expect(problemOf(reply).errors).toEqual([
      expect.objectContaining({ pointer, value: readable, allowed: expect.stringMatching(/Unicode/) }),
    ]);
  });

  test.each(paths)("in %s %s is shown so that it can be read", async (method, template) => {
    const path = template.replaceAll(/\{\w+\}/g, text);
    const reply = await composerApi().call(method, path, bodyOf(method, template));
    const problem = problemOf(reply);
    // What is no token opens nothing, in the same words as one that has ended.
    const isShared = template.startsWith("/shared/");
    expect(problem.code).toBe(isShared ? "SHARE_NOT_FOUND" : "NOT_FOUND");
    if (!isShared) expect(problem.detail).toContain(readable);
    expect(reply.body).toMatchObject({ instance: path.replaceAll(text, readable) });
    expect(problem.detail).not.toContain(text);
  });

  test("is refused as the name of a topic, which is shown so that it can be read", async () => {
    const reply = await composerApi().call("POST", "/training-jobs", { json: { ...job, topics: { [text]: ["a"] } } });
    expect(reply.status).toBe(400);
    const errors = problemOf(reply).errors ?? [];
    expect(errors.map(({ pointer }) => pointer)).toEqual([`/topics/${readable}`]);
  });
});

test.each(forbidden.filter(([what]) => !what.includes("surrogate")))(
  "%s is refused in the query of an upload",
  async (_, text, readable) => {
    const api = composerApi();
    const upload = { bytes: midi, headers: { "content-type": "audio/midi" } };
    const reply = await api.call("POST", `/tracks?name=${encodeURIComponent(text)}`, upload);
    expect(reply.status).toBe(400);
    expect(problemOf(reply).errors).toEqual([expect.objectContaining({ pointer: "?name", value: readable })]);
    expect(api.tracks.all()).toEqual([]);
  },
);

test.each(["Für Elise", "主旋律", "𝄞 clef", "e\u0301tude", "👩‍👧", "שלום", " spaced "])(
  "%s is kept as it was sent",
  async (name) => {
    const api = composerApi();
    api.tracks.put(track({ id }));
    const reply = await api.call("PATCH", `/tracks/${id}`, { json: { name } });
    expect(reply).toMatchObject({ status: 200, body: { name } });
    expect(api.tracks.all().map((item) => [item.sub, item.name])).toEqual([[alice, name]]);
  },
);

test("a name that is too long and cut in a response is never cut through a character", async () => {
  const reply = await composerApi().call("PATCH", `/tracks/${id}`, {
    json: { name: `${"x".repeat(99)}${"𝄞".repeat(9)}` },
  });
  expect(reply.status).toBe(400);
  const [error] = problemOf(reply).errors ?? [];
  expect(error?.value).toBe(`${"x".repeat(99)}…`);
});

test.each([
  ["%FF", "name"],
  ["F%F6te", "name"],
  ["%ED%A0%80", "name"],
  ["%C0%AF", "name"],
  ["%C3", "name"],
])("the query value %s is refused, since it is not UTF-8", async (value, name) => {
  const api = composerApi();
  const upload = { bytes: midi, headers: { "content-type": "audio/midi" } };
  const reply = await api.call("POST", `/tracks?trackIndex=0&${name}=${value}`, upload);
  expect(reply.status).toBe(400);
  expect(problemOf(reply)).toMatchObject({
    code: "INVALID_REQUEST",
    errors: [{ pointer: `?${name}`, reason: "is not UTF-8", value }],
  });
  expect(api.tracks.all()).toEqual([]);
});

test("the name of a query parameter is refused when it is not UTF-8", async () => {
  const reply = await composerApi().call("GET", "/tracks?%FFx=1");
  expect(problemOf(reply)).toMatchObject({ errors: [{ pointer: "?\\ufffdx", reason: "is not UTF-8" }] });
});

test.each([" ", "\u00a0\u3000", "\u200b", "\u2060\ufeff", "\u3164", "\u2800", "\u00ad\ufe0f"])(
  "a name of nothing that can be seen is refused: %j",
  async (name) => {
    const reply = await composerApi().call("PATCH", `/tracks/${id}`, { json: { name } });
    expect(reply.status).toBe(400);
    expect(problemOf(reply).errors).toEqual([
      expect.objectContaining({ pointer: "/name", reason: "has no character that can be seen" }),
    ]);
  },
);
