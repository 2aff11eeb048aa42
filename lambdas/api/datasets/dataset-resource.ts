/** Shows data sets and their files in the API. */
import { reportInWords } from "../../../domain/music/extraction/report";
import { defaultMetre } from "../../../domain/music/time-signatures";
import type {
  DatasetFileResource,
  DatasetResource,
  DatasetVersionResource,
  ReportedDatasetFile,
} from "../../../domain/schemas/api/datasets";
import type { KeptReport } from "../../datasets/find-file";
import type { ArchiveItem, DatasetFileItem, DatasetItem, DatasetVersionItem } from "../../stores/items";

/** Returns the data set in its shape of the API. */
export function datasetResource(item: DatasetItem): DatasetResource {
  const { id, name, description, state, license, files, bytes, bars, lineUps, reasons, createdAt, updatedAt } = item;
  const { versions = 0 } = item;
  return {
    ...{ id, name, description, state, license, files, bytes, bars, lineUps, reasons, versions },
    ...(item.archive === undefined ? {} : { archive: archiveResource(item.archive) }),
    ...{ createdAt, updatedAt },
  };
}

const archiveStates = { PENDING: "pending", READING: "reading", READ: "read", REFUSED: "refused" } as const;

function archiveResource(archive: ArchiveItem): NonNullable<DatasetResource["archive"]> {
  const { sha256, bytes, tagsFrom, offeredAt } = archive;
  return {
    ...{ sha256, bytes, tagsFrom, offeredAt, state: archiveStates[archive.state] },
    ...("entries" in archive && { entries: archive.entries }),
    ...(archive.state === "REFUSED" && { code: archive.code, reason: archive.reason }),
  };
}

const statesInApi = { PENDING: "pending", ACCEPTED: "accepted", REJECTED: "rejected" } as const;

/** Returns a file in its shape of the API. */
export function datasetFileResource(item: DatasetFileItem): DatasetFileResource {
  const { sha256, path, bytes, tags } = item;
  const common = { sha256, path, bytes, tags, state: statesInApi[item.state] };
  switch (item.state) {
    case "PENDING":
      return common;
    case "ACCEPTED":
      return { ...common, bars: item.bars, lineUps: item.lineUps };
    case "REJECTED":
      return { ...common, code: item.code, reason: item.reason };
  }
}

/** Returns a version in its shape of the API. */
export function datasetVersionResource(item: DatasetVersionItem): DatasetVersionResource {
  const { id, datasetId, state, lineUp, metre = defaultMetre, tags, files, createdAt, updatedAt } = item;
  const { content, failure } = item;
  return {
    ...{ id, datasetId, state, lineUp, metre, files, createdAt, updatedAt },
    ...(tags === undefined ? {} : { tags }),
    ...(content === undefined ? {} : { content }),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Returns a file with what was read from it. */
export function reportedFileResource(item: DatasetFileItem, report: KeptReport | undefined): ReportedDatasetFile {
  return {
    ...datasetFileResource(item),
    ...(item.overrides !== undefined && { overrides: item.overrides }),
    ...(report !== undefined && { report, sentences: reportInWords(report) }),
  };
}
