/** Which cells of the roll sound after any number of a technique's edits. */

export interface EditEvent {
  /** The sixteenth, from 0. */
  readonly step: number;
  readonly pitch: number;
  readonly kind: "add" | "remove";
  /** True if the cell sounded in the input. */
  readonly original: boolean;
  readonly pass: number;
  /** How sure the model was, 0-1. */
  readonly probability: number;
}

const pitches = 128;
/** A state is kept after so many edits, so that any position is so many steps from one at most. */
const editsBetweenStates = 512;
/** For so many edits a change is shown as new. */
export const freshEdits = 300;

/** What a cell is. */
export const cellStates = { silent: 0, input: 1, added: 2 } as const;

export interface ReplayParams {
  /** Sixteenths of the piece. */
  readonly steps: number;
  readonly edits: readonly EditEvent[];
  /** Numbers of the cells that sounded in the input: see {@link inputCells}. */
  readonly input: Iterable<number>;
}

export const cellOf = (step: number, pitch: number): number => step * pitches + pitch;

/** The sixteenths and the pitch that a note covers. */
export interface CoveredCells {
  readonly firstStep: number;
  readonly steps: number;
  readonly pitch: number;
}

/**
 * Returns the cells of the input, from the notes of the input or from those of the result. Each edit says whether its cell
 * sounded in the input, and a cell without an edit is the same in both. So a note of the result that was performed a
 * little shorter than it was written leads nowhere astray where there are edits.
 */
export function inputCells(notes: readonly CoveredCells[], edits: readonly EditEvent[]): Set<number> {
  const cells = new Set<number>();
  for (const { firstStep, steps, pitch } of notes)
    for (let step = firstStep; step < firstStep + steps; step += 1) cells.add(cellOf(step, pitch));
  for (const { step, pitch, original } of edits) {
    if (original) cells.add(cellOf(step, pitch));
    else cells.delete(cellOf(step, pitch));
  }
  return cells;
}

/** Edits of some passes, of which the model was sure enough. */
export interface EditFilter {
  /** The last pass that is shown. */
  readonly lastPass: number;
  readonly leastProbability: number;
}

export const filterEdits = (edits: readonly EditEvent[], { lastPass, leastProbability }: EditFilter): EditEvent[] =>
  edits.filter(({ pass, probability }) => pass <= lastPass && probability >= leastProbability);

/** A piece over its edits. Any position is reached from the nearest state that is kept. */
export class Replay {
  readonly steps: number;
  readonly edits: readonly EditEvent[];
  /** What each cell is at the position: one of {@link cellStates}. */
  readonly cells: Uint8Array;
  private readonly input: Uint8Array;
  private readonly kept: Uint8Array[] = [];
  private place = 0;

  constructor({ steps, edits, input }: ReplayParams) {
    this.steps = steps;
    this.edits = edits;
    this.cells = new Uint8Array(steps * pitches);
    for (const cell of input) if (cell < this.cells.length) this.cells[cell] = cellStates.input;
    this.input = this.cells.slice();
    for (const index of edits.keys()) {
      if (index % editsBetweenStates === 0) this.kept.push(this.cells.slice());
      this.apply(index);
    }
    this.place = edits.length;
  }

  /** The number of edits that are done. */
  get position(): number {
    return this.place;
  }

  seek(position: number): void {
    const target = Math.max(0, Math.min(this.edits.length, Math.round(position)));
    const before = Math.floor(target / editsBetweenStates);
    // A state is nearer than the position when the position lies behind the target or more than a state before it.
    if (target < this.place || this.place < before * editsBetweenStates) {
      const nearest = Math.min(this.kept.length - 1, before);
      this.cells.set(this.kept[nearest] ?? this.input);
      this.place = Math.max(0, nearest) * editsBetweenStates;
    }
    for (; this.place < target; this.place += 1) this.apply(this.place);
  }

  /** Returns the positions at which passes end, for steps without motion. */
  passEnds(): number[] {
    return this.edits.flatMap(({ pass }, index) => (this.edits[index + 1]?.pass === pass ? [] : [index + 1]));
  }

  private apply(index: number): void {
    const edit = this.edits[index];
    if (edit === undefined) return;
    const cell = cellOf(edit.step, edit.pitch);
    if (edit.kind === "remove") this.cells[cell] = cellStates.silent;
    else this.cells[cell] = this.input[cell] === cellStates.input ? cellStates.input : cellStates.added;
  }
}
