/** Counts what a data set has of all its files together. */
import type { BarsByTimeSignature, LineUpAmounts } from "../../domain/schemas/dataset-parts";
import type { DatasetCounts, PendingFile, ReadFile } from "../stores/dataset-files";

/** The counts of a data set without files. */
export const noFiles: DatasetCounts = {
  files: { pending: 0, accepted: 0, rejected: 0 },
  bytes: 0,
  bars: {},
  lineUps: {},
  reasons: {},
};

/** Returns the counts with files that were offered. */
export const withOffered = (
  { files, bytes, bars, lineUps, reasons }: DatasetCounts,
  offered: readonly Pick<PendingFile, "bytes">[],
): DatasetCounts => ({
  files: { ...files, pending: files.pending + offered.length },
  bytes: offered.reduce((sum, file) => sum + file.bytes, bytes),
  ...{ bars, lineUps, reasons },
});

/** A pending file, and what it became. */
export interface Settled {
  readonly pending: PendingFile;
  readonly read: ReadFile;
}

function addBars(sums: BarsByTimeSignature, bars: BarsByTimeSignature): BarsByTimeSignature {
  const next = { ...sums };
  for (const name of Object.keys(bars) as (keyof BarsByTimeSignature)[])
    next[name] = (next[name] ?? 0) + (bars[name] ?? 0);
  return next;
}

function addLineUps(sums: LineUpAmounts, lineUps: LineUpAmounts): LineUpAmounts {
  const next = { ...sums };
  for (const name of Object.keys(lineUps) as (keyof LineUpAmounts)[]) {
    const [before, more] = [
      next[name] ?? { files: 0, pieces: 0, bars: 0 },
      lineUps[name] ?? { files: 0, pieces: 0, bars: 0 },
    ];
    next[name] = {
      files: before.files + more.files,
      pieces: before.pieces + more.pieces,
      bars: before.bars + more.bars,
    };
  }
  return next;
}

/** Returns the counts after files were read. */
export const withSettled = (counts: DatasetCounts, settled: readonly Settled[]): DatasetCounts =>
  settled.reduce((sums, { pending, read }): DatasetCounts => {
    const { files, bytes, bars, lineUps, reasons } = sums;
    const common = { bytes: bytes + read.bytes - pending.bytes };
    if (read.state === "ACCEPTED") {
      return {
        ...common,
        files: { ...files, pending: files.pending - 1, accepted: files.accepted + 1 },
        bars: addBars(bars, read.bars),
        lineUps: addLineUps(lineUps, read.lineUps),
        reasons,
      };
    }
    return {
      ...common,
      files: { ...files, pending: files.pending - 1, rejected: files.rejected + 1 },
      ...{ bars, lineUps },
      reasons: { ...reasons, [read.code]: (reasons[read.code] ?? 0) + 1 },
    };
  }, counts);
