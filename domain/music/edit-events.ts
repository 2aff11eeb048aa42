/**
 * Replays the edits by which a technique came to its result note by note. An edit adds or removes one cell, which is a
 * pitch at a sixteenth. Replaying the edits, in their order, on the cells of the input gives the cells of the result.
 */
import type { EditEvent } from "../schemas/invocation";
import type { GridNote } from "./grid-note";

/** The cells that sound, each by the number that {@link cellOf} gives it. */
export type Cells = ReadonlySet<number>;

const pitches = 128;

/** Edit events by their members, each a column in the order of the edits. Flags are 0 or 1. */
export interface EditEventColumns {
  readonly step: readonly number[];
  readonly pitch: readonly number[];
  readonly added: readonly (0 | 1)[];
  readonly original: readonly (0 | 1)[];
  readonly pass: readonly number[];
  readonly probability: readonly number[];
}

const flag = (value: boolean): 0 | 1 => (value ? 1 : 0);

/** Returns edit events in columns, with probabilities of three digits after the point. */
export const editEventColumns = (edits: readonly EditEvent[]): EditEventColumns => ({
  step: edits.map(({ step }) => step),
  pitch: edits.map(({ pitch }) => pitch),
  added: edits.map(({ kind }) => flag(kind === "add")),
  original: edits.map(({ original }) => flag(original)),
  pass: edits.map(({ pass }) => pass),
  probability: edits.map(({ probability }) => Math.round(probability * 1000) / 1000),
});

/** Returns the number of a cell. Each step and pitch has its own. */
export const cellOf = (step: number, pitch: number): number => step * pitches + pitch;

/** Returns every cell that at least one of the notes covers. */
export function soundingCells(notes: readonly GridNote[]): Set<number> {
  const cells = new Set<number>();
  for (const { onset, duration, pitch } of notes) {
    for (let step = onset; step < onset + duration; step += 1) cells.add(cellOf(step, pitch));
  }
  return cells;
}

export const sameCells = (one: Cells, other: Cells): boolean =>
  one.size === other.size && [...one].every((cell) => other.has(cell));

/**
 * Returns the cells after the edits.
 * @returns nothing when the edits do not fit the input: an edit adds a cell that sounds, removes one that does not,
 *   or is wrong about whether its cell sounded in the input
 */
export function replayEdits(input: Cells, edits: readonly EditEvent[]): Cells | undefined {
  const cells = new Set(input);
  for (const { step, pitch, kind, original } of edits) {
    const cell = cellOf(step, pitch);
    if (cells.has(cell) !== (kind === "remove") || input.has(cell) !== original) return undefined;
    if (kind === "add") cells.add(cell);
    else cells.delete(cell);
  }
  return cells;
}
