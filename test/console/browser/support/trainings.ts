/** Trainings that take seconds, begun without the browser. */
import * as z from "zod";
import type { ApiSession } from "../../../e2e/api-session";

const created = z.object({ id: z.string() });
const jobSchema = z.object({
  state: z.string(),
  progress: z.object({ epoch: z.int() }),
  resumable: z.boolean(),
  resumeFrom: z.string().optional(),
  modelId: z.string().optional(),
});
export type WatchedJob = z.infer<typeof jobSchema>;

/** What makes an epoch short: few pieces as they stand, and as many updates of the critic as of the generator. */
const shortTraining = {
  topics: { key: ["c-major"] },
  hyperparameters: { batchSize: 8, transpositionRange: 0, updateRatio: 1 },
} as const;

/** Begins a training of which an epoch takes seconds. @returns its id */
export async function beginTraining(
  api: ApiSession,
  { name, epochs }: { readonly name: string; readonly epochs: number },
): Promise<string> {
  const json = {
    ...shortTraining,
    name,
    technique: "unet-gan",
    hyperparameters: { ...shortTraining.hyperparameters, epochs },
  };
  return (await api.call("POST", "/training-jobs", { json })).json(created).id;
}

export const reachTraining = async (
  api: ApiSession,
  id: string,
  isReached: (job: WatchedJob) => boolean,
): Promise<WatchedJob> => await api.pollUntil(`/training-jobs/${id}`, jobSchema, isReached, 300);

const isFinal = ({ state }: { readonly state: string }): boolean => ["READY", "STOPPED", "FAILED"].includes(state);

export const endTraining = async (api: ApiSession, id: string): Promise<WatchedJob> =>
  await reachTraining(api, id, isFinal);

const listSchema = z.object({ items: z.array(z.object({ id: z.string(), state: z.string() })) });

/** Stops what a test has left running, however it was begun: there is one slot, for which the next training waits. */
export async function stopTrainings(api: ApiSession): Promise<void> {
  const { items } = (await api.call("GET", "/training-jobs")).json(listSchema);
  const open = items.filter((job) => !isFinal(job));
  for (const { id } of open) await api.call("POST", `/training-jobs/${id}/stop`);
  for (const { id } of open) await endTraining(api, id);
}
