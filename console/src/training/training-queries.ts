/** What the training pages read. Curves and samples are asked for only when another epoch is complete. */
import { keepPreviousData, useQueries, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import type { components } from "../../../client/client";
import { useApi } from "../api/api";
import { type Fetched, fetched } from "../api/fetched";
import { asBytes, given, type TrainingJobListQuery, useLook } from "../api/queries";
import { queryKeys } from "../api/query-keys";
import { nextLook } from "../api/retries";
import type { Music } from "../datasets/training-path";
import { hasEnded } from "./job-state";
import { joinEpochs } from "./joined-epochs";
import type { CreateTrainingJob } from "./training-changes";
import type { Sample, SampleList, Topics, TrainingJob, TrainingMetrics, TrainingTopics } from "./training-resources";

type Schemas = components["schemas"];

const trainingKeys = {
  estimate: (body: CreateTrainingJob | undefined) => ["training-jobs", "estimate", body],
  topics: (music: Music, topics: Topics) => ["training-topics", music, topics],
  metrics: (id: string, moment: Moment | undefined) => ["training-jobs", "metrics", id, moment],
  samples: (id: string, moment: Moment | undefined) => ["training-jobs", "samples", id, moment],
  sampleMidi: (href: string) => ["training-jobs", "sample-midi", href],
} as const;

/** What says that the curves and the samples of a job may have become more. */
interface Moment {
  readonly epoch: number;
  readonly hasEnded: boolean;
}
const momentOf = (job: TrainingJob | undefined): Moment | undefined =>
  job === undefined ? undefined : { epoch: job.progress.epoch, hasEnded: hasEnded(job) };

export const useTrainingJobs = (query: TrainingJobListQuery): UseQueryResult<Schemas["TrainingJobList"]> =>
  useLook({
    key: queryKeys.trainingJobList(query),
    look: async (api, signal) => await api.GET("/training-jobs", { params: { query: given(query) }, signal }),
    keepsPrevious: true,
  });

/** What a training would take. While another one is asked for, the estimate before stays. */
export const useTrainingEstimate = (body: CreateTrainingJob | undefined): UseQueryResult<Schemas["TrainingEstimate"]> =>
  useLook({
    key: trainingKeys.estimate(body),
    look: async (api, signal) =>
      await api.POST("/training-jobs/estimate", { body: body ?? { name: "", technique: "unet-gan" }, signal }),
    enabled: body !== undefined,
    keepsPrevious: true,
  });

/** A job is looked at as often as it asks for, until it has ended. */
export const useTrainingJob = (id: string | undefined): UseQueryResult<TrainingJob> =>
  useLook({
    key: queryKeys.trainingJob(id ?? ""),
    look: async (api, signal) =>
      await api.GET("/training-jobs/{trainingJobId}", { params: { path: { trainingJobId: id ?? "" } }, signal }),
    enabled: id !== undefined,
    onFetched: ({ value }, client) => {
      const before = client.getQueryData<Fetched<TrainingJob>>(queryKeys.trainingJob(value.id));
      if (before === undefined || before.value.state === value.state) return;
      void client.invalidateQueries({ queryKey: queryKeys.trainingJobLists });
      if (hasEnded(value)) void client.invalidateQueries({ queryKey: queryKeys.modelLists });
    },
  });

/** Several jobs at once, each looked at until it has ended. */
export function useTrainingJobsById(ids: readonly string[]): readonly UseQueryResult<TrainingJob>[] {
  const api = useApi();
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: queryKeys.trainingJob(id),
      queryFn: async ({ signal }: { readonly signal: AbortSignal }) =>
        await fetched(api.GET("/training-jobs/{trainingJobId}", { params: { path: { trainingJobId: id } }, signal })),
      select: ({ value }: Fetched<TrainingJob>) => value,
      refetchInterval: ({
        state,
      }: {
        readonly state: {
          readonly data: Fetched<TrainingJob> | undefined;
          readonly error: Error | null;
          readonly fetchFailureCount: number;
        };
      }) =>
        nextLook({
          retryAfterSeconds: state.data?.retryAfterSeconds,
          error: state.error,
          failures: state.fetchFailureCount,
        }),
    })),
  });
}

function useReadMetrics(): (id: string, signal: AbortSignal) => Promise<TrainingMetrics> {
  const api = useApi();
  const client = useQueryClient();
  return async (id, signal) => {
    // What was read before stays: only the epochs after it are asked for.
    const known = client
      .getQueriesData<TrainingMetrics>({ queryKey: ["training-jobs", "metrics", id] })
      .flatMap(([, metrics]) => (metrics === undefined ? [] : [metrics]))
      .reduce<TrainingMetrics | undefined>(
        (most, next) => (most === undefined || next.items.length > most.items.length ? next : most),
        undefined,
      );
    const afterEpoch = known?.items.at(-1)?.epoch;
    const { value } = await fetched(
      api.GET("/training-jobs/{trainingJobId}/metrics", {
        params: { path: { trainingJobId: id }, query: afterEpoch === undefined ? {} : { afterEpoch } },
        signal,
      }),
    );
    return known === undefined ? value : joinEpochs(known, value);
  };
}

export function useTrainingMetrics(job: TrainingJob | undefined): UseQueryResult<TrainingMetrics> {
  const read = useReadMetrics();
  return useQuery({
    queryKey: trainingKeys.metrics(job?.id ?? "", momentOf(job)),
    queryFn: async ({ signal }) => await read(job?.id ?? "", signal),
    enabled: job !== undefined,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
}

export function useMetricsOfJobs(jobs: readonly TrainingJob[]): readonly UseQueryResult<TrainingMetrics>[] {
  const read = useReadMetrics();
  return useQueries({
    queries: jobs.map((job) => ({
      queryKey: trainingKeys.metrics(job.id, momentOf(job)),
      queryFn: async ({ signal }: { readonly signal: AbortSignal }) => await read(job.id, signal),
      staleTime: Infinity,
      placeholderData: keepPreviousData,
    })),
  });
}

export const useTrainingSamples = (job: TrainingJob | undefined): UseQueryResult<SampleList> =>
  useLook({
    key: trainingKeys.samples(job?.id ?? "", momentOf(job)),
    look: async (api, signal) =>
      await api.GET("/training-jobs/{trainingJobId}/samples", {
        params: { path: { trainingJobId: job?.id ?? "" } },
        signal,
      }),
    enabled: job !== undefined,
    staleTime: Infinity,
    keepsPrevious: true,
  });

/** Asks for the bytes of the MIDI files of samples, which never change. */
export function useSampleMidis(samples: readonly Sample[], jobId: string): readonly UseQueryResult<ArrayBuffer>[] {
  const api = useApi();
  return useQueries({
    queries: samples.map(({ epoch, melodyId, href }) => ({
      queryKey: trainingKeys.sampleMidi(href),
      queryFn: async ({ signal }: { readonly signal: AbortSignal }) =>
        (
          await fetched(
            api.GET("/training-jobs/{trainingJobId}/samples/{epoch}/{melodyId}", {
              params: { path: { trainingJobId: jobId, epoch: String(epoch), melodyId } },
              ...asBytes,
              signal,
            }),
          )
        ).value,
      staleTime: Infinity,
    })),
  });
}

/** The topics of a data set with the number of pieces of each among those that fit the choice. */
export const useTrainingTopics = (music: Music, topics: Topics): UseQueryResult<TrainingTopics> =>
  useLook({
    key: trainingKeys.topics(music, topics),
    look: async (api, signal) =>
      await api.GET("/training-topics", {
        params: {
          query: {
            ...music,
            tags: Object.fromEntries(Object.entries(topics).map(([tag, all]) => [tag, all.join(",")])),
          },
        },
        // Each tag is a parameter of its own name.
        querySerializer: ({ tags = {}, ...named }) => new URLSearchParams({ ...tags, ...given(named) }).toString(),
        signal,
      }),
    staleTime: Infinity,
    keepsPrevious: true,
  });
