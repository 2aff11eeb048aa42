import { createHash } from "node:crypto";
import * as z from "zod";
import { type Score, writeMidi } from "../../../domain/music/score";
import { ulidDescription } from "../../../domain/schemas/api/shared";
import { trackSchema } from "../../../domain/schemas/api/tracks";
import { trackKey } from "../../../naming/object-keys";
import { techniqueIds } from "../../../naming/resource-names";
import { composerApi } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";
import { alice, bob, composition, finishedOutput, quotas, track } from "./support/items";

const note = (beat: number, pitch: number) => ({ startTick: beat * 480, durationTicks: 480, pitch, velocity: 90 });
const score: Score = {
  schemaVersion: 1,
  name: "Two voices",
  ticksPerBeat: 480,
  tempo: 90,
  bars: 2,
  tracks: [
    { name: "Silent", program: 0, source: "input", notes: [] },
    { name: "Flute", program: 73, source: "input", notes: [0, 1, 2, 3, 4].map((beat) => note(beat, 60 + beat)) },
    { name: "Bass", program: 32, source: "generated", notes: [note(0, 36)] },
  ],
};
const midi = writeMidi(score);
const upload = { bytes: midi, headers: { "content-type": "audio/midi" } };

describe("uploading a track", () => {
  test("takes the first track with notes, keeps the bytes, and says what it found", async () => {
    const api = composerApi();
    const reply = await api.call("POST", "/tracks", upload);
    expect(reply.status).toBe(201);
    const created = resourceOf(reply, trackSchema);
    expect(created).toMatchObject({
      name: "Flute",
      bars: 2,
      tempo: 90,
      timeSignature: "4/4",
      noteCount: 5,
      lowestPitch: 60,
      highestPitch: 64,
      trackIndex: 1,
      tracks: [
        { index: 1, name: "Flute", program: 73, noteCount: 5 },
        { index: 2, name: "Bass", program: 32, noteCount: 1 },
      ],
    });
    expect(reply.headers["location"]).toBe(`/tracks/${created.id}`);
    expect(Buffer.from(api.files.objects.get(trackKey({ sub: alice, id: created.id })) ?? [])).toEqual(
      Buffer.from(midi),
    );
    expect((await api.call("GET", `/tracks/${created.id}`)).body).toEqual(created);
  });

  test("chooses name and track by the query", async () => {
    const reply = await composerApi().call("POST", "/tracks?name=My%20bass&trackIndex=2", upload);
    expect(reply.body).toMatchObject({ name: "My bass", trackIndex: 2, noteCount: 1 });
  });

  test.each([
    ["a track without notes", "/tracks?trackIndex=0", upload, 422, "TRACK_NOT_FOUND"],
    ["a broken query", "/tracks?trackIndex=-1&nam=x", upload, 400, "INVALID_REQUEST"],
    ["JSON", "/tracks", { json: {} }, 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["no MIDI", "/tracks", { ...upload, bytes: Buffer.from("RIFF....") }, 422, "UNREADABLE_MIDI"],
    ["no bytes", "/tracks", { headers: upload.headers }, 422, "UNREADABLE_MIDI"],
    ["a header alone", "/tracks", { ...upload, bytes: midi.slice(0, 14) }, 422, "UNREADABLE_MIDI"],
    ["more than 1 MiB", "/tracks", { ...upload, bytes: new Uint8Array(1_048_577) }, 413, "BODY_TOO_LARGE"],
  ])("refuses %s, and keeps nothing", async (_, path, call, status, code) => {
    const api = composerApi();
    const reply = await api.call("POST", path, call);
    expect(reply.status).toBe(status);
    expect(problemOf(reply).code).toBe(code);
    expect(api.files.objects.size).toBe(0);
    expect(api.tracks.all()).toEqual([]);
  });

  /** Returns the file with another number of quarter notes in a bar. */
  function withQuarters(quarters: number): Uint8Array {
    const bytes = Buffer.from(midi);
    const at = bytes.indexOf(Buffer.from([0xff, 0x58, 0x04, 0x04]));
    bytes[at + 3] = quarters;
    return bytes;
  }

  test("says which techniques take which bars", async () => {
    const common = resourceOf(await composerApi().call("POST", "/tracks", upload), trackSchema);
    expect(common.usableBars).toEqual([
      { firstBar: 1, lastBar: 2, timeSignature: "4/4", techniques: [...techniqueIds] },
    ]);
    const waltz = resourceOf(
      await composerApi().call("POST", "/tracks", { ...upload, bytes: withQuarters(3) }),
      trackSchema,
    );
    expect(waltz).toMatchObject({ bars: 2, timeSignature: "3/4" });
    expect(waltz.usableBars).toEqual([{ firstBar: 1, lastBar: 2, timeSignature: "3/4", techniques: techniqueIds }]);
    expect(waltz.changes).toEqual([
      `bars 1 to 2 are in 3/4: ${techniqueIds.join(", ")} take bars 1 to 2 (startBar and bars of inputOptions)`,
    ]);
  });

  test("refuses other time signatures clearly", async () => {
    const reply = await composerApi().call("POST", "/tracks", { ...upload, bytes: withQuarters(5) });
    expect(reply.status).toBe(422);
    expect(problemOf(reply)).toMatchObject({
      code: "TIME_SIGNATURE_NOT_SUPPORTED",
      detail: expect.stringContaining("5/4") as unknown,
      errors: [{ pointer: "/timeSignature", value: "5/4", allowed: "4/4, 2/2, 8/8, 16/16, 3/4, 2/4, 6/8" }],
    });
  });

  test("over the quota returns 429 with the quota, and keeps no file", async () => {
    const api = composerApi();
    for (let count = 0; count < quotas.tracks; count += 1) await api.call("POST", "/tracks", upload);
    const reply = await api.call("POST", "/tracks", upload);
    expect(reply.status).toBe(429);
    expect(problemOf(reply)).toMatchObject({
      code: "USER_QUOTA_REACHED",
      detail: expect.stringContaining("5 tracks") as unknown,
    });
    expect(Number(reply.headers["retry-after"])).toBeGreaterThan(0);
    expect(api.files.objects.size).toBe(quotas.tracks);
    expect((await api.call("POST", "/tracks", { ...upload, sub: bob })).status).toBe(201);
  });
});

describe("an idempotency key", () => {
  const keyed = (key: string, bytes: Uint8Array = midi) => ({
    bytes,
    headers: { ...upload.headers, "idempotency-key": key },
  });

  test("gives the first response again, and creates nothing more", async () => {
    const api = composerApi();
    const first = await api.call("POST", "/tracks", keyed("k-1"));
    const again = await api.call("POST", "/tracks", keyed("k-1"));
    expect(again.status).toBe(201);
    expect(again.bytes).toEqual(first.bytes);
    expect(again.headers["location"]).toBe(first.headers["location"]);
    expect(again.headers["idempotent-replayed"]).toBe("true");
    expect(api.tracks.all()).toHaveLength(1);
    expect(api.files.objects.size).toBe(1);
    const other = await api.call("POST", "/tracks", keyed("k-2"));
    expect(other.headers["location"]).not.toBe(first.headers["location"]);
    const bobs = await api.call("POST", "/tracks", { ...keyed("k-1"), sub: bob });
    expect(bobs.headers["location"]).not.toBe(first.headers["location"]);
  });

  test("with another body or query is refused", async () => {
    const api = composerApi();
    await api.call("POST", "/tracks", keyed("k"));
    const otherBody = await api.call("POST", "/tracks", keyed("k", writeMidi({ ...score, tempo: 91 })));
    const otherQuery = await api.call("POST", "/tracks?name=x", keyed("k"));
    for (const reply of [otherBody, otherQuery]) {
      expect(reply.status).toBe(422);
      expect(problemOf(reply).code).toBe("IDEMPOTENCY_KEY_REUSED");
    }
  });

  test("of two requests at once makes one track, whoever wins", async () => {
    const api = composerApi();
    const replies = await Promise.all(
      Array.from({ length: 5 }, async () => await api.call("POST", "/tracks", keyed("k"))),
    );
    expect(new Set(replies.map(({ headers }) => headers["location"])).size).toBe(1);
    expect(api.tracks.all()).toHaveLength(1);
    expect(api.files.objects.size).toBe(1);
  });

  test.each([[""], ["with space"], ["ü"], ["x".repeat(256)]])("%j is refused", async (key) => {
    const reply = await composerApi().call("POST", "/tracks", keyed(key));
    expect(reply.status).toBe(400);
    expect(problemOf(reply).code).toBe("INVALID_IDEMPOTENCY_KEY");
  });
});

describe("a track", () => {
  const listSchema = z.object({ items: z.array(trackSchema), nextCursor: z.string().optional() });

  test("is listed newest first, page by page", async () => {
    const api = composerApi();
    const ids = ["A", "B", "C", "D", "E"].map((letter) => letter.repeat(26));
    for (const id of ids) api.tracks.put(track({ id }));
    api.tracks.put(track({ id: "F".repeat(26), sub: bob }));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = cursor === undefined ? "" : `&cursor=${cursor}`;
      const page = resourceOf(await api.call("GET", `/tracks?limit=2${query}`), listSchema);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([...ids].reverse());
  });

  test("of someone else is as if it were not", async () => {
    const api = composerApi();
    const item = track();
    api.tracks.put(item);
    const own = `/tracks/${item.id}`;
    const none = `/tracks/${"0".repeat(26)}`;
    for (const [method, part, call] of [
      ["GET", "", {}],
      ["GET", "/midi", {}],
      ["GET", "/midi", { headers: { accept: "application/json" } }],
      ["DELETE", "", {}],
      ["PATCH", "", { json: { name: "x" } }],
    ] as const) {
      const theirs = await api.call(method, `${own}${part}`, { ...call, sub: bob });
      const missing = await api.call(method, `${none}${part}`, { ...call, sub: bob });
      expect(theirs.status).toBe(404);
      expect(problemOf(theirs).detail.replace(item.id, "")).toBe(problemOf(missing).detail.replace("0".repeat(26), ""));
    }
    expect(api.tracks.all()).toEqual([item]);
  });

  test("is not sent again to who has it", async () => {
    const api = composerApi();
    const item = track();
    api.tracks.put(item);
    const first = await api.call("GET", `/tracks/${item.id}`);
    const etag = first.headers["etag"] ?? "";
    const second = await api.call("GET", `/tracks/${item.id}`, { headers: { "if-none-match": etag } });
    expect(second.status).toBe(304);
    expect(second.bytes).toHaveLength(0);
    expect(second.headers["etag"]).toBe(etag);
    await api.call("PATCH", `/tracks/${item.id}`, { json: { name: "New" } });
    const third = await api.call("GET", `/tracks/${item.id}`, { headers: { "if-none-match": etag } });
    expect(third).toMatchObject({ status: 200, body: { name: "New" } });
  });

  test("is changed and deleted only as the client has seen it, where it says so", async () => {
    const api = composerApi();
    const item = track();
    api.tracks.put(item);
    const stale = { headers: { "if-match": '"99"' } };
    const patched = await api.call("PATCH", `/tracks/${item.id}`, { json: { name: "New" }, ...stale });
    expect(patched.status).toBe(412);
    expect((await api.call("DELETE", `/tracks/${item.id}`, stale)).status).toBe(412);
    const fresh = await api.call("PATCH", `/tracks/${item.id}`, {
      json: { name: "New" },
      headers: { "if-match": '"1"' },
    });
    expect(fresh).toMatchObject({ status: 200, body: { name: "New" } });
    expect(fresh.headers["etag"]).toBe('"2"');
  });

  test("is deleted with its file, unless unfinished work needs it", async () => {
    const api = composerApi();
    const reply = await api.call("POST", "/tracks", upload);
    const { id } = resourceOf(reply, trackSchema);
    const user = composition({ input: { trackId: id }, state: "RUNNING" });
    api.compositions.put(user);
    const refused = await api.call("DELETE", `/tracks/${id}`);
    expect(refused.status).toBe(409);
    expect(problemOf(refused)).toMatchObject({
      code: "IN_USE",
      detail: expect.stringContaining(`in use by ${user.id} (RUNNING). Delete`) as unknown,
      usedBy: [{ type: "composition", id: user.id, name: user.name }],
    });
    expect(problemOf(refused)).not.toHaveProperty("usedByMore");
    api.compositions.drop(user);
    const deleted = await api.call("DELETE", `/tracks/${id}`);
    expect(deleted).toMatchObject({ status: 204 });
    expect(deleted.bytes).toHaveLength(0);
    expect(api.files.objects.size).toBe(0);
    expect(api.stores.quotaOf(alice, "tracks")).toBe(0);
    expect((await api.call("GET", `/tracks/${id}`)).status).toBe(404);
  });
});

describe("the file of a track", () => {
  async function uploaded(query = ""): Promise<{ api: ReturnType<typeof composerApi>; path: string; id: string }> {
    const api = composerApi();
    const { id } = resourceOf(await api.call("POST", `/tracks${query}`, upload), trackSchema);
    return { api, id, path: `/tracks/${id}/midi` };
  }

  test("is the upload, byte for byte, under the track's name", async () => {
    const { api, path } = await uploaded("?name=My%20flute");
    const reply = await api.call("GET", path);
    expect(reply).toMatchObject({
      status: 200,
      headers: {
        "content-type": "audio/midi",
        "content-disposition": 'attachment; filename="My flute.mid"',
        etag: `"${createHash("sha256").update(midi).digest("hex")}"`,
        vary: "accept",
      },
    });
    expect(reply.bytes).toEqual(Buffer.from(midi));
  });

  test("is not read again for who has it", async () => {
    const { api, path } = await uploaded();
    const etag = (await api.call("GET", path)).headers["etag"] ?? "";
    api.files.objects.clear();
    expect(await api.call("GET", path, { headers: { "if-none-match": etag } })).toMatchObject({ status: 304 });
  });

  test("is a short-lived URL for who accepts JSON, and nothing for who accepts neither", async () => {
    const { api, path, id } = await uploaded();
    const reply = await api.call("GET", path, { headers: { accept: "application/json" } });
    expect(reply).toMatchObject({
      status: 200,
      body: { url: expect.stringContaining(trackKey({ sub: alice, id })) as unknown },
      headers: { "cache-control": "no-store" },
    });
    expect(reply.headers["etag"]).toBeUndefined();
    const picture = await api.call("GET", path, { headers: { accept: "image/png" } });
    expect(problemOf(picture)).toMatchObject({ status: 406, code: "NOT_ACCEPTABLE" });
  });

  test.each([
    ["lost", undefined],
    ["damaged", Buffer.from("MThd another file")],
  ])("that is %s is 410, with what helps, and is logged", async (fault, content) => {
    const { api, path, id } = await uploaded();
    if (content === undefined) api.files.objects.delete(trackKey({ sub: alice, id }));
    else api.files.objects.set(trackKey({ sub: alice, id }), content);
    expect(problemOf(await api.call("GET", path))).toMatchObject({
      status: 410,
      code: "FILE_LOST",
      detail: `The MIDI file of track ${id} is ${fault}. Upload the file again, and delete this track.`,
    });
    expect(api.log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test.each(["application/json", "audio/midi"])(
    "that is deleted meanwhile, asked for as %s, is 404",
    async (accept) => {
      const { api, path } = await uploaded();
      const deleteAll = (): void => {
        for (const item of api.tracks.all()) api.tracks.drop(item);
      };
      Object.assign(api.files, {
        exists: async () => {
          deleteAll();
          return await Promise.resolve(false);
        },
        read: async () => {
          deleteAll();
          await Promise.resolve(undefined);
        },
      });
      expect(problemOf(await api.call("GET", path, { headers: { accept } }))).toMatchObject({
        status: 404,
        code: "NOT_FOUND",
      });
    },
  );
});

describe("where a track came from", () => {
  const edited = composition({ state: "COMPLETED", output: finishedOutput });
  function apiWithPiece(): ReturnType<typeof composerApi> {
    const api = composerApi();
    api.compositions.put(edited);
    return api;
  }

  test.each([
    ["", { kind: "upload" }],
    ["?origin=upload", { kind: "upload" }],
    ["?origin=recording", { kind: "recording" }],
    ["?origin=edit", { kind: "edit" }],
    [`?origin=edit&fromComposition=${edited.id}`, { kind: "edit", compositionId: edited.id }],
    [
      `?origin=edit&fromComposition=${edited.id}&fromTrackIndex=2`,
      { kind: "edit", compositionId: edited.id, trackIndex: 2 },
    ],
  ])("is what the client says: %s", async (query, origin) => {
    const api = apiWithPiece();
    const created = resourceOf(await api.call("POST", `/tracks${query}`, upload), trackSchema);
    expect(created.origin).toEqual(origin);
    expect((await api.call("GET", `/tracks/${created.id}`)).body).toMatchObject({ origin });
    expect((await api.call("PATCH", `/tracks/${created.id}`, { json: { name: "New" } })).body).toMatchObject({
      origin,
    });
  });

  test("is an upload for a track of version 0.2", async () => {
    const api = composerApi();
    const item = track();
    api.tracks.put(item);
    expect((await api.call("GET", `/tracks/${item.id}`)).body).toMatchObject({ origin: { kind: "upload" } });
  });

  test("stays when the composition is deleted", async () => {
    const api = apiWithPiece();
    const query = `?origin=edit&fromComposition=${edited.id}`;
    const { id } = resourceOf(await api.call("POST", `/tracks${query}`, upload), trackSchema);
    expect((await api.call("DELETE", `/compositions/${edited.id}`)).status).toBe(204);
    expect((await api.call("GET", `/tracks/${id}`)).body).toMatchObject({ origin: { compositionId: edited.id } });
  });

  test("cannot be another user's composition, which is as if it were not", async () => {
    const api = apiWithPiece();
    const missing = "0".repeat(26);
    const replies = [];
    for (const id of [edited.id, missing]) {
      const reply = await api.call("POST", `/tracks?origin=edit&fromComposition=${id}`, { ...upload, sub: bob });
      const { status, code, detail, errors } = problemOf(reply);
      expect({ status, code }).toEqual({ status: 422, code: "COMPOSITION_NOT_FOUND" });
      expect(errors).toMatchObject([{ pointer: "?fromComposition", value: id }]);
      replies.push(detail.replace(id, ""));
    }
    expect(replies[0]).toBe(replies[1]);
    expect(api.tracks.all()).toEqual([]);
    expect(api.files.objects.size).toBe(0);
  });

  test.each([
    ["a composition that is not finished", "", "INPUT_NOT_READY", "?fromComposition"],
    ["a track that the composition has not", "&fromTrackIndex=3", "TRACK_NOT_FOUND", "?fromTrackIndex"],
  ])("cannot be %s", async (_, more, code, pointer) => {
    const api = apiWithPiece();
    const running = composition({ state: "RUNNING" });
    api.compositions.put(running);
    const from = code === "INPUT_NOT_READY" ? running.id : edited.id;
    const reply = await api.call("POST", `/tracks?origin=edit&fromComposition=${from}${more}`, upload);
    expect(problemOf(reply)).toMatchObject({ status: 422, code, errors: [{ pointer }] });
    expect(api.files.objects.size).toBe(0);
  });

  test.each([
    ["origin=found", { "?origin": "upload, recording, edit" }],
    ["origin=edit&fromTrackIndex=1", { "?fromTrackIndex": "only with `fromComposition`" }],
    ["origin=edit&fromComposition=mine", { "?fromComposition": ulidDescription }],
    [`origin=recording&fromComposition=${edited.id}&fromTrackIndex=64`, { "?fromTrackIndex": "an integer, 0 to 63" }],
    [`fromComposition=${edited.id}&fromTrackIndex=1`, { "?fromComposition": "only with `origin` edit" }],
    [
      "fromComposition=mine&fromTrackIndex=x&origin=",
      {
        "?fromComposition": ulidDescription,
        "?fromTrackIndex": "an integer, 0 to 63",
        "?origin": "upload, recording, edit",
      },
    ],
  ])("must be said in a way that has a meaning: %s", async (query, allowed) => {
    const { status, code, errors = [] } = problemOf(await apiWithPiece().call("POST", `/tracks?${query}`, upload));
    expect({ status, code }).toEqual({ status: 400, code: "INVALID_REQUEST" });
    expect(Object.fromEntries(errors.map((error) => [error.pointer, error.allowed]))).toEqual(allowed);
  });

  async function form(fields: Readonly<Record<string, string>>): Promise<typeof upload> {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    data.append("file", new File([Buffer.from(midi)], "tune.mid"));
    const request = new Request("http://x", { method: "POST", body: data });
    const type = request.headers.get("content-type") ?? "";
    return { bytes: new Uint8Array(await request.arrayBuffer()), headers: { "content-type": type } };
  }
  const inForm = { origin: "edit", fromComposition: edited.id, fromTrackIndex: "1" };

  test("may stand in a form, in the query, or in parts of both", async () => {
    const origin = { kind: "edit", compositionId: edited.id, trackIndex: 1 };
    for (const [query, fields] of [
      ["", inForm],
      ["?origin=edit", { fromComposition: edited.id, fromTrackIndex: "1" }],
      [`?fromComposition=${edited.id}&origin=edit`, { fromTrackIndex: "1", origin: "" }],
    ] as const) {
      const reply = await apiWithPiece().call("POST", `/tracks${query}`, await form(fields));
      expect(reply).toMatchObject({ status: 201, body: { origin } });
    }
    const others = { ...inForm, origin: "recording", fromTrackIndex: "2" };
    const both = await apiWithPiece().call("POST", "/tracks?origin=edit&fromTrackIndex=1", await form(others));
    const pointers = problemOf(both).errors?.map(({ pointer }) => pointer);
    expect(pointers).toEqual(["/origin", "/fromTrackIndex", "/fromComposition"]);
  });

  test("is part of what makes two requests the same", async () => {
    const api = apiWithPiece();
    const send = async (fields: Readonly<Record<string, string>>) => {
      const { headers, bytes } = await form(fields);
      return await api.call("POST", "/tracks", { bytes, headers: { ...headers, "idempotency-key": "k" } });
    };
    expect((await send(inForm)).status).toBe(201);
    expect((await send({ fromTrackIndex: "1", fromComposition: edited.id, origin: "edit" })).status).toBe(201);
    expect(api.tracks.all()).toHaveLength(1);
    expect(problemOf(await send({ ...inForm, fromTrackIndex: "2" })).code).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(problemOf(await send({})).code).toBe("IDEMPOTENCY_KEY_REUSED");
  });
});
