/** Notes which ranges of an archive's files are read, in one short text of the data set's row. */
import type { ArchiveItem } from "../stores/items";

/** A range has so many files at most: each takes two writes of a transaction, which has a hundred. */
export const filesOfRange = 24;

export const rangesOf = (files: number): number => Math.ceil(files / filesOfRange);

type Reading = Extract<ArchiveItem, { state: "READING" }>;

const bitsOfDigit = 4;

/** Returns the note of an archive of which nothing is read. */
export const noRanges = (files: number): string => "0".repeat(Math.ceil(rangesOf(files) / bitsOfDigit));

const digitOf = (note: string, range: number): number =>
  Number.parseInt(note[Math.floor(range / bitsOfDigit)] ?? "0", 16);

export const isRangeRead = ({ readRanges }: Pick<Reading, "readRanges">, range: number): boolean =>
  (digitOf(readRanges, range) & (1 << (range % bitsOfDigit))) !== 0;

/** Returns the archive with one more range read. When it was the last one, the archive is read. */
export function withRangeRead(archive: Reading, range: number, files: number): ArchiveItem {
  const { state, readRanges, entries, ...sent } = archive;
  const at = Math.floor(range / bitsOfDigit);
  const digit = digitOf(readRanges, range) | (1 << (range % bitsOfDigit));
  const note = `${readRanges.slice(0, at)}${digit.toString(16)}${readRanges.slice(at + 1)}`;
  const next = { ...entries, read: entries.read + files };
  return next.read === next.all
    ? { ...sent, state: "READ", entries: next }
    : { ...sent, state, readRanges: note, entries: next };
}
