/**
 * Ode to Joy goes on by the Transformer, and from there by every other technique, as a client with nothing but the API's
 * contract does it, on the whole local cloud.
 */
import * as z from "zod";
import { endTick, type MidiNote } from "../../../domain/music/midi-note";
import { findSampleMelody, sampleAsMelody } from "../../../domain/music/sample-melodies";
import { writeMidi } from "../../../domain/music/score";
import { parseMidi, type Song } from "../../../domain/music/song";
import type { TechniqueId } from "../../../naming/resource-names";
import { placesOf } from "../../support/note-places";
import { type ApiSession, endedComposition, openSession, type shapes } from "../api-session";
import { newUserToken, oneCloud } from "./support/one-cloud";

let api: ApiSession;

type Composition = z.infer<typeof shapes.composition>;
type More = Readonly<Record<string, unknown>>;

/** A finished piece with everything that the API says of it. */
interface Piece {
  readonly id: string;
  readonly output: NonNullable<Composition["output"]>;
  readonly midi: Uint8Array;
  readonly song: Song;
}

const problemSchema = z.object({
  code: z.string(),
  errors: z.array(z.object({ pointer: z.string(), allowed: z.string().optional() })),
});

const request = (technique: TechniqueId, more: More) => ({
  ...{ name: "Going on", technique, seed: 1, performance: { breaths: false } },
  ...(technique === "arranger" ? {} : { modelId: `${technique}-bach` }),
  ...more,
});

const ended = (technique: TechniqueId, more: More): Promise<Composition> =>
  endedComposition(api, request(technique, more));

async function compose(technique: TechniqueId, more: More): Promise<Piece> {
  const { id, state, output, failure } = await ended(technique, more);
  if (state !== "COMPLETED" || output === undefined) throw new Error(JSON.stringify(failure));
  const midi = await api.call("GET", `/compositions/${id}/midi`, { headers: { accept: "audio/midi" } });
  return { id, output, midi: midi.bytes, song: parseMidi(midi.bytes) };
}

async function refused(
  technique: TechniqueId,
  more: More,
): Promise<{ status: number; code: string; errors: string[] }> {
  const response = await api.call("POST", "/compositions", { json: request(technique, more) });
  const { code, errors } = response.json(problemSchema);
  return {
    status: response.status,
    code,
    errors: errors.map(({ pointer, allowed }) => `${pointer}: ${allowed ?? ""}`),
  };
}

async function upload(bytes: Uint8Array, query = ""): Promise<string> {
  const response = await api.call("POST", `/tracks${query}`, { bytes });
  expect(response.status).toBe(201);
  return response.json(z.object({ id: z.string() })).id;
}

const sample = findSampleMelody("ode-to-joy");
if (sample === undefined) throw new Error("there is no such tune");
const ode = sampleAsMelody(sample);
const input = { sampleMelodyId: "ode-to-joy" };
const barTicks = 4 * ode.ticksPerBeat;

const notesAfter = (notes: readonly MidiNote[] = [], tick: number): MidiNote[] =>
  notes.filter(({ startTick }) => startTick >= tick);

beforeAll(async () => {
  api = openSession(oneCloud.outputs(), await newUserToken());
});

describe("Ode to Joy", () => {
  let extended: Piece;
  let harmonized: Piece;

  it("goes on to its sixteenth bar, and its own eight bars stay as they are", async () => {
    extended = await compose("transformer", { input, parameters: { extensionBars: 8 } });
    expect(extended.output).toMatchObject({
      bars: 16,
      tempo: ode.tempo,
      tracks: [{ index: 0, name: ode.name, source: "extended", generatedFromBar: 9 }],
    });
    const [track] = extended.song.tracks;
    expect(placesOf(track?.notes.slice(0, ode.notes.length))).toEqual(placesOf(ode.notes));
    const added = track?.notes.slice(ode.notes.length) ?? [];
    expect(added.length).toBeGreaterThan(0);
    expect(notesAfter(added, 8 * barTicks)).toEqual(added);
    // The music ends in the bar that was asked for.
    const end = Math.max(...added.map(endTick));
    expect(end).toBeGreaterThan(15 * barTicks);
    expect(end).toBeLessThanOrEqual(16 * barTicks);
  });

  it("is the same piece for the same seed, and another for another", async () => {
    const [again, other] = await Promise.all([
      compose("transformer", { input, parameters: { extensionBars: 8 } }),
      compose("transformer", { input, parameters: { extensionBars: 8 }, seed: 2 }),
    ]);
    expect(again.midi).toEqual(extended.midi);
    expect(placesOf(other.song.tracks[0]?.notes)).not.toEqual(placesOf(extended.song.tracks[0]?.notes));
  });

  it("is harmonized in its new length, accompanied, and the tune of all is the first one's", async () => {
    harmonized = await compose("ar-cnn", { input: { compositionId: extended.id } });
    expect(harmonized.output).toMatchObject({ bars: 16 });
    expect(harmonized.output.tracks.length).toBeGreaterThan(1);
    expect(placesOf(harmonized.song.tracks[0]?.notes)).toEqual(placesOf(extended.song.tracks[0]?.notes));
    const accompanied = await compose("unet-gan", { input: { compositionId: harmonized.id } });
    expect(accompanied.output).toMatchObject({ bars: 16, tracks: [{ source: "input" }, {}, {}, {}] });
    expect(placesOf(accompanied.song.tracks[0]?.notes)).toEqual(placesOf(extended.song.tracks[0]?.notes));
  });

  it("goes on with all its voices, each in its own track", async () => {
    const goneOn = await compose("transformer", {
      input: { compositionId: harmonized.id },
      parameters: { extensionBars: 4 },
    });
    expect(goneOn.output).toMatchObject({ bars: 20 });
    expect(goneOn.output.tracks.map(({ name }) => name)).toEqual(harmonized.output.tracks.map(({ name }) => name));
    harmonized.song.tracks.forEach(({ notes }, index) => {
      expect(placesOf(goneOn.song.tracks[index]?.notes.slice(0, notes.length))).toEqual(placesOf(notes));
    });
    const extendedTracks = goneOn.output.tracks.filter(({ source }) => source === "extended");
    expect(extendedTracks.length).toBeGreaterThan(1);
    // The music may end before its last bar does; new music begins on the beat after it.
    const end = Math.max(...harmonized.song.tracks.flatMap(({ notes }) => notes.map(endTick)));
    const seam = Math.ceil(end / harmonized.song.ticksPerBeat);
    for (const { generatedFromBar } of extendedTracks) expect(generatedFromBar).toBe(1 + Math.floor(seam / 4));
  });

  it("is answered by the voices that it lacks, if all are asked for", async () => {
    const parameters = { extensionBars: 4, voices: "all" };
    const { output } = await compose("transformer", { input, parameters });
    const [, ...entered] = output.tracks;
    expect(entered.length).toBeGreaterThan(0);
    for (const track of entered) expect(track).toMatchObject({ source: "generated", generatedFromBar: 9 });
  });

  it("lasts as many seconds more as are asked for, at the tempo of the composition", async () => {
    const parameters = { trackExtensionDuration: 16 };
    const [slow, fast] = await Promise.all([
      compose("transformer", { input, parameters, inputOptions: { tempo: 60 } }),
      compose("transformer", { input, parameters, inputOptions: { tempo: 120 } }),
    ]);
    expect([slow.output.bars, fast.output.bars]).toEqual([8 + 4, 8 + 8]);
  });
});

it("a choir's bass goes on alone as its bass, and the voices that enter are above it and have names of their own", async () => {
  const choir = await compose("unet-gan", { input });
  const bass = choir.output.tracks.length - 1;
  const { output, song } = await compose("transformer", {
    input: { compositionId: choir.id },
    inputOptions: { extendedTracks: [bass] },
    parameters: { extensionBars: 4, voices: "all" },
  });
  expect(output.tracks[bass]?.source).toBe("extended");
  const names = output.tracks.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const meanOfNew = (track: Song["tracks"][number]): number => {
    const pitches = notesAfter(track.notes, 8 * barTicks).map(({ pitch }) => pitch);
    return pitches.reduce((sum, pitch) => sum + pitch, 0) / pitches.length;
  };
  const entered = song.tracks.slice(choir.output.tracks.length).map(meanOfNew);
  expect(entered).toHaveLength(output.tracks.filter(({ source }) => source === "generated").length);
  expect(entered.length).toBeGreaterThan(0);
  const low = song.tracks[bass];
  if (low === undefined) throw new Error("the bass is gone");
  for (const mean of entered) expect(mean).toBeGreaterThan(meanOfNew(low));
});

it("a band goes on without its drums, which stay", async () => {
  const band = await compose("arranger", { input, parameters: { style: "pop" } });
  const goneOn = await compose("transformer", { input: { compositionId: band.id }, parameters: { extensionBars: 2 } });
  expect(goneOn.output.bars).toBe(band.output.bars + 2);
  const drums = band.output.tracks.find(({ isDrums }) => isDrums === true);
  expect(goneOn.output.tracks[drums?.index ?? -1]).toMatchObject({ source: "input", noteCount: drums?.noteCount });
});

describe("a file of two tracks", () => {
  const low = ode.notes.map((note) => ({ ...note, pitch: note.pitch - 24 }));
  let trackId: string;

  beforeAll(async () => {
    const { ticksPerBeat, tempo, bars } = ode;
    const file = writeMidi({
      ...{ schemaVersion: 1, name: "Two", ticksPerBeat, tempo, bars },
      tracks: [
        { name: "High", program: 73, source: "input", notes: [...ode.notes] },
        { name: "Low", program: 42, source: "input", notes: low },
      ],
    });
    trackId = await upload(file, "?trackIndex=1");
  });

  it("goes on as one track, or with all of them, the chosen one first", async () => {
    const parameters = { extensionBars: 2 };
    const one = await compose("transformer", { input: { trackId }, parameters });
    expect(one.song.tracks.map(({ name }) => name)).toEqual(["Low"]);
    const all = await compose("transformer", { input: { trackId }, inputOptions: { allTracks: true }, parameters });
    expect(all.song.tracks.map(({ name }) => name)).toEqual(["Low", "High"]);
    expect(placesOf(all.song.tracks[0]?.notes.slice(0, low.length))).toEqual(placesOf(low));
    expect(placesOf(all.song.tracks[1]?.notes.slice(0, low.length))).toEqual(placesOf(ode.notes));
  });

  it("goes on with the chosen track alone, in the pitches asked for, and the other stays as it is", async () => {
    const { output, song } = await compose("transformer", {
      input: { trackId },
      inputOptions: { allTracks: true, extendedTracks: [0] },
      parameters: { extensionBars: 2, lowestPitch: 90, keepRegister: true },
    });
    expect(output.tracks.map(({ name, source }) => [name, source])).toEqual([
      ["Low", "input"],
      ["High", "extended"],
    ]);
    expect(placesOf(song.tracks[0]?.notes)).toEqual(placesOf(low));
    const added = song.tracks[1]?.notes.slice(ode.notes.length) ?? [];
    expect(added.length).toBeGreaterThan(0);
    expect(Math.min(...added.map(({ pitch }) => pitch))).toBeGreaterThanOrEqual(90);
    const wrong = { input: { trackId }, inputOptions: { allTracks: true, extendedTracks: [0, 7] } };
    expect(await refused("transformer", wrong)).toMatchObject({
      status: 422,
      code: "TRACK_NOT_FOUND",
      errors: ["/inputOptions/extendedTracks: 0, 1"],
    });
  });

  it("is refused at once if no note of the tracks that go on begins in the chosen bars", async () => {
    const { ticksPerBeat, tempo, bars } = ode;
    const file = writeMidi({
      ...{ schemaVersion: 1, name: "Late", ticksPerBeat, tempo, bars },
      tracks: [
        { name: "High", program: 73, source: "input", notes: [...ode.notes] },
        { name: "Late", program: 42, source: "input", notes: notesAfter(low, 4 * barTicks) },
      ],
    });
    const late = { input: { trackId: await upload(file, "?trackIndex=0") } };
    const inputOptions = { allTracks: true, extendedTracks: [1], bars: 4 };
    expect(await refused("transformer", { ...late, inputOptions })).toEqual({
      status: 422,
      code: "MELODY_EMPTY",
      errors: ["/inputOptions/extendedTracks: at least one of 0"],
    });
  });

  it("is refused where one melody is heard: 400 with every broken field", async () => {
    const wrong = { input: { trackId }, inputOptions: { allTracks: true, bars: 0 }, parameters: { ending: "soon" } };
    expect(await refused("unet-gan", wrong)).toEqual({
      status: 400,
      code: "INVALID_REQUEST",
      errors: expect.arrayContaining([
        "/inputOptions/allTracks: false, or true with the technique ar-cnn, transformer",
        expect.stringContaining("/inputOptions/bars: "),
        expect.stringContaining("/parameters/ending: "),
      ]) as unknown,
    });
  });
});

describe("a file of five tracks with the tune in the middle", () => {
  const shifts = [0, 9, 4, -12, -24];
  const { ticksPerBeat, tempo, bars } = ode;
  let trackId: string;

  beforeAll(async () => {
    const file = writeMidi({
      ...{ schemaVersion: 1, name: "Five", ticksPerBeat, tempo, bars },
      tracks: shifts.map((shift) => ({
        ...{ name: `By ${shift}`, program: 40, source: "input" as const },
        notes: ode.notes.map((note, index) => ({
          ...note,
          pitch: note.pitch + shift,
          velocity: 60 + (index % 5) * 7,
          durationTicks: note.durationTicks - ticksPerBeat / 4,
        })),
      })),
    });
    trackId = await upload(file, "?trackIndex=0");
  });

  it("goes on with the tune and three others, says which rest, and plays given notes as they are", async () => {
    const inputOptions = { allTracks: true };
    const performance = {};
    const { output, song } = await compose("transformer", {
      input: { trackId },
      inputOptions,
      performance,
      parameters: { extensionBars: 2 },
    });
    expect(output.bars).toBe(bars + 2);
    expect(output.tracks[0]).toMatchObject({ name: "By 0", source: "extended" });
    const resting = output.tracks.filter(({ source }) => source === "input").map(({ name }) => name);
    expect(resting.length).toBeGreaterThan(0);
    for (const name of resting) expect(output.remarks.join(" ")).toContain(name);
    expect(output.remarks).toContain("The model has 4 voices, so no more than 4 of the 5 tracks with notes go on.");
    song.tracks.forEach(({ notes }, index) => {
      const given = notes.slice(0, ode.notes.length).map(({ startTick, durationTicks, velocity, pitch }) => ({
        ...{ startTick, durationTicks, velocity },
        pitch: pitch - (shifts[index] ?? 0),
      }));
      expect(given).toEqual(
        ode.notes.map(({ startTick, durationTicks, pitch }, place) => ({
          ...{ startTick, durationTicks: durationTicks - ticksPerBeat / 4, pitch },
          velocity: 60 + (place % 5) * 7,
        })),
      );
    });
  });
});

it("what is added lies between the pitches asked for, in whatever octave that is", async () => {
  const { song } = await compose("transformer", { input, parameters: { extensionBars: 2, lowestPitch: 120 } });
  const added = song.tracks[0]?.notes.slice(ode.notes.length) ?? [];
  expect(added.length).toBeGreaterThan(0);
  expect(Math.min(...added.map(({ pitch }) => pitch))).toBeGreaterThanOrEqual(120);
});

describe("what cannot be", () => {
  it("is refused at once, every parameter with its range", async () => {
    const parameters = {
      creativeRisk: 3,
      samplingTechnique: "beam",
      extensionBars: -1,
      lowestPitch: 70,
      highestPitch: 60,
    };
    const { status, errors } = await refused("transformer", { input, parameters });
    expect(status).toBe(400);
    expect(errors.map((error) => error.split(":")[0]).sort()).toEqual(
      Object.keys(parameters)
        .filter((name) => name !== "lowestPitch")
        .map((name) => `/parameters/${name}`)
        .sort(),
    );
  });

  it("is refused before the work begins: more bars than a piece has room for, and an input that leaves none", async () => {
    expect(await refused("transformer", { input, parameters: { extensionBars: 57 } })).toEqual({
      status: 422,
      code: "PARAMETERS_NOT_APPLICABLE",
      errors: ["/parameters/extensionBars: an integer from 0 to 56"],
    });
    const notes = Array.from({ length: 64 }, (_, bar) => ({
      ...{ startTick: bar * barTicks, durationTicks: barTicks, pitch: 67, velocity: 80 },
    }));
    const { ticksPerBeat, tempo } = ode;
    const tracks = [{ name: "Long", program: 0, source: "input" as const, notes }];
    const trackId = await upload(writeMidi({ schemaVersion: 1, name: "Long", ticksPerBeat, tempo, bars: 64, tracks }));
    expect(await refused("transformer", { input: { trackId } })).toEqual({
      status: 422,
      code: "MELODY_TOO_LONG",
      errors: ["/inputOptions/bars: 1 to 63"],
    });
    // The extension in seconds is cut where the piece is full.
    const full = await compose("transformer", { input: { trackId }, inputOptions: { bars: 63 } });
    expect(full.output.bars).toBe(64);
  });
});
