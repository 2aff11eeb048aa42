import fc from "fast-check";
import { parseArrayBuffer } from "midi-json-parser-worker/build/es2019/midi-file-parser";
import { arrangerSettingsSchema } from "../../../domain/music/arranger/arrange";
import { stylesIn } from "../../../domain/music/arranger/styles";
import { timeSignatureName } from "../../../domain/music/bar-lines";
import { applyInputOptions } from "../../../domain/music/chosen-part";
import { type Melody, trackMelody } from "../../../domain/music/melody";
import { chooseMelodyTrack } from "../../../domain/music/melody-choice";
import { endTick } from "../../../domain/music/midi-note";
import { usualPerformance } from "../../../domain/music/performance";
import { findSampleMelody, sampleAsMelody } from "../../../domain/music/sample-melodies";
import { composeScore, scoreMelody, scoreOutput } from "../../../domain/music/score";
import { parseMidi } from "../../../domain/music/song";
import {
  barShapes,
  type PieceTimeSignature,
  pieceTimeSignatures,
  ticksPerBar,
  timeSignatureOf,
} from "../../../domain/music/time-signatures";
import type { PerformanceOptions } from "../../../domain/schemas/composition-parts";
import { techniques } from "../../../domain/techniques/registry";
import { arrangeComposition } from "../../../lambdas/compositions/arrange-composition";
import { performedMidi } from "../../../lambdas/compositions/performed-midi";
import type { CompositionItem } from "../../../lambdas/stores/items";
import { placesOf } from "../../support/note-places";
import { composition } from "../api/support/items";

const sample = findSampleMelody("twinkle-twinkle");
if (sample === undefined) throw new Error("the sample melody is gone");
const melody = sampleAsMelody(sample);
const defaults = arrangerSettingsSchema.parse(
  Object.fromEntries(techniques.arranger.parameters.map((parameter) => [parameter.name, parameter.default])),
);
const asked = (parameters: object = {}): CompositionItem => {
  const { model: _, ...row } = composition();
  return { ...row, technique: "arranger", parameters: { ...defaults, ...parameters } };
};
const now = () => new Date("2026-01-01T00:00:00.000Z");

function arranged(parameters: object = {}) {
  const result = arrangeComposition({ composition: asked(parameters), melody, now });
  if (result.kind !== "GENERATED") throw new Error(result.failure.message);
  return result.response;
}

const score = (parameters: object = {}) =>
  composeScore({ name: "Piece", melody, generated: arranged(parameters).tracks });

test("adds a band to the melody, which stays as it is, and says how well the chords fit", () => {
  const { metrics } = arranged();
  expect(metrics["notesOnChordTones"]).toBeGreaterThan(0.9);
  expect(metrics["chords"]).toBeGreaterThan(8);
  const { tracks } = score();
  expect(tracks.map(({ name, source }) => [name, source])).toEqual([
    [sample.name, "input"],
    ["Piano", "generated"],
    ["Strings", "generated"],
    ["Bass", "generated"],
    ["Drums", "generated"],
  ]);
  expect(tracks[0]?.notes).toEqual(melody.notes);
});

test("the resource says which track is drums, and only that one", () => {
  expect(scoreOutput(score(), {}).tracks.map(({ isDrums }) => isDrums)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    true,
  ]);
});

test("the file has the drums on channel 10 without a program, and everything else on other channels", () => {
  const { tracks } = parseArrayBuffer(performedMidi(score(), { performance: usualPerformance }).slice().buffer);
  const channels = tracks.map((events) => [
    ...new Set(events.flatMap((event) => ("noteOn" in event ? [Number(event.channel)] : []))),
  ]);
  expect(channels).toEqual([[0], [1], [2], [3], [9]]);
  const programs = tracks.map((events) => events.filter((event) => "programChange" in event).length);
  expect(programs).toEqual([1, 1, 1, 1, 0]);
});

/** Returns the values of the controllers volume and pan that each track of a file has. */
const controllersOf = (performance: PerformanceOptions): string[][] =>
  parseArrayBuffer(performedMidi(score(), { performance }).slice().buffer).tracks.map((events) =>
    events.flatMap((event) => ("controlChange" in event ? [JSON.stringify(event.controlChange)] : [])),
  );

test("each instrument has the arranger's volume and place, in a performance with a mix", () => {
  const controllers = controllersOf(usualPerformance);
  expect(controllers.map((ofTrack) => ofTrack.length)).toEqual([2, 2, 2, 2, 2]);
  expect(new Set(controllers.map(([volume]) => volume)).size).toBe(5);
  expect(controllersOf({ ...usualPerformance, mix: false }).flat()).toEqual([]);
});

test("a file of a band is read again: the tune is the melody, and drums are not taken for one", () => {
  const song = parseMidi(performedMidi(score(), { performance: usualPerformance }));
  expect(song.tracks.map(({ isDrums }) => isDrums)).toEqual([false, false, false, false, true]);
  expect(chooseMelodyTrack(song.tracks)?.track.index).toBe(0);
  expect(trackMelody(song, 0).notes.map(({ pitch, startTick }) => [pitch, startTick])).toEqual(
    melody.notes.map(({ pitch, startTick }) => [pitch, startTick]),
  );
});

test("drums cannot be the melody of another composition", () => {
  expect(scoreMelody(score(), 4)).toBeUndefined();
  expect(scoreMelody(score(), 3)).toMatchObject({ name: "Bass" });
});

test("velocities keep the rhythm's accents in a performance", () => {
  const { tracks } = parseMidi(performedMidi(score(), { performance: usualPerformance }));
  for (const { name, notes } of tracks.slice(1)) {
    expect({ name, levels: new Set(notes.map(({ velocity }) => velocity)).size > 8 }).toEqual({ name, levels: true });
  }
});

test("a style that the melody's time signature does not have is a failure that names those it has", () => {
  expect(arrangeComposition({ composition: asked({ style: "waltz" }), melody, now })).toMatchObject({
    kind: "FAILED",
    failure: {
      code: "PARAMETERS_NOT_APPLICABLE",
      message: "The style waltz is not played in 4/4; allowed are pop, rock, jazz, bossa.",
    },
  });
});

/** Returns a melody of quarter notes, or of eighths in 6/8, in as many bars, with an upbeat in the first of them. */
function tuneIn(timeSignature: PieceTimeSignature, bars: number): Melody {
  const { steps } = barShapes[timeSignature];
  const length = timeSignature === "6/8" ? 2 : 4;
  const pitches = [67, 72, 74, 76, 74, 72, 71, 69, 67, 65, 64, 62];
  const onsets = Array.from({ length: (bars * steps) / length }, (_, index) => index * length);
  // The upbeat is the last note of the first bar, and the last bar has one long note.
  const sung = onsets.filter((onset) => onset >= steps - length && onset <= (bars - 1) * steps);
  const notes = sung.map((onset, index) => ({
    startTick: onset * 120,
    durationTicks: (onset === (bars - 1) * steps ? steps : length) * 120,
    pitch: onset === (bars - 1) * steps ? 60 : (pitches[index % pitches.length] ?? 60),
    velocity: 90,
  }));
  return { name: "Tune", program: 0, ticksPerBeat: 480, tempo: 100, bars, timeSignature, notes };
}

describe.each(pieceTimeSignatures)("a melody in %s", (timeSignature) => {
  const tune = tuneIn(timeSignature, 8);
  const barTicks = ticksPerBar(timeSignature, 480);

  test.each(stylesIn(timeSignature))("is arranged as %s, and the file has its bars", (style) => {
    const result = arrangeComposition({ composition: asked({ style, density: "full" }), melody: tune, now });
    if (result.kind !== "GENERATED") throw new Error(result.failure.message);
    const piece = composeScore({ name: "Piece", melody: tune, generated: result.response.tracks });
    const bytes = performedMidi(piece, { performance: usualPerformance });
    const song = parseMidi(bytes);
    expect(song.timeSignatures.map(timeSignatureName)).toEqual([timeSignature]);
    expect(song.tracks.map(({ name }) => name)).toHaveLength(6);

    const read = trackMelody(song, 0);
    expect(applyInputOptions(read, {}, "arranger")).toMatchObject({ bars: 8, timeSignature });
    expect(placesOf(read.notes)).toEqual(placesOf(tune.notes));
    for (const { name, notes } of song.tracks.slice(1)) {
      // The band waits for the bar line after a short upbeat that fills no beat; otherwise it comes in with the tune.
      expect(notes[0]?.startTick).toBeGreaterThanOrEqual(tune.notes[0]?.startTick ?? 0);
      const heardIn = new Set(notes.map(({ startTick }) => Math.floor(startTick / barTicks)));
      expect({ name, bars: [...heardIn].filter((bar) => bar > 0).length >= 6 }).toEqual({ name, bars: true });
      expect(Math.max(...heardIn)).toBe(7);
    }
    const bass = song.tracks.find(({ name }) => /bass/i.test(name));
    const downbeats = bass?.notes.filter(({ startTick }) => startTick % barTicks === 0) ?? [];
    expect(downbeats.length).toBeGreaterThanOrEqual(7);
  });

  test("is read again from the piece that was made of it: a track is the melody of the next piece", () => {
    const result = arrangeComposition({ composition: asked(), melody: tune, now });
    if (result.kind !== "GENERATED") throw new Error(result.failure.message);
    const piece = composeScore({ name: "Piece", melody: tune, generated: result.response.tracks });
    expect(timeSignatureOf(scoreOutput(piece, {}))).toBe(timeSignature);
    const bass = scoreMelody(piece, 3);
    if (bass === undefined) throw new Error("the bass is no melody");
    expect(bass).toMatchObject({ name: "Bass", timeSignature, bars: 8 });
    expect(arrangeComposition({ composition: asked(), melody: bass, now }).kind).toBe("GENERATED");
  });
});

/** A melody that is played off the grid, in quarters and shorter notes of any ticks. */
const playedMelodies = fc
  .record({
    ticksPerBeat: fc.constantFrom(24, 96, 100, 480),
    timeSignature: fc.constantFrom(...pieceTimeSignatures),
    begins: fc.double({ min: 0, max: 1, noNaN: true }),
    notes: fc.array(
      fc.record({
        rest: fc.double({ min: 0, max: 0.6, noNaN: true }),
        length: fc.double({ min: 0.01, max: 1.5, noNaN: true }),
        pitch: fc.integer({ min: 28, max: 84 }),
      }),
      { minLength: 1, maxLength: 24 },
    ),
  })
  .map(({ ticksPerBeat, timeSignature, begins, notes: drawn }): Melody => {
    let tick = Math.round(begins * ticksPerBeat);
    const notes = drawn.map(({ rest, length, pitch }) => {
      const startTick = tick + Math.round(rest * ticksPerBeat);
      const durationTicks = Math.max(1, Math.round(length * ticksPerBeat));
      tick = startTick + durationTicks;
      return { startTick, durationTicks, pitch, velocity: 90 };
    });
    const bars = Math.ceil(tick / ticksPerBar(timeSignature, ticksPerBeat));
    return { name: "Tune", program: 0, ticksPerBeat, tempo: 100, bars, timeSignature, notes };
  });

test("no note begins before the tune's first tick or ends after its last, however it is played", () => {
  fc.assert(
    fc.property(playedMelodies, fc.boolean(), (played, swing) => {
      const result = arrangeComposition({ composition: asked({ swing, density: "full" }), melody: played, now });
      if (result.kind !== "GENERATED") throw new Error(result.failure.message);
      const piece = composeScore({ name: "Piece", melody: played, generated: result.response.tracks });
      const [tune, ...band] = piece.tracks.map(({ notes }) => notes);
      const first = Math.min(...(tune ?? []).map(({ startTick }) => startTick));
      const last = Math.max(...(tune ?? []).map(endTick));
      const outside = band
        .flat()
        .filter((note) => note.startTick < first || note.durationTicks < 1 || endTick(note) > last);
      expect(outside).toEqual([]);
    }),
  );
});

test("says that a melody is so low that it is the bass", () => {
  const low = { ...melody, notes: melody.notes.map((note) => ({ ...note, pitch: note.pitch - 36 })) };
  const result = arrangeComposition({ composition: asked(), melody: low, now });
  expect(result).toMatchObject({ response: { remarks: [expect.stringMatching(/is the bass/)] } });
  expect(arranged().remarks).toEqual([]);
});

test("a melody with too many notes for its bars is a failure", () => {
  const [note] = melody.notes;
  if (note === undefined) throw new Error("the melody has no note");
  const notes = Array.from({ length: 129 }, (_, index) => ({
    ...note,
    startTick: (index % 16) * 120,
    pitch: index % 120,
  }));
  const crowded = applyInputOptions({ ...melody, notes, bars: 1 }, {}, "arranger");
  expect(arrangeComposition({ composition: asked(), melody: crowded, now })).toMatchObject({
    failure: { code: "INPUT_TOO_LARGE" },
  });
});
