/** Tables, curves and bars of the command line. */
import fc from "fast-check";
import { drawCurve } from "../../../cli/src/drawing/curves";
import { drawBar, drawWaiting } from "../../../cli/src/drawing/progress-bar";
import { displayWidth, drawTable } from "../../../cli/src/drawing/table";
import { printable } from "../../../cli/src/terminal";

test("the columns of a table stand below each other, also with wide characters", () => {
  const rows = [
    { name: "Ode to Joy", bars: 8 },
    { name: "月光 🎹", bars: 120 },
    { name: "Für Elise", bars: 3 },
  ];
  const columns = [
    { title: "NAME", cell: ({ name }: { readonly name: string }) => name },
    { title: "BARS", cell: ({ bars }: { readonly bars: number }) => bars, right: true },
  ];
  const lines = drawTable(columns, rows).split("\n");
  expect(lines).toEqual(["NAME        BARS", "Ode to Joy     8", "月光 🎹      120", "Für Elise      3"]);
  expect(new Set(lines.map(displayWidth))).toEqual(new Set([16]));
});

test("no text of the API steers the terminal or begins a line", () => {
  expect(printable("A\u001b[2Jb\u0007c\nd\u202ee\u2028f")).toBe("A [2Jb c d e f");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const shown = drawTable([{ title: "N", cell: () => name }], [{}]);
      expect(shown.split("\n")).toHaveLength(2);
      expect(shown.replace("\n", "")).not.toMatch(/\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/u);
    }),
  );
});

const points = fc
  .array(fc.double({ noDefaultInfinity: true, noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 300 })
  .map((values) => values.map((y, index) => ({ x: index + 1, y })));

test("a curve has the lines and the width that it was given, and a dot for each end of it", () => {
  fc.assert(
    fc.property(points, fc.integer({ min: 20, max: 120 }), fc.integer({ min: 2, max: 8 }), (given, width, height) => {
      const [title, ...lines] = drawCurve("loss", given, { from: 1, to: given.length }, { width, height });
      expect(title).toMatch(/^loss {2}-?[\d.e+-]+$/);
      expect(lines).toHaveLength(height);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(width, 16));
      const drawn = lines.map((line) => line.slice(line.indexOf("┤") + 1));
      expect(drawn.some((line) => !line.startsWith("⠀"))).toBe(true);
      if (given.length > 1) expect(drawn.some((line) => !line.endsWith("⠀"))).toBe(true);
    }),
  );
});

test("a curve that falls is drawn from the upper left to the lower right", () => {
  const falling = Array.from({ length: 20 }, (_, index) => ({ x: index + 1, y: 20 - index }));
  expect(drawCurve("similarityIndex", falling, { from: 1, to: 20 }, { width: 14, height: 4 })).toEqual([
    "similarityIndex  1",
    "20 ┤⠑⠤⡀⠀⠀⠀⠀⠀⠀⠀",
    "   ┤⠀⠀⠈⠢⢄⠀⠀⠀⠀⠀",
    "   ┤⠀⠀⠀⠀⠀⠑⠢⡀⠀⠀",
    " 1 ┤⠀⠀⠀⠀⠀⠀⠀⠈⠒⢄",
  ]);
});

test("an epoch that has no value leaves the curve out, and a value that is not finite is left out", () => {
  const size = { width: 20, height: 2 };
  expect(drawCurve("loss", [], { from: 1, to: 9 }, size)).toEqual(["loss  -", "", ""]);
  const [title] = drawCurve(
    "loss",
    [
      { x: 1, y: 3 },
      { x: 2, y: Number.NaN },
    ],
    { from: 1, to: 2 },
    size,
  );
  expect(title).toBe("loss  3");
});

test("bars are as wide as they are to be, at any share and at any tick", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.nat(), fc.integer({ min: 1, max: 60 }), (share, tick, width) => {
      expect(drawBar(share, width)).toHaveLength(width);
      const waiting = drawWaiting(tick, width);
      expect(waiting).toHaveLength(width);
      expect(waiting).toContain("█");
    }),
  );
  expect([0, 0.5, 1].map((share) => drawBar(share, 4))).toEqual(["░░░░", "██░░", "████"]);
});
