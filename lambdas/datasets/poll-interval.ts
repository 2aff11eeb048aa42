import type { DatasetItem } from "../stores/items";

const soonSeconds = 60;

/**
 * Returns the seconds after which it is worth polling a data set again: soon while its files are being read, later while
 * nothing happens, because files that were offered may never be sent.
 * @returns undefined when no file is pending
 */
export function pollAfterSeconds(
  { files, updatedAt }: Pick<DatasetItem, "files" | "updatedAt">,
  now: Date,
): number | undefined {
  if (files.pending === 0) return undefined;
  return now.getTime() - Date.parse(updatedAt) < soonSeconds * 1000 ? 2 : 30;
}
