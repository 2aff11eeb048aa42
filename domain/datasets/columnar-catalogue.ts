/**
 * The catalogue of a data set as columns: an id, a number of bars and a split for each piece, and for each value of each
 * tag its postings, which are the places of the pieces that have it. So 100,000 pieces are filtered and counted in a
 * fraction of a second, and nothing is read but one object.
 */
import {
  type PieceTimeSignature,
  type TrainableTimeSignature,
  trainableTimeSignatures,
} from "../music/time-signatures";
import type { Split, SplitPiece, TaggedPiece, Topics } from "../training/selection";

export type CataloguePiece = SplitPiece & TaggedPiece & { readonly id: string };

const splitLetters = { train: "t", validation: "v", test: "e" } as const;
const splitOfLetter: Readonly<Record<string, Split>> = { t: "train", v: "validation", e: "test" };

/** The columns as the file has them. Postings are ascending places, each as the distance from the one before. */
export interface CatalogueColumns {
  readonly ids: readonly string[];
  readonly bars: readonly number[];
  /** A letter for each piece: t, v or e. */
  readonly splits: string;
  readonly tags: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

/** Returns the columns of pieces, in their order. */
export function columnsOf(pieces: readonly CataloguePiece[]): CatalogueColumns {
  const tags = new Map<string, Map<string, number[]>>();
  const last = new Map<number[], number>();
  pieces.forEach((piece, place) => {
    for (const [tag, values] of Object.entries(piece.tags)) {
      const byValue = tags.get(tag) ?? new Map<string, number[]>();
      tags.set(tag, byValue);
      for (const value of new Set(values)) {
        const postings = byValue.get(value) ?? [];
        byValue.set(value, postings);
        postings.push(place - (last.get(postings) ?? 0));
        last.set(postings, place);
      }
    }
  });
  const sorted = <Value>(map: ReadonlyMap<string, Value>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ids: pieces.map(({ id }) => id),
    bars: pieces.map(({ bars }) => bars),
    splits: pieces.map(({ split }) => splitLetters[split]).join(""),
    tags: Object.fromEntries(sorted(tags).map(([tag, values]) => [tag, Object.fromEntries(sorted(values))])),
  };
}

/** Which pieces are chosen: 1 at the place of each. */
export type Chosen = Uint8Array;

/** The chosen pieces of one time signature, and the numbers of those in each other one. */
export interface ChosenTimeSignature {
  readonly timeSignature: TrainableTimeSignature;
  readonly pieces: Chosen;
  readonly leftOut: Readonly<Partial<Record<TrainableTimeSignature, number>>>;
}

/** Returns the value of the tag `metre` of pieces in a time signature. */
export const metreTagOf = (timeSignature: PieceTimeSignature): string => timeSignature.replace("/", "-");

export class Catalogue {
  constructor(readonly columns: CatalogueColumns) {}

  /** Returns every tag with all its values. */
  tagValues(): ReadonlyMap<string, ReadonlySet<string>> {
    return new Map(Object.entries(this.columns.tags).map(([tag, values]) => [tag, new Set(Object.keys(values))]));
  }

  /**
   * Returns the pieces that have, for every tag that is asked for, at least one of its values. A tag without values asks
   * for nothing.
   */
  select(topics: Topics): Chosen {
    const chosen = new Uint8Array(this.columns.ids.length).fill(1);
    for (const [tag, values] of Object.entries(topics)) {
      if (values.length === 0) continue;
      const having = new Uint8Array(chosen.length);
      for (const value of values) this.#visit(tag, value, (place) => (having[place] = 1));
      chosen.forEach((flag, place) => (chosen[place] = flag & (having[place] ?? 0)));
    }
    return chosen;
  }

  /** Returns those of the chosen pieces for which `isWanted` is true. */
  narrow(chosen: Chosen, isWanted: (piece: SplitPiece) => boolean): Chosen {
    return chosen.map((flag, place) => (flag === 1 && isWanted(this.#piece(place)) ? 1 : 0));
  }

  /**
   * Returns those of the chosen pieces that a model learns from together: those in the time signature that has the most
   * bars, because bars of other lengths cannot be learned together. Of equals it is the first of
   * {@link trainableTimeSignatures}. The containers choose in the same way (`build_dataset` of
   * sagemaker-containers/training). Pieces without the tag `metre` are in 4/4.
   */
  inOneTimeSignature(chosen: Chosen): ChosenTimeSignature {
    const placesOf = new Map<TrainableTimeSignature, Chosen>(
      trainableTimeSignatures.map((name) => [name, new Uint8Array(chosen.length)]),
    );
    const untagged = chosen.slice();
    for (const [name, places] of placesOf) {
      this.#visit("metre", metreTagOf(name), (place) => {
        places[place] = chosen[place] ?? 0;
        untagged[place] = 0;
      });
    }
    placesOf.get("4/4")?.forEach((_, place, places) => (places[place] = (places[place] ?? 0) | (untagged[place] ?? 0)));
    const barsOf = (places: Chosen): number =>
      this.columns.bars.reduce((sum, bars, place) => sum + bars * (places[place] ?? 0), 0);
    const counted = [...placesOf].map(([timeSignature, places]) => ({ timeSignature, places, bars: barsOf(places) }));
    const [most] = [...counted].sort((one, other) => other.bars - one.bars);
    const timeSignature = most?.timeSignature ?? "4/4";
    const leftOut = counted.flatMap(({ timeSignature: name, places }) => {
      const pieces = places.reduce((sum, flag) => sum + flag, 0);
      return name === timeSignature || pieces === 0 ? [] : [[name, pieces] as const];
    });
    return { timeSignature, pieces: most?.places ?? chosen, leftOut: Object.fromEntries(leftOut) };
  }

  /** Returns how many of the chosen pieces have each value of each tag. */
  count(chosen: Chosen): Record<string, Record<string, number>> {
    const counted = Object.entries(this.columns.tags).map(([tag, values]) => {
      const counts = Object.keys(values).map((value) => {
        let count = 0;
        this.#visit(tag, value, (place) => (count += chosen[place] ?? 0));
        return [value, count] as const;
      });
      return [tag, Object.fromEntries(counts)] as const;
    });
    return Object.fromEntries(counted);
  }

  /** Returns the number of pieces. */
  get size(): number {
    return this.columns.ids.length;
  }

  /** Returns the chosen pieces in their order. */
  pieces(chosen: Chosen): (SplitPiece & { readonly id: string })[] {
    return [...chosen.keys()].filter((place) => chosen[place] === 1).map((place) => this.#piece(place));
  }

  #piece(place: number): SplitPiece & { readonly id: string } {
    const { ids, bars, splits } = this.columns;
    const split = splitOfLetter[splits[place] ?? ""];
    const id = ids[place];
    if (split === undefined || id === undefined) throw new RangeError(`the catalogue has no piece ${place}`);
    return { id, bars: bars[place] ?? 0, split };
  }

  #visit(tag: string, value: string, visit: (place: number) => void): void {
    const values = this.columns.tags[tag];
    if (values === undefined || !Object.hasOwn(values, value)) return;
    let place = 0;
    for (const distance of values[value] ?? []) {
      place += distance;
      visit(place);
    }
  }
}
