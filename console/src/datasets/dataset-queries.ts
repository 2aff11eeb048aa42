/** What the pages of data sets read and change. */
import { useMutation, type UseMutationResult, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import type { components, Dataset, paths } from "../../../client/client";
import { useApi } from "../api/api";
import { changeOnTop } from "../api/change";
import { type Fetched, fetched, succeeded } from "../api/fetched";
import {
  type Creation,
  ifMatch,
  type Places,
  readAgain,
  showAtOnce,
  type Update,
  useCreation,
  useDelete,
} from "../api/mutations";
import { cachedEtag, given, useLook } from "../api/queries";

type Schemas = components["schemas"];
export type { Dataset };
export type DatasetFile = Schemas["DatasetFile"];
export type FileReport = Schemas["ReportedDatasetFile"];
export type RoleOverride = NonNullable<FileReport["overrides"]>[number];
export type DatasetVersion = Schemas["DatasetVersion"];
export type LineUp = DatasetVersion["lineUp"];
export type CreateDataset = Schemas["CreateDataset"];
type Loose<Query> = { readonly [Name in keyof Query]?: Query[Name] | undefined };
type ListQuery<Path extends "/datasets" | "/datasets/{datasetId}/files"> = Loose<
  NonNullable<paths[Path]["get"]["parameters"]["query"]>
>;

export const datasetKeys = {
  lists: ["datasets", "list"],
  list: (query: object) => ["datasets", "list", query],
  one: (id: string) => ["datasets", "one", id],
  files: (id: string, version: string, query: object) => ["datasets", "files", id, version, query],
  filesOf: (id: string) => ["datasets", "files", id],
  file: (id: string, sha256: string) => ["datasets", "file", id, sha256],
  versions: (id: string) => ["datasets", "versions", id],
} as const;
const places: Places = datasetKeys;

export const useDatasets = (query: ListQuery<"/datasets">): UseQueryResult<Schemas["DatasetList"]> =>
  useLook({
    key: datasetKeys.list(query),
    look: async (api, signal) => await api.GET("/datasets", { params: { query: given(query) }, signal }),
    keepsPrevious: true,
  });

/** A data set is looked at again for as long as files of it are waiting. */
export const useDataset = (id: string): UseQueryResult<Dataset> =>
  useLook({
    key: datasetKeys.one(id),
    look: async (api, signal) =>
      await api.GET("/datasets/{datasetId}", { params: { path: { datasetId: id } }, signal }),
  });

/** A page of a data set's files. They are read again when the data set has changed. */
export const useDatasetFiles = (
  { id, updatedAt }: Pick<Dataset, "id" | "updatedAt">,
  query: ListQuery<"/datasets/{datasetId}/files">,
): UseQueryResult<Schemas["DatasetFileList"]> =>
  useLook({
    key: datasetKeys.files(id, updatedAt, query),
    look: async (api, signal) =>
      await api.GET("/datasets/{datasetId}/files", {
        params: { path: { datasetId: id }, query: given(query) },
        signal,
      }),
    keepsPrevious: true,
  });

export function useCreateDataset(): Creation<CreateDataset, Dataset> {
  const api = useApi();
  return useCreation(
    datasetKeys.lists,
    async ({ body, key }) =>
      await fetched(api.POST("/datasets", { params: { header: { "Idempotency-Key": key } }, body })),
  );
}

export function useUpdateDataset(): UseMutationResult<Fetched<Dataset>, Error, Update<Schemas["UpdateDataset"]>> {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, body }) => {
      const path = { datasetId: id };
      return await changeOnTop<Dataset>({
        etag: cachedEtag(client, datasetKeys.one(id)),
        read: async () => await fetched(api.GET("/datasets/{datasetId}", { params: { path } })),
        send: async (etag) =>
          await fetched(api.PATCH("/datasets/{datasetId}", { params: { path, header: ifMatch(etag) }, body })),
      });
    },
    onMutate: async ({ id, body }) => {
      await showAtOnce<Dataset>(client, places, id, (before) => ({ ...before, ...body }));
    },
    onSettled: (_changed, _error, { id }) => {
      readAgain(client, places, id);
    },
  });
}

export function useDeleteDataset(): UseMutationResult<void, Error, string> {
  const api = useApi();
  return useDelete(places, async (datasetId) => {
    await succeeded(api.DELETE("/datasets/{datasetId}", { params: { path: { datasetId } } }));
  });
}

/** What is known of one file. It is read when somebody asks for it. */
export const useDatasetFile = (id: string, sha256: string, isAsked: boolean): UseQueryResult<FileReport> =>
  useLook({
    key: datasetKeys.file(id, sha256),
    look: async (api, signal) =>
      await api.GET("/datasets/{datasetId}/files/{sha256}", { params: { path: { datasetId: id, sha256 } }, signal }),
    enabled: isAsked,
  });

/** Says what the tracks of a file are. The file is read again before the answer comes. */
export function useOverrideRoles(
  id: string,
  sha256: string,
): UseMutationResult<Fetched<FileReport>, Error, readonly RoleOverride[]> {
  const api = useApi();
  const client = useQueryClient();
  const key = datasetKeys.file(id, sha256);
  return useMutation({
    mutationFn: async (overrides) =>
      await fetched(
        api.PATCH("/datasets/{datasetId}/files/{sha256}", {
          params: { path: { datasetId: id, sha256 }, header: ifMatch(cachedEtag(client, key)) },
          body: { overrides: [...overrides] },
        }),
      ),
    onSuccess: (report) => {
      client.setQueryData(key, report);
    },
    onError: () => {
      void client.invalidateQueries({ queryKey: key });
    },
    onSettled: () => {
      readAgain(client, places, id);
    },
  });
}

export function useWithdrawFile(id: string): UseMutationResult<void, Error, string> {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (sha256) => {
      await succeeded(
        api.DELETE("/datasets/{datasetId}/files/{sha256}", { params: { path: { datasetId: id, sha256 } } }),
      );
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: datasetKeys.filesOf(id) });
      readAgain(client, places, id);
    },
  });
}

/** All versions of a data set, looked at again for as long as one is being made. */
export const useDatasetVersions = (id: string | undefined): UseQueryResult<Schemas["DatasetVersionList"]> =>
  useLook({
    key: datasetKeys.versions(id ?? ""),
    look: async (api, signal) =>
      await api.GET("/datasets/{datasetId}/versions", { params: { path: { datasetId: id ?? "" } }, signal }),
    enabled: id !== undefined,
  });

export function useFreezeVersion(id: string): UseMutationResult<Fetched<DatasetVersion>, Error, LineUp> {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (lineUp) =>
      await fetched(
        api.POST("/datasets/{datasetId}/versions", { params: { path: { datasetId: id } }, body: { lineUp } }),
      ),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: datasetKeys.versions(id) });
      readAgain(client, places, id);
    },
  });
}
