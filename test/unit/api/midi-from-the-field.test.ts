/** Each file of test/fixtures/midi-from-the-field the whole way: uploaded, taken as a melody, and out again as MIDI. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { trackOfPiece } from "../../../domain/music/given-piece";
import type { Melody } from "../../../domain/music/melody";
import { endTick } from "../../../domain/music/midi-note";
import { composeScore, writeMidi } from "../../../domain/music/score";
import { parseMidi, type Song } from "../../../domain/music/song";
import { type TrackResource, trackSchema } from "../../../domain/schemas/api/tracks";
import type { InputOptions } from "../../../domain/schemas/composition-parts";
import { resolvePiece } from "../../../lambdas/compositions/resolve-piece";
import { techniqueIds, trainedTechniqueIds } from "../../../naming/resource-names";
import { type ComposerApi, composerApi } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";
import { composition } from "./support/items";

const folder = join(__dirname, "../../fixtures/midi-from-the-field");
const fileOf = (name: string): Uint8Array => readFileSync(join(folder, name));

interface Uploaded {
  readonly api: ComposerApi;
  readonly track: TrackResource;
}

async function upload(name: string, query = ""): Promise<Uploaded> {
  const api = composerApi();
  const headers = { "content-type": "audio/midi" };
  const reply = await api.call("POST", `/tracks${query}`, { bytes: fileOf(name), headers });
  if (reply.status !== 201) throw new Error(`${name}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return { api, track: resourceOf(reply, trackSchema) };
}

const ask = async ({ api, track }: Uploaded, inputOptions: InputOptions = {}) =>
  await api.call("POST", "/compositions", {
    json: {
      ...{ name: "Piece", technique: "unet-gan", modelId: "unet-gan-bach" },
      ...{ input: { trackId: track.id }, inputOptions },
    },
  });

/** What a worker makes of the uploaded file, with one generated voice under it. */
async function composed(uploaded: Uploaded, inputOptions: InputOptions = {}): Promise<{ melody: Melody; out: Song }> {
  const { api, track } = uploaded;
  expect((await ask(uploaded, inputOptions)).status).toBe(202);
  const item = composition({ input: { trackId: track.id }, inputOptions });
  const resolved = await resolvePiece({
    composition: item,
    compositions: { get: async () => undefined },
    tracks: { get: async () => api.tracks.all().find(({ id }) => id === track.id) },
    artifacts: { read: async (key) => api.files.objects.get(key) },
  });
  if (resolved.kind === "UNUSABLE") throw new Error(resolved.failure.message);
  const melody = trackOfPiece(resolved.piece, 0);
  const notes = [{ onset: 0, duration: 4, pitch: 40, velocity: 80 }];
  const score = composeScore({ name: "Piece", melody, generated: [{ name: "Bass", program: 32, notes }] });
  return { melody, out: parseMidi(writeMidi(score)) };
}

const beat = 480;
const bar = 4 * beat;

interface Expected {
  readonly name: string;
  readonly changes: readonly (string | RegExp)[];
  readonly bars?: number;
  readonly notes?: number;
}

/** What holds for every usable file: bars, name in and out, and that nothing of the music is lost. */
async function goesThrough(file: string, { name, changes, bars = 8, notes = 28 }: Expected): Promise<Uploaded> {
  const uploaded = await upload(file);
  const { track } = uploaded;
  expect(track).toMatchObject({ name, bars, noteCount: notes, timeSignature: expect.any(String) as unknown });
  expect(track.changes).toHaveLength(changes.length);
  changes.forEach((change, index) => {
    expect(track.changes[index]).toEqual(typeof change === "string" ? change : expect.stringMatching(change));
  });
  if (bars <= 64 && track.otherTimeSignatures.length === 0) {
    const { melody, out } = await composed(uploaded);
    expect(melody.bars).toBe(bars);
    expect(out.tracks[0]).toMatchObject({ name, notes: { length: notes } });
    expect(out.tracks[0]?.notes).toEqual(melody.notes);
    expect(Math.max(...melody.notes.map(endTick))).toBe(bars * bar);
  }
  return uploaded;
}

const melody = { name: "Melody" };
const letter = { name: "M" };

test("i01: a header that counts a track too many", async () => {
  await goesThrough("i01-header-counts-one-more-track.mid", {
    ...melody,
    changes: ["the file says that it has 3 tracks; it has 2, and all were read"],
  });
});

test("i02: a header that counts a foreign chunk as a track", async () => {
  await goesThrough("i02-ntrks-counts-foreign-chunk.mid", {
    ...melody,
    changes: ['a chunk of the unknown kind "XFIH" was left out', /says that it has 3 tracks; it has 2/],
  });
});

test("i04: a chunk whose length reaches into the next one", async () => {
  await goesThrough("i04-middle-chunk-length-too-large.mid", {
    ...melody,
    changes: ["track 0 says that it has 30 bytes; it was read to its end, which is at 27"],
  });
});

test("i08: a RIFF file", async () => {
  await goesThrough("i08-riff-rmid.mid", { ...melody, changes: [/taken out of the RIFF file/] });
});

test.each([
  ["i11: a name in UTF-8", "i11-name-utf8.mid", "Flöte – Strophe 1"],
  ["i12: a Japanese name in UTF-8", "i12-name-utf8-japanese.mid", "主旋律"],
  ["i14: a name in Latin-1", "i14-name-latin1.mid", "Ténor"],
  ["i78: a name in UTF-16", "i78-name-utf16.mid", "Melody"],
])("%s is the same when it comes out", async (_, file, name) => {
  await goesThrough(file, { name, changes: [] });
});

test("i49: a name in Windows-1251, which the karaoke file declares", async () => {
  await goesThrough("i49-karaoke-cp1251.mid", {
    name: "Мелодия",
    changes: [/^18 lyrics and other texts from bar 1 on/],
  });
});

test("i16: 120 beats a minute until the first tempo comes", async () => {
  const { track } = await goesThrough("i16-tempo-not-at-zero.mid", {
    ...melody,
    changes: [/^the tempo changes once, in bar 5 to 60: 120 beats a minute/],
  });
  expect(track.tempo).toBe(120);
});

test("i18: of two time signatures at one tick the later holds", async () => {
  const { track } = await goesThrough("i18-metre-replaced-at-same-tick.mid", { ...melody, changes: [] });
  expect(track).toMatchObject({ timeSignature: "4/4", otherTimeSignatures: [] });
});

test("i19: a time signature after the last note says nothing about the music", async () => {
  await goesThrough("i19-metre-after-the-music.mid", { ...melody, changes: [] });
});

test("i76: 8/8 has the bars of 4/4", async () => {
  await goesThrough("i76-eight-eight.mid", { ...letter, changes: [] });
});

test("i24: drums that come first are not the melody, unless they are asked for, and then it is told", async () => {
  const { track } = await goesThrough("i24-drums-come-first.mid", {
    ...melody,
    changes: [/^track 2 "Melody" is taken as the melody: track 1 "Drums" is on channel 10/],
  });
  expect(track.trackIndex).toBe(2);
  const asked = await upload("i24-drums-come-first.mid", "?trackIndex=1");
  expect(asked.track.changes[0]).toMatch(/^track 1 was asked for, but it is on channel 10/);
});

test("i25: a file of nothing but drums has no melody", async () => {
  const api = composerApi();
  const reply = await api.call("POST", "/tracks", {
    bytes: fileOf("i25-only-drums.mid"),
    headers: { "content-type": "audio/midi" },
  });
  expect(reply.status).toBe(422);
  expect(problemOf(reply)).toMatchObject({
    code: "NO_MELODY",
    detail: expect.stringMatching(/track 1 "Drums" is on channel 10.*ask for it with trackIndex/) as unknown,
    errors: [{ pointer: "?trackIndex", allowed: "1" }],
  });
  expect(api.files.objects.size).toBe(0);
  expect((await upload("i25-only-drums.mid", "?trackIndex=1")).track.changes[0]).toMatch(/asked for/);
});

test("i32: a last note that is one tick late does not make a bar", async () => {
  const uploaded = await upload("i32-last-note-one-tick-late.mid");
  expect(uploaded.track).toMatchObject({
    bars: 8,
    changes: ["the last note ends 1 tick after bar 8: it is taken to end with the bar"],
  });
  const { melody: line, out } = await composed(uploaded);
  expect(line.bars).toBe(8);
  expect(Math.max(...(out.tracks[0]?.notes ?? []).map(endTick))).toBe(8 * bar);
});

test("i33: legato over the bar line does not make a bar, and repeated notes keep their lengths", async () => {
  const uploaded = await upload("i33-legato-30-ticks-over.mid");
  expect(uploaded.track).toMatchObject({ bars: 8, noteCount: 29 });
  expect(uploaded.track.changes).toEqual([
    "the last note ends 30 ticks after bar 8: it is taken to end with the bar",
    expect.stringMatching(/^2 notes that still sounded from bar 2 on: ended where the same pitch begins again/),
  ]);
  const { melody: line } = await composed(uploaded);
  expect(line.bars).toBe(8);
  expect(Math.min(...line.notes.map(({ durationTicks }) => durationTicks))).toBe(beat);
});

test("i34: 64 bars and a tick are 64 bars", async () => {
  const uploaded = await upload("i34-64-bars-and-one-tick.mid");
  expect(uploaded.track.bars).toBe(64);
  expect((await composed(uploaded)).melody.bars).toBe(64);
});

test("i35: rests before the notes are told with the startBar that leaves them out, also by the problem", async () => {
  const uploaded = await upload("i35-60-bars-of-rest.mid");
  expect(uploaded.track).toMatchObject({ bars: 68, firstBarWithNotes: 61 });
  expect(uploaded.track.changes[0]).toMatch(/^bars 1 to 60 are rests.*startBar 61/);
  const refused = await ask(uploaded);
  expect(refused.status).toBe(422);
  expect(problemOf(refused)).toMatchObject({
    code: "MELODY_TOO_LONG",
    detail: expect.stringContaining("Notes begin in bar 61: begin with that startBar") as unknown,
  });
  expect(problemOf(await ask(uploaded, { startBar: 2, bars: 59 }))).toMatchObject({
    code: "MELODY_EMPTY",
    errors: [{ pointer: "/inputOptions/startBar", allowed: "notes begin in bars 61 to 68" }],
  });
  const { melody: line, out } = await composed(uploaded, { startBar: 61 });
  expect(line).toMatchObject({ bars: 8, notes: { length: 28 } });
  expect(out.tracks[0]?.notes[0]?.startTick).toBe(0);
});

test("i48: real-time messages in a track are skipped", async () => {
  await goesThrough("i48-real-time-byte-in-track.mid", { name: "Track 1", changes: [/^2 system messages/] });
});

test("i50: a later instrument is told, and the first one used", async () => {
  const uploaded = await goesThrough("i50-program-change-mid-track.mid", {
    ...letter,
    changes: [/^1 later change of the instrument in bar 4: left out/],
  });
  expect((await composed(uploaded)).out.tracks[0]?.program).toBe(73);
});

test("i61: beside a melody of velocity 1 the generated notes are as soft", async () => {
  const uploaded = await goesThrough("i61-velocity-1.mid", { ...letter, changes: [] });
  const { out } = await composed(uploaded);
  expect(out.tracks.map(({ notes }) => Math.max(...notes.map(({ velocity }) => velocity)))).toEqual([1, 1]);
});

test("i69: a track that the header does not count", async () => {
  const { track } = await goesThrough("i69-ntrks-too-small.mid", {
    ...melody,
    changes: [/says that it has 2 tracks; it has 3, and all were read/],
  });
  expect(track.tracks.map(({ name }) => name)).toEqual(["Melody", "Bass"]);
});

test("i70: a note without an end ends where its pitch begins again, and shifts no other end", async () => {
  const uploaded = await goesThrough("i70-note-without-end-then-same.mid", {
    ...letter,
    changes: [/^1 note that still sounded in bar 1/],
  });
  const { melody: line } = await composed(uploaded);
  const ofMiddleC = line.notes.filter(({ pitch }) => pitch === 60).map(({ durationTicks }) => durationTicks / beat);
  expect(ofMiddleC.slice(0, 2)).toEqual([1, 1]);
  expect(Math.max(...ofMiddleC)).toBe(4);
});

test("i80: pedal and pitch bend are told", async () => {
  await goesThrough("i80-bend-and-controllers-dropped.mid", {
    ...letter,
    changes: [/^2 pedal events from bar 1 on: left out/, /^1 pitch bend event in bar 1: left out/],
  });
});

test("i83: a bar in another time signature leaves the other bars usable", async () => {
  const uploaded = await goesThrough("i83-metre-other-after-bar-8.mid", {
    ...letter,
    bars: 17,
    notes: 57,
    changes: [
      new RegExp(
        `^bar 9 is in 2/4: ${trainedTechniqueIds.join(", ")} take bars 1 to 8, or bars 10 to 17; ` +
          "arranger takes bars 1 to 8, or bar 9, or bars 10 to 17",
      ),
    ],
  });
  expect(uploaded.track.otherTimeSignatures).toEqual([{ firstBar: 9, lastBar: 9, timeSignature: "2/4" }]);
  expect(uploaded.track.usableBars).toEqual([
    { firstBar: 1, lastBar: 8, timeSignature: "4/4", techniques: [...techniqueIds] },
    { firstBar: 9, lastBar: 9, timeSignature: "2/4", techniques: ["arranger"] },
    { firstBar: 10, lastBar: 17, timeSignature: "4/4", techniques: [...techniqueIds] },
  ]);
  for (const options of [{}, { bars: 9 }, { startBar: 9 }, { startBar: 5, bars: 6 }]) {
    const refused = await ask(uploaded, options);
    expect(refused.status).toBe(422);
    expect(problemOf(refused)).toMatchObject({
      code: "TIME_SIGNATURE_NOT_SUPPORTED",
      detail: expect.stringMatching(/bar 9 is in 2\/4.*bars 1 to 8, or bars 10 to 17/) as unknown,
      errors: [{ pointer: "/inputOptions/bars", allowed: "bars 1 to 8, or bars 10 to 17" }],
    });
  }
  const before = await composed(uploaded, { bars: 8 });
  const after = await composed(uploaded, { startBar: 10 });
  expect(before.melody).toMatchObject({ bars: 8, notes: { length: 28 } });
  expect(after.melody).toMatchObject({ bars: 8, notes: before.melody.notes });
});
