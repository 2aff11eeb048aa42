/** A smoke run against the API in memory: what passes, what fails and how it is told, and that nothing is left. */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadStageConfig } from "../../../lib/config/load-stage-config";
import { consoleHeaders } from "../../../naming/console-headers";
import { prices } from "../../../scripts/operators/prices";
import { smokePrefix } from "../../../scripts/smoke/made";
import { ratesOf } from "../../../scripts/smoke/rates";
import type { SmokeReport } from "../../../scripts/smoke/report";
import type { SmokeParams } from "../../../scripts/smoke/run";
import { runSmoke } from "../../../scripts/smoke/run-smoke";
import { describeStep } from "../../../scripts/smoke/step";
import { parseMarkdown } from "../documents/support/markdown";
import { repository } from "../documents/support/repository-files";
import { ApiInMemory, type Faults, problem } from "./support/api-in-memory";

const dev = loadStageConfig({ stage: "dev", folder: tmpdir() });

interface Ran {
  readonly api: ApiInMemory;
  readonly report: SmokeReport;
  /** Results by step. */
  readonly results: Readonly<Record<string, string>>;
  readonly lines: readonly string[];
}

async function run(faults: Faults = {}, more: Partial<SmokeParams> = {}, api = new ApiInMemory(faults)): Promise<Ran> {
  let now = 0;
  const lines: string[] = [];
  const report = await runSmoke({
    stage: "dev",
    apiUrl: "http://api.test",
    signIn: async () => "token",
    rates: ratesOf(prices, dev),
    monitor: dev.training.monitor,
    ceiling: 0.2,
    runId: "now",
    tell: (line) => lines.push(line),
    signal: new AbortController().signal,
    deletionSignal: new AbortController().signal,
    clock: {
      now: () => now,
      sleep: async (milliseconds, signal) => {
        signal?.throwIfAborted();
        now += milliseconds;
      },
      random: () => 0,
    },
    fetch: api.fetch,
    ...more,
  });
  const results = Object.fromEntries(report.steps.map(({ step, result }) => [step, result]));
  return { api, report, results, lines };
}

/** Stands for a person who presses Ctrl-C when a training has completed its first epoch. */
const cancelWhenItTrains = (ending: AbortController) => (line: string) => {
  if (line.includes("TRAINING, epoch 1")) ending.abort(new Error("Ctrl-C"));
};

/** Returns the line of the one step that failed. */
function failure({ report }: Ran): string {
  const failed = report.steps.filter(({ result }) => result === "failed");
  expect(failed).toHaveLength(1);
  return failed.map(describeStep).join("\n");
}

test("everything that works passes, within the ceiling, and nothing is left", async () => {
  const { api, report, results, lines } = await run();
  expect(Object.values(results).filter((result) => result !== "passed")).toEqual([]);
  expect(Object.keys(results)).toHaveLength(10);
  expect(report).toMatchObject({ passed: true, canceled: false, left: [] });
  // Two trainings of 90 s each, at 23 cents an hour.
  expect(report.costUsd).toBeGreaterThan((2 * 90 * 0.23) / 3600);
  expect(report.costUsd).toBeLessThan(0.03);
  expect(api.names).toEqual([]);
  expect(lines).toContainEqual(expect.stringMatching(/^ {4}\d+ s: TRAINING, epoch 1 of 2000$/));
  // The lowest topic that is enough, after one that is too small.
  expect(report.steps.find(({ step }) => step.startsWith("train"))?.found).toContain("on key enough");
});

describe("the console", () => {
  const consoleUrl = "http://console.test/?key=abc";
  const html = (text = "<html></html>", more = {}): Response =>
    new Response(text, {
      headers: { ...consoleHeaders({ origins: ["http://api.test"] }), "content-type": "text/html", ...more },
    });
  const files: Readonly<Record<string, () => Response>> = {
    "/": () => html(),
    "/studio": () => html(),
    "/config.json": () => Response.json({ apiUrl: "http://api.test", version: "0.2.0" }),
  };
  /** Runs with a console that has these files, and others as they should be. */
  async function runWith(others: Readonly<Record<string, () => Response>> = {}): Promise<Ran> {
    const api = new ApiInMemory({});
    const answer = async (request: Request): Promise<Response> => {
      const { origin, pathname } = new URL(request.url);
      if (origin !== "http://console.test") return await api.fetch(request);
      return { ...files, ...others }[pathname]?.() ?? new Response("none", { status: 404 });
    };
    return await run({}, { consoleUrl, fetch: answer }, api);
  }

  test("is opened where the stage has one", async () => {
    const { report, results } = await runWith();
    expect(results).toMatchObject({ "open the console": "passed" });
    expect(report.passed).toBe(true);
    expect((await run()).results).not.toHaveProperty("open the console");
  });

  test.each([
    ["a page is missing", { "/studio": () => new Response("", { status: 403 }) }, "GET /studio of the console is 403"],
    ["a page is no HTML", { "/": () => Response.json({}) }, "with application/json, and no page"],
    [
      "a header is another one",
      { "/": () => html("", { "cross-origin-opener-policy": "unsafe-none" }) },
      "has the header cross-origin-opener-policy: unsafe-none; expected: same-origin",
    ],
    [
      "the policy allows more",
      { "/": () => html("", { "content-security-policy": "default-src 'self'" }) },
      "has the header content-security-policy: default-src 'self'",
    ],
    [
      "the configuration is missing",
      { "/config.json": () => html("", {}) },
      "/config.json of the console is 200, and no",
    ],
    [
      "the API is another one",
      { "/config.json": () => Response.json({ apiUrl: "http://old.test", version: "0.2.0" }) },
      "is told that the API is at http://old.test, and it is at http://api.test",
    ],
    ["a missing file is a page", { "/assets/no-such-file.js": () => html() }, "does not have is answered with 200"],
  ])("fails where %s, and the other steps go on", async (_, others, message) => {
    const ran = await runWith(others);
    expect(failure(ran)).toContain(message);
    expect(failure(ran)).toContain("npm run seed -- --stage dev");
    expect(ran.results).toMatchObject({ "open the console": "failed", "upload a melody": "passed" });
  });
});

test("the steps follow the techniques that the API lists", async () => {
  const { results, report } = await run({ techniques: ["unet-gan", "ar-cnn", "waltz"] });
  expect(results).toMatchObject({ "compose with WALTZ": "passed", "compose with UNET-GAN": "passed" });
  expect(report.passed).toBe(true);
});

test("a technique by rule composes without a model, and is not trained", async () => {
  const { api, results, report } = await run({ techniques: ["arranger", "unet-gan"], withoutStockModel: ["arranger"] });
  expect(results).toMatchObject({ "compose with ARRANGER": "passed", "compose with UNET-GAN": "passed" });
  expect(report.steps.some(({ step }) => step.startsWith("train UNET-GAN"))).toBe(true);
  expect(report.passed).toBe(true);
  expect(api.names).toEqual([]);
});

test("a technique that goes on with the tune keeps it at the beginning of the piece", async () => {
  const goesOn = await run({ techniques: ["transformer"] });
  expect(goesOn.results).toMatchObject({ "compose with TRANSFORMER": "passed" });
  const found = goesOn.report.steps.find(({ step }) => step === "compose with TRANSFORMER")?.found;
  expect(found).toMatch(/^(\d+) notes of the melody kept, \1 added in 1 voice$/);

  const late = await run({ techniques: ["transformer"], piece: (tracks) => tracks });
  expect(late.results).toMatchObject({ "compose with TRANSFORMER": "failed" });
});

test("a token that the API does not take ends the run before anything is made", async () => {
  const ran = await run({ token: "another" });
  expect(failure(ran)).toMatch(/✗ sign in .*GET \/tracks: 401 UNAUTHENTICATED.*\n +.*npm run sign-in -- --stage dev/s);
  expect(ran.report).toMatchObject({ passed: false, left: [] });
  expect(ran.report.steps).toHaveLength(1);
  expect(ran.report.steps[0]?.refused).toEqual({ request: "GET /tracks", status: 401, code: "UNAUTHENTICATED" });
  expect(ran.api.requests).toEqual(["GET /tracks"]);
});

/** Returns a token that is good for some seconds. */
function tokenFor(seconds: number): string {
  const claims = JSON.stringify({ exp: Math.floor(Date.now() / 1000) + seconds });
  return `e30.${Buffer.from(claims).toString("base64url")}.c2ln`;
}

test("a token that ends before its run could delete everything ends the run before anything is made", async () => {
  const token = tokenFor(500);
  const ran = await run({ token }, { signIn: async () => token });
  expect(failure(ran)).toMatch(/✗ sign in .*the token is good for \d+ s, .* 700 s\n +.*Sign in again/s);
  expect(ran.api.requests).toEqual([]);
});

test("a run ends early enough for its token to delete what it made", async () => {
  // A minute is left for the steps, in place of the twenty in which a training may start.
  const token = tokenFor(760);
  const ran = await run({ token, neverStarts: true }, { signIn: async () => token });
  expect(ran.report.passed).toBe(false);
  expect(ran.results).toMatchObject({ "upload a melody": "passed" });
  expect(ran.report.seconds).toBeLessThan(760);
  expect(ran.api.names).toEqual([]);
});

test("what earlier runs have left is deleted by any token that the API takes", async () => {
  const token = tokenFor(500);
  const ran = await run({ token }, { signIn: async () => token, cleanUp: true });
  expect(ran.report.passed).toBe(true);
});

test("a stock model that is missing fails its technique; everything else is tried all the same", async () => {
  const ran = await run({ withoutStockModel: ["ar-cnn"] });
  expect(failure(ran)).toMatch(/no stock model of ar-cnn\n +.*npm run seed -- --stage dev/);
  expect(ran.results).toMatchObject({
    "compose with AR-CNN": "failed",
    "compose with UNET-GAN": "passed",
    "compose with the own model": "passed",
  });
  expect(ran.report.passed).toBe(false);
  expect(ran.api.names).toEqual([]);
});

test("an endpoint that fails is told with the failure's code, and with where to read on", async () => {
  const ran = await run({ failingEndpoints: ["ar-cnn"] });
  expect(failure(ran)).toMatch(
    /✗ compose with AR-CNN .*ENDPOINT_FAILED: It failed\.\n.*runbook\.md#failed-compositions/s,
  );
  expect(ran.report.passed).toBe(false);
  expect(ran.api.names).toEqual([]);
});

test.each<[string, NonNullable<Faults["piece"]>, RegExp]>([
  [
    "loses a note",
    (tracks) => tracks.flatMap((track) => [{ ...track, notes: track.notes.slice(1) }, track].slice(0, 1)),
    /no track of the piece has the \d+ notes/,
  ],
  ["adds nothing", (tracks) => tracks, /notes of the tune and no others/],
  [
    "moves a note",
    (tracks) =>
      tracks.map((track) => ({
        ...track,
        notes: track.notes.map((note, index) => (index === 0 ? { ...note, pitch: note.pitch + 1 } : note)),
      })),
    /no track of the piece has/,
  ],
])("a piece that %s is no piece", async (_, piece, expected) => {
  const { report, api } = await run({ piece });
  const composing = report.steps.filter(({ step }) => step.startsWith("compose with"));
  expect(composing.map(({ result }) => result)).toEqual(["failed", "failed", "failed"]);
  for (const { found } of composing) expect(found).toMatch(expected);
  expect(api.names).toEqual([]);
});

test("a file that is not MIDI, or not the one at the address for players, is told", async () => {
  const intercept = (request: Request): Response | undefined =>
    request.url.startsWith("http://files.test/")
      ? new Response(new Uint8Array([1]), { headers: { "content-type": "audio/midi" } })
      : undefined;
  const { report } = await run({ intercept });
  expect(report.steps.find(({ step }) => step === "compose with UNET-GAN")?.found).toContain(
    "gave another file than the API",
  );
});

test("a training that fails is told with its code, and what needs it is not tried", async () => {
  const ran = await run({ trainingFailure: { code: "QUOTA_EXCEEDED", message: "The quota is 0." } });
  expect(failure(ran)).toMatch(/FAILED: QUOTA_EXCEEDED: The quota is 0\.\n.*#training-refused-for-a-quota/s);
  expect(ran.results).toMatchObject({
    "stop the training": "skipped",
    "resume it to its end": "skipped",
    "compose with the own model": "skipped",
    "delete all of it": "passed",
  });
  expect(ran.api.names).toEqual([]);
});

test("a training that never starts ends at the step's deadline, with its last state, and is stopped", async () => {
  const ran = await run({ neverStarts: true });
  expect(failure(ran)).toMatch(/it is still QUEUED after 1200 s\n.*#jobs-wait-and-do-not-start/s);
  expect(ran.api.names).toEqual([]);
});

test("no training is begun that may take the run over its ceiling", async () => {
  const ran = await run({}, { ceiling: 0.1 });
  expect(failure(ran)).toMatch(
    /not begun: with the training, the run may cost \$0\.1\d\d, and its ceiling is \$0\.100/,
  );
  expect(ran.api.requests).not.toContain("POST /training-jobs");
  expect(ran.report.costUsd).toBeLessThan(0.1);
  expect(ran.results).toMatchObject({ "compose with AR-CNN": "passed", "delete all of it": "passed" });
  expect(ran.report.passed).toBe(false);
});

test("Ctrl-C while a training runs stops it and deletes everything", async () => {
  const ending = new AbortController();
  const { api, report, results } = await run(
    {},
    {
      signal: ending.signal,
      tell: cancelWhenItTrains(ending),
    },
  );
  expect(report).toMatchObject({ passed: false, canceled: true, left: [] });
  expect(results).toMatchObject({ "delete all of it": "passed" });
  expect(Object.keys(results)).not.toContain("stop the training");
  expect(api.names).toEqual([]);
});

test("a second Ctrl-C ends the deletion, and what may be left is told", async () => {
  const ending = new AbortController();
  const deletion = new AbortController();
  const { api, report } = await run(
    {
      intercept: ({ method }) => {
        if (method === "DELETE") deletion.abort(new Error("Ctrl-C"));
        return undefined;
      },
    },
    {
      signal: ending.signal,
      deletionSignal: deletion.signal,
      tell: cancelWhenItTrains(ending),
    },
  );
  expect(report).toMatchObject({ passed: false, canceled: true });
  for (const { name } of report.left) expect(name).toContain(smokePrefix);
  for (const name of api.names) expect(report.left.map((made) => made.name)).toContain(name);
});

test("a response that is lost makes nothing twice, and what only the API knows of is deleted", async () => {
  let lost = 0;
  const ran = await run({
    intercept: ({ method, url }) => {
      if (method !== "POST" || !url.endsWith("/compositions") || lost > 0) return undefined;
      lost += 1;
      return "lose the response";
    },
  });
  expect(ran.report.passed).toBe(true);
  const always = await run({
    intercept: ({ method, url }) => (method === "POST" && url.includes("/tracks") ? "lose the response" : undefined),
  });
  expect(failure(always)).toMatch(/POST \/tracks: 503 NETWORK_FAILURE.*\n.*npm run doctor -- --stage dev/);
  expect(always.api.requests.filter((request) => request === "POST /tracks").length).toBeGreaterThan(3);
  expect(always.api.names).toEqual([]);
});

test("an API that asks for patience by a date gets it", async () => {
  // The clock of a run begins at 1970 here.
  let asked = 0;
  const { report } = await run({
    intercept: () => {
      if (asked++ > 0) return undefined;
      const later = new Date(50_000).toUTCString();
      return new Response("{}", { status: 503, headers: { "retry-after": later } });
    },
  });
  expect(report.passed).toBe(true);
  expect(report.steps[0]?.seconds).toBe(50);
});

test("an address for players that breaks off is tried again, and Ctrl-C ends the tries", async () => {
  let broken = 0;
  const { report } = await run({
    intercept: ({ url }) => {
      if (!url.startsWith("http://files.test/") || broken++ > 0) return undefined;
      return "lose the response";
    },
  });
  expect(report.passed).toBe(true);
  const ending = new AbortController();
  const canceled = await run(
    {
      intercept: ({ url }) => {
        if (!url.startsWith("http://files.test/")) return undefined;
        ending.abort(new Error("Ctrl-C"));
        return "lose the response";
      },
    },
    { signal: ending.signal },
  );
  expect(canceled.report).toMatchObject({ passed: false, canceled: true, left: [] });
  expect(canceled.api.requests.filter((request) => /^GET \/0+2$/.test(request))).toHaveLength(1);
});

test("an overloaded API is tried again, as it asks", async () => {
  let count = 0;
  const { report } = await run({ intercept: () => (count++ % 3 === 1 ? problem(503, "OVERLOADED") : undefined) });
  expect(report.passed).toBe(true);
});

test("what cannot be deleted is told, with the command that deletes it later", async () => {
  const ran = await run({
    intercept: ({ method, url }) =>
      method === "DELETE" && url.includes("/tracks/") ? problem(403, "FORBIDDEN") : undefined,
  });
  expect(ran.report.passed).toBe(false);
  expect(ran.report.left).toMatchObject([{ kind: "track", reason: expect.stringContaining("403 FORBIDDEN") }]);
  expect(failure(ran)).toContain("npm run smoke -- --stage dev --clean-up");
});

test("only the run's own things are deleted, and a clean-up deletes those of all runs", async () => {
  const api = new ApiInMemory();
  const others = ["My song", `${smokePrefix}yesterday melody`];
  others.forEach((name, index) => api.things.tracks.set(`a${index}`, { id: `a${index}`, name }));
  const first = await run({}, {}, api);
  expect(first.report.passed).toBe(true);
  expect(api.names).toEqual(others);
  const cleaned = await run({}, { cleanUp: true }, api);
  expect(cleaned.report.passed).toBe(true);
  expect(cleaned.results).toEqual({ "sign in": "passed", "delete all of it": "passed" });
  expect(api.names).toEqual(["My song"]);
});

test("the advice leads to headings that exist", () => {
  const source = readFileSync(join(repository, "scripts/smoke/advice.ts"), "utf8");
  const places = [...source.matchAll(/(docs\/[\w-]+\.md)(?:#([\w-]+))?/g)];
  expect(places.length).toBeGreaterThan(8);
  for (const [place, file = "", anchor] of places) {
    const { anchors } = parseMarkdown(readFileSync(join(repository, file), "utf8"));
    expect({ place, found: anchor === undefined || anchors.has(anchor) }).toEqual({ place, found: true });
  }
});
