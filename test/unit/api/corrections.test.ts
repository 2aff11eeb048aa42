/** PUT /compositions/{compositionId}/midi: a person's notes in the place of a piece's own. */
import { createHash } from "node:crypto";
import { usualPerformance } from "../../../domain/music/performance";
import { type Score, writeMidi } from "../../../domain/music/score";
import { parseMidi } from "../../../domain/music/song";
import { compositionSchema } from "../../../domain/schemas/api/compositions";
import { performedMidi } from "../../../lambdas/compositions/performed-midi";
import type { CompositionItem } from "../../../lambdas/stores/items";
import {
  compositionMidiKey,
  compositionPrefix,
  compositionScoreKey,
  presentScoreKey,
} from "../../../naming/object-keys";
import { type ComposerApi, composerApi } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";
import { alice, bob, composition, finishedOutput } from "./support/items";

const note = (beat: number, pitch: number, beats = 1) => ({
  startTick: beat * 480,
  durationTicks: beats * 480,
  pitch,
  velocity: 80,
});
const score: Score = {
  schemaVersion: 1,
  name: "A piece",
  ticksPerBeat: 480,
  tempo: 100,
  bars: 2,
  tracks: [
    { name: "Melody", program: 0, source: "input", notes: [note(0, 60), note(1, 62), note(2, 64, 2), note(4, 65, 4)] },
    { name: "Bass", program: 32, source: "generated", notes: [note(0, 49, 4), note(4, 41, 4)] },
    { name: "Silent", program: 32, source: "generated", notes: [] },
  ],
};
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function finishedPiece(api: ComposerApi, more: Partial<CompositionItem> = {}): CompositionItem {
  const bytes = performedMidi(score, { performance: usualPerformance });
  const item = composition({
    state: "COMPLETED",
    output: { ...finishedOutput, bars: 2, editEventCount: 3, remarks: ["A remark."] },
    midi: { revision: 1, sha256: digest(bytes), bytes: bytes.length },
    performance: usualPerformance,
    phraseEnds: [8, 16],
    ...more,
  });
  api.compositions.put(item);
  api.files.objects.set(compositionMidiKey(item, { revision: 1 }), bytes);
  api.files.objects.set(compositionScoreKey(item), Buffer.from(JSON.stringify(score)));
  return item;
}

/** The present file with another first note of the bass, as a program writes it. */
function correctedBytes(api: ComposerApi, item: CompositionItem, pitch = 48): Uint8Array {
  const { tracks, ticksPerBeat } = parseMidi(
    api.files.objects.get(compositionMidiKey(item, { revision: 1 })) ?? new Uint8Array(),
  );
  return writeMidi({
    ...score,
    ticksPerBeat,
    tracks: score.tracks.map((track, index) => ({
      ...track,
      notes: (tracks[index]?.notes ?? []).map((one, place) => (index === 1 && place === 0 ? { ...one, pitch } : one)),
    })),
  });
}

const sent = (bytes: Uint8Array, tag = '"1"') => ({
  bytes,
  headers: { "content-type": "audio/midi", "if-match": tag },
});
const keysOf = (api: ComposerApi, item: CompositionItem): string[] =>
  [...api.files.objects.keys()].filter((key) => key.startsWith(compositionPrefix(item))).sort();

test("a corrected piece has the file that was sent, and is measured again", async () => {
  const api = composerApi();
  const item = finishedPiece(api);
  const path = `/compositions/${item.id}`;
  const bytes = correctedBytes(api, item);
  const reply = await api.call("PUT", `${path}/midi`, sent(bytes));
  expect(reply.status).toBe(200);
  expect(reply.headers["etag"]).toBe('"2"');
  const { edited, output } = resourceOf(reply, compositionSchema);
  expect(edited).toBe(true);
  // The C sharp under a C was dissonant, and the C is not.
  expect(output).toMatchObject({ bars: 2, tempo: 100, editEventCount: 3, remarks: ["A remark."] });
  expect(output?.metrics["dissonantPairShare"]).toBeLessThan(0.5);
  expect(output?.metrics["forcedBarRate"]).toBeUndefined();
  expect(output?.tracks.map(({ name, noteCount, source }) => [name, noteCount, source])).toEqual([
    ["Melody", 4, "input"],
    ["Bass", 2, "generated"],
    ["Silent", 0, "generated"],
  ]);
  expect((await api.call("GET", `${path}/midi`)).bytes).toEqual(Buffer.from(bytes));
  const machine = await api.call("GET", `${path}/midi?revision=0`);
  expect(machine.headers["etag"]).toBe(`"${item.midi?.sha256 ?? ""}"`);
  expect((await api.call("GET", path)).body).toMatchObject({ edited: true });
});

test("the machine's own piece stays, whatever is corrected and changed afterwards, and old corrections go", async () => {
  const api = composerApi();
  const item = finishedPiece(api);
  const path = `/compositions/${item.id}`;
  for (const [version, pitch] of [45, 46, 47, 48].entries()) {
    const reply = await api.call("PUT", `${path}/midi`, sent(correctedBytes(api, item, pitch), `"${version + 1}"`));
    expect(reply.status).toBe(200);
  }
  for (const program of [40, 41, 42]) {
    expect((await api.call("PATCH", path, { json: { programs: [{ index: 1, program }] } })).status).toBe(200);
  }
  const row = await api.ports.compositions.get(item);
  expect(row?.midi?.revision).toBe(8);
  expect(keysOf(api, item)).toHaveLength(5);
  expect(keysOf(api, item)).toEqual(
    expect.arrayContaining([
      compositionScoreKey(item),
      compositionMidiKey(item, { revision: 1 }),
      presentScoreKey(row ?? item),
    ]),
  );
  const machine = await api.call("GET", `${path}/midi?revision=0`);
  expect(digest(machine.bytes)).toBe(item.midi?.sha256);
  const now = parseMidi((await api.call("GET", `${path}/midi`)).bytes);
  expect(now.tracks[1]).toMatchObject({ program: 42 });
  expect(now.tracks[1]?.notes[0]).toMatchObject({ pitch: 48 });
  expect((await api.call("DELETE", path)).status).toBe(204);
  expect(keysOf(api, item)).toEqual([]);
});

test("a change of the performance performs the corrected notes, and none of them twice", async () => {
  const api = composerApi();
  const item = finishedPiece(api);
  const path = `/compositions/${item.id}`;
  await api.call("PUT", `${path}/midi`, sent(correctedBytes(api, item)));
  const json = { performance: { dynamics: false, breaths: false } };
  expect((await api.call("PATCH", path, { json })).status).toBe(200);
  const { tracks } = parseMidi((await api.call("GET", `${path}/midi`)).bytes);
  expect(tracks[0]?.notes).toEqual(score.tracks[0]?.notes);
  expect(tracks[1]?.notes.map(({ pitch }) => pitch)).toEqual([48, 41]);
  expect(tracks[1]?.notes[1]).toEqual(score.tracks[1]?.notes[1]);
});

test("a new name alone leaves the file as it was sent", async () => {
  const api = composerApi();
  const item = finishedPiece(api);
  const path = `/compositions/${item.id}`;
  const bytes = correctedBytes(api, item);
  await api.call("PUT", `${path}/midi`, sent(bytes));
  expect((await api.call("PATCH", path, { json: { name: "Mended" } })).body).toMatchObject({
    name: "Mended",
    edited: true,
  });
  expect((await api.call("GET", `${path}/midi`)).bytes).toEqual(Buffer.from(bytes));
});

test("the same file again changes nothing, although its If-Match is old", async () => {
  const api = composerApi();
  const item = finishedPiece(api);
  const path = `/compositions/${item.id}/midi`;
  const bytes = correctedBytes(api, item);
  await api.call("PUT", path, sent(bytes));
  const keys = keysOf(api, item);
  const again = await api.call("PUT", path, sent(bytes));
  expect([again.status, again.headers["etag"]]).toEqual([200, '"2"']);
  expect(keysOf(api, item)).toEqual(keys);
  const own = await composerApiWithPiece();
  const unchanged = await own.api.call("PUT", own.path, sent(own.present));
  expect(unchanged.headers["etag"]).toBe('"1"');
  expect(resourceOf(unchanged, compositionSchema).edited).toBeUndefined();
});

async function composerApiWithPiece() {
  const api = composerApi();
  const item = finishedPiece(api);
  const path = `/compositions/${item.id}/midi`;
  return { api, path, present: (await api.call("GET", path)).bytes };
}

test("an old version, no version, another's piece, another content type and a query are refused", async () => {
  const api = composerApi();
  const item = finishedPiece(api, { version: 4 });
  const path = `/compositions/${item.id}/midi`;
  const bytes = correctedBytes(api, item);
  const keys = keysOf(api, item);
  const codeOf = async (call: Parameters<ComposerApi["call"]>[2], target = path): Promise<[number, string]> => {
    const reply = await api.call("PUT", target, call);
    return [reply.status, problemOf(reply).code];
  };
  expect(await codeOf(sent(bytes))).toEqual([412, "VERSION_MISMATCH"]);
  expect(await codeOf({ bytes, headers: { "content-type": "audio/midi" } })).toEqual([428, "PRECONDITION_REQUIRED"]);
  expect(await codeOf({ ...sent(bytes, "*"), sub: bob })).toEqual([404, "NOT_FOUND"]);
  expect(await codeOf({ bytes, headers: { "content-type": "text/plain", "if-match": "*" } })).toEqual([
    415,
    "UNSUPPORTED_MEDIA_TYPE",
  ]);
  expect(await codeOf(sent(bytes, '"4"'), `${path}?revision=0`)).toEqual([400, "INVALID_REQUEST"]);
  expect(await codeOf(sent(new Uint8Array([1, 2, 3]), '"4"'))).toEqual([422, "UNREADABLE_MIDI"]);
  expect(keysOf(api, item)).toEqual(keys);
  expect(await api.ports.compositions.get(item)).toEqual(item);
});

test("a file that is no correction of the piece is refused with every broken field", async () => {
  const api = composerApi();
  const item = finishedPiece(api);
  const long = [0, 1, 2, 3].map((index) => ({
    name: `Other ${index}`,
    program: 0,
    source: "input" as const,
    notes: [note(4 * 64, 60)],
  }));
  const reply = await api.call("PUT", `/compositions/${item.id}/midi`, sent(writeMidi({ ...score, tracks: long })));
  expect(reply.status).toBe(422);
  expect(problemOf(reply)).toMatchObject({
    code: "CORRECTION_NOT_APPLICABLE",
    errors: [
      { pointer: "/bars", value: 65, allowed: "1 to 64" },
      { pointer: "/tracks/3", value: "Other 3", allowed: "tracks 0 to 2, or their names" },
    ],
  });
});

test.each(["PENDING", "RUNNING", "FAILED"] as const)(
  "a composition that is %s has no notes to correct",
  async (state) => {
    const api = composerApi();
    const item = composition({ state });
    api.compositions.put(item);
    const reply = await api.call("PUT", `/compositions/${item.id}/midi`, sent(writeMidi(score)));
    expect([reply.status, problemOf(reply).code]).toEqual([409, "NOT_READY"]);
    expect(reply.headers["retry-after"] === undefined).toBe(state === "FAILED");
  },
);

test("corrections of two at once: one is kept whole, the other is told, and no file is left over", async () => {
  const api = composerApi();
  const item = finishedPiece(api);
  const path = `/compositions/${item.id}/midi`;
  const replies = await Promise.all(
    [45, 48].map(async (pitch) => await api.call("PUT", path, sent(correctedBytes(api, item, pitch)))),
  );
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 412]);
  const midi = await api.call("GET", path);
  expect(midi.headers["etag"]).toBe(`"${digest(midi.bytes)}"`);
  expect(keysOf(api, item)).toHaveLength(4);
});

test("only revision 0 can be asked for, and without a correction it is the present file", async () => {
  const { api, path, present } = await composerApiWithPiece();
  expect((await api.call("GET", `${path}?revision=0`)).bytes).toEqual(present);
  for (const query of ["revision=1", "revision=", "revision=a", "version=0"]) {
    const reply = await api.call("GET", `${path}?${query}`);
    expect([query, reply.status, problemOf(reply).code]).toEqual([query, 400, "INVALID_REQUEST"]);
  }
});

test("a corrected piece is the input of the next one with its corrected bars", async () => {
  const api = composerApi();
  const item = finishedPiece(api);
  const shortened = { ...score, tracks: score.tracks.map((track) => ({ ...track, notes: track.notes.slice(0, 1) })) };
  expect((await api.call("PUT", `/compositions/${item.id}/midi`, sent(writeMidi(shortened)))).status).toBe(200);
  const next = (startBar: number) => ({
    json: {
      name: "Next",
      technique: "unet-gan",
      modelId: "unet-gan-bach",
      input: { compositionId: item.id },
      inputOptions: { startBar },
    },
  });
  expect((await api.call("POST", "/compositions", next(1))).status).toBe(202);
  expect(problemOf(await api.call("POST", "/compositions", next(2)))).toMatchObject({ code: "BARS_OUT_OF_RANGE" });
  expect((await api.ports.compositions.get({ sub: alice, id: item.id }))?.phraseEnds).toEqual([]);
});
