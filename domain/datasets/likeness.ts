/**
 * Finds files that are the same music in other clothes, so that none of them judges a model that has learned another.
 * Two files are alike if their melodies begin alike, or if the smaller one has half of its bars from the other, in any
 * key.
 */
import { barShapes, stepsPerQuarter } from "../music/time-signatures";
import type { FilePiece, PackedVoice } from "./ingest-file";

/** What is compared of a file. */
export interface Likeness {
  /** The beginnings of its pieces' melodies, as intervals from beat to beat. */
  readonly openings: readonly string[];
  /** A number for each bar that is not like any other bar by chance. */
  readonly prints: ReadonlySet<number>;
}

/** Shorter openings would join tunes that have nothing to do with each other, and so would those that hardly move. */
const openingIntervals = 10;
const openingMoves = 4;
/** Bars of fewer notes are alike by chance. */
const minNotesOfPrint = 6;
/** Bars that files of more openings have than these are commonplaces, which say nothing. */
const maxOwners = 64;
const minSharedBars = 4;

interface Columns {
  readonly onsets: Uint32Array;
  readonly pitches: Uint8Array;
}

const bytesPerNote = 6;

/** Returns the onsets and pitches of notes that we packed ourselves: `unpackNotes` would make an object of each. */
function columnsOfNotes(text: string): Columns {
  const bytes = Buffer.from(text, "base64");
  const count = bytes.length / bytesPerNote;
  const onsets = new Uint32Array(count);
  let onset = 0;
  for (let index = 0; index < count; index += 1) {
    onset += bytes.readUInt16LE(2 * index);
    onsets[index] = onset;
  }
  return { onsets, pitches: bytes.subarray(4 * count, 5 * count) };
}

/** Returns the beginning of a melody; undefined if it is too short, or hardly moves. */
function openingOf({ onsets, pitches }: Columns): string | undefined {
  const beats: number[] = [];
  let beatBefore = -1;
  for (const [index, onset] of onsets.entries()) {
    const beat = Math.floor(onset / stepsPerQuarter);
    if (beat === beatBefore) continue;
    beatBefore = beat;
    beats.push(pitches[index] ?? 0);
    if (beats.length > openingIntervals) break;
  }
  const intervals = beats.slice(1).map((pitch, index) => pitch - (beats[index] ?? 0));
  const moves = intervals.filter((interval) => interval !== 0).length;
  return intervals.length < openingIntervals || moves < openingMoves ? undefined : intervals.join();
}

/** Returns a whole number of 32 bits that says little of the one that was given (the last step of MurmurHash3). */
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Adds a number for each bar with enough notes. It is the same in every key, and in every order of the notes. */
function addPrints(prints: Set<number>, { bars, timeSignature, voices }: FilePiece): void {
  const { steps } = barShapes[timeSignature];
  const read = voices.map(({ kind, notes }: PackedVoice) => ({ isDrums: kind === "drums", ...columnsOfNotes(notes) }));
  const lowest = new Uint8Array(bars).fill(255);
  const counts = new Uint32Array(bars);
  for (const { isDrums, onsets, pitches } of read) {
    if (isDrums) continue;
    for (const [index, onset] of onsets.entries()) {
      const bar = Math.floor(onset / steps);
      lowest[bar] = Math.min(lowest[bar] ?? 255, pitches[index] ?? 255);
      counts[bar] = (counts[bar] ?? 0) + 1;
    }
  }
  const sums = new Uint32Array(bars);
  for (const [voice, { isDrums, onsets, pitches }] of read.entries()) {
    for (const [index, onset] of onsets.entries()) {
      const bar = Math.floor(onset / steps);
      const height = (pitches[index] ?? 0) - (isDrums ? 0 : (lowest[bar] ?? 0));
      // The array keeps the last 32 bits of each sum.
      sums[bar] = (sums[bar] ?? 0) + mixed((voice << 16) | ((onset % steps) << 8) | height);
    }
  }
  for (const [bar, sum] of sums.entries()) if ((counts[bar] ?? 0) >= minNotesOfPrint) prints.add(sum);
}

/** Returns what is compared of a file's pieces. */
export function likenessOf(pieces: readonly FilePiece[]): Likeness {
  const prints = new Set<number>();
  const openings = new Set<string>();
  for (const piece of pieces) {
    addPrints(prints, piece);
    const [melody] = piece.voices;
    const opening = melody === undefined ? undefined : openingOf(columnsOfNotes(melody.notes));
    if (opening !== undefined) openings.add(opening);
  }
  return { openings: [...openings], prints };
}

/** Sets of places that are joined one by one. */
class Joined {
  readonly #parents: number[];

  constructor(size: number) {
    this.#parents = Array.from({ length: size }, (_, place) => place);
  }

  /** Returns the smallest place of the set. */
  root(place: number): number {
    let at = place;
    for (let parent = this.#parents[at] ?? at; parent !== at; parent = this.#parents[at] ?? at) {
      this.#parents[at] = this.#parents[parent] ?? parent;
      at = parent;
    }
    return at;
  }

  join(one: number, other: number): void {
    const [first, second] = [this.root(one), this.root(other)];
    this.#parents[Math.max(first, second)] = Math.min(first, second);
  }
}

/**
 * Returns, for each file, the place of the first file of its group. Which files are in one group does not depend on
 * their order.
 */
export function groupsOf(files: readonly Likeness[]): number[] {
  const joined = new Joined(files.length);
  const firstOf = new Map<string, number>();
  for (const [place, { openings }] of files.entries()) {
    for (const opening of openings) {
      const first = firstOf.get(opening);
      if (first === undefined) firstOf.set(opening, place);
      else joined.join(first, place);
    }
  }
  const owners = files.map((_, place) => joined.root(place));
  for (const [one, other] of pairsThatShareBars(files, owners)) joined.join(one, other);
  return files.map((_, place) => joined.root(place));
}

/** Owners are below this, and prints below 2^32, so that a number holds both exactly. */
const ownerRange = 2 ** 20;

/** Returns pairs of owners of which the smaller one has half of its bars from the other. An owner has the bars of all its files. */
function pairsThatShareBars(files: readonly Likeness[], owners: readonly number[]): [number, number][] {
  const count = files.reduce((sum, { prints }) => sum + prints.size, 0);
  const owned = new Float64Array(count);
  let next = 0;
  for (const [place, { prints }] of files.entries()) {
    for (const print of prints) owned[next++] = print * ownerRange + (owners[place] ?? 0);
  }
  owned.sort();
  const bars = new Map<number, number>();
  const neighbors = new Map<number, number[][]>();
  const end = (from: number): number => {
    const print = Math.floor((owned[from] ?? 0) / ownerRange);
    let at = from;
    while (at < count && Math.floor((owned[at] ?? 0) / ownerRange) === print) at += 1;
    return at;
  };
  for (let from = 0; from < count;) {
    const to = end(from);
    const having = [...new Set(owned.subarray(from, to))].map((value) => value % ownerRange);
    from = to;
    if (having.length > maxOwners) continue;
    for (const owner of having) {
      bars.set(owner, (bars.get(owner) ?? 0) + 1);
      if (having.length === 1) continue;
      const lists = neighbors.get(owner) ?? [];
      neighbors.set(owner, lists);
      lists.push(having);
    }
  }
  const pairs: [number, number][] = [];
  for (const [owner, lists] of neighbors) {
    const shared = new Map<number, number>();
    for (const list of lists) for (const other of list) shared.set(other, (shared.get(other) ?? 0) + 1);
    for (const [other, number] of shared) {
      const smaller = Math.min(bars.get(owner) ?? 0, bars.get(other) ?? 0);
      if (other > owner && number >= minSharedBars && 2 * number >= smaller) pairs.push([owner, other]);
    }
  }
  return pairs;
}
