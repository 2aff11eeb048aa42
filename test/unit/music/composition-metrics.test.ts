/** The metrics of a corrected piece are those that the containers measure: contracts/cases/composition-metrics.json. */
import * as z from "zod";
import cases from "../../../contracts/cases/composition-metrics.json";
import { measureMusic, measureScore } from "../../../domain/music/composition-metrics";
import { gridNoteSchema } from "../../../domain/music/grid-note";
import { stepsOf } from "../../../domain/music/melody";
import type { Score } from "../../../domain/music/score";
import { pieceTimeSignatures } from "../../../domain/music/time-signatures";

const caseSchema = z.object({
  name: z.string(),
  bars: z.int(),
  timeSignature: z.enum(pieceTimeSignatures).default("4/4"),
  melody: z.array(gridNoteSchema).optional(),
  tracks: z.array(z.array(gridNoteSchema)),
  metrics: z.record(z.string(), z.number()),
});

test.each(
  z
    .array(caseSchema)
    .parse(cases.cases)
    .map((one) => [one.name, one] as const),
)("%s has the metrics that the containers measure", (_, { bars, timeSignature, melody, tracks, metrics }) => {
  const measured = measureMusic({ melody, tracks, steps: stepsOf({ bars, timeSignature }), timeSignature });
  expect(Object.keys(measured).sort()).toEqual(Object.keys(metrics).sort());
  for (const [name, value] of Object.entries(metrics))
    expect([name, measured[name]]).toEqual([name, expect.closeTo(value, 9)]);
});

const note = (beat: number, pitch: number, beats = 1) => ({
  startTick: beat * 480,
  durationTicks: beats * 480,
  pitch,
  velocity: 80,
});
const piece = (tracks: Score["tracks"], more: Partial<Score> = {}): Score => ({
  schemaVersion: 1,
  name: "A piece",
  ticksPerBeat: 480,
  tempo: 100,
  bars: 2,
  tracks,
  ...more,
});

test("what the technique wrote is measured, beside the melody that it left alone, without drums", () => {
  const melody = { name: "Tune", program: 0, source: "input" as const, notes: [note(0, 60, 8)] };
  const bass = { name: "Bass", program: 32, source: "generated" as const, notes: [note(0, 49, 4)] };
  const drums = {
    name: "Drums",
    program: 0,
    source: "generated" as const,
    isDrums: true as const,
    notes: [note(0, 36)],
  };
  const metrics = measureScore(piece([melody, bass, drums]));
  // The second bar of the bass is empty, and a C and a C sharp are dissonant.
  expect(metrics).toMatchObject({ emptyBarRate: 0.5, dissonantPairShare: 1 });
  expect(metrics["tonalDistance"]).toBeGreaterThan(0);
  // Alone, the melody is not what was written: silence is.
  expect(measureScore(piece([melody]))).toMatchObject({ emptyBarRate: 1, qualifiedNoteRate: 0 });
});

test("of a piece that goes on, the bars from the seam on are measured", () => {
  const goesOn = {
    name: "Tune",
    program: 0,
    source: "extended" as const,
    generatedFromTick: 4 * 480,
    notes: [note(0, 60), note(1, 61), note(4, 62, 4)],
  };
  expect(measureScore(piece([goesOn]))).toMatchObject({ emptyBarRate: 0, pitchesUsed: 1, qualifiedNoteRate: 1 });
});

test("a bar of a waltz has three beats", () => {
  const waltz = { name: "Tune", program: 0, source: "generated" as const, notes: [note(0, 60), note(3, 64)] };
  const metrics = measureScore(piece([waltz], { timeSignature: "3/4" }));
  expect(metrics).toMatchObject({ emptyBarRate: 0, pitchesUsed: 1, grooveConsistency: 1 });
});
