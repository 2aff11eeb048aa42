/**
 * Checks the rules that hold for pairs of parameters, which the range of a single parameter cannot express. The cases
 * in contracts/cases test that TypeScript and Python judge alike.
 */
import type { ParameterIssue, ParameterRange, ParameterValue, Piece, Technique } from "./technique";

type Values = Readonly<Record<string, ParameterValue>>;

function numberAt(values: Values, name: string): number | undefined {
  const value = values[name];
  return typeof value === "number" ? value : undefined;
}

const orOpenEnd = ({ openEnd }: ParameterRange): string =>
  openEnd === undefined ? "" : `, or ${openEnd.value} for ${openEnd.meaning}`;

/**
 * Returns every range whose end lies before its beginning. A range with a parameter that `values` lacks is not broken.
 */
export function upsideDownRanges({ ranges, parameters }: Technique, values: Values): ParameterIssue[] {
  const issues: ParameterIssue[] = [];
  for (const range of ranges) {
    const [from, to] = [numberAt(values, range.from), numberAt(values, range.to)];
    if (from === undefined || to === undefined || to === range.openEnd?.value || to >= from) continue;
    const end = parameters.find(({ name }) => name === range.to);
    const max = end !== undefined && "maximum" in end ? ` to ${end.maximum}` : "";
    issues.push({
      pointer: `/${range.to}`,
      reason: `${range.reason} ${range.from}, which is ${from}`,
      value: to,
      allowed: `an integer from ${from}${max}${orOpenEnd(range)}`,
    });
  }
  return issues;
}

/** Returns every beginning and end of a range that lies outside the piece. */
export function rangesOutsidePiece({ ranges }: Technique, values: Values, piece: Piece): ParameterIssue[] {
  const issues: ParameterIssue[] = [];
  for (const range of ranges) {
    if (range.within === undefined) continue;
    const size = piece[range.within];
    for (const [name, rest] of [
      [range.from, ""],
      [range.to, orOpenEnd(range)],
    ] as const) {
      const value = numberAt(values, name);
      if (value === undefined || value <= size) continue;
      const reason = `lies outside the piece, which has ${size} ${size === 1 ? "bar" : "bars"}`;
      issues.push({ pointer: `/${name}`, reason, value, allowed: `an integer from 1 to ${size}${rest}` });
    }
  }
  return issues;
}
