/** The user's data sets that a model can be trained on: those with a version that is ready. */
import { useQueries } from "@tanstack/react-query";
import { useApi } from "../api/api";
import { type Fetched, fetched } from "../api/fetched";
import { type Dataset, datasetKeys, type DatasetVersion, useDatasets } from "./dataset-queries";

export interface OwnMusic {
  readonly dataset: Dataset;
  /** The versions that are ready, the newest first. There is at least one. */
  readonly versions: readonly [DatasetVersion, ...DatasetVersion[]];
}

/** A user has at most 20 data sets, so they are on one page. */
const all = { limit: 100 };

export function useOwnMusic(): readonly OwnMusic[] {
  const api = useApi();
  const datasets = (useDatasets(all).data?.items ?? []).filter(({ versions }) => versions > 0);
  const versions = useQueries({
    queries: datasets.map(({ id }) => ({
      queryKey: datasetKeys.versions(id),
      queryFn: async ({ signal }: { readonly signal: AbortSignal }) =>
        await fetched(api.GET("/datasets/{datasetId}/versions", { params: { path: { datasetId: id } }, signal })),
      select: ({ value }: Fetched<{ readonly items: readonly DatasetVersion[] }>) => value,
    })),
  });
  return datasets.flatMap((dataset, index) => {
    const [newest, ...older] = versions[index]?.data?.items.filter(({ state }) => state === "READY") ?? [];
    return newest === undefined ? [] : [{ dataset, versions: [newest, ...older] as const }];
  });
}
