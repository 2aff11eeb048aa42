import type { BookedRow } from "../faults/books";

export type Kind = BookedRow["kind"];

/** What the API has accepted, and what became of it by its own word. */
export interface Entry {
  readonly kind: Kind;
  readonly sub: string;
  /** Different for each creation of a run. */
  readonly name: string;
  readonly id: string;
  isDeleted: boolean;
  /** A deletion without a response so far may have been done. */
  isDeletionAsked: boolean;
}

export interface Comparison {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly undead: readonly string[];
}

/** Keeps account of each creation and deletion, to be compared with what the table holds at the end. */
export class Ledger {
  private readonly entries = new Map<string, Entry>();
  private readonly seenGone: string[] = [];

  accept(entry: Pick<Entry, "kind" | "sub" | "name" | "id">): Entry {
    const known = this.entries.get(entry.id);
    if (known !== undefined) return known;
    const kept: Entry = { ...entry, isDeleted: false, isDeletionAsked: false };
    this.entries.set(entry.id, kept);
    return kept;
  }

  /** A poll found nothing where something should be. */
  notFound(entry: Entry): void {
    if (!entry.isDeletionAsked) this.seenGone.push(`${entry.kind} ${entry.id} got 404 in between`);
  }

  compare(rows: readonly BookedRow[]): Comparison {
    // By kind as well: a model has the id of its job.
    const keyOf = ({ kind, id }: { readonly kind: Kind; readonly id: string }): string => `${kind} ${id}`;
    const there = new Set(rows.map(keyOf));
    const all = [...this.entries.values()];
    const lost = all.filter((entry) => !entry.isDeletionAsked && !there.has(keyOf(entry)));
    const undead = all.filter((entry) => entry.isDeleted && there.has(keyOf(entry)));
    const byName = new Map<string, BookedRow[]>();
    for (const row of rows) {
      // A model has the name of its job, and a piece may be given a new name.
      if (row.kind === "MODEL" || !(row.name ?? "").startsWith("soak ")) continue;
      const key = `${row.kind} ${row.name ?? ""}`;
      byName.set(key, [...(byName.get(key) ?? []), row]);
    }
    return {
      lost: [...lost.map(keyOf), ...this.seenGone],
      doubled: [...byName].filter(([, same]) => same.length > 1).map(([key, same]) => `${key}, ${same.length} times`),
      undead: undead.map(keyOf),
    };
  }

  describe(): string {
    const all = [...this.entries.values()];
    const count = (kind: Kind): number => all.filter((entry) => entry.kind === kind).length;
    const deleted = all.filter(({ isDeleted }) => isDeleted).length;
    return `accepted ${count("TRACK")} tracks, ${count("COMPOSITION")} compositions, ${count("TRAINING_JOB")} training jobs; ${deleted} deleted`;
  }
}
