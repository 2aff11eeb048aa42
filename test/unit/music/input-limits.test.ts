/** The API judges the facts of a melody, the worker the melody: they must say the same. */
import fc from "fast-check";
import { barCount, barLines, barRanges, otherTimeSignatures, usableBars } from "../../../domain/music/bar-lines";
import { chooseBars, maxMelodyBars, transposeIssue } from "../../../domain/music/input-limits";
import { applyInputOptions, firstBarWithNotes, MelodyError, type TrackMelody } from "../../../domain/music/melody";
import { timeSignaturesTakenBy } from "../../../domain/techniques/time-signatures";
import { type TechniqueId, techniqueIds } from "../../../naming/resource-names";

const ticksPerBeat = 480;

const notes = fc.array(
  fc.record({
    startTick: fc.nat({ max: 80 * 4 * ticksPerBeat }),
    durationTicks: fc.integer({ min: 1, max: 4 * ticksPerBeat }),
    pitch: fc.nat({ max: 127 }),
    velocity: fc.constant(80),
  }),
  { minLength: 1, maxLength: 12 },
);

const melodies = fc
  .record({ notes, threeFourFrom: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }) })
  .map(({ notes: unsorted, threeFourFrom }): TrackMelody => {
    const sorted = unsorted.sort((one, other) => one.startTick - other.startTick);
    const timeSignatures = [{ tick: 0, numerator: 4, denominator: 4 }];
    if (threeFourFrom !== undefined) {
      timeSignatures.push({ tick: threeFourFrom * 4 * ticksPerBeat, numerator: 3, denominator: 4 });
      timeSignatures.push({ tick: (threeFourFrom * 4 + 6) * ticksPerBeat, numerator: 4, denominator: 4 });
    }
    const stretches = barLines({ timeSignatures, ticksPerBeat, notes: sorted });
    return {
      name: "",
      program: 0,
      ticksPerBeat,
      tempo: 120,
      bars: barCount(stretches),
      notes: sorted,
      barLines: stretches,
    };
  });

const inputOptions = fc.record(
  {
    startBar: fc.integer({ min: 1, max: 90 }),
    bars: fc.integer({ min: 1, max: 90 }),
    transpose: fc.integer({ min: -12, max: 12 }),
  },
  { requiredKeys: [] },
);

/** The worker's judgment: undefined where it takes the melody. */
function workersFault(
  melody: TrackMelody,
  options: Parameters<typeof applyInputOptions>[1],
  technique: TechniqueId,
): MelodyError | undefined {
  try {
    applyInputOptions(melody, options, technique);
    return undefined;
  } catch (error) {
    if (error instanceof MelodyError) return error;
    throw error;
  }
}

test("what the API refuses, the worker refuses with the same code", () => {
  fc.assert(
    fc.property(melodies, inputOptions, fc.constantFrom(...techniqueIds), (melody, options, technique) => {
      const facts = {
        bars: melody.bars,
        firstBarWithNotes: firstBarWithNotes(melody),
        ranges: barRanges(melody.bars, otherTimeSignatures(melody.barLines)),
      };
      const choice = chooseBars({ melody: facts, options, technique, maxBars: maxMelodyBars });
      const issue = workersFault(melody, options, technique);
      if (choice.kind === "REFUSED") {
        expect(issue?.code).toBe(choice.issue.code);
        return;
      }
      // Of a part of the melody the API does not know whether notes begin in it, nor how high they are.
      if (choice.bars < melody.bars) {
        expect([undefined, "MELODY_EMPTY", "PITCH_OUT_OF_RANGE"]).toContain(issue?.code);
        return;
      }
      const pitches = melody.notes.map(({ pitch }) => pitch);
      const span = { lowest: Math.min(...pitches), highest: Math.max(...pitches) };
      expect(issue?.message).toBe(transposeIssue(span, options.transpose ?? 0)?.message);
    }),
    { numRuns: 500 },
  );
});

test("chosen bars are all in one time signature that the technique takes, and every usable range can be chosen", () => {
  const rows = fc
    .array(
      fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom("3/4", "2/4", "6/8", "5/4", "4/4, cut short", "4/4")),
      { minLength: 1, maxLength: 6 },
    )
    .map((stretches) => {
      let lastBar = 0;
      const all = stretches.map(([length, timeSignature]) => {
        const firstBar = lastBar + 1;
        lastBar += length;
        return { firstBar, lastBar, timeSignature };
      });
      return { bars: lastBar, others: all.filter(({ timeSignature }) => timeSignature !== "4/4") };
    });
  fc.assert(
    fc.property(rows, inputOptions, fc.constantFrom(...techniqueIds), (row, options, technique) => {
      const ranges = barRanges(row.bars, row.others);
      const melody = { bars: row.bars, ranges };
      expect(ranges.flatMap(({ firstBar, lastBar }) => [firstBar, lastBar + 1])).toEqual([
        1,
        ...ranges.slice(1).flatMap(({ firstBar }) => [firstBar, firstBar]),
        row.bars + 1,
      ]);
      const taken = timeSignaturesTakenBy(technique);
      const choice = chooseBars({ melody, options, technique, maxBars: maxMelodyBars });
      if (choice.kind === "CHOSEN") {
        const inside = ranges.filter(
          ({ firstBar, lastBar }) => firstBar < choice.startBar + choice.bars && lastBar >= choice.startBar,
        );
        expect(inside.map(({ timeSignature }) => timeSignature)).toEqual([choice.timeSignature]);
        expect(taken).toContain(choice.timeSignature);
      } else if (choice.issue.code === "TIME_SIGNATURE_NOT_SUPPORTED") {
        // What the message advises is there.
        expect(choice.issue.allowed === "" && usableBars(ranges).length > 0).toBe(false);
      }
      for (const { firstBar, lastBar, timeSignature } of usableBars(ranges, taken)) {
        const bars = lastBar - firstBar + 1;
        expect(
          chooseBars({ melody, options: { startBar: firstBar, bars }, technique, maxBars: maxMelodyBars }),
        ).toEqual({ kind: "CHOSEN", startBar: firstBar, bars, timeSignature });
      }
    }),
  );
});

test("chosen bars lie inside the melody and are no more than the model takes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      inputOptions,
      fc.integer({ min: 1, max: 128 }),
      (bars, options, maxBars) => {
        const choice = chooseBars({ melody: { bars }, options, technique: "unet-gan", maxBars });
        if (choice.kind === "REFUSED") return;
        expect(choice.startBar).toBe(options.startBar ?? 1);
        expect(choice.bars).toBe(options.bars ?? bars - choice.startBar + 1);
        expect(choice.startBar + choice.bars - 1).toBeLessThanOrEqual(bars);
        expect(choice.bars).toBeLessThanOrEqual(Math.min(maxBars, maxMelodyBars));
      },
    ),
  );
});

test("a transposition is refused exactly when a note would leave the pitches, and the allowed ones are not refused", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 127 }),
      fc.nat({ max: 127 }),
      fc.integer({ min: -12, max: 12 }),
      (one, other, transpose) => {
        const span = { lowest: Math.min(one, other), highest: Math.max(one, other) };
        const issue = transposeIssue(span, transpose);
        const isInside = [span.lowest, span.highest].every(
          (pitch) => pitch + transpose >= 0 && pitch + transpose <= 127,
        );
        expect(issue === undefined).toBe(isInside);
        if (issue === undefined) return;
        expect(issue.value).toBe(transpose);
        for (const end of issue.allowed.split(" to ")) expect(transposeIssue(span, Number(end))).toBeUndefined();
      },
    ),
  );
});
