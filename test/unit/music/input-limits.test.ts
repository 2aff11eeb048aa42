/** The API judges the facts of a melody, the worker the melody: they must say the same. */
import fc from "fast-check";
import { barAt, barCount, barLines, barRanges, otherTimeSignatures, usableBars } from "../../../domain/music/bar-lines";
import { nextBarWithNotes, runsWithNotes } from "../../../domain/music/bars-with-notes";
import { applyInputOptions } from "../../../domain/music/chosen-part";
import { chooseBars, maxGivenBars, maxMelodyBars, transposeIssue } from "../../../domain/music/input-limits";
import { firstBarWithNotes, MelodyError, noteBarsOf, type TrackMelody } from "../../../domain/music/melody";
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

test("what the API refuses, the worker refuses with the same code, and the other way round but for pitches of a part", () => {
  fc.assert(
    fc.property(melodies, inputOptions, fc.constantFrom(...techniqueIds), (melody, options, technique) => {
      const facts = {
        bars: melody.bars,
        barsWithNotes: noteBarsOf(melody),
        ranges: barRanges(melody.bars, otherTimeSignatures(melody.barLines)),
      };
      const choice = chooseBars({ melody: facts, options, technique, maxBars: maxMelodyBars });
      const issue = workersFault(melody, options, technique);
      if (choice.kind === "REFUSED") {
        expect(issue?.message).toBe(choice.issue.message);
        return;
      }
      // The API does not know how high the notes of a part are.
      if (choice.bars < melody.bars) {
        expect([undefined, "PITCH_OUT_OF_RANGE"]).toContain(issue?.code);
        return;
      }
      const pitches = melody.notes.map(({ pitch }) => pitch);
      const span = { lowest: Math.min(...pitches), highest: Math.max(...pitches) };
      expect(issue?.message).toBe(transposeIssue(span, options.transpose ?? 0)?.message);
    }),
    { numRuns: 500 },
  );
});

test("of a row that has the first bar with notes alone, or not even that, the API refuses nothing that the worker takes", () => {
  fc.assert(
    fc.property(
      melodies,
      inputOptions,
      fc.boolean(),
      fc.constantFrom(...techniqueIds),
      (melody, options, first, technique) => {
        const facts = {
          bars: melody.bars,
          ...(first ? { firstBarWithNotes: firstBarWithNotes(melody) } : {}),
          ranges: barRanges(melody.bars, otherTimeSignatures(melody.barLines)),
        };
        const choice = chooseBars({ melody: facts, options, technique, maxBars: maxMelodyBars });
        if (choice.kind === "REFUSED") expect(workersFault(melody, options, technique)).toBeDefined();
      },
    ),
  );
});

/** The bars that a sentence names: those of "bars 2 to 4, or bar 9" are 2, 3, 4 and 9. */
const barsNamed = (sentence: string): (readonly [number, number])[] =>
  [...sentence.matchAll(/bars? (\d+)(?: to (\d+))?/g)].map(
    ([, from, to]) => [Number(from), Number(to ?? from)] as const,
  );

test("a refusal never advises bars in which no note begins, nor bars that the technique does not take", () => {
  fc.assert(
    fc.property(melodies, inputOptions, fc.constantFrom(...techniqueIds), (melody, options, technique) => {
      const ranges = barRanges(melody.bars, otherTimeSignatures(melody.barLines));
      const facts = { bars: melody.bars, barsWithNotes: noteBarsOf(melody), ranges };
      const choice = chooseBars({ melody: facts, options, technique, maxBars: maxMelodyBars });
      fc.pre(choice.kind === "REFUSED" && ["MELODY_EMPTY", "TIME_SIGNATURE_NOT_SUPPORTED"].includes(choice.issue.code));
      if (choice.issue.field === "technique") return;
      for (const [startBar, lastBar] of barsNamed(choice.issue.allowed)) {
        // More bars than a composition takes are chosen in parts, of which the first begins with a note.
        const bars = Math.min(lastBar - startBar + 1, maxGivenBars(technique, maxMelodyBars));
        expect(workersFault(melody, { startBar, bars }, technique)).toBeUndefined();
      }
    }),
    { numRuns: 300 },
  );
});

test("the text of a row tells exactly the bars in which notes begin", () => {
  fc.assert(
    fc.property(melodies, (melody) => {
      const known = { barsWithNotes: noteBarsOf(melody) };
      const bars = [...new Set(melody.notes.map(({ startTick }) => barAt(melody.barLines, startTick)))];
      const told = Array.from({ length: melody.bars }, (_, index) => index + 1).filter(
        (bar) => nextBarWithNotes(known, bar) === bar,
      );
      expect(told).toEqual(bars.sort((one, other) => one - other));
      const runs = runsWithNotes(barRanges(melody.bars, []), known);
      expect(runs.flatMap(({ firstBar, lastBar }) => told.filter((bar) => firstBar <= bar && bar <= lastBar))).toEqual(
        told,
      );
      expect(runs.reduce((sum, { firstBar, lastBar }) => sum + lastBar - firstBar + 1, 0)).toBe(told.length);
    }),
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

test("where no bars that are listed can be composed with, the issue says so and names what could be", () => {
  const ranges = [
    { firstBar: 1, lastBar: 2, timeSignature: "5/4" },
    { firstBar: 3, lastBar: 4, timeSignature: "several" },
  ];
  const melody = { bars: 4, ranges };
  expect(chooseBars({ melody, options: {}, technique: "arranger", maxBars: maxMelodyBars })).toMatchObject({
    issue: {
      ...{ code: "TIME_SIGNATURE_NOT_SUPPORTED", field: "bars", value: 4, allowed: "bars in 4/4, 3/4, 2/4, 6/8" },
      message:
        "of the chosen bars 1 to 4, bars 1 to 2 are in 5/4; bars 3 to 4 are in several; the track lists no bars with notes " +
        "that can be composed with",
    },
  });
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

describe("a model that was trained in one time signature", () => {
  const facts = { bars: 8, barsWithNotes: "1-8", ranges: [{ firstBar: 1, lastBar: 8, timeSignature: "3/4" }] };
  const options = { technique: "unet-gan", maxBars: maxMelodyBars, options: {} } as const;

  test("takes bars in it", () => {
    expect(chooseBars({ ...options, melody: facts, modelTimeSignature: "3/4" })).toEqual({
      ...{ kind: "CHOSEN", startBar: 1, bars: 8, timeSignature: "3/4" },
    });
  });

  test.each(["4/4", "6/8"] as const)("in %s refuses other bars, and names both", (modelTimeSignature) => {
    expect(chooseBars({ ...options, melody: facts, modelTimeSignature })).toEqual({
      kind: "REFUSED",
      issue: {
        code: "TIME_SIGNATURE_NOT_SUPPORTED",
        field: "modelId",
        message:
          `of the chosen bars 1 to 8, bars 1 to 8 are in 3/4; the model was trained in ${modelTimeSignature} and takes no other bars: ` +
          "choose a model of unet-gan that was trained in 3/4, or the technique ar-cnn, transformer, arranger, which takes 3/4",
        reason: `was trained in ${modelTimeSignature}, and the chosen bars are in 3/4`,
        value: "unet-gan",
        allowed: "a model of unet-gan that was trained in 3/4",
      },
    });
  });
});
