/**
 * The arranger from an upload to the MIDI file: the API's functions and the worker as they are deployed, on a real table
 * and real buckets. The queue between them is left out: each message is handed to the worker here.
 */
import type { Context, SQSBatchResponse } from "aws-lambda";
import { timeSignatureName } from "../../domain/music/bar-lines";
import { endTick, type MidiNote } from "../../domain/music/midi-note";
import { type Score, writeMidi } from "../../domain/music/score";
import { parseMidi, type Song } from "../../domain/music/song";
import { type PieceTimeSignature, ticksPerBar } from "../../domain/music/time-signatures";
import { compositionSchema } from "../../domain/schemas/api/compositions";
import { trackSchema } from "../../domain/schemas/api/tracks";
import { environmentVariables } from "../../naming/environment-variables";
import { techniqueIds, trainedTechniqueIds } from "../../naming/resource-names";
import { stockModelKey } from "../../naming/table-keys";
import { placesOf } from "../support/note-places";
import { problemOf, type Reply } from "../unit/api/support/documented-api";
import { stockModel } from "../unit/api/support/items";
import { type ApiFunctions, startApiFunctions } from "./support/api-functions";
import { type LocalTable, putStockRows, startLocalTable } from "./support/local-table";

let local: LocalTable;
let functions: ApiFunctions;
let work: (event: unknown, context: Context) => Promise<SQSBatchResponse>;

const sub = "user-arranger";
const ticksPerBeat = 480;

beforeAll(async () => {
  local = await startLocalTable();
  const most = 1_000;
  const quotas = {
    ...{ openCompositions: most, openTrainingJobs: 5, tracks: most, models: 10, compositions: most, trainingJobs: 50 },
    storedBytes: 100_000_000,
    datasets: 10,
  };
  functions = await startApiFunctions({ local, quotas });
  process.env[environmentVariables.stage] = "local";
  process.env[environmentVariables.compositionQueueUrl] = `${local.endpointUrl}/queue`;
  ({ handler: work } = await import("../../lambdas/events/execute-composition/handler"));
  await putStockRows(local);
  const others = trainedTechniqueIds.filter((technique) => technique !== "unet-gan");
  for (const technique of others) {
    const row = { ...stockModel({ id: `${technique}-bach`, technique }) };
    await local.table.write([{ kind: "PUT", key: stockModelKey(row.id), row }]);
  }
});
afterAll(async () => {
  functions.stop();
  await local.stop();
});

/** Hands a composition to the worker, as the queue does. */
async function handToWorker(compositionId: string): Promise<void> {
  const message = {
    messageId: "1",
    receiptHandle: "1",
    body: JSON.stringify({ schemaVersion: 1, sub, compositionId }),
    attributes: { ApproximateFirstReceiveTimestamp: String(Date.now()), ApproximateReceiveCount: "1" },
  };
  // The worker asks its context for nothing but the time that is left, and logs the rest.
  const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
  expect(await work({ Records: [message] }, context)).toEqual({ batchItemFailures: [] });
}

const ask = async (more: object): Promise<Reply> =>
  await functions.call("POST", "/compositions", {
    sub,
    json: { name: "Evening", technique: "arranger", seed: 3, ...more },
  });

interface Piece {
  readonly id: string;
  readonly output: NonNullable<ReturnType<(typeof compositionSchema)["parse"]>["output"]>;
  readonly song: Song;
}

const fileOf = async (id: string): Promise<Song> => {
  const headers = { accept: "audio/midi" };
  return parseMidi((await functions.call("GET", `/compositions/${id}/midi`, { sub, headers })).bytes);
};

async function arranged(more: object): Promise<Piece> {
  const reply = await ask(more);
  expect({ status: reply.status, body: reply.body }).toMatchObject({ status: 202 });
  const { id } = compositionSchema.parse(reply.body);
  await handToWorker(id);
  const { body } = await functions.call("GET", `/compositions/${id}`, { sub });
  const { state, failure, output } = compositionSchema.parse(body);
  if (output === undefined) throw new Error(`the composition is ${state}: ${JSON.stringify(failure)}`);
  return { id, output, song: await fileOf(id) };
}

/** Bars of a time signature, each with its notes as [length in sixteenths, pitch]. A pitch of 0 is a rest. */
interface Passage {
  readonly timeSignature: PieceTimeSignature;
  readonly bars: readonly (readonly (readonly [length: number, pitch: number])[])[];
}

function notesOf({ bars }: Passage): MidiNote[] {
  let step = 0;
  return bars.flat().flatMap(([length, pitch]) => {
    const startTick = (step * ticksPerBeat) / 4;
    step += length;
    return pitch === 0 ? [] : [{ startTick, durationTicks: (length * ticksPerBeat) / 4, pitch, velocity: 90 }];
  });
}

function fileIn(passage: Passage): Uint8Array {
  const { timeSignature, bars } = passage;
  const score: Score = {
    ...{ schemaVersion: 1, name: "Upload", ticksPerBeat, tempo: 120, bars: bars.length, timeSignature },
    tracks: [{ name: "Tune", program: 0, source: "input", notes: notesOf(passage) }],
  };
  return writeMidi(score);
}

async function upload(bytes: Uint8Array) {
  const headers = { "content-type": "audio/midi" };
  const reply = await functions.call("POST", "/tracks", { sub, bytes, headers });
  expect(reply.status).toBe(201);
  return trackSchema.parse(reply.body);
}

/** With an upbeat of a quarter note in its first bar. */
const waltz: Passage = {
  timeSignature: "3/4",
  bars: [
    ...[[[8, 0] as const, [4, 67] as const]],
    ...[
      [72, 76, 74],
      [72, 71, 69],
      [67, 65, 64],
      [65, 67, 69],
      [67, 72, 71],
    ].map((bar) => bar.map((pitch) => [4, pitch] as const)),
    [[12, 74]],
    [[12, 72]],
  ],
};

const jig: Passage = {
  timeSignature: "6/8",
  bars: [
    ...[
      [67, 69, 71, 74, 71, 69],
      [67, 71, 74, 79, 74, 71],
      [72, 71, 69, 71, 69, 67],
      [69, 67, 66, 69, 71, 72],
      [74, 71, 67, 72, 69, 66],
    ].map((bar) => bar.map((pitch) => [2, pitch] as const)),
    [[12, 67]],
  ],
};

/** Bars of the band: it plays in each from its entry on, and ends with the piece. */
function expectBars({ song, output }: Piece, timeSignature: PieceTimeSignature, bars: number, entryBar: number): void {
  expect(output).toMatchObject({ bars, timeSignature });
  expect(song.timeSignatures.map((sign) => [sign.tick, timeSignatureName(sign)])).toEqual([[0, timeSignature]]);
  const barTicks = ticksPerBar(timeSignature, song.ticksPerBeat);
  for (const { name, notes } of song.tracks.slice(1)) {
    expect({ name, begins: Math.floor((notes[0]?.startTick ?? 0) / barTicks) + 1 }).toEqual({ name, begins: entryBar });
    expect(Math.max(...notes.map(endTick))).toBeLessThanOrEqual(bars * barTicks);
  }
  const bass = song.tracks.find(({ name }) => /bass/i.test(name))?.notes ?? [];
  const downbeats = bass.filter(({ startTick }) => startTick % barTicks === 0);
  expect(downbeats.map(({ startTick }) => startTick / barTicks + 1)).toEqual(
    Array.from({ length: bars - entryBar + 1 }, (_, index) => entryBar + index),
  );
}

test("4/4, pop: a built-in melody gets a band", async () => {
  const piece = await arranged({ input: { sampleMelodyId: "twinkle-twinkle" }, parameters: { style: "pop" } });
  expect(piece.output.tracks.map(({ name }) => name).slice(1)).toEqual(["Piano", "Strings", "Bass", "Drums"]);
  expectBars(piece, "4/4", 12, 1);
});

test("3/4, waltz: an upload with an upbeat keeps its notes and its bars, also in a later change", async () => {
  const track = await upload(fileIn(waltz));
  expect(track).toMatchObject({ bars: 8, timeSignature: "3/4" });
  expect(track.usableBars).toEqual([{ firstBar: 1, lastBar: 8, timeSignature: "3/4", techniques: techniqueIds }]);
  const piece = await arranged({ input: { trackId: track.id }, parameters: { style: "waltz" } });
  // The band comes in with the bar after the upbeat.
  expectBars(piece, "3/4", 8, 2);
  expect(placesOf(piece.song.tracks[0]?.notes)).toEqual(placesOf(notesOf(waltz)));
  const performance = { instruments: "strings", ritardando: false };
  const changed = await functions.call("PATCH", `/compositions/${piece.id}`, { sub, json: { performance } });
  expect(changed.status).toBe(200);
  const later = await fileOf(piece.id);
  expect(later.timeSignatures.map(timeSignatureName)).toEqual(["3/4"]);
  expect(later.tempos).toHaveLength(1);
  expect(piece.song.tempos.length).toBeGreaterThan(1);
});

test("6/8: an upload is arranged in two beats of three eighths", async () => {
  const { id } = await upload(fileIn(jig));
  const piece = await arranged({ input: { trackId: id }, parameters: { style: "bossa", density: "full" } });
  expectBars(piece, "6/8", 6, 1);
  const snare = piece.song.tracks.find(({ isDrums }) => isDrums)?.notes.filter(({ pitch }) => pitch === 38) ?? [];
  const second = snare.filter(({ startTick }) => startTick % 1440 === 720);
  expect(second.length).toBeGreaterThanOrEqual(4);
});

test("2/4: the waltz is refused with the styles that are played, and one of those is", async () => {
  const march: Passage = {
    timeSignature: "2/4",
    bars: [
      [
        [4, 67],
        [4, 72],
      ],
      [[8, 72]],
    ],
  };
  const { id } = await upload(fileIn(march));
  const reply = await ask({ input: { trackId: id }, parameters: { style: "waltz" } });
  expect(reply.status).toBe(422);
  expect(problemOf(reply)).toMatchObject({
    code: "PARAMETERS_NOT_APPLICABLE",
    errors: [{ pointer: "/parameters/style", value: "waltz", allowed: "pop, rock, jazz, bossa" }],
  });
  expectBars(await arranged({ input: { trackId: id }, parameters: { style: "rock" } }), "2/4", 2, 1);
});

test.each(trainedTechniqueIds)(
  "a model of %s in 4/4 refuses 3/4, and names both and what takes it",
  async (technique) => {
    const { id } = await upload(fileIn(waltz));
    const reply = await ask({ technique, modelId: `${technique}-bach`, input: { trackId: id } });
    expect(reply.status).toBe(422);
    expect(problemOf(reply)).toMatchObject({
      code: "TIME_SIGNATURE_NOT_SUPPORTED",
      detail: expect.stringMatching(
        /bars 1 to 8 are in 3\/4; the model was trained in 4\/4.*the technique .*arranger, which takes 3\/4/,
      ) as unknown,
      errors: [
        { pointer: "/modelId", value: `${technique}-bach`, allowed: `a model of ${technique} that was trained in 3/4` },
      ],
    });
  },
);

test("a piece in 3/4 is the input of the next one for the arranger, and not for a model", async () => {
  const { id: trackId } = await upload(fileIn(waltz));
  const first = await arranged({ input: { trackId } });
  const bass = first.output.tracks.find(({ name }) => name === "Bass");
  const next = await arranged({
    input: { compositionId: first.id, trackIndex: bass?.index },
    parameters: { style: "jazz" },
  });
  expect(next.output).toMatchObject({ bars: 8, timeSignature: "3/4" });
  expect(placesOf(next.song.tracks[0]?.notes)).toHaveLength(bass?.noteCount ?? 0);
  const part = await arranged({ input: { compositionId: first.id }, inputOptions: { startBar: 3, bars: 4 } });
  expect(part.output).toMatchObject({ bars: 4, timeSignature: "3/4" });
  const reply = await ask({ technique: "ar-cnn", modelId: "ar-cnn-bach", input: { compositionId: first.id } });
  expect(reply.status).toBe(422);
  expect(problemOf(reply).code).toBe("TIME_SIGNATURE_NOT_SUPPORTED");
});

test("of a file that changes its time signature, bars in one of them are chosen", async () => {
  // Two bars of 4/4 before the waltz: its time signature comes later, and so do its notes.
  const bytes = Buffer.from(fileIn(waltz));
  const sign = bytes.indexOf(Buffer.from([0xff, 0x58, 0x04, 0x03]));
  const common = Buffer.from([0x00, 0xff, 0x58, 0x04, 0x04, 0x02, 0x18, 0x08]);
  // 3,840 ticks as the number of variable length 0x9e00.
  const changed = Buffer.concat([bytes.subarray(0, sign - 1), common, Buffer.from([0x9e, 0x00]), bytes.subarray(sign)]);
  const header = changed.indexOf("MTrk") + 4;
  changed.writeUInt32BE(changed.readUInt32BE(header) + common.length + 1, header);
  const track = await upload(changed);
  // No note begins in the first two bars.
  expect(track.usableBars).toEqual([{ firstBar: 3, lastBar: 10, timeSignature: "3/4", techniques: techniqueIds }]);
  const input = { trackId: track.id };
  const whole = await ask({ input });
  expect(whole.status).toBe(422);
  expect(problemOf(whole)).toMatchObject({
    code: "TIME_SIGNATURE_NOT_SUPPORTED",
    errors: [{ pointer: "/inputOptions/bars", value: 10, allowed: "bars 3 to 10" }],
  });
  const piece = await arranged({ input, inputOptions: { startBar: 3 }, parameters: { style: "waltz" } });
  expectBars(piece, "3/4", 8, 2);
  expect(placesOf(piece.song.tracks[0]?.notes)).toEqual(placesOf(notesOf(waltz)));
});
