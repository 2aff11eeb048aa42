/** Numbers as text, in queries and in the fields of a form: decimal digits and nothing else. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { writeMidi } from "../../../domain/music/score";
import { numberTextSchema } from "../../../domain/schemas/api/shared";
import { trackSchema } from "../../../domain/schemas/api/tracks";
import { composerApi } from "./support/composer-api";
import { problemOf, type Reply, resourceOf } from "./support/documented-api";
import { trainingJob } from "./support/items";

const note = { startTick: 0, durationTicks: 480, pitch: 60, velocity: 90 };
const midi = new Uint8Array(
  writeMidi({
    schemaVersion: 1,
    name: "Two",
    ticksPerBeat: 480,
    tempo: 90,
    bars: 1,
    tracks: ["Flute", "Bass"].map((name) => ({ name, program: 0, source: "input" as const, notes: [note] })),
  }),
);
const upload = { bytes: midi, headers: { "content-type": "audio/midi" } };

async function form(fields: Readonly<Record<string, string>>) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append("file", new File([midi], "two.mid"));
  const encoded = new Response(data);
  return {
    bytes: new Uint8Array(await encoded.arrayBuffer()),
    headers: { "content-type": encoded.headers.get("content-type") ?? "" },
  };
}

const noNumbers = [
  "",
  "0x1",
  "1e0",
  "1e1",
  "\n1",
  " 5",
  "5 ",
  "+1",
  "-1",
  "1.0",
  ".5",
  "1_0",
  "Infinity",
  "NaN",
  "١",
  "１",
];
const ofJob = trainingJob({ state: "TRAINING" });
const queries = [
  ["POST", "/tracks", "trackIndex", "an integer, 0 to 65535"],
  ["GET", "/tracks", "limit", "an integer, 1 to 100"],
  ["GET", "/compositions", "limit", "an integer, 1 to 100"],
  ["GET", "/models", "limit", "an integer, 1 to 100"],
  ["GET", "/training-jobs", "limit", "an integer, 1 to 100"],
  ["GET", `/training-jobs/${ofJob.id}/metrics`, "afterEpoch", "an integer, 0 to 1000000"],
  ["GET", `/training-jobs/${ofJob.id}/samples`, "afterEpoch", "an integer, 0 to 1000000"],
] as const;

/** As a response repeats it: characters that cannot be read are spelled out. */
const shown = (value: string): string => value.replace("\n", "\\u000a");

describe.each(queries)("%s %s?%s", (method, path, name, allowed) => {
  test.each(noNumbers)("refuses %j with the value as it was sent, and what is allowed", async (value) => {
    const api = composerApi();
    api.trainingJobs.put(ofJob);
    const call = method === "POST" ? upload : {};
    const reply = await api.call(method, `${path}?${name}=${encodeURIComponent(value)}`, call);
    const error = {
      pointer: `?${name}`,
      reason: "is not a whole number in decimal digits",
      value: shown(value),
      allowed,
    };
    expect(problemOf(reply)).toMatchObject({ status: 400, code: "INVALID_REQUEST", errors: [error] });
    expect(api.files.objects.size).toBe(0);
  });

  test("says of digits out of range that they are too large", async () => {
    const api = composerApi();
    api.trainingJobs.put(ofJob);
    for (const value of ["1000001", "9".repeat(30), "9".repeat(400)]) {
      const reply = await api.call(method, `${path}?${name}=${value}`, method === "POST" ? upload : {});
      expect(problemOf(reply)).toMatchObject({ errors: [{ pointer: `?${name}`, reason: "is too large", allowed }] });
    }
  });
});

test("exactly the decimal digits in range are numbers", () => {
  const schema = numberTextSchema(0, 65_535);
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String), fc.nat(70_000).map(String)),
      (text) => {
        const parsed = schema.safeParse(text);
        const isNumber = /^[0-9]+$/.test(text) && Number(text) <= 65_535;
        expect(parsed.success).toBe(isNumber);
        if (isNumber) expect(parsed.data).toBe(Number(text));
      },
    ),
    { numRuns: 1_000 },
  );
});

describe("a form", () => {
  const changesOf = (reply: Reply) => resourceOf(reply, trackSchema).changes;

  test.each(noNumbers.filter((value) => value !== ""))("refuses trackIndex %j by its field", async (value) => {
    const reply = await composerApi().call("POST", "/tracks", await form({ trackIndex: value }));
    // Forms end lines with CR LF.
    const sent = shown(value).replace("\\u000a", "\\u000d\\u000a");
    expect(problemOf(reply)).toMatchObject({ status: 400, errors: [{ pointer: "/trackIndex", value: sent }] });
  });

  test("takes fields that nobody filled in as not given", async () => {
    const empty = await composerApi().call("POST", "/tracks", await form({ name: "", trackIndex: "" }));
    const none = await composerApi().call("POST", "/tracks", await form({}));
    expect(empty).toMatchObject({ status: 201, body: { trackIndex: 0, name: "Flute" } });
    expect(changesOf(empty)).toEqual(changesOf(none));
    const inQuery = await composerApi().call("POST", "/tracks?trackIndex=1", await form({ trackIndex: "" }));
    expect(inQuery).toMatchObject({ status: 201, body: { trackIndex: 1 } });
  });

  test("without a chosen file needs one", async () => {
    const data = new FormData();
    data.append("file", new File([], ""));
    const encoded = new Response(data);
    const reply = await composerApi().call("POST", "/tracks", {
      bytes: new Uint8Array(await encoded.arrayBuffer()),
      headers: { "content-type": encoded.headers.get("content-type") ?? "" },
    });
    expect(problemOf(reply)).toMatchObject({ status: 400, errors: [{ pointer: "/file", reason: "is required" }] });
  });

  test.each([
    ["in the form", "/tracks", { trackIndex: "007" }, { pointer: "/trackIndex", value: "007" }],
    ["in the query", "/tracks?trackIndex=007", {}, { pointer: "?trackIndex", value: "007" }],
    ["in both", "/tracks?trackIndex=7", { trackIndex: "007" }, { pointer: "/trackIndex", value: "007" }],
  ])("names an index that no track has where it was sent: %s", async (_, target, fields, error) => {
    const reply = await composerApi().call("POST", target, await form(fields));
    expect(problemOf(reply)).toMatchObject({
      status: 422,
      code: "TRACK_NOT_FOUND",
      errors: [{ ...error, allowed: "0, 1" }],
    });
  });

  test("names values that differ from the query as they were sent", async () => {
    const reply = await composerApi().call("POST", "/tracks?trackIndex=01", await form({ trackIndex: "00" }));
    expect(problemOf(reply)).toMatchObject({
      status: 400,
      errors: [{ pointer: "/trackIndex", value: "00", allowed: expect.stringContaining('"01"') as unknown }],
    });
  });

  test("of drums alone is told which field chooses one of them: the form's own", async () => {
    const drums = readFileSync(join(__dirname, "../../../test/fixtures/midi-from-the-field/i25-only-drums.mid"));
    const data = new FormData();
    data.append("file", new File([drums], "drums.mid"));
    const encoded = new Response(data);
    const inForm = await composerApi().call("POST", "/tracks", {
      bytes: new Uint8Array(await encoded.arrayBuffer()),
      headers: { "content-type": encoded.headers.get("content-type") ?? "" },
    });
    const alone = await composerApi().call("POST", "/tracks", { ...upload, bytes: drums });
    expect(problemOf(inForm)).toMatchObject({ code: "NO_MELODY", errors: [{ pointer: "/trackIndex" }] });
    expect(problemOf(alone)).toMatchObject({ code: "NO_MELODY", errors: [{ pointer: "?trackIndex" }] });
  });
});
