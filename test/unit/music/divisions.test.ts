/** Files divide a beat into 1 to 32,767 ticks. Pieces that are made of them sound as they were composed in any division. */
import fc from "fast-check";
import { parseArrayBuffer } from "midi-json-parser-worker/build/es2019/midi-file-parser";
import { arrange, densities } from "../../../domain/music/arranger/arrange";
import { chordRhythms } from "../../../domain/music/arranger/chord-progression";
import { stylesIn } from "../../../domain/music/arranger/styles";
import { barCount, barLines, rangesOf, usableBars } from "../../../domain/music/bar-lines";
import { applyInputOptions } from "../../../domain/music/chosen-part";
import { type Melody, type ModelNote, toGrid, withWholeSteps } from "../../../domain/music/melody";
import { endTick, type MidiNote } from "../../../domain/music/midi-note";
import { perform, usualPerformance } from "../../../domain/music/performance";
import { composeScore, type PerformedScore, type Score, scoreSchema, writeMidi } from "../../../domain/music/score";
import { barShapes, pieceTimeSignatures, ticksPerBar } from "../../../domain/music/time-signatures";

const finestDivision = 32_767;

/** The divisions of files. Small ones, in which a tick is long, are drawn as often as all others. */
const divisions = fc.oneof(fc.integer({ min: 1, max: 32 }), fc.integer({ min: 1, max: finestDivision }));

/** A tune that was played: one note at a time, at any ticks. */
const tunes = fc
  .record({
    ticksPerBeat: divisions,
    timeSignature: fc.constantFrom(...pieceTimeSignatures),
    bars: fc.integer({ min: 1, max: 4 }),
    places: fc.uniqueArray(fc.nat({ max: 10_000 }), { minLength: 1, maxLength: 30 }),
    pitches: fc.array(fc.integer({ min: 55, max: 84 }), { minLength: 1, maxLength: 8 }),
  })
  .map(({ ticksPerBeat, timeSignature, bars, places, pitches }): Melody => {
    const end = bars * ticksPerBar(timeSignature, ticksPerBeat);
    const starts = [...new Set(places.map((place) => Math.min(end - 1, Math.floor((place * end) / 10_000))))].sort(
      (one, other) => one - other,
    );
    const notes = starts.map((startTick, index) => ({
      startTick,
      durationTicks: (starts[index + 1] ?? end) - startTick,
      pitch: pitches[index % pitches.length] ?? 60,
      velocity: 90,
    }));
    return { name: "Tune", program: 0, ticksPerBeat, tempo: 100, bars, timeSignature, notes };
  });

const arrangements = tunes.chain((tune) =>
  fc.record({
    tune: fc.constant(tune),
    settings: fc.record({
      style: fc.constantFrom(...stylesIn(tune.timeSignature)),
      density: fc.constantFrom(...densities),
      chordRhythm: fc.constantFrom(...chordRhythms),
      drums: fc.boolean(),
      swing: fc.boolean(),
    }),
    seed: fc.nat(),
  }),
);

/** What the reader of another author gives of an event that begins or ends a note. */
interface KeyEvent {
  readonly delta: number;
  readonly noteOn?: { readonly noteNumber: number };
  readonly noteOff?: { readonly noteNumber: number };
}

/** Returns the number of a track's notes. @throws Error if an event has no partner, or a note no length */
function soundingNotes(events: readonly KeyEvent[]): number {
  const began = new Map<number, number>();
  let tick = 0;
  let notes = 0;
  for (const { delta, noteOn, noteOff } of events) {
    tick += delta;
    if (noteOn !== undefined) {
      const { noteNumber } = noteOn;
      if (began.has(noteNumber)) throw new Error(`pitch ${noteNumber} begins at ${tick} while it sounds`);
      began.set(noteNumber, tick);
    }
    if (noteOff !== undefined) {
      const { noteNumber } = noteOff;
      const start = began.get(noteNumber);
      if (start === undefined) throw new Error(`pitch ${noteNumber} ends at ${tick} and has not begun`);
      if (start >= tick) throw new Error(`pitch ${noteNumber} has no length at ${tick}`);
      began.delete(noteNumber);
      notes += 1;
    }
  }
  if (began.size > 0) throw new Error(`${began.size} notes never end`);
  return notes;
}

const soundingIn = (score: PerformedScore): number[] =>
  parseArrayBuffer(writeMidi(score).slice().buffer).tracks.map((events) => soundingNotes(events as KeyEvent[]));

test("every note of an arrangement ends after it begins, and the tune keeps its times", () => {
  fc.assert(
    fc.property(arrangements, ({ tune, settings, seed }) => {
      const { bars, timeSignature } = tune;
      const { tracks } = arrange({ tune: { notes: toGrid(tune), bars, timeSignature }, settings, seed });
      const score = composeScore({ name: "Piece", melody: tune, generated: tracks });
      expect(scoreSchema.parse(score)).toEqual(score);
      const inBeats = (given: Pick<Score, "ticksPerBeat">, ticks: number): number => ticks / given.ticksPerBeat;
      expect(
        score.tracks[0]?.notes.map((note) => [inBeats(score, note.startTick), inBeats(score, note.durationTicks)]),
      ).toEqual(tune.notes.map((note) => [inBeats(tune, note.startTick), inBeats(tune, note.durationTicks)]));

      const performed = perform({ score, options: usualPerformance });
      for (const piece of [score, performed]) {
        expect(soundingIn(piece)).toEqual(score.tracks.map(({ notes }) => notes.length));
      }
      expect(performed.tempos?.filter(({ tick }) => !Number.isInteger(tick))).toEqual([]);
    }),
  );
});

/** Returns the notes in pairs of those that begin one after the other. */
const successions = <Note>(notes: readonly Note[]): (readonly [Note, Note])[] =>
  notes.slice(1).flatMap((note, index) => {
    const before = notes[index];
    return before === undefined ? [] : [[before, note] as const];
  });

/** Returns the notes that sound on where another note of their pitch begins. */
function overlapping(notes: readonly MidiNote[]): MidiNote[] {
  const ordered = [...notes].sort((one, other) => one.pitch - other.pitch || one.startTick - other.startTick);
  return successions(ordered).flatMap(([note, next]) =>
    note.pitch === next.pitch && endTick(note) > next.startTick ? [note] : [],
  );
}

test("no note of a voice sounds on where the next one begins, however the tune is played beside the grid", () => {
  const voices = tunes.chain((tune) => {
    const steps = tune.bars * barShapes[tune.timeSignature].steps;
    return fc.record({
      tune: fc.constant(tune),
      // Thirds of a step, as swing has them.
      cuts: fc.uniqueArray(
        fc.oneof(
          fc.integer({ min: 0, max: steps }),
          fc.integer({ min: 0, max: 3 * steps }).map((third) => third / 3),
        ),
        { minLength: 2, maxLength: 3 * steps },
      ),
    });
  });
  fc.assert(
    fc.property(voices, ({ tune, cuts }) => {
      const lastOnset = Math.max(...toGrid(tune).map(({ onset }) => onset));
      const places = [...new Set([...cuts, lastOnset])].sort((one, other) => one - other);
      const line = successions(places).map(([onset, end]): ModelNote => ({
        onset,
        duration: end - onset,
        pitch: 60,
        velocity: 80,
      }));
      const { tracks } = composeScore({
        name: "Piece",
        melody: tune,
        generated: [{ name: "Voice", program: 0, notes: line }],
      });
      const notes = tracks[1]?.notes ?? [];
      expect(successions(notes).filter(([note, next]) => note.startTick >= next.startTick)).toEqual([]);
      expect(overlapping(notes)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("no note of an arrangement beside a tune off the grid sounds on where its pitch begins again", () => {
  fc.assert(
    fc.property(arrangements, ({ tune, settings, seed }) => {
      const { bars, timeSignature } = tune;
      const { tracks } = arrange({ tune: { notes: toGrid(tune), bars, timeSignature }, settings, seed });
      const score = composeScore({ name: "Piece", melody: tune, generated: tracks });
      expect(score.tracks.slice(1).flatMap(({ notes }) => overlapping(notes))).toEqual([]);
    }),
  );
});

test("what ends where the tune's last note begins early ends with that beginning", () => {
  const notes = [
    { startTick: 0, durationTicks: 480, pitch: 72, velocity: 90 },
    { startTick: 450, durationTicks: 1000, pitch: 76, velocity: 90 },
  ];
  const melody: Melody = {
    ...{ name: "", program: 0, ticksPerBeat: 480, tempo: 100, bars: 1, timeSignature: "4/4" },
    notes,
  };
  const voice = [0, 4].map((onset): ModelNote => ({ onset, duration: 4, pitch: 60, velocity: 80 }));
  const score = composeScore({ name: "", melody, generated: [{ name: "Voice", program: 0, notes: voice }] });
  expect(score.tracks[1]?.notes.map((note) => [note.startTick, endTick(note)])).toEqual([
    [0, 450],
    [450, 960],
  ]);
});

test("swing has whole ticks in every division in which a file can have them, and sounds in all others", () => {
  const beat: ModelNote[] = [0, 4 / 3, 8 / 3, 10 / 3].map((onset, index, onsets) => ({
    onset,
    duration: (onsets[index + 1] ?? 4) - onset,
    pitch: 60,
    velocity: 80,
  }));
  const generated = [{ name: "Bass", program: 32, notes: beat }];
  const notes = [{ startTick: 0, durationTicks: 1, pitch: 60, velocity: 80 }];
  const wrong = Array.from({ length: finestDivision }, (_, index) => index + 1).filter((ticksPerBeat) => {
    const melody: Melody = {
      ...{ name: "", program: 0, tempo: 100, bars: 1, timeSignature: "4/4" },
      ...{ ticksPerBeat, notes },
    };
    const score = composeScore({ name: "", melody, generated });
    const swung = score.tracks[1]?.notes.map(({ startTick }) => startTick) ?? [];
    // Without swing a division stays in which sixteenths are whole.
    if (ticksPerBeat % 4 === 0 && withWholeSteps(melody) !== melody) return true;
    if (score.ticksPerBeat % 12 === 0 && score.ticksPerBeat >= 24) {
      return swung.join() !== [0, 2, 4, 5].map((sixths) => (sixths * score.ticksPerBeat) / 6).join();
    }
    // All finer divisions that have thirds of sixteenths are too fine for a file. There a tick is not heard.
    const finer = [1, 2, 3, 4, 6, 12].map((factor) => factor * ticksPerBeat).filter((ticks) => ticks % 12 === 0);
    return Math.min(...finer) <= finestDivision || swung.some((tick, index) => tick - (swung[index - 1] ?? -400) < 400);
  });
  expect(wrong).toEqual([]);
});

test("chosen bars have whole ticks, also after a bar of eighths that ends between two ticks", () => {
  fc.assert(
    fc.property(divisions, fc.uniqueArray(fc.nat({ max: 30 }), { minLength: 1 }), (ticksPerBeat, eighths) => {
      const timeSignatures = [
        { tick: 0, numerator: 3, denominator: 8 },
        { tick: Math.round(1.5 * ticksPerBeat), numerator: 4, denominator: 4 },
      ];
      const notes = eighths
        .sort((one, other) => one - other)
        .map((eighth) => ({
          startTick: Math.round((eighth * ticksPerBeat) / 2),
          durationTicks: 1,
          pitch: 60,
          velocity: 90,
        }));
      const stretches = barLines({ timeSignatures, ticksPerBeat, notes });
      const described = { name: "", program: 0, ticksPerBeat, tempo: 100, bars: barCount(stretches), notes };
      const [usable] = usableBars(rangesOf(stretches));
      const inUsable = notes.filter(({ startTick }) => startTick >= 1.5 * ticksPerBeat);
      fc.pre(usable !== undefined && inUsable.length > 0);
      const options = { startBar: usable.firstBar };
      const chosen = applyInputOptions({ ...described, barLines: stretches }, options, "arranger");
      expect(chosen.notes).toHaveLength(inUsable.length);
      for (const { startTick, durationTicks } of chosen.notes) {
        expect([startTick, durationTicks].every(Number.isInteger)).toBe(true);
        expect(startTick).toBeGreaterThanOrEqual(0);
        expect(durationTicks).toBeGreaterThan(0);
      }
    }),
  );
});

test("a note of no length, as a file of an earlier version may have it, lasts a tick", () => {
  const note = { startTick: 96, durationTicks: 0, pitch: 60, velocity: 80 };
  const score: Score = {
    ...{ schemaVersion: 1, name: "", ticksPerBeat: 24, tempo: 100, bars: 1 },
    tracks: [{ name: "", program: 0, source: "generated", notes: [note, { ...note, startTick: 0 }] }],
  };
  expect(soundingIn(score)).toEqual([2]);
  expect(scoreSchema.parse(score).tracks[0]?.notes.map(({ durationTicks }) => durationTicks)).toEqual([1, 1]);
});
