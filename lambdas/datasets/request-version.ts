import { datasetLimits } from "../../domain/datasets/limits";
import type { OwnedBy } from "../../naming/object-keys";
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
}

const maxTries = 4;

/**
 * Asks for the version of what a data set has now, unless there is one of the same content.
 * @returns the version, which may be ready
 * @throws Problem NOT_FOUND, UPLOADS_OPEN, VERSION_NOT_POSSIBLE, TOO_MANY_VERSIONS; TableBusy when the data set changed
 * with every try
 */
export async function requestVersion(params: RequestVersionParams): Promise<DatasetVersionItem> {
  const { dataset, choice, datasets, datasetFiles, datasetVersions } = params;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const item = await ownedItem("DATASET", datasets, dataset);
    requireNoneOpen(item);
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
  const { lineUp, tags } = choice;
  return await datasetVersions.begin(item, {
    ...{ id: chosen.id, lineUp, licenseKind: item.license.kind, files: chosen.files.length },
    ...(tags === undefined
      ? {}
      : { tags: Object.fromEntries(Object.entries(tags).map(([tag, of]) => [tag, [...of]])) }),
  });
}

function requireNoneOpen({ files: { pending } }: DatasetItem): void {
  if (pending === 0) return;
  const files = pending === 1 ? "1 file is" : `${pending} files are`;
  throw new Problem("UPLOADS_OPEN", {
    detail: `${files} still expected or being read. Ask again when \`files.pending\` is 0.`,
    retryAfterSeconds: 5,
  });
}

/** Returns a failed version that may be frozen by another try. @throws Problem VERSION_NOT_POSSIBLE for any other */
function requireRetryable(version: DatasetVersionItem): DatasetVersionItem {
  if (version.failure?.retryable !== false) return version;
  throw new Problem("VERSION_NOT_POSSIBLE", { detail: version.failure.message });
}

function nothingChosen({ field, reason }: NothingChosen, choice: VersionChoice): Problem {
  const allowed =
    field === "tags" ? "tags that some accepted file has" : "a line-up in which some file has pieces in 4/4";
  const errors = [{ pointer: `/${field}`, reason: "gives no piece", ...shortValue(choice[field]), allowed }];
  return new Problem("VERSION_NOT_POSSIBLE", { detail: reason, errors });
}
