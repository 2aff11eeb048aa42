/** The MIDI file of what a technique was given, which is kept with the piece. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import * as z from "zod";
import { gridNoteSchema } from "../../../domain/music/grid-note";
import { toGrid, trackMelody } from "../../../domain/music/melody";
import { findSampleMelody, sampleAsMelody } from "../../../domain/music/sample-melodies";
import { composeScore, type Score, writeMidi } from "../../../domain/music/score";
import { parseMidi, type Song } from "../../../domain/music/song";
import type { InputOptions } from "../../../domain/schemas/composition-parts";
import type { CompositionItem } from "../../../lambdas/stores/items";
import { compositionInputMidiKey, compositionScoreKey, trackKey } from "../../../naming/object-keys";
import { track as trackItem } from "../api/support/items";
import { composition, harnessWith, id, responseOf, sha256, sub } from "./composing-harness";

type Harness = ReturnType<typeof harnessWith>;

function keptInput({ artifacts }: Harness, row: CompositionItem): Song {
  const bytes = artifacts.objects.get(compositionInputMidiKey(row)) ?? new Uint8Array();
  expect(row.inputMidi).toEqual({
    sha256: createHash("sha256").update(bytes).digest("hex"),
    bytes: bytes.byteLength,
  });
  return parseMidi(bytes);
}

const requestSchema = z.object({
  melody: z.object({ bars: z.int(), notes: z.array(gridNoteSchema.extend({ velocity: z.int() })) }),
});
const readRequest = (request = "") => requestSchema.parse(JSON.parse(request.slice(request.indexOf("{"))));

/** Four bars in which notes begin anywhere, with a note in each bar, so that each of them can be chosen. */
const uploads = fc
  .record({
    ticksPerBeat: fc.constantFrom(24, 96, 120, 480, 1000),
    places: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 40, max: 90 })), {
      maxLength: 30,
    }),
  })
  .map(({ ticksPerBeat, places }): Uint8Array => {
    const barTicks = 4 * ticksPerBeat;
    const note = (startTick: number, pitch: number) => ({
      startTick,
      durationTicks: ticksPerBeat,
      pitch,
      velocity: 77,
    });
    const firsts = [0, 1, 2, 3].map((bar) => note(bar * barTicks + 1, 64));
    const others = places.map(([at, pitch]) => note(Math.floor(at * 4 * barTicks), pitch));
    const notes = [...firsts, ...others].sort((one, other) => one.startTick - other.startTick);
    const melody = { name: "Any", program: 5, ticksPerBeat, tempo: 88, bars: 4, timeSignature: "4/4" as const, notes };
    return writeMidi(composeScore({ name: "Any", melody, generated: [] }));
  });
const options: fc.Arbitrary<InputOptions> = fc
  .record(
    {
      tempo: fc.integer({ min: 40, max: 160 }),
      transpose: fc.integer({ min: -12, max: 12 }),
      rhythmAssist: fc.boolean(),
      startBar: fc.constantFrom(1, 2),
      bars: fc.constantFrom(1, 2, 3),
    },
    { requiredKeys: [] },
  )
  .map((chosen): InputOptions => ({ ...chosen }));

test("has the notes that the model heard, whatever options were chosen", async () => {
  await fc.assert(
    fc.asyncProperty(uploads, options, async (bytes, inputOptions) => {
      const harness = harnessWith({ input: { trackId: id(2) }, inputOptions });
      harness.tracks.put(trackItem({ sub, id: id(2) }));
      harness.artifacts.objects.set(trackKey({ sub, id: id(2) }), bytes);
      await harness.deliver();
      const song = keptInput(harness, harness.row());
      const melody = trackMelody(song, 0);
      const { melody: heard } = readRequest(harness.requests[0]);
      const grid = toGrid({ ...melody, bars: heard.bars, timeSignature: "4/4" });
      expect(grid).toEqual(heard.notes);
      expect(melody.tempo).toBeCloseTo(inputOptions.tempo ?? 88, 3);
      expect(melody.program).toBe(5);
    }),
    { numRuns: 60 },
  );
});

test("keeps ticks and velocities of a melody without options", async () => {
  const harness = harnessWith({ input: { sampleMelodyId: "ode-to-joy" } });
  await harness.deliver();
  const sample = findSampleMelody("ode-to-joy");
  expect(keptInput(harness, harness.row()).tracks).toMatchObject([
    { name: "Ode to Joy", notes: sample && sampleAsMelody(sample).notes },
  ]);
});

test("has all tracks of a piece for a technique that hears them all", async () => {
  const note = (startTick: number, pitch: number) => ({ startTick, durationTicks: 480, pitch, velocity: 70 });
  const piece: Score = {
    ...{ schemaVersion: 1, name: "Given", ticksPerBeat: 480, tempo: 90, bars: 1 },
    tracks: [
      { name: "Tune", program: 73, source: "input", notes: [note(7, 72)] },
      { name: "Drums", program: 0, source: "generated", isDrums: true, notes: [note(0, 36)] },
      { name: "Bass", program: 32, source: "generated", notes: [note(480, 48)] },
    ],
  };
  const harness = harnessWith({
    technique: "transformer",
    model: { id: "transformer-bach", stock: true, sha256, bytes: 1_000 },
    input: { compositionId: id(3) },
    inputOptions: { transpose: 2 },
  });
  const { openWork: _open, openWorkOwner: _owner, ...source } = composition({ id: id(3), state: "COMPLETED" });
  harness.compositions.add(source);
  harness.artifacts.objects.set(compositionScoreKey(source), Buffer.from(JSON.stringify(piece)));
  const voice = { name: "Voice", program: 0, notes: [] };
  const added = { ...voice, notes: [{ onset: 16, duration: 4, pitch: 74, velocity: 70 }] };
  const continuation = { firstStep: 8, bars: 2 };
  harness.responses = [responseOf({ technique: "transformer", tracks: [added, voice], continuation })];
  await harness.deliver();
  expect(keptInput(harness, harness.row()).tracks).toMatchObject([
    { name: "Tune", program: 73, notes: [note(7, 74)] },
    { name: "Drums", isDrums: true, notes: [note(0, 36)] },
    { name: "Bass", program: 32, notes: [note(480, 50)] },
  ]);
});

test("a composition that fails keeps none", async () => {
  const harness = harnessWith({ inputOptions: { startBar: 60 } });
  await harness.deliver();
  expect(harness.row()).toMatchObject({ state: "FAILED" });
  expect(harness.row().inputMidi).toBeUndefined();
  expect([...harness.artifacts.objects.keys()]).toEqual([]);
});
