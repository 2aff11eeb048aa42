import type { DatasetItem } from "../stores/items";

const soonSeconds = 60;

/**
 * Returns the seconds after which it is worth polling a data set again: soon while its files are being read, later while
 * nothing happens, because what was offered may never be sent.
 * @returns undefined when neither a file nor an archive is pending
 */
export function pollAfterSeconds(
  { files, archive, updatedAt }: Pick<DatasetItem, "files" | "archive" | "updatedAt">,
  now: Date,
): number | undefined {
  const isArchiveOpen = archive?.state === "PENDING" || archive?.state === "READING";
  if (files.pending === 0 && !isArchiveOpen) return undefined;
  return now.getTime() - Date.parse(updatedAt) < soonSeconds * 1000 ? 2 : 30;
}
