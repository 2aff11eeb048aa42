/** Shows data sets and their files in the API. */
import type {
  DatasetFileResource,
  DatasetResource,
  DatasetVersionResource,
} from "../../../domain/schemas/api/datasets";
import type { DatasetFileItem, DatasetItem, DatasetVersionItem } from "../../stores/items";

/** Returns the data set in its shape of the API. */
export function datasetResource(item: DatasetItem): DatasetResource {
  const { id, name, description, state, license, files, bytes, bars, lineUps, reasons, createdAt, updatedAt } = item;
  const { versions = 0 } = item;
  return {
    id,
    name,
    description,
    state,
    license,
    files,
    bytes,
    bars,
    lineUps,
    reasons,
    versions,
    createdAt,
    updatedAt,
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
  const { id, datasetId, state, lineUp, tags, files, createdAt, updatedAt, content, failure } = item;
  return {
    ...{ id, datasetId, state, lineUp, files, createdAt, updatedAt },
    ...(tags === undefined ? {} : { tags }),
    ...(content === undefined ? {} : { content }),
    ...(failure === undefined ? {} : { failure }),
  };
}
