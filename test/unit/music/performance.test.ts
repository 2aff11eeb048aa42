import fc from "fast-check";
import { parseArrayBuffer } from "midi-json-parser-worker/build/es2019/midi-file-parser";
import { styles } from "../../../domain/music/arranger/styles";
import { timeSignatureName } from "../../../domain/music/bar-lines";
import { isNamedAfter } from "../../../domain/music/instrument-names";
import { instrumentPresets } from "../../../domain/music/instrument-presets";
import { bassTrack, withInstruments, withPrograms } from "../../../domain/music/instruments";
import { gridPlace, sensibleTempo, trackMelody } from "../../../domain/music/melody";
import type { MidiNote } from "../../../domain/music/midi-note";
import { perform, usualPerformance } from "../../../domain/music/performance";
import { type PerformedScore, type Score, scoreMelody, writeMidi } from "../../../domain/music/score";
import { parseMidi, tempoAt } from "../../../domain/music/song";
import {
  barShapes,
  type PieceTimeSignature,
  pieceTimeSignatures,
  ticksPerBar,
} from "../../../domain/music/time-signatures";

const bars = 4;
const off = { ...usualPerformance, dynamics: false, mix: false, breaths: false, ritardando: false };

interface Pitched {
  readonly pitch: number;
  /** In sixteenths. */
  readonly onset: number;
  readonly duration: number;
  readonly velocity?: number;
}

const inTicks =
  (ticksPerBeat: number) =>
  ({ pitch, onset, duration, velocity = 80 }: Pitched): MidiNote => ({
    startTick: (onset * ticksPerBeat) / 4,
    durationTicks: (duration * ticksPerBeat) / 4,
    pitch,
    velocity,
  });

function scoreOf(lines: readonly (readonly Pitched[])[], ticksPerBeat = 480): Score {
  return {
    ...{ schemaVersion: 1, name: "Piece", ticksPerBeat, tempo: 100, bars },
    tracks: lines.map((line, index) => ({
      name: `Track ${index}`,
      program: index,
      source: index === 0 ? "input" : "generated",
      notes: line.map(inTicks(ticksPerBeat)),
    })),
  };
}

/** The piece as a user's, which a technique went on with from the last bar on. */
const extended = (score: Score, more: object = {}): Score => ({
  ...score,
  tracks: score.tracks.map((track) => ({
    ...track,
    source: "extended" as const,
    generatedFromTick: 3 * 4 * score.ticksPerBeat,
    ...more,
  })),
});

/** A line with one note at a time, and with rests. */
const line = fc
  .array(
    fc.record({
      rest: fc.integer({ min: 0, max: 3 }),
      duration: fc.integer({ min: 1, max: 8 }),
      pitch: fc.integer({ min: 30, max: 90 }),
      velocity: fc.integer({ min: 1, max: 127 }),
    }),
    { maxLength: 12 },
  )
  .map((notes) => {
    let step = 0;
    return notes.flatMap(({ rest, ...note }): Pitched[] => {
      const onset = step + rest;
      step = onset + note.duration;
      return step <= bars * 16 ? [{ ...note, onset }] : [];
    });
  });

const scores = fc
  .record({
    lines: fc.array(line, { minLength: 1, maxLength: 5 }),
    ticksPerBeat: fc.constantFrom(4, 24, 96, 120, 480, 960),
    tempo: fc.integer({ min: 20, max: 400 }),
  })
  .map(({ lines, ticksPerBeat, tempo }): Score => ({ ...scoreOf(lines, ticksPerBeat), tempo }));

const optionSets = fc.record({
  dynamics: fc.boolean(),
  mix: fc.boolean(),
  breaths: fc.boolean(),
  ritardando: fc.boolean(),
  instruments: fc.constantFrom(...instrumentPresets),
});
const phraseEndSets = fc.option(fc.array(fc.nat({ max: bars * 16 - 1 }), { maxLength: 6 }), {
  nil: undefined,
});

const withoutVelocity = ({ startTick, durationTicks, pitch }: MidiNote): object => ({
  startTick,
  durationTicks,
  pitch,
});

describe("any performance", () => {
  test("leaves the tune's pitches, beginnings and lengths as they are, and begins no other note at another time", () => {
    fc.assert(
      fc.property(scores, optionSets, phraseEndSets, (score, options, phraseEnds) => {
        const { tracks } = perform({ score, options, phraseEnds });
        expect(tracks[0]?.notes.map(withoutVelocity)).toEqual(score.tracks[0]?.notes.map(withoutVelocity));
        expect(tracks.map(({ notes }) => notes.map(({ startTick, pitch }) => [startTick, pitch]))).toEqual(
          score.tracks.map(({ notes }) => notes.map(({ startTick, pitch }) => [startTick, pitch])),
        );
        expect(tracks.map(({ name, source }) => [name, source])).toEqual(
          score.tracks.map(({ name, source }) => [name, source]),
        );
      }),
    );
  });

  test("gives velocities of 1 to 127, and keeps those of a tune that has several", () => {
    fc.assert(
      fc.property(scores, optionSets, (score, options) => {
        const performed = perform({ score, options });
        for (const { velocity } of performed.tracks.flatMap(({ notes }) => notes)) {
          expect(Number.isInteger(velocity)).toBe(true);
          expect(velocity).toBeGreaterThanOrEqual(1);
          expect(velocity).toBeLessThanOrEqual(127);
        }
        const given = score.tracks[0]?.notes ?? [];
        if (new Set(given.map(({ velocity }) => velocity)).size > 1) expect(performed.tracks[0]?.notes).toEqual(given);
      }),
    );
  });

  test("takes less than a 32nd from a note, leaves something of it, and it has the same place among sixteenths", () => {
    fc.assert(
      fc.property(scores, optionSets, phraseEndSets, (score, options, phraseEnds) => {
        const { ticksPerBeat } = score;
        const performed = perform({ score, options, phraseEnds });
        performed.tracks.forEach(({ notes }, track) => {
          notes.forEach((note, index) => {
            const given = score.tracks[track]?.notes[index];
            if (given === undefined) throw new Error("a note was added");
            expect(note.durationTicks).toBeGreaterThan(0);
            expect(given.durationTicks - note.durationTicks).toBeGreaterThanOrEqual(0);
            expect(given.durationTicks - note.durationTicks).toBeLessThan(ticksPerBeat / 8);
            expect(gridPlace(note, ticksPerBeat, bars * 16)).toEqual(gridPlace(given, ticksPerBeat, bars * 16));
          });
        });
      }),
    );
  });

  test("is written to a file that our reader reads note for note, with the tempo of the piece at its first note", () => {
    fc.assert(
      fc.property(scores, optionSets, (score, options) => {
        fc.pre(score.tracks[0]?.notes.length !== 0);
        const performed = perform({ score, options });
        const song = parseMidi(writeMidi(performed));
        expect(song.tracks.map(({ index, notes }) => [index, notes])).toEqual(
          performed.tracks.flatMap(({ notes }, index) => (notes.length === 0 ? [] : [[index, notes]])),
        );
        expect(trackMelody(song, 0).tempo).toBeCloseTo(sensibleTempo(score.tempo), 1);
        expect(song.tempos.length).toBeLessThanOrEqual(7);
      }),
    );
  });

  test("with everything switched off is the piece itself", () => {
    fc.assert(
      fc.property(scores, (score) => {
        expect(writeMidi(perform({ score, options: off }))).toEqual(writeMidi(score));
      }),
    );
  });
});

const quarters = (pitches: readonly number[], from = 0, velocity = 80): Pitched[] =>
  pitches.map((pitch, index) => ({ pitch, onset: from + 4 * index, duration: 4, velocity }));
/** Two bars of quarters, then a half note, over two voices. */
const piece = scoreOf([
  [...quarters([72, 74, 76, 77, 79, 77, 76, 74]), { pitch: 72, onset: 32, duration: 8 }],
  [...quarters([64, 65, 67, 69, 71, 69, 67, 65]), { pitch: 64, onset: 32, duration: 8 }],
  [...quarters([60, 60, 60, 60, 62, 62, 60, 59]), { pitch: 60, onset: 32, duration: 8 }],
  [...quarters([48, 47, 45, 41, 43, 41, 45, 43]), { pitch: 48, onset: 32, duration: 8 }],
]);

const velocitiesOf = ({ tracks }: PerformedScore, index: number): number[] =>
  tracks[index]?.notes.map(({ velocity }) => velocity) ?? [];
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("dynamics", () => {
  const performed = perform({ score: piece, options: { ...off, dynamics: true } });

  test("put the tune in front, then the bass, then the voices between", () => {
    const [tune = 0, alto = 0, tenor = 0, bass = 0] = [0, 1, 2, 3].map((index) => mean(velocitiesOf(performed, index)));
    expect(tune).toBeGreaterThan(bass + 10);
    expect(bass).toBeGreaterThan(alto + 5);
    expect(alto).toBeCloseTo(tenor, 5);
  });

  test("rise to the middle of a phrase and fall again, and stress the first beat", () => {
    const tune = velocitiesOf(performed, 0);
    // The second and the fourth beats have no accent of their own. The sixth note begins in the middle of the phrase.
    expect(tune[5]).toBeGreaterThan(tune[1] ?? 0);
    expect(tune[5]).toBeGreaterThan(tune[7] ?? 0);
    expect(tune[4]).toBeGreaterThan(tune[5] ?? 0);
  });

  test("begin a new arch where a phrase begins", () => {
    const options = { ...off, dynamics: true };
    // The fourth quarter ends a phrase.
    const two = velocitiesOf(perform({ score: piece, options, phraseEnds: [12, 32] }), 0);
    expect(two[3]).toBeLessThan(velocitiesOf(performed, 0)[3] ?? 0);
  });

  test("are heard beside a tune that stands alone, which keeps its level", () => {
    const alone = perform({ score: { ...piece, tracks: piece.tracks.slice(0, 1) }, options: usualPerformance });
    expect(Math.abs(mean(velocitiesOf(alone, 0)) - 80)).toBeLessThan(4);
  });
});

describe("breaths", () => {
  const options = { ...off, breaths: true };
  const lengths = (score: PerformedScore, index: number): number[] =>
    score.tracks[index]?.notes.map(({ durationTicks }) => durationTicks) ?? [];

  test("are taken by the voices where a phrase of the tune ends, but not at the end of the piece", () => {
    const performed = perform({ score: piece, options, phraseEnds: [12, 32] });
    expect(lengths(performed, 0)).toEqual([...Array.from({ length: 8 }, () => 480), 960]);
    expect(lengths(performed, 1)).toEqual([480, 480, 480, 421, 480, 480, 480, 480, 960]);
  });

  test("are taken before rests, and not by notes that sound on", () => {
    const score = scoreOf([
      quarters([72, 74, 76, 77, 79, 77, 76, 74]),
      [
        { pitch: 60, onset: 0, duration: 4 },
        { pitch: 62, onset: 6, duration: 1 },
        { pitch: 64, onset: 8, duration: 24 },
      ],
      [{ pitch: 48, onset: 0, duration: 32 }],
    ]);
    const performed = perform({ score, options, phraseEnds: [12, 28] });
    // The sixteenth is followed by a sixteenth of rest only.
    expect(lengths(performed, 1)).toEqual([421, 120, 2880]);
    expect(lengths(performed, 2)).toEqual([3840]);
  });
});

test("the notes of a chord that ends a phrase belong to one phrase", () => {
  const chords = scoreOf([
    quarters([72, 74, 76, 77]).flatMap((note) => [note, { ...note, pitch: note.pitch - 12 }]),
    quarters([50, 50, 50, 50]),
  ]);
  const options = { ...off, dynamics: true };
  const [first = [], second = []] = [[4], undefined].map((phraseEnds) =>
    velocitiesOf(perform({ score: chords, options, phraseEnds }), 0),
  );
  expect(first[2]).toBe(first[3]);
  expect(second[2]).toBe(second[3]);
  expect(first[4]).toBeLessThan(second[4] ?? 0);
});

describe("the ritardando", () => {
  test("slows down by 8 % over the bar before the last note, which is held 1.5 times as long", () => {
    const { tempos } = perform({ score: piece, options: { ...off, ritardando: true } });
    expect(tempos?.map(({ tick, beatsPerMinute }) => [tick / 480, Math.round(beatsPerMinute * 10) / 10])).toEqual([
      [4, 98],
      [5, 96],
      [6, 94],
      [7, 92],
      [8, 66.7],
    ]);
    const song = parseMidi(writeMidi(perform({ score: piece, options: usualPerformance })));
    expect(Math.round(tempoAt(song, 3.9 * 480))).toBe(100);
    expect(Math.round(tempoAt(song, 7 * 480))).toBe(92);
  });

  const options = { ...off, ritardando: true };
  const signs = (score: Score): unknown =>
    perform({ score, options }).tempos?.map(({ tick, beatsPerMinute }) => [
      tick / score.ticksPerBeat,
      Math.round(beatsPerMinute * 10) / 10,
    ]);

  test("does not touch the tempo of a piece that has one note", () => {
    expect(signs(scoreOf([[{ pitch: 60, onset: 0, duration: 16 }]]))).toEqual([]);
    expect(signs(scoreOf([[{ pitch: 60, onset: 0, duration: 4 }], [{ pitch: 48, onset: 0, duration: 64 }]]))).toEqual(
      [],
    );
  });

  test("ends with the tune's last note where a voice sounds on", () => {
    const held = scoreOf([quarters([72, 74, 76, 77, 79]), [{ pitch: 48, onset: 0, duration: 64 }]]);
    expect(signs(held)).toEqual([
      [1, 96],
      [2, 94],
      [3, 92],
      [4, 66.7],
      [5, 100],
    ]);
  });

  test("holds no note under which a voice moves, but does not hurry on before it has ended", () => {
    const moving = scoreOf([quarters([72, 74, 76, 77, 79]), quarters([48, 50, 52, 53, 55, 53, 52, 50])]);
    expect(signs(moving)).toEqual([
      [1, 96],
      [2, 94],
      [3, 92],
      [4, 92],
      [5, 100],
    ]);
  });

  test("holds the last note of a tune that was played beside the grid, on which its chord begins", () => {
    const score = scoreOf([quarters([72, 74, 76]), quarters([48, 50, 52])]);
    const tempoOfLast = (late: number): number | undefined => {
      const tracks = score.tracks.map((track, index) => ({
        ...track,
        notes: track.notes.map((note) => ({ ...note, startTick: note.startTick + (index === 0 ? late : 0) })),
      }));
      const { tempos } = perform({ score: { ...score, tracks }, options });
      return tempos?.find(({ tick }) => tick === 960 + late)?.beatsPerMinute;
    };
    for (const late of [-60, 0, 59]) expect(tempoOfLast(late)).toBeCloseTo(100 / 1.5, 5);
    // Now the chord is a sixteenth later than the tune's note.
    expect(tempoOfLast(-61)).toBeCloseTo(92, 5);
  });

  test("makes a note of many bars one bar longer", () => {
    const score = { ...scoreOf([[...quarters([72, 74, 76, 77]), { pitch: 72, onset: 16, duration: 160 }]]), bars: 11 };
    expect(perform({ score, options }).tempos?.at(-1)).toEqual({ tick: 4 * 480, beatsPerMinute: 100 / 1.1 });
  });

  test("ends with the tune's last note, which gets no more than half its length and no more than a bar longer", () => {
    fc.assert(
      fc.property(
        scores,
        fc.constantFrom(...pieceTimeSignatures),
        fc.integer({ min: 1, max: 32_767 }),
        fc.integer({ min: 1, max: 300 }),
        (given, timeSignature, ticksPerBeat, beats) => {
          fc.pre(given.tracks[0]?.notes.length !== 0);
          // The ticks stay, so that a step of many divisions is a fraction of a tick; the last note may be long.
          const tracks = given.tracks.map((track, index) => ({
            ...track,
            notes: track.notes.map((note, place, { length }) =>
              index === 0 && place === length - 1 ? { ...note, durationTicks: beats * ticksPerBeat } : note,
            ),
          }));
          const score = { ...given, tracks, ticksPerBeat, timeSignature };
          const { tempos = [] } = perform({ score, options });
          expect(tempos.filter(({ tick }) => !Number.isInteger(tick))).toEqual([]);
          expect(tempos.map(({ tick }) => tick)).toEqual(
            tempos.map(({ tick }) => tick).sort((one, other) => one - other),
          );
          const last = score.tracks[0]?.notes.at(-1);
          if (last === undefined) throw new Error("a tune has notes");
          const [start, end] = [last.startTick, last.startTick + last.durationTicks];
          const held = tempos.findLast(({ tick }) => tick <= start)?.beatsPerMinute ?? score.tempo;
          const longer = (last.durationTicks * score.tempo) / held - last.durationTicks;
          expect(longer).toBeLessThanOrEqual(last.durationTicks / 2 + 1e-6);
          expect(longer).toBeLessThanOrEqual(ticksPerBar(timeSignature, ticksPerBeat) + 1e-6);
          expect(tempos.filter(({ tick }) => tick > start && tick < end)).toEqual([]);
          const soundsLater = score.tracks.some(({ notes }) =>
            notes.some(({ startTick, durationTicks }) => startTick + durationTicks > end),
          );
          const tempoAfter = tempos.findLast(({ tick }) => tick <= end)?.beatsPerMinute ?? score.tempo;
          if (soundsLater) expect(tempoAfter).toBe(score.tempo);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Two bars of sixteenths in a time signature, over as many in the bass. */
function sixteenths(timeSignature: PieceTimeSignature): Score {
  const { steps } = barShapes[timeSignature];
  const line = (pitch: number): Pitched[] =>
    Array.from({ length: 2 * steps }, (_, onset) => ({ pitch, onset, duration: 1 }));
  return { ...scoreOf([line(72), line(48)]), bars: 2, timeSignature };
}

describe("in other time signatures", () => {
  test.each([
    ["4/4", [0, 4, 8, 12]],
    ["3/4", [0, 4, 8]],
    ["2/4", [0, 4]],
    ["6/8", [0, 6]],
  ] as const)("a bar of %s has its accents on its own beats", (timeSignature, beats) => {
    const performed = perform({ score: sixteenths(timeSignature), options: { ...off, dynamics: true } });
    const { steps } = barShapes[timeSignature];
    const bass = velocitiesOf(performed, 1).slice(0, steps);
    const stressed = bass.flatMap((velocity, step) => {
      // An arch rises and falls slowly: beside both its neighbors only an accent stands out.
      const isAccent = velocity > (bass[step - 1] ?? 0) && velocity > (bass[step + 1] ?? 0);
      return isAccent ? [step] : [];
    });
    expect(stressed).toEqual(beats);
  });

  test.each([
    ["4/4", 2 * 16, [4, 4, 4, 4]],
    ["3/4", 2 * 12, [4, 4, 4]],
    ["2/4", 2 * 8, [4, 4]],
    ["6/8", 2 * 12, [6, 6]],
  ] as const)(
    "the ritardando of %s goes over the bar before the last note, from beat to beat",
    (timeSignature, last, beats) => {
      const score = sixteenths(timeSignature);
      const tracks = score.tracks.map((track) => ({
        ...track,
        notes: [...track.notes, inTicks(480)({ pitch: 60, onset: last, duration: 4 })],
      }));
      const { tempos = [] } = perform({ score: { ...score, bars: 3, tracks }, options: { ...off, ritardando: true } });
      const steps = tempos.map(({ tick }) => tick / 120);
      expect(steps).toEqual(beats.reduce<number[]>((at, length) => [(at[0] ?? 0) - length, ...at], [last]));
      expect(tempos.map(({ beatsPerMinute }) => Math.round(beatsPerMinute)).slice(-2)).toEqual([92, 67]);
    },
  );

  test("a file has the piece's time signature and as many bars, and is read as it was written", () => {
    fc.assert(
      fc.property(
        scores,
        fc.constantFrom(...pieceTimeSignatures),
        fc.integer({ min: 5, max: 64 }),
        (score, timeSignature, barsOfPiece) => {
          const piece = { ...score, bars: barsOfPiece + bars, timeSignature };
          fc.pre(score.tracks[0]?.notes.length !== 0);
          const bytes = writeMidi(piece);
          const song = parseMidi(bytes);
          expect(song.timeSignatures.map((sign) => [sign.tick, timeSignatureName(sign)])).toEqual([[0, timeSignature]]);
          const { notes } = piece.tracks[0] ?? { notes: [] };
          expect(song.tracks[0]?.notes).toEqual(notes);
          const end = piece.bars * ticksPerBar(timeSignature, piece.ticksPerBeat);
          for (const events of parseArrayBuffer(bytes.slice().buffer).tracks) {
            expect(events.reduce((tick, { delta }) => tick + delta, 0)).toBe(end);
          }
          expect(scoreMelody(piece, 0)).toMatchObject({ bars: piece.bars, timeSignature, notes });
        },
      ),
    );
  });

  test.each([
    ["4/4", { numerator: 4, denominator: 4, metronome: 24 }],
    ["3/4", { numerator: 3, denominator: 4, metronome: 24 }],
    ["2/4", { numerator: 2, denominator: 4, metronome: 24 }],
    ["6/8", { numerator: 6, denominator: 8, metronome: 36 }],
  ] as const)("a click track of a file in %s would click on the beats", (timeSignature, expected) => {
    const [events = []] = parseArrayBuffer(writeMidi(sixteenths(timeSignature)).slice().buffer).tracks;
    const signs = events.flatMap((event) => {
      const { timeSignature: sign } = event as { timeSignature?: Readonly<Record<string, number>> };
      return sign === undefined ? [] : [sign];
    });
    expect(signs).toEqual([{ ...expected, thirtyseconds: 8 }]);
  });
});

test("volume and pan are written for each track, the tune loudest and in the middle", () => {
  const bytes = writeMidi(perform({ score: piece, options: usualPerformance }));
  const controls = parseArrayBuffer(bytes.slice().buffer).tracks.map((events) =>
    events.flatMap((event) => {
      const { controlChange } = event as { controlChange?: { type: number; value: number } };
      return controlChange === undefined ? [] : [[controlChange.type, controlChange.value]];
    }),
  );
  expect(controls.map((track) => track.map(([type]) => type))).toEqual([0, 1, 2, 3].map(() => [7, 10]));
  const [tune = [], alto = [], tenor = [], bass = []] = controls.map((track) => track.map(([, value]) => value ?? 0));
  expect(tune).toEqual([110, 64]);
  expect(bass[1]).toBe(64);
  expect(alto[0]).toBeLessThan(bass[0] ?? 0);
  expect((alto[1] ?? 0) < 64 && (tenor[1] ?? 0) > 64).toBe(true);
});

test("voices that are held are softer under a tune whose notes die away", () => {
  const volumes = (tune: number, voice: number): (number | undefined)[] => {
    const tracks = piece.tracks.map((track, index) => ({ ...track, program: index === 0 ? tune : voice }));
    const performed = perform({ score: { ...piece, tracks }, options: usualPerformance });
    return performed.tracks.map(({ volume }) => volume);
  };
  const [piano, choir, violin, harp] = [0, 52, 40, 46];
  const usual = volumes(violin, choir);
  expect(
    volumes(piano, choir)
      .slice(1)
      .every((volume, index) => (volume ?? 0) < (usual[index + 1] ?? 0)),
  ).toBe(true);
  expect(volumes(piano, harp)).toEqual(usual);
  expect(volumes(violin, harp)).toEqual(usual);
  expect(volumes(piano, choir)[0]).toBe(usual[0]);
});

describe("instruments", () => {
  const programs = (preset: (typeof instrumentPresets)[number]): number[] =>
    withInstruments(piece, preset).tracks.map(({ program }) => program);

  test("are the model's unless a preset is named, whose lowest voice plays the bass", () => {
    expect(programs("model")).toEqual([0, 1, 2, 3]);
    expect(programs("choir")).toEqual([52, 52, 52, 52]);
    expect(programs("strings")).toEqual([40, 48, 48, 43]);
    expect(programs("brass")).toEqual([56, 60, 57, 58]);
    expect(programs("band")).toEqual([65, 4, 27, 33]);
  });

  test("go by height and not by the order of the tracks; one voice alone is no bass", () => {
    const [tune, alto, tenor, bass] = piece.tracks;
    if (tune === undefined || alto === undefined || tenor === undefined || bass === undefined) throw new Error("four");
    const shuffled = { ...piece, tracks: [tune, bass, tenor, alto] };
    expect(withInstruments(shuffled, "brass").tracks.map(({ program }) => program)).toEqual([56, 58, 57, 60]);
    expect(bassTrack({ tracks: [tune, bass] })).toBeUndefined();
    expect(withInstruments({ ...piece, tracks: [tune, bass] }, "brass").tracks[1]?.program).toBe(60);
  });

  describe("where the tune is the bass", () => {
    const lowTune = (pitch: number): Score =>
      scoreOf([
        [{ pitch, onset: 0, duration: 16 }],
        [{ pitch: 64, onset: 0, duration: 16 }],
        [{ pitch: 60, onset: 0, duration: 16 }],
      ]);
    const programsOf = (score: Score, preset: (typeof instrumentPresets)[number]): number[] =>
      withInstruments(score, preset).tracks.map(({ program }) => program);

    test("it has the bass's instrument, and what lies above it those of voices", () => {
      expect(bassTrack(lowTune(40))).toBeUndefined();
      expect(programsOf(lowTune(40), "strings")).toEqual([43, 48, 48]);
      expect(programsOf(lowTune(40), "brass")).toEqual([58, 60, 57]);
      expect(programsOf(lowTune(40), "band")).toEqual([33, 4, 27]);
    });

    test("it keeps the tune's instrument if it is too high for a bass", () => {
      expect(programsOf(lowTune(54), "strings")).toEqual([43, 48, 48]);
      expect(programsOf(lowTune(55), "strings")).toEqual([40, 48, 48]);
    });

    test("no voice is performed as a bass", () => {
      const { tracks } = perform({ score: lowTune(40), options: usualPerformance });
      const [, upper, lower] = tracks;
      expect(lower?.volume).toBe(upper?.volume);
      expect(lower?.notes.map(({ velocity }) => velocity)).toEqual(upper?.notes.map(({ velocity }) => velocity));
      expect(new Set(tracks.map(({ pan }) => pan)).size).toBe(3);
    });
  });

  test("give the bass to the lowest track alone, whichever it is", () => {
    const bassPrograms = [43, 58, 33];
    const meanOf = ({ notes }: Score["tracks"][number]): number =>
      notes.reduce((sum, { pitch }) => sum + pitch, 0) / notes.length;
    fc.assert(
      fc.property(scores, fc.constantFrom("strings" as const, "brass" as const, "band" as const), (score, preset) => {
        const { tracks } = withInstruments(score, preset);
        const basses = tracks.filter(({ program }) => bassPrograms.includes(program));
        const lowest = Math.min(...tracks.filter(({ notes }) => notes.length > 0).map(meanOf));
        expect(basses.length).toBeLessThanOrEqual(1);
        for (const bass of basses) expect(meanOf(bass)).toBe(lowest);
      }),
    );
  });

  test("name the technique's instruments anew, and neither the tune nor voices", () => {
    const names = ["Piano", "Second guitar", "Alto", "Bass"];
    const programs = [0, 28, 52, 33];
    const band = {
      ...piece,
      tracks: piece.tracks.map((track, index) => ({
        ...track,
        name: names[index] ?? "",
        program: programs[index] ?? 0,
      })),
    };
    const namesOf = ({ tracks }: Score): string[] => tracks.map(({ name }) => name);
    expect(namesOf(withInstruments(band, "model"))).toEqual(names);
    expect(namesOf(withInstruments(band, "choir"))).toEqual(["Piano", "Choir", "Alto", "Choir"]);
    expect(namesOf(withPrograms(band, new Map([[3, 43]])))).toEqual(["Piano", "Second guitar", "Alto", "Double bass"]);
    const given = { ...band, tracks: band.tracks.map((track) => ({ ...track, source: "extended" as const })) };
    expect(namesOf(withInstruments(given, "choir"))).toEqual(names);
  });

  test("give every track of the arranger a name that follows its instrument", () => {
    const tracks = Object.values(styles).flatMap(({ bass, chords, pad, figure }) => [bass, chords, pad, figure]);
    expect(tracks.filter(({ name, program }) => !isNamedAfter(name, program))).toEqual([]);
  });

  test("fit any number of tracks, and change nothing else", () => {
    fc.assert(
      fc.property(scores, fc.constantFrom(...instrumentPresets), (score, preset) => {
        const { tracks, ...rest } = withInstruments(score, preset);
        expect(rest).toEqual({ ...score, tracks: undefined });
        expect(tracks.map(({ notes }) => notes)).toEqual(score.tracks.map(({ notes }) => notes));
        for (const { program } of tracks) expect(program >= 0 && program <= 127).toBe(true);
      }),
    );
  });
});

describe("a piece of a user that goes on", () => {
  test("keeps the ends of all given notes, and the velocities of tracks in which they differ", () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
        const score = extended(scoreOf(lines));
        const { tracks } = perform({ score, options: usualPerformance });
        score.tracks.forEach(({ notes, generatedFromTick = 0 }, index) => {
          const played = tracks[index]?.notes ?? [];
          const differ = new Set(notes.map(({ velocity }) => velocity)).size > 1;
          if (differ) expect(played.map(({ velocity }) => velocity)).toEqual(notes.map(({ velocity }) => velocity));
          notes.forEach((note, place) => {
            if (note.startTick >= generatedFromTick) return;
            expect(played[place]).toMatchObject({ startTick: note.startTick, durationTicks: note.durationTicks });
          });
        });
      }),
    );
  });

  test("is performed as before where a technique wrote the tracks, and only what was added breathes in the others", () => {
    const tune = [0, 16, 32, 48].map((onset) => ({ pitch: 72, onset, duration: 8 }));
    const low = [0, 16, 32, 48].map((onset, place) => ({ pitch: 48, onset, duration: 8, velocity: 60 + 7 * place }));
    const piece = scoreOf([tune, low, [{ pitch: 60, onset: 56, duration: 8 }]]);
    const playedLow = (score: Score) => perform({ score, options: usualPerformance }).tracks[1]?.notes;
    expect(playedLow(extended(piece, { isWritten: true }))).toEqual(playedLow(piece));
    const given = playedLow(extended(piece));
    expect(given?.map(({ durationTicks }) => durationTicks === 960)).toEqual([true, true, true, false]);
    expect(given?.map(({ velocity }) => velocity)).toEqual([60, 67, 74, 81]);
  });
});
