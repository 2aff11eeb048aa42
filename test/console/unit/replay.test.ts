import fc from "fast-check";
import { coveredCells } from "../../../console/src/stage/edited-piece";
import { cellOf, cellStates, type EditEvent, filterEdits, inputCells, Replay } from "../../../console/src/stage/replay";
import { soundingCells } from "../../../domain/music/edit-events";
import { toGrid } from "../../../domain/music/melody";

const steps = 8;

/** Cells that sound at the beginning, and edits that fit them. */
const pieces = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.nat(steps - 1), fc.integer({ min: 60, max: 63 })), { selector: String }),
    fc.array(fc.tuple(fc.nat(steps - 1), fc.integer({ min: 60, max: 63 })), {
      maxLength: 1500,
      minLength: 1,
      size: "max",
    }),
  )
  .map(([cells, changes]) => {
    const input = new Set(cells.map(([step, pitch]) => cellOf(step, pitch)));
    const sounding = new Set(input);
    const edits = changes.map(([step, pitch], index): EditEvent => {
      const cell = cellOf(step, pitch);
      const kind = sounding.has(cell) ? "remove" : "add";
      if (kind === "add") sounding.add(cell);
      else sounding.delete(cell);
      return { step, pitch, kind, original: input.has(cell), pass: index >> 4, probability: (index % 10) / 10 };
    });
    return { input, edits, result: sounding };
  });

const sounding = ({ cells }: Replay): Set<number> =>
  new Set([...cells].flatMap((state, cell) => (state === cellStates.silent ? [] : [cell])));

const covered = (cells: ReadonlySet<number>) =>
  [...cells].map((cell) => ({ firstStep: Math.floor(cell / 128), steps: 1, pitch: cell % 128 }));

test("the input is found from its own notes, and from the result with all edits undone, whatever the edits", () => {
  fc.assert(
    fc.property(pieces, ({ input, edits, result }) => {
      expect(inputCells(covered(input), edits)).toEqual(input);
      expect(inputCells(covered(result), edits)).toEqual(input);
    }),
    { numRuns: 30 },
  );
});

test("a result that lost edited cells on its way, as a performed one may, leads to the same input", () => {
  fc.assert(
    fc.property(pieces, fc.func(fc.boolean()), ({ input, edits, result }, isKept) => {
      const isEdited = new Set(edits.map(({ step, pitch }) => cellOf(step, pitch)));
      const performed = new Set([...result].filter((cell) => !isEdited.has(cell) || isKept(cell)));
      expect(inputCells(covered(performed), edits)).toEqual(input);
    }),
    { numRuns: 30 },
  );
});

test("the notes of a piece cover the cells that the server gives the technique", () => {
  const note = fc.record({
    start: fc.nat(2 * 1920 - 1),
    duration: fc.integer({ min: 1, max: 1920 }),
    pitch: fc.integer({ min: 60, max: 63 }),
    velocity: fc.constant(90),
  });
  fc.assert(
    fc.property(fc.array(note, { minLength: 1, maxLength: 12 }), (notes) => {
      const melody = {
        name: "Tune",
        program: 0,
        tempo: 120,
        ticksPerBeat: 480,
        bars: 2,
      };
      const given = notes.map(({ start, duration, ...one }) => ({ startTick: start, durationTicks: duration, ...one }));
      const piece = { ...melody, beatsPerBar: 4, tracks: [{ name: "Tune", program: 0, isDrums: false, notes }] };
      expect(inputCells(coveredCells(piece, 32), [])).toEqual(
        soundingCells(toGrid({ ...melody, timeSignature: "4/4", notes: given })),
      );
    }),
  );
});

test("any position is the input with so many edits done, wherever the replay was before", () => {
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(1500), { minLength: 1, maxLength: 8 }), ({ input, edits }, positions) => {
      const replay = new Replay({ steps, edits, input });
      for (const wanted of positions) {
        replay.seek(wanted);
        const position = Math.min(wanted, edits.length);
        const expected = new Set(input);
        for (const { step, pitch, kind } of edits.slice(0, position)) {
          if (kind === "add") expected.add(cellOf(step, pitch));
          else expected.delete(cellOf(step, pitch));
        }
        expect(replay.position).toBe(position);
        expect(sounding(replay)).toEqual(expected);
      }
    }),
    { numRuns: 30 },
  );
});

test("a cell of the input that was removed and added again is the input's, and any other is an added one", () => {
  const edit = { step: 0, pass: 0, probability: 1 };
  const edits: EditEvent[] = [
    { ...edit, pitch: 60, kind: "remove", original: true },
    { ...edit, pitch: 60, kind: "add", original: true },
    { ...edit, pitch: 61, kind: "add", original: false },
  ];
  const replay = new Replay({ steps, edits, input: [cellOf(0, 60)] });
  expect([60, 61].map((pitch) => replay.cells[cellOf(0, pitch)])).toEqual([cellStates.input, cellStates.added]);
});

test("edits are chosen by pass and by probability, and passes end where the next one begins", () => {
  const edits = [0, 0, 1, 1, 2].map((pass, index): EditEvent => ({
    step: index,
    pitch: 60,
    kind: "add",
    original: false,
    pass,
    probability: index / 4,
  }));
  expect(filterEdits(edits, { lastPass: 1, leastProbability: 0.25 }).map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(new Replay({ steps, edits, input: [] }).passEnds()).toEqual([2, 4, 5]);
});

test("a replay without edits is the input", () => {
  const replay = new Replay({ steps, edits: [], input: [cellOf(3, 60)] });
  replay.seek(5);
  expect(sounding(replay)).toEqual(new Set([cellOf(3, 60)]));
});
