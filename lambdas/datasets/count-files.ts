/** Counts what a data set has of all its files together. */
import type { BarsByTimeSignature, LineUpAmounts } from "../../domain/schemas/dataset-parts";
import type { DatasetCounts, PendingFile, ReadFile } from "../stores/dataset-files";
import type { DatasetFileItem } from "../stores/items";

/** The counts of a data set without files. */
export const noFiles: DatasetCounts = {
  files: { pending: 0, accepted: 0, rejected: 0 },
  bytes: 0,
  bars: {},
  lineUps: {},
  reasons: {},
};

/** Returns the counts with files, or with so many files and bytes of an archive, that are still to be read. */
export const withExpected = (
  { files, bytes, bars, lineUps, reasons }: DatasetCounts,
  more: { readonly files: number; readonly bytes: number },
): DatasetCounts => ({
  files: { ...files, pending: files.pending + more.files },
  bytes: bytes + more.bytes,
  ...{ bars, lineUps, reasons },
});

/** Returns the counts with files that were offered. */
export const withOffered = (counts: DatasetCounts, offered: readonly Pick<PendingFile, "bytes">[]): DatasetCounts =>
  withExpected(counts, { files: offered.length, bytes: offered.reduce((sum, { bytes }) => sum + bytes, 0) });

type Sign = 1 | -1;

/** Leaves out what there is nothing of any more. */
const withoutNothing = <Sum>(
  sums: Readonly<Record<string, Sum>>,
  isNothing: (sum: Sum) => boolean,
): Record<string, Sum> => Object.fromEntries(Object.entries(sums).filter(([, sum]) => !isNothing(sum)));

function addBars(sums: BarsByTimeSignature, bars: BarsByTimeSignature, sign: Sign): BarsByTimeSignature {
  const next = { ...sums };
  for (const name of Object.keys(bars) as (keyof BarsByTimeSignature)[]) {
    const sum = (next[name] ?? 0) + sign * (bars[name] ?? 0);
    next[name] = sum;
  }
  return withoutNothing(next, (sum) => sum === 0);
}

const nothing = { files: 0, pieces: 0, bars: 0 };

function addLineUps(sums: LineUpAmounts, lineUps: LineUpAmounts, sign: Sign): LineUpAmounts {
  const next = { ...sums };
  for (const name of Object.keys(lineUps) as (keyof LineUpAmounts)[]) {
    const [before, more] = [next[name] ?? nothing, lineUps[name] ?? nothing];
    const sum = {
      files: before.files + sign * more.files,
      pieces: before.pieces + sign * more.pieces,
      bars: before.bars + sign * more.bars,
    };
    next[name] = sum;
  }
  return withoutNothing(next, ({ files }) => files === 0);
}

function addReason(sums: DatasetCounts["reasons"], code: string, sign: Sign): DatasetCounts["reasons"] {
  const { [code]: before = 0, ...others } = sums;
  return before + sign === 0 ? others : { ...others, [code]: before + sign };
}

function add(
  { files, bytes, bars, lineUps, reasons }: DatasetCounts,
  file: DatasetFileItem,
  sign: Sign,
): DatasetCounts {
  const counts = { files, bytes: bytes + sign * file.bytes, bars, lineUps, reasons };
  switch (file.state) {
    case "PENDING":
      return { ...counts, files: { ...files, pending: files.pending + sign } };
    case "ACCEPTED":
      return {
        ...counts,
        files: { ...files, accepted: files.accepted + sign },
        bars: addBars(bars, file.bars, sign),
        lineUps: addLineUps(lineUps, file.lineUps, sign),
      };
    case "REJECTED":
      return {
        ...counts,
        files: { ...files, rejected: files.rejected + sign },
        reasons: addReason(reasons, file.code, sign),
      };
  }
}

/** Returns the counts after files have taken the place of others. */
export const withReplaced = (
  counts: DatasetCounts,
  { before, after }: { readonly before: readonly DatasetFileItem[]; readonly after: readonly DatasetFileItem[] },
): DatasetCounts => {
  const without = before.reduce((sums, file) => add(sums, file, -1), counts);
  return after.reduce((sums, file) => add(sums, file, 1), without);
};

/** A pending file, and what it became. */
export interface Settled {
  readonly pending: PendingFile;
  readonly read: ReadFile;
}

/** Returns the counts after files were read. */
export const withSettled = (counts: DatasetCounts, settled: readonly Settled[]): DatasetCounts =>
  withReplaced(counts, { before: settled.map(({ pending }) => pending), after: settled.map(({ read }) => read) });
