/**
 * A melody with wrong notes in it, re-written by the AR-CNN and accompanied by the GAN, as a client with nothing but the
 * API's contract does it, on the whole local cloud.
 */
import * as z from "zod";
import { cellOf, type Cells, replayEdits, sameCells, soundingCells } from "../../../domain/music/edit-events";
import { type Melody, toGrid } from "../../../domain/music/melody";
import type { MidiNote } from "../../../domain/music/midi-note";
import { findSampleMelody, sampleAsMelody } from "../../../domain/music/sample-melodies";
import { writeMidi } from "../../../domain/music/score";
import { parseMidi, type Song, tempoAt } from "../../../domain/music/song";
import { editEventListSchema } from "../../../domain/schemas/api/compositions";
import type { EditEvent } from "../../../domain/schemas/invocation";
import { placesOf } from "../../support/note-places";
import { type ApiSession, endedComposition, openSession, shapes } from "../api-session";
import { randomMelody } from "../random-melody";
import { newUserToken, oneCloud } from "./support/one-cloud";

let api: ApiSession;

type Composition = z.infer<typeof shapes.composition>;
type More = Readonly<Record<string, unknown>>;

/** A finished piece with everything that the API says of it. */
interface Piece {
  readonly id: string;
  readonly composition: Composition;
  readonly midi: Uint8Array;
  readonly song: Song;
  /** What the technique was given. */
  readonly given: Song;
  readonly edits: readonly EditEvent[];
}

const techniqueModels = { "ar-cnn": "ar-cnn-bach", "unet-gan": "unet-gan-bach" } as const;

const ended = (technique: keyof typeof techniqueModels, more: More): Promise<Composition> =>
  endedComposition(api, { name: "Re-writing", technique, modelId: techniqueModels[technique], seed: 1, ...more });

async function compose(technique: keyof typeof techniqueModels, more: More): Promise<Piece> {
  const composition = await ended(technique, more);
  if (composition.state !== "COMPLETED") throw new Error(JSON.stringify(composition.failure));
  const { id } = composition;
  const midi = await api.call("GET", `/compositions/${id}/midi`, { headers: { accept: "audio/midi" } });
  const given = await api.call("GET", `/compositions/${id}/input/midi`, { headers: { accept: "audio/midi" } });
  const events = await api.call("GET", `/compositions/${id}/edit-events`);
  expect(events.status).toBe(technique === "ar-cnn" ? 200 : 404);
  return {
    id,
    composition,
    midi: midi.bytes,
    song: parseMidi(midi.bytes),
    given: parseMidi(given.bytes),
    edits: technique === "ar-cnn" ? events.json(editEventListSchema).items : [],
  };
}

async function upload(bytes: Uint8Array, query = ""): Promise<string> {
  const response = await api.call("POST", `/tracks${query}`, { bytes });
  expect(response.status).toBe(201);
  return response.json(z.object({ id: z.string() })).id;
}

/** Puts a file in the place of a piece's own, with the ETag that the piece has. */
async function correct(id: string, bytes: Uint8Array): Promise<object> {
  const present = await api.call("GET", `/compositions/${id}`);
  const headers = { "content-type": "audio/midi", "if-match": present.headers.get("etag") ?? "" };
  const corrected = await api.call("PUT", `/compositions/${id}/midi`, { bytes, headers });
  expect(corrected.status).toBe(200);
  return corrected.json(shapes.composition.loose());
}

const cellsOf = (notes: readonly MidiNote[], { ticksPerBeat, bars }: Pick<Melody, "ticksPerBeat" | "bars">): Cells =>
  soundingCells(toGrid({ name: "", program: 0, tempo: 100, ticksPerBeat, bars, timeSignature: "4/4", notes }));

/** Replays the edits on the input, as the OpenAPI document tells clients to. */
function expectReplay(input: Melody, { song, given, edits }: Piece): void {
  const all = song.tracks.flatMap(({ notes }) => notes);
  const cells = cellsOf(given.tracks[0]?.notes ?? [], { ticksPerBeat: given.ticksPerBeat, bars: input.bars });
  expect(sameCells(cells, cellsOf(input.notes, input))).toBe(true);
  const replayed = replayEdits(cells, edits);
  expect(replayed).toBeDefined();
  const result = cellsOf(all, { ticksPerBeat: song.ticksPerBeat, bars: input.bars });
  expect(replayed !== undefined && sameCells(replayed, result)).toBe(true);
}

const dissonances: readonly number[] = [1, 2, 6, 10, 11];

/** Of the pairs of pitches that sound together at a sixteenth, the share that clash; docs/how-models-learn.md. */
function dissonantShare(cells: Cells): number {
  const byStep = new Map<number, number[]>();
  for (const cell of cells) {
    const step = Math.floor(cell / 128);
    byStep.set(step, [...(byStep.get(step) ?? []), cell % 128]);
  }
  const pairs = [...byStep.values()].flatMap((pitches) =>
    pitches.flatMap((one, index) => pitches.slice(index + 1).map((other) => Math.abs(one - other) % 12)),
  );
  return pairs.filter((interval) => dissonances.includes(interval)).length / Math.max(1, pairs.length);
}

/** Ode to Joy, with a clash in every second beat: a note a semitone above the tune's, as long as it. */
function odeToJoyWithWrongNotes(): { readonly melody: Melody; readonly wrong: readonly MidiNote[]; midi: Uint8Array } {
  const sample = findSampleMelody("ode-to-joy");
  if (sample === undefined) throw new Error("there is no such tune");
  const tune = sampleAsMelody(sample);
  const wrong = tune.notes
    .filter((_, index) => index % 2 === 1)
    .map((note) => ({ ...note, pitch: note.pitch + 1, velocity: 70 }));
  const notes = [...tune.notes, ...wrong].sort(
    (one, other) => one.startTick - other.startTick || one.pitch - other.pitch,
  );
  const { ticksPerBeat, tempo, bars } = tune;
  const drone = [{ startTick: 0, durationTicks: 1920, pitch: 36, velocity: 60 }];
  const midi = writeMidi({
    ...{ schemaVersion: 1, name: "Wrong", ticksPerBeat, tempo, bars },
    tracks: [
      { name: "Drone", program: 42, source: "input", notes: drone },
      { name: "Tune", program: 19, source: "input", notes },
    ],
  });
  return { melody: { ...tune, program: 19, name: "Tune", notes }, wrong, midi };
}

const ode = odeToJoyWithWrongNotes();
let odeTrackId: string;
let mended: Piece;

beforeAll(async () => {
  api = openSession(oneCloud.outputs(), await newUserToken());
  // One track of a file of two.
  odeTrackId = await upload(ode.midi, "?trackIndex=1");
}, 600_000);

describe("a chorale with wrong notes", () => {
  const nameOf = ({ composition }: Piece): readonly string[] =>
    composition.output?.tracks.map(({ name }) => name) ?? [];

  it("is mended as a whole: the tune stays, and every voice keeps what is right in it", async () => {
    const chorale = await compose("ar-cnn", { input: { sampleMelodyId: "ode-to-joy" } });
    const { ticksPerBeat } = chorale.song;
    const isWrong = (track: number, index: number): boolean => track > 0 && index % 6 === track;
    const tracks = chorale.song.tracks.map((track, place) => ({
      ...{ name: track.name, program: track.program, source: "input" as const },
      notes: track.notes.map((note, index) => (isWrong(place, index) ? { ...note, pitch: note.pitch + 1 } : note)),
    }));
    // The wrong notes are a correction of the piece, so that the next piece is made from it.
    const bytes = writeMidi({ schemaVersion: 1, name: "Wrong", ticksPerBeat, tempo: 100, bars: 8, tracks });
    expect(await correct(chorale.id, bytes)).toMatchObject({ edited: true, output: { bars: 8 } });
    const given = parseMidi(bytes);

    const whole = await compose("ar-cnn", {
      input: { compositionId: chorale.id },
      inputOptions: { allTracks: true },
      parameters: { temperature: 0.5, editsPerPass: 4, minProbability: 0.5 },
    });
    const lineage = await api.call("GET", `/compositions/${whole.id}`);
    expect(lineage.json(z.object({ input: z.unknown() })).input).toEqual({ compositionId: chorale.id });
    expect(nameOf(whole).slice(0, 4)).toEqual(nameOf(chorale));
    expect(placesOf(whole.song.tracks[0]?.notes)).toEqual(placesOf(given.tracks[0]?.notes));
    const all = (song: Song): Cells =>
      cellsOf(
        song.tracks.flatMap(({ notes }) => notes),
        { ticksPerBeat: song.ticksPerBeat, bars: 8 },
      );
    expect(dissonantShare(all(whole.song))).toBeLessThan(dissonantShare(all(given)));
    const replayed = replayEdits(all(given), whole.edits);
    expect(replayed !== undefined && sameCells(replayed, all(whole.song))).toBe(true);
    // The piece before the correction is kept beside it.
    const own = await api.call("GET", `/compositions/${chorale.id}/midi?revision=0`, {
      headers: { accept: "audio/midi" },
    });
    expect(own.bytes).toEqual(chorale.midi);
  });
});

describe("Ode to Joy with wrong notes", () => {
  it("is re-written as one piece, with fewer clashes, and its edits can be replayed", async () => {
    mended = await compose("ar-cnn", { input: { trackId: odeTrackId }, parameters: { melodyLock: false } });
    expect(mended.composition.output).toMatchObject({
      bars: 8,
      tempo: 100,
      tracks: [{ index: 0, name: "Tune", source: "generated" }],
    });
    expect(mended.song.tracks.map(({ name, program }) => ({ name, program }))).toEqual([{ name: "Tune", program: 19 }]);
    expect(mended.edits.length).toBeGreaterThan(0);
    expectReplay(ode.melody, mended);
    const { ticksPerBeat, tracks } = mended.song;
    const result = cellsOf(tracks[0]?.notes ?? [], { ticksPerBeat, bars: 8 });
    // Every pair of the input clashes; what is between two tunes of one's own making hardly ever does.
    expect(dissonantShare(cellsOf(ode.melody.notes, ode.melody))).toBe(1);
    expect(dissonantShare(result)).toBeLessThan(0.5);
    const wrongCells = cellsOf(ode.wrong, ode.melody);
    expect([...wrongCells].filter((cell) => result.has(cell)).length).toBeLessThan(wrongCells.size / 2);
  });

  it("is the same piece for the same seed, and another for another", async () => {
    const [again, other] = await Promise.all([
      compose("ar-cnn", { input: { trackId: odeTrackId }, parameters: { melodyLock: false } }),
      compose("ar-cnn", { input: { trackId: odeTrackId }, parameters: { melodyLock: false }, seed: 2 }),
    ]);
    expect(again.midi).toEqual(mended.midi);
    expect(again.edits).toEqual(mended.edits);
    expect(other.edits).not.toEqual(mended.edits);
  });

  it("keeps every note of a locked melody, and writes voices below it, each a track", async () => {
    const locked = await compose("ar-cnn", { input: { trackId: odeTrackId } });
    // Two voices are given, and Bach has four.
    expect(locked.song.tracks.map(({ name }) => name)).toEqual(["Tune", "Alto", "Bass"]);
    expect(locked.composition.output?.tracks.map(({ source }) => source)).toEqual(["input", "generated", "generated"]);
    expect(placesOf(locked.song.tracks[0]?.notes)).toEqual(placesOf(ode.melody.notes));
    for (const { notes } of locked.song.tracks.slice(1)) {
      expect(notes.length).toBeGreaterThan(0);
      notes.slice(1).forEach(({ startTick }, index) => {
        const before = notes[index];
        expect((before?.startTick ?? 0) + (before?.durationTicks ?? 0)).toBeLessThanOrEqual(startTick);
      });
    }
    expect(locked.edits.filter(({ original }) => original)).toEqual([]);
    expectReplay(ode.melody, locked);
  });

  it("is edited only where, and as much as, the parameters allow", async () => {
    const parameters = {
      melodyLock: false,
      ...{ firstBar: 3, lastBar: 4, lowestPitch: 48, highestPitch: 72 },
      ...{ maxNotesAdded: 50, maxPercentageOfInitialNotesRemoved: 10, samplingIterations: 20, editsPerPass: 8 },
    };
    const piece = await compose("ar-cnn", { input: { trackId: odeTrackId }, parameters });
    expect(piece.edits.length).toBeGreaterThan(0);
    expectReplay(ode.melody, piece);
    const maxRemoved = Math.floor(cellsOf(ode.melody.notes, ode.melody).size / 10);
    let [added, removed] = [0, 0];
    for (const { step, pitch, kind, original, pass } of piece.edits) {
      expect(Math.floor(step / 16)).toBeGreaterThanOrEqual(2);
      expect(Math.floor(step / 16)).toBeLessThanOrEqual(3);
      expect(pitch).toBeGreaterThanOrEqual(48);
      expect(pitch).toBeLessThanOrEqual(72);
      expect(pass).toBeLessThan(20);
      if (original) removed += kind === "remove" ? 1 : -1;
      else added += kind === "add" ? 1 : -1;
      expect(added).toBeLessThanOrEqual(50);
      expect(removed).toBeLessThanOrEqual(maxRemoved);
    }
    expect(piece.edits.length).toBeLessThanOrEqual(20 * 8);
  });
});

describe("one technique after the other", () => {
  it("the GAN accompanies the re-written piece and leaves it as it is; the AR-CNN goes on from any of its voices", async () => {
    // As the next melody, a voice has the lengths with which it was composed, before it breathed.
    const performance = { breaths: false };
    const accompanied = await compose("unet-gan", { input: { compositionId: mended.id }, performance });
    expect(accompanied.song.tracks).toHaveLength(4);
    expect(placesOf(accompanied.song.tracks[0]?.notes)).toEqual(placesOf(mended.song.tracks[0]?.notes));
    expect(accompanied.composition.output?.tracks[0]).toMatchObject({ source: "input" });

    const bass = accompanied.song.tracks[3];
    if (bass === undefined) throw new Error("there is no fourth voice");
    const goneOn = await compose("ar-cnn", {
      input: { compositionId: accompanied.id, trackIndex: 3 },
      parameters: { melodyLock: true, samplingIterations: 10 },
    });
    expect(placesOf(goneOn.song.tracks[0]?.notes)).toEqual(placesOf(bass.notes));
    const { ticksPerBeat } = accompanied.song;
    const tempo = tempoAt(accompanied.song, 0);
    const tune = { name: bass.name, program: 0, ticksPerBeat, tempo, bars: 8, notes: bass.notes };
    expectReplay({ ...tune, timeSignature: "4/4" }, goneOn);
  });
});

describe("64 bars, played off the grid", () => {
  it("are re-written in one go, and notes that were left alone keep their ticks and velocities", async () => {
    const long = randomMelody(64);
    const input: Melody = { name: "", program: 73, tempo: 96, timeSignature: "4/4", ...long };
    const trackId = await upload(long.midi);
    const piece = await compose("ar-cnn", {
      input: { trackId },
      parameters: { melodyLock: false, samplingIterations: 40 },
    });
    expect(piece.composition.output).toMatchObject({ bars: 64, tempo: 96 });
    expectReplay(input, piece);
    const edited = new Set(piece.edits.map(({ step, pitch }) => cellOf(step, pitch)));
    const alone = long.notes.filter((note) =>
      toGrid({ ...input, notes: [note] }).every(({ onset, duration, pitch }) =>
        Array.from({ length: duration + 2 }, (_, index) => cellOf(onset + index - 1, pitch)).every(
          (cell) => !edited.has(cell),
        ),
      ),
    );
    expect(alone.length).toBeGreaterThan(0);
    expect(alone.some(({ startTick }) => startTick % 120 !== 0)).toBe(true);
    // Compared as text: a thousand times a thousand objects would keep this process from hearing of closed connections.
    const asText = ({ startTick, durationTicks, pitch, velocity }: MidiNote): string =>
      [startTick, durationTicks, pitch, velocity].join(" ");
    const kept = new Set(piece.song.tracks[0]?.notes.map(asText));
    expect(alone.map(asText).filter((note) => !kept.has(note))).toEqual([]);
  });
});

describe("what only the worker or the model finds out ends the composition FAILED, and says why", () => {
  it("a region of pitches that the model does not know", async () => {
    const { state, failure } = await ended("ar-cnn", {
      input: { trackId: odeTrackId },
      parameters: { lowestPitch: 120, highestPitch: 127 },
    });
    expect(state).toBe("FAILED");
    expect(failure).toMatchObject({ code: "BAD_REQUEST", retryable: false });
    expect(failure?.message).toMatch(
      /holds no note that this model can edit.*\/parameters\/lowestPitch is 120, allowed: /,
    );
  });
});

it("bars in which nothing begins are refused at once", async () => {
  const bar = 4 * ode.melody.ticksPerBeat;
  const notes = [0, 3].map((index) => ({ startTick: index * bar, durationTicks: 480, pitch: 60, velocity: 80 }));
  const track = { name: "Gap", program: 0, source: "input" as const, notes };
  const gap = writeMidi({ schemaVersion: 1, name: "Gap", ticksPerBeat: 480, tempo: 100, bars: 4, tracks: [track] });
  const json = {
    ...{ name: "Gap", technique: "ar-cnn", modelId: techniqueModels["ar-cnn"] },
    ...{ input: { trackId: await upload(gap) }, inputOptions: { startBar: 2, bars: 2 } },
  };
  const response = await api.call("POST", "/compositions", { json });
  expect(response.status).toBe(422);
  expect(response.json(z.object({ code: z.string(), detail: z.string() }))).toMatchObject({
    code: "MELODY_EMPTY",
    detail: expect.stringContaining("bars 2 to 3"),
  });
});

it("Twinkle, Twinkle is played by a rock band, whose drums are on channel 10", async () => {
  const { composition, song, given } = await compose("unet-gan", {
    ...{ modelId: "unet-gan-band", input: { sampleMelodyId: "twinkle-twinkle" }, performance: { breaths: false } },
  });
  expect(composition.output?.tracks.map(({ name }) => name)).toEqual([
    given.tracks[0]?.name,
    "Chords",
    "Bass",
    "Drums",
  ]);
  expect(placesOf(song.tracks[0]?.notes ?? [])).toEqual(placesOf(given.tracks[0]?.notes ?? []));
  // Channel 10 of a file is that of drums (domain/music/song.ts).
  expect(song.tracks.map(({ isDrums }) => isDrums)).toEqual([false, false, false, true]);
  const [tune, chords, bass, drums] = song.tracks;
  const bar = 4 * song.ticksPerBeat;
  for (const track of [chords, bass, drums]) {
    const bars = new Set(track?.notes.map(({ startTick }) => Math.floor(startTick / bar)));
    expect(bars.size).toBeGreaterThanOrEqual(10);
  }
  const mean = (of: typeof tune): number =>
    (of?.notes ?? []).reduce((sum, { pitch }) => sum + pitch, 0) / Math.max(1, of?.notes.length ?? 0);
  expect(mean(bass)).toBeLessThan(mean(chords));
  expect(mean(bass)).toBeLessThan(mean(tune));
});
