/** Curves of a training, drawn with the dots of Braille characters: each character has two columns of four dots. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The bits of the dots of a Braille character, by column and row from above (Unicode, block U+2800). */
const dots = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const firstBraille = 0x28_00;

/** Returns a number with few digits, as a label has room for. */
export const shortNumber = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : String(Number(value.toPrecision(3)));

export interface CurveSize {
  /** The characters in a line, labels included. */
  readonly width: number;
  /** The lines of the curve, without its title. */
  readonly height: number;
}

/**
 * Returns the lines of a curve: its title with the last value, then the curve with the greatest and the least value at its left.
 *
 * @param points in the order of their x; values that are not finite are left out
 * @param range the values of x at the left and at the right
 */
export function drawCurve(
  title: string,
  points: readonly Point[],
  range: { readonly from: number; readonly to: number },
  { width, height }: CurveSize,
): readonly string[] {
  const finite = points.filter(({ y }) => Number.isFinite(y));
  const last = finite.at(-1);
  if (last === undefined) return [`${title}  -`, ...Array.from({ length: height }, () => "")];
  const ys = finite.map(({ y }) => y);
  const [least, greatest] = [Math.min(...ys), Math.max(...ys)];
  const labels = [shortNumber(greatest), shortNumber(least)];
  const labelWidth = Math.max(...labels.map(({ length }) => length));
  const columns = Math.max(1, width - labelWidth - 2);
  const [dotColumns, dotRows] = [columns * 2, height * 4];
  const cells = new Uint8Array(columns * height);
  const set = (column: number, row: number): void => {
    const index = Math.floor(row / 4) * columns + Math.floor(column / 2);
    cells[index] = (cells[index] ?? 0) | (dots[column % 2 === 0 ? 0 : 1][row % 4] ?? 0);
  };
  const columnOf = (x: number): number =>
    range.to <= range.from
      ? 0
      : Math.min(
          dotColumns - 1,
          Math.max(0, Math.round(((x - range.from) / (range.to - range.from)) * (dotColumns - 1))),
        );
  const rowOf = (y: number): number =>
    greatest === least ? Math.floor(dotRows / 2) : Math.round(((greatest - y) / (greatest - least)) * (dotRows - 1));
  let before: { column: number; row: number } | undefined;
  for (const { x, y } of finite) {
    const now = { column: columnOf(x), row: rowOf(y) };
    const steps =
      before === undefined ? 0 : Math.max(Math.abs(now.column - before.column), Math.abs(now.row - before.row));
    for (let step = 0; step <= steps; step += 1) {
      const share = steps === 0 ? 1 : step / steps;
      const from = before ?? now;
      set(
        Math.round(from.column + (now.column - from.column) * share),
        Math.round(from.row + (now.row - from.row) * share),
      );
    }
    before = now;
  }
  const lines = Array.from({ length: height }, (_, row) => {
    const label = row === 0 ? labels[0] : row === height - 1 ? labels[1] : "";
    const curve = Array.from({ length: columns }, (_dots, column) =>
      String.fromCodePoint(firstBraille + (cells[row * columns + column] ?? 0)),
    ).join("");
    return `${(label ?? "").padStart(labelWidth)} ┤${curve}`;
  });
  return [`${title}  ${shortNumber(last.y)}`, ...lines];
}
