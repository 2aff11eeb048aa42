import { datasetLimits } from "../../domain/datasets/limits";
import { defaultMetre } from "../../domain/music/time-signatures";
import type { OwnedBy } from "../../naming/object-keys";
import { uploadSeconds } from "../../naming/time-limits";
import { ownedItem } from "../problems/owned-item";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import type { DatasetFiles } from "../stores/dataset-files";
import type { DatasetVersions } from "../stores/dataset-versions";
import type { Datasets } from "../stores/datasets";
import type { DatasetItem, DatasetVersionItem } from "../stores/items";
import { isDone } from "../stores/outcome";
import { TableBusy } from "../stores/table";
import { type ChosenFiles, filesOfVersion, type NothingChosen, type VersionChoice } from "./files-of-version";

export interface RequestVersionParams {
  readonly dataset: OwnedBy;
  readonly choice: VersionChoice;
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "accepted">;
  readonly datasetVersions: Pick<DatasetVersions, "get" | "begin" | "beginAgain">;
  readonly now: () => Date;
}

const maxTries = 4;

/**
 * Asks for the version of what a data set has now, unless there is one of the same content.
 * @returns the version, which may be ready
 * @throws Problem NOT_FOUND, UPLOADS_OPEN, VERSION_NOT_POSSIBLE, TOO_MANY_VERSIONS; TableBusy when the data set changed
 * with every try
 */
export async function requestVersion(params: RequestVersionParams): Promise<DatasetVersionItem> {
  const { dataset, choice, datasets, datasetFiles, datasetVersions, now } = params;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const item = await ownedItem("DATASET", datasets, dataset);
    requireNoneOpen(item, now());
    const chosen = await filesOfVersion(datasetFiles, dataset, choice);
    if (chosen.kind === "NOTHING") throw nothingChosen(chosen, choice);
    const present = await datasetVersions.get({ dataset, versionId: chosen.id });
    if (present !== undefined && present.state !== "FAILED") return present;
    const outcome =
      present === undefined
        ? await beginVersion(params, item, chosen)
        : await datasetVersions.beginAgain(requireRetryable(present));
    // The data set or the version has changed since it was read, so the answer may be another one now.
    if (isDone(outcome)) return outcome.value;
  }
  throw new TableBusy("the data set changed with every try to freeze it");
}

async function beginVersion({ choice, datasetVersions }: RequestVersionParams, item: DatasetItem, chosen: ChosenFiles) {
  if ((item.versions ?? 0) >= datasetLimits.versionsOfDataset) {
    const detail = `The data set has ${item.versions ?? 0} versions, and no more are possible. A data set with the same files can be created beside it.`;
    throw new Problem("TOO_MANY_VERSIONS", { detail });
  }
  const { lineUp, metre = defaultMetre, tags } = choice;
  return await datasetVersions.begin(item, {
    ...{ id: chosen.id, lineUp, licenseKind: item.license.kind, files: chosen.files.length },
    ...(metre === defaultMetre ? {} : { metre }),
    ...(tags === undefined
      ? {}
      : { tags: Object.fromEntries(Object.entries(tags).map(([tag, of]) => [tag, [...of]])) }),
  });
}

function requireNoneOpen({ files: { pending }, archive }: DatasetItem, now: Date): void {
  if (pending > 0) {
    const files = pending === 1 ? "1 file is" : `${pending} files are`;
    throw uploadsOpen(`${files} still expected or being read. Ask again when \`files.pending\` is 0.`);
  }
  if (archive?.state === "READING") {
    throw uploadsOpen("The archive is still being read. Ask again when `archive.state` is `read`.");
  }
  if (archive?.state !== "PENDING") return;
  // One that nobody sends in time is no longer waited for.
  const expiresAt = new Date(Date.parse(archive.offeredAt) + uploadSeconds * 1_000);
  if (now >= expiresAt) return;
  throw uploadsOpen(
    `The archive is still expected or is not opened yet. Ask again when \`archive.state\` is \`read\`, or after ${expiresAt.toISOString()}, when its URL has expired.`,
  );
}

const uploadsOpen = (detail: string): Problem => new Problem("UPLOADS_OPEN", { detail, retryAfterSeconds: 5 });

/** Returns a failed version that may be frozen by another try. @throws Problem VERSION_NOT_POSSIBLE for any other */
function requireRetryable(version: DatasetVersionItem): DatasetVersionItem {
  if (version.failure?.retryable !== false) return version;
  throw new Problem("VERSION_NOT_POSSIBLE", { detail: version.failure.message });
}

const allowed: Readonly<Record<NothingChosen["field"], string>> = {
  lineUp: "a line-up that some accepted file has",
  metre: "a time signature in which some file of the line-up has bars",
  tags: "tags that some accepted file has",
};

function nothingChosen({ field, reason }: NothingChosen, choice: VersionChoice): Problem {
  const value = choice[field] ?? defaultMetre;
  const errors = [{ pointer: `/${field}`, reason: "gives no piece", ...shortValue(value), allowed: allowed[field] }];
  return new Problem("VERSION_NOT_POSSIBLE", { detail: reason, errors });
}
