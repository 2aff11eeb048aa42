/** How compositions are shared by a link, what people who have it see, and what they do not. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { writePlayedPiece } from "../../../domain/music/midi-writer";
import { parseMidi } from "../../../domain/music/song";
import { compositionSchema } from "../../../domain/schemas/api/compositions";
import { compositionShareSchema } from "../../../domain/schemas/api/shares";
import { shareTokenPattern } from "../../../domain/schemas/share-link";
import { newShareToken } from "../../../lambdas/compositions/share-token";
import type { CompositionItem } from "../../../lambdas/stores/items";
import { editEventColumnsType } from "../../../naming/media-types";
import { compositionEditEventsKey, compositionMidiKey } from "../../../naming/object-keys";
import { everyFault } from "../../support/faulty-ports";
import { apiOn, midi, seeds } from "../../support/resource-harness";
import { memoryHarness } from "../resources/memory-harness";
import { type ComposerApi, composerApi, now } from "./support/composer-api";
import { problemOf, type Reply, resourceOf } from "./support/documented-api";
import { alice, bob, composition, finishedOutput } from "./support/items";

const dayMilliseconds = 86_400_000;
const sha256 = createHash("sha256").update(midi).digest("hex");
/** Somebody who is not signed in. */
const nobody = { claims: {} };

/** A finished piece of another's model and track, with remarks and edits: everything that must not be told. */
const put = (api: ComposerApi, more: Partial<CompositionItem> = {}): CompositionItem => {
  const item = composition({
    state: "COMPLETED",
    output: { ...finishedOutput, editEventCount: 1, remarks: ["The track My secret draft rests."] },
    midi: { revision: 1, token: "abc", sha256, bytes: midi.length },
    ...more,
  });
  api.compositions.put(item);
  api.files.objects.set(compositionMidiKey(item, { revision: 1, token: "abc" }), midi);
  const items = [{ step: 1, pitch: 62, kind: "add", original: false, pass: 0, probability: 0.5 }];
  api.files.objects.set(compositionEditEventsKey(item), Buffer.from(JSON.stringify({ items })));
  return item;
};
const share = async (api: ComposerApi, { id, sub }: CompositionItem, json: unknown = {}) =>
  resourceOf(await api.call("POST", `/compositions/${id}/share`, { sub, json }), compositionShareSchema);
const see = async (api: ComposerApi, target: string, headers = {}): Promise<Reply> =>
  await api.call("GET", target, { ...nobody, headers });
const shareRows = (api: ComposerApi) => api.stores.table.peek(undefined, "SHARE");
const secretTrack = { program: 40, notes: [{ startTick: 0, durationTicks: 480, pitch: 60, velocity: 80 }] };
const secretPiece = { ticksPerBeat: 480, tempo: 100, bars: 1 };
/** What a person who has the link gets from each of its targets. */
const views = ["", "/midi", "/midi?revision=0", "/edit-events"];

test("a shared piece is seen and heard by somebody who is not signed in", async () => {
  const api = composerApi();
  const item = put(api);
  const reply = await api.call("POST", `/compositions/${item.id}/share`, { json: {} });
  expect(reply).toMatchObject({ status: 201, headers: { etag: '"2"', "cache-control": "no-store" } });
  const { url, token, createdAt, expiresAt } = resourceOf(reply, compositionShareSchema);
  expect(url).toBe(`/shared/${token}`);
  expect(reply.headers["location"]).toBe(url);
  expect(createdAt).toBe(now.toISOString());
  expect(Date.parse(expiresAt) - now.getTime()).toBe(30 * dayMilliseconds);

  expect((await see(api, url)).body).toEqual({
    name: "A piece",
    technique: "unet-gan",
    modelId: "unet-gan-bach",
    seed: 1,
    sampleMelodyId: "twinkle-twinkle",
    inputOptions: {},
    parameters: {},
    output: {
      ...finishedOutput,
      // "Silent" is not one of our names.
      tracks: finishedOutput.tracks.map((track) =>
        track.name === "Silent" ? { ...track, name: "Acoustic Bass" } : track,
      ),
      timeSignature: "4/4",
      editEventCount: 1,
    },
    expiresAt,
  });
  const file = await see(api, `${url}/midi`);
  const digest = createHash("sha256").update(file.bytes).digest("hex");
  expect(file).toMatchObject({ status: 200, headers: { "content-type": "audio/midi", etag: `"${digest}"` } });
  const [heard, own] = [parseMidi(file.bytes), parseMidi(midi)];
  expect(heard.tracks.map(({ notes }) => notes)).toEqual(own.tracks.map(({ notes }) => notes));
  const edits = await see(api, `${url}/edit-events`);
  expect(edits.body).toEqual({ items: [expect.objectContaining({ step: 1, pitch: 62 })] });
  const inColumns = await see(api, `${url}/edit-events`, { accept: editEventColumnsType });
  expect(inColumns.body).toMatchObject({ step: [1], pitch: [62] });
  // The composition says that it is shared, and not by which link.
  const { share: shared } = resourceOf(await api.call("GET", `/compositions/${item.id}`), compositionSchema);
  expect(shared).toEqual({ createdAt, expiresAt });
});

test("nothing that people get who have the link names the owner, an id, an input or a model of the owner's", async () => {
  const api = composerApi();
  const inputs: readonly CompositionItem["input"][] = [
    { trackId: "T".repeat(26) },
    { compositionId: "C".repeat(26), trackIndex: 1 },
  ];
  for (const input of inputs) {
    const item = put(api, {
      sub: bob,
      input,
      model: { id: "M".repeat(26), stock: false, sha256: "e".repeat(64), bytes: 3 },
      rating: "poor",
    });
    const { url } = await share(api, item);
    for (const view of views) {
      const { status, headers, bytes } = await see(api, `${url}${view}`);
      expect(status).toBe(200);
      const everything = JSON.stringify(headers) + bytes.toString("latin1");
      for (const secret of [
        bob,
        item.id,
        "TTTTTTTT",
        "CCCCCCCC",
        "MMMMMMMM",
        "eeeeeeee",
        "My secret draft",
        "poor",
        "users/",
      ])
        expect(everything).not.toContain(secret);
    }
    api.files.objects.clear();
    for (const view of views.slice(1)) {
      const reply = await see(api, `${url}${view}`);
      expect(problemOf(reply)).toMatchObject({ status: 410, code: "FILE_LOST" });
      expect(reply.bytes.toString()).not.toContain(item.id);
    }
    // Whoever runs the stage learns from the log which piece it is.
    expect(
      JSON.stringify(api.log.lines, (_, value: unknown) => (value instanceof Error ? value.message : value)),
    ).toContain(item.id);
  }
});

test("the names that an uploaded file gave its tracks are in no public response, in whatever revision", async () => {
  const secret = "SECRET: for Anna, 5 May";
  const tracks = [1, 2].map((index) => ({ ...secretTrack, name: `${secret} ${index}` }));
  const api = composerApi();
  const files = {
    one: writePlayedPiece({ ...secretPiece, tracks }),
    two: writePlayedPiece({ ...secretPiece, tempo: 90, tracks }),
  };
  const [composed, corrected] = (["one", "two"] as const).map((token, index) => {
    const bytes = files[token];
    return {
      revision: index + 1,
      token,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      bytes: bytes.length,
    };
  });
  const item = put(api, {
    output: {
      ...finishedOutput,
      tracks: tracks.map(({ name, program }, index) => ({ index, name, program, noteCount: 1, source: "input" })),
      editEventCount: 1,
    },
    ...(composed === undefined || corrected === undefined ? {} : { midi: corrected, composed }),
  });
  for (const token of ["one", "two"] as const) {
    api.files.objects.set(compositionMidiKey(item, { revision: token === "one" ? 1 : 2, token }), files[token]);
  }
  const { url } = await share(api, item);
  for (const view of views) {
    const { status, headers, bytes } = await see(api, `${url}${view}`);
    expect([view, status]).toEqual([view, 200]);
    expect(JSON.stringify(headers) + bytes.toString("latin1")).not.toMatch(/SECRET|Anna/);
  }
  const names = ["Violin", "Violin 2"];
  expect((await see(api, url)).body).toMatchObject({ output: { tracks: names.map((name) => ({ name })) } });
  const heard = await Promise.all(["/midi", "/midi?revision=0"].map(async (view) => await see(api, `${url}${view}`)));
  expect(
    heard.map(({ bytes }) => parseMidi(bytes)).map(({ tracks, tempos }) => [tracks.map(({ name }) => name), tempos]),
  ).toEqual([
    [names, [{ tick: 0, beatsPerMinute: 90 }]],
    [names, [{ tick: 0, beatsPerMinute: 100 }]],
  ]);
});

test("a file of a shared piece is given as bytes only: a URL of the bucket would say whose it is", async () => {
  const api = composerApi();
  const { url } = await share(api, put(api));
  const reply = await see(api, `${url}/midi`, { accept: "application/json" });
  expect(problemOf(reply)).toMatchObject({ code: "NOT_ACCEPTABLE" });
});

test("a damaged file is not passed on", async () => {
  const api = composerApi();
  const item = put(api);
  const { url } = await share(api, item);
  api.files.objects.set(compositionMidiKey(item, { revision: 1, token: "abc" }), new Uint8Array([1, 2, 3]));
  expect(problemOf(await see(api, `${url}/midi`)).code).toBe("FILE_LOST");
});

test("the token is drawn from 192 bits, and is nowhere kept", async () => {
  const tokens = Array.from({ length: 1_000 }, newShareToken);
  expect(new Set(tokens).size).toBe(1_000);
  for (const token of tokens) {
    expect(token).toMatch(shareTokenPattern);
    expect(Buffer.from(token, "base64url")).toHaveLength(24);
  }
  const api = composerApi();
  const { token } = await share(api, put(api));
  await see(api, `/shared/${token}/midi`);
  const kept = JSON.stringify([api.stores.table.peek(undefined, ""), [...api.files.objects.keys()]]);
  expect(kept).toContain(createHash("sha256").update(token).digest("hex"));
  expect(kept).not.toContain(token);
  expect(JSON.stringify([api.log.lines, api.operationsLog.lines])).not.toContain(token);
});

test("what never was, what was revoked, replaced, deleted or has expired, and what is no token, all get one and the same problem", async () => {
  let instant = now.getTime();
  const api = composerApi({ clock: () => new Date(instant) });
  const [revoked, deleted, replaced, expired] = [put(api), put(api), put(api), put(api)];
  const links = [await share(api, revoked), await share(api, deleted), await share(api, replaced)];
  links.push(await share(api, expired, { days: 1 }));
  await share(api, replaced);
  for (const { url } of links.filter((_, index) => index !== 2)) expect((await see(api, url)).status).toBe(200);
  expect((await api.call("DELETE", `/compositions/${revoked.id}/share`)).status).toBe(204);
  expect((await api.call("DELETE", `/compositions/${deleted.id}`)).status).toBe(204);
  instant += dayMilliseconds - 1;
  expect((await see(api, links[3]?.url ?? "")).status).toBe(200);
  instant += 1;
  const tokens = [
    ...links.map(({ token }) => token),
    newShareToken(),
    "x",
    "..",
    "%",
    revoked.id,
    "a".repeat(33),
    "\u202e".repeat(32),
    "A".repeat(31) + "=",
    "__proto__",
    "q".repeat(5_000),
  ];
  const problems = new Set<string>();
  for (const token of tokens) {
    for (const view of views) {
      const reply = await see(api, `/shared/${token}${view}`);
      expect([reply.status, reply.headers["retry-after"], reply.headers["etag"]]).toEqual([404, undefined, undefined]);
      const { code, detail, errors } = problemOf(reply);
      problems.add(JSON.stringify({ code, detail, errors }));
    }
  }
  expect([...problems].map((problem) => (JSON.parse(problem) as { code: string }).code)).toEqual(["SHARE_NOT_FOUND"]);
});

test("whatever is shared, revoked and deleted in whatever order, exactly the last link of each shared piece opens it", async () => {
  const step = fc.tuple(fc.nat(2), fc.constantFrom("share", "revoke", "rename", "delete"));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      const api = composerApi();
      const items = [put(api, { name: "0" }), put(api, { name: "1", sub: bob }), put(api, { name: "2" })];
      const present = new Map<number, string>();
      const ended: string[] = [];
      for (const [index, word] of steps) {
        const item = items[index];
        if (item === undefined || !api.compositions.all().some(({ id }) => id === item.id)) continue;
        const before = present.get(index);
        if (word === "rename") {
          const [row] = await api.compositions.getMany(item.sub, [item.id]);
          if (row !== undefined) await api.ports.compositions.change(row, { name: `${index}` });
          continue;
        }
        if (before !== undefined) ended.push(before);
        present.delete(index);
        if (word === "share") present.set(index, (await share(api, item)).url);
        else {
          const path = `/compositions/${item.id}${word === "revoke" ? "/share" : ""}`;
          expect((await api.call("DELETE", path, { sub: item.sub })).status).toBe(204);
        }
      }
      for (const [index, url] of present) expect((await see(api, url)).body).toMatchObject({ name: `${index}` });
      for (const url of ended) expect((await see(api, url)).status).toBe(404);
      // No row is left that leads nowhere.
      expect(shareRows(api)).toHaveLength(present.size);
    }),
    { numRuns: 40 },
  );
});

test("the row of a share ends by itself, and that of the composition does not", async () => {
  const api = composerApi();
  const item = put(api);
  const { expiresAt } = await share(api, item, { days: 365 });
  expect(shareRows(api)).toMatchObject([{ expiresAt: Date.parse(expiresAt) / 1000 }]);
  const [row] = api.stores.table.peek(undefined, "COMPOSITION#");
  expect(row).not.toHaveProperty("expiresAt");
});

test("a piece that is changed is shared as it is now", async () => {
  const api = composerApi();
  const item = put(api);
  const { url } = await share(api, item);
  const first = await see(api, url);
  const known = { "if-none-match": first.headers["etag"] ?? "" };
  expect((await see(api, url, known)).status).toBe(304);
  const [row] = await api.compositions.getMany(alice, [item.id]);
  if (row === undefined) throw new Error("the composition is gone");
  await api.ports.compositions.change(row, { name: "Another name" });
  expect((await see(api, url, known)).body).toMatchObject({ name: "Another name" });
});

test("only its owner shares a piece or ends its share, and only when it is finished", async () => {
  const api = composerApi();
  const item = put(api);
  const path = `/compositions/${item.id}/share`;
  const { url } = await share(api, item);
  expect((await api.call("POST", path, { sub: bob, json: {} })).status).toBe(404);
  expect((await api.call("DELETE", path, { sub: bob })).status).toBe(404);
  expect((await api.call("POST", path, { ...nobody, json: {} })).status).toBe(401);
  expect((await api.call("DELETE", path, nobody)).status).toBe(401);
  expect((await see(api, url)).status).toBe(200);
  for (const state of ["PENDING", "RUNNING", "FAILED"] as const) {
    const unfinished = composition({ state });
    api.compositions.put(unfinished);
    const reply = await api.call("POST", `/compositions/${unfinished.id}/share`, { json: {} });
    expect(problemOf(reply)).toMatchObject({ code: "NOT_READY", detail: expect.stringContaining(state) });
  }
});

test.each([
  [{ days: 0 }, "/days"],
  [{ days: 366 }, "/days"],
  [{ days: 1.5 }, "/days"],
  [{ days: "7" }, "/days"],
  [{ token: "mine" }, "/token"],
])("%j is refused, and nothing is shared", async (json, pointer) => {
  const api = composerApi();
  const item = put(api);
  const reply = await api.call("POST", `/compositions/${item.id}/share`, { json });
  expect(reply.status).toBe(400);
  expect(problemOf(reply).errors?.map((error) => error.pointer)).toEqual([pointer]);
  if (pointer === "/days") expect(problemOf(reply).errors?.[0]?.allowed).toContain("1 to 365");
  expect(shareRows(api)).toEqual([]);
});

test("If-Match guards sharing like any other change, and what is not shared can be ended as well", async () => {
  const api = composerApi();
  const item = put(api);
  const path = `/compositions/${item.id}/share`;
  expect((await api.call("DELETE", path)).status).toBe(204);
  expect(api.compositions.all()).toEqual([item]);
  const stale = { "if-match": '"7"' };
  expect((await api.call("POST", path, { json: {}, headers: stale })).status).toBe(412);
  expect((await api.call("POST", path, { json: {}, headers: { "if-match": '"1"' } })).status).toBe(201);
  expect((await api.call("DELETE", path, { headers: stale })).status).toBe(412);
});

test("wherever sharing is cut off, the request that is sent again leaves one link that opens the piece", async () => {
  const seeded = async (harness: ReturnType<typeof memoryHarness>) =>
    `/compositions/${await seeds.COMPOSITION(harness)}/share`;
  const once = memoryHarness();
  const dry = apiOn(once);
  await dry.call("POST", await seeded(once), { json: {} });
  const faults = everyFault(dry.calls());
  expect(faults.length).toBeGreaterThanOrEqual(8);
  for (const fault of faults) {
    const harness = memoryHarness();
    const path = await seeded(harness);
    await apiOn(harness, fault).call("POST", path, { json: {} });
    const api = apiOn(harness);
    const { url } = resourceOf(await api.call("POST", path, { json: {} }), compositionShareSchema);
    expect((await api.call("GET", url, nobody)).status).toBe(200);
    await apiOn(harness, fault).call("DELETE", path);
    expect((await api.call("DELETE", path)).status).toBe(204);
    expect((await api.call("GET", url, nobody)).status).toBe(404);
  }
});
