/** What the training pages change. */
import { useMutation, type UseMutationResult, useQueryClient } from "@tanstack/react-query";
import type { components } from "../../../client/client";
import { useApi } from "../api/api";
import { type Fetched, fetched, succeeded } from "../api/fetched";
import { type Creation, useCreation, useDelete } from "../api/mutations";
import { queryKeys } from "../api/query-keys";
import type { TrainingJob } from "./training-resources";

export type CreateTrainingJob = components["schemas"]["CreateTrainingJob"];

export function useCreateTrainingJob(): Creation<CreateTrainingJob, TrainingJob> {
  const api = useApi();
  return useCreation(
    queryKeys.trainingJobLists,
    async ({ body, key }) =>
      await fetched(api.POST("/training-jobs", { params: { header: { "Idempotency-Key": key } }, body })),
  );
}

export function useStopTrainingJob(): UseMutationResult<Fetched<TrainingJob>, Error, string> {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (trainingJobId) =>
      await fetched(api.POST("/training-jobs/{trainingJobId}/stop", { params: { path: { trainingJobId } } })),
    onSettled: async (_stopped, _error, id) => {
      await client.invalidateQueries({ queryKey: queryKeys.trainingJob(id) });
      await client.invalidateQueries({ queryKey: queryKeys.trainingJobLists });
    },
  });
}

export function useDeleteTrainingJob(): UseMutationResult<void, Error, string> {
  const api = useApi();
  return useDelete({ one: queryKeys.trainingJob, lists: queryKeys.trainingJobLists }, async (trainingJobId) => {
    await succeeded(api.DELETE("/training-jobs/{trainingJobId}", { params: { path: { trainingJobId } } }));
  });
}
