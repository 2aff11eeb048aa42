import fc from "fast-check";
import { cellOf, type Cells, replayEdits, sameCells, soundingCells } from "../../../domain/music/edit-events";
import { type Melody, type ModelNote, toGrid } from "../../../domain/music/melody";
import type { MidiNote } from "../../../domain/music/midi-note";
import { rewrittenMelody } from "../../../domain/music/rewritten-melody";
import { composeScore, scoreOutput, writeMidi } from "../../../domain/music/score";
import { parseMidi } from "../../../domain/music/song";
import type { EditEvent } from "../../../domain/schemas/invocation";

const ticksPerBeat = 480;
const step = ticksPerBeat / 4;
const bars = 2;
const steps = bars * 16;

const melodyOf = (notes: readonly MidiNote[]): Melody => ({
  name: "Line",
  program: 19,
  ticksPerBeat,
  tempo: 90,
  bars,
  timeSignature: "4/4",
  notes,
});

/** Notes anywhere between the grid's lines, on few pitches so that they meet, overlap and repeat. */
const played = fc
  .array(
    fc.record({
      startTick: fc.nat(steps * step - 1),
      durationTicks: fc.integer({ min: 1, max: 6 * step }),
      pitch: fc.integer({ min: 60, max: 62 }),
      velocity: fc.integer({ min: 1, max: 127 }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((notes) =>
    melodyOf(
      notes.map((note) => ({
        ...note,
        durationTicks: Math.min(note.durationTicks, steps * step - note.startTick),
      })),
    ),
  );

/** The grid's notes as a roll shows them: one that still sounds when its pitch starts again ends there. */
function asRoll(notes: readonly ModelNote[]): ModelNote[] {
  const cells = soundingCells(notes);
  return notes.map((note) => {
    const next = Math.min(
      ...notes.filter(({ pitch, onset }) => pitch === note.pitch && onset > note.onset).map(({ onset }) => onset),
      steps,
    );
    let end = note.onset + 1;
    while (end < next && cells.has(cellOf(end, note.pitch))) end += 1;
    return { ...note, duration: end - note.onset };
  });
}

/** The melody's roll after some cells were toggled, and some notes cut or joined: anything that a model could return. */
const rewriting = fc
  .tuple(
    played,
    fc.array(fc.record({ at: fc.nat(steps - 1), pitch: fc.integer({ min: 60, max: 62 }), toggles: fc.boolean() }), {
      maxLength: 20,
    }),
  )
  .map(([melody, changes]) => {
    const roll = asRoll(toGrid(melody));
    const cells = soundingCells(roll);
    const starts = new Set(roll.map(({ onset, pitch }) => cellOf(onset, pitch)));
    for (const { at, pitch, toggles } of changes) {
      const cell = cellOf(at, pitch);
      const set = toggles ? cells : starts;
      if (!set.delete(cell)) set.add(cell);
    }
    return { melody, notes: notesOf(cells, starts) };
  });

function notesOf(cells: Cells, starts: Cells): ModelNote[] {
  return [60, 61, 62].flatMap((pitch) => {
    const notes: ModelNote[] = [];
    for (let onset = 0; onset < steps; onset += 1) {
      const cell = cellOf(onset, pitch);
      if (!cells.has(cell)) continue;
      const last = notes.at(-1);
      if (!starts.has(cell) && last !== undefined && last.onset + last.duration === onset) {
        notes[notes.length - 1] = { ...last, duration: last.duration + 1 };
      } else notes.push({ onset, duration: 1, pitch, velocity: 80 });
    }
    return notes;
  });
}

const places = (notes: readonly ModelNote[]): unknown =>
  [...notes]
    .map(({ onset, duration, pitch }) => [pitch, onset, duration])
    .sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);

/** A note of a pitch that begins late in the last step, just where another ends: both end with the piece on the grid. */
const twoThatEndTogether = {
  melody: {
    name: "Line",
    program: 19,
    ticksPerBeat: 480,
    tempo: 90,
    bars,
    timeSignature: "4/4" as const,
    notes: [
      { startTick: 3780, durationTicks: 1, pitch: 60, velocity: 1 },
      { startTick: 3411, durationTicks: 369, pitch: 60, velocity: 1 },
    ],
  },
  notes: [
    { onset: 28, duration: 3, pitch: 60, velocity: 80 },
    { onset: 31, duration: 1, pitch: 60, velocity: 80 },
  ],
};

describe("a melody that was re-written", () => {
  it("is on the grid what the model returned, whatever was played", () => {
    fc.assert(
      fc.property(rewriting, ({ melody, notes }) => {
        const result = rewrittenMelody(melody, notes);
        expect(result).toMatchObject({ name: "Line", program: 19, tempo: 90, bars });
        for (const { durationTicks } of result.notes) expect(durationTicks).toBeGreaterThan(0);
        expect(sameCells(soundingCells(toGrid(result)), soundingCells(notes))).toBe(true);
        expect(places(asRoll(toGrid(result)))).toEqual(places(notes));
      }),
      { numRuns: 500, examples: [[twoThatEndTogether]] },
    );
  });

  it("stays as it was played where the model left it alone", () => {
    fc.assert(
      fc.property(played, (melody) => {
        // Of a pitch that overlaps itself the grid shows less than was played.
        fc.pre(JSON.stringify(asRoll(toGrid(melody))) === JSON.stringify(toGrid(melody)));
        const byPlace = (one: MidiNote, other: MidiNote): number =>
          one.startTick - other.startTick ||
          one.pitch - other.pitch ||
          one.durationTicks - other.durationTicks ||
          one.velocity - other.velocity;
        expect([...rewrittenMelody(melody, toGrid(melody)).notes].sort(byPlace)).toEqual(
          [...melody.notes].sort(byPlace),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("keeps of a changed note the end that was left alone, and a note's velocity", () => {
    const melody = melodyOf([
      { startTick: 5, durationTicks: 470, pitch: 60, velocity: 33 },
      { startTick: 490, durationTicks: 460, pitch: 60, velocity: 44 },
    ]);
    const result = rewrittenMelody(melody, [
      { onset: 0, duration: 2, pitch: 60, velocity: 33 },
      { onset: 3, duration: 5, pitch: 60, velocity: 44 },
      { onset: 0, duration: 8, pitch: 64, velocity: 80 },
    ]);
    expect(result.notes).toEqual([
      { startTick: 0, durationTicks: 960, pitch: 64, velocity: 80 },
      { startTick: 5, durationTicks: 235, pitch: 60, velocity: 33 },
      { startTick: 360, durationTicks: 590, pitch: 60, velocity: 44 },
    ]);
  });

  it("is the piece's first track, marked as generated, and goes through the MIDI file note for note", () => {
    const melody = melodyOf([{ startTick: 7, durationTicks: 470, pitch: 60, velocity: 90 }]);
    const rewritten = [
      { onset: 0, duration: 4, pitch: 60, velocity: 90 },
      { onset: 0, duration: 4, pitch: 64, velocity: 80 },
      { onset: 4, duration: 4, pitch: 64, velocity: 80 },
    ];
    const score = composeScore({ name: "Piece", melody, rewritten, generated: [] });
    expect(scoreOutput(score, {}, 8)).toMatchObject({
      tracks: [{ index: 0, name: "Line", program: 19, noteCount: 3, source: "generated" }],
      editEventCount: 8,
    });
    expect(parseMidi(writeMidi(score)).tracks[0]?.notes).toEqual([
      { startTick: 0, durationTicks: 480, pitch: 64, velocity: 80 },
      { startTick: 7, durationTicks: 470, pitch: 60, velocity: 90 },
      { startTick: 480, durationTicks: 480, pitch: 64, velocity: 80 },
    ]);
  });

  it("may be left without a note", () => {
    const melody = melodyOf([{ startTick: 0, durationTicks: 480, pitch: 60, velocity: 90 }]);
    const score = composeScore({ name: "Piece", melody, rewritten: [], generated: [] });
    expect(scoreOutput(score, {}, 4).tracks[0]).toMatchObject({ noteCount: 0 });
    expect(writeMidi(score).length).toBeGreaterThan(0);
  });
});

const edit = (at: number, pitch: number, kind: "add" | "remove", original: boolean): EditEvent => ({
  step: at,
  pitch,
  kind,
  original,
  pass: 0,
  probability: 0.5,
});

describe("edit events", () => {
  it("lead from the input's cells to the result's, whichever cells were toggled in whichever order", () => {
    const cells = fc.tuple(fc.nat(1023), fc.nat(127));
    fc.assert(
      fc.property(fc.array(cells), fc.array(cells), (sounding, toggled) => {
        const input = new Set(sounding.map(([at, pitch]) => cellOf(at, pitch)));
        const result = new Set(input);
        const edits = toggled.map(([at, pitch]) => {
          const cell = cellOf(at, pitch);
          const kind = result.has(cell) ? "remove" : "add";
          if (kind === "remove") result.delete(cell);
          else result.add(cell);
          return edit(at, pitch, kind, input.has(cell));
        });
        const replayed = replayEdits(input, edits);
        expect(replayed !== undefined && sameCells(replayed, result)).toBe(true);
      }),
    );
  });

  it("that cannot be are not replayed", () => {
    const input = soundingCells([{ onset: 0, duration: 2, pitch: 60 }]);
    expect(replayEdits(input, [edit(0, 60, "remove", true), edit(0, 60, "add", true)])).toEqual(input);
    expect(replayEdits(input, [edit(0, 60, "add", true)])).toBeUndefined();
    expect(replayEdits(input, [edit(2, 60, "remove", false)])).toBeUndefined();
    expect(replayEdits(input, [edit(2, 60, "add", true)])).toBeUndefined();
    expect(replayEdits(input, [edit(0, 60, "remove", false)])).toBeUndefined();
  });
});
