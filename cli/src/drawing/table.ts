/** Tables for people. */
import { eastAsianWidth } from "get-east-asian-width";
import { printable } from "../terminal";

export interface Column<Row> {
  readonly title: string;
  /** Returns the cell of a row; undefined leaves it empty. */
  readonly cell: (row: Row) => string | number | undefined;
  /** True: aligned at the right, as numbers are. */
  readonly right?: boolean;
}

const segments = new Intl.Segmenter();

/** Returns the number of cells of a terminal that a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segments.segment(text)) {
    width += /\p{Emoji_Presentation}/u.test(segment) ? 2 : eastAsianWidth(segment.codePointAt(0) ?? 32);
  }
  return width;
}

const pad = (text: string, width: number, right: boolean): string => {
  const room = " ".repeat(Math.max(0, width - displayWidth(text)));
  return right ? `${room}${text}` : `${text}${room}`;
};

/** Returns a table with a line for its titles and one for each row. The last column has no spaces after it. */
export function drawTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => printable(String(cell(row) ?? "")))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => displayWidth(line[index] ?? ""))));
  return lines
    .map((line) =>
      line
        .map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.right === true))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Returns names with their values, one a line. */
export function drawFacts(facts: readonly (readonly [string, string | number | undefined])[]): string {
  const told = facts.filter(([, value]) => value !== undefined);
  const width = Math.max(...told.map(([name]) => displayWidth(name)));
  return told.map(([name, value]) => `${pad(name, width, false)}  ${printable(String(value))}`).join("\n");
}
