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

/** Begins a training on the pieces of one key, of which an epoch takes seconds. @returns its id */
export async function beginTraining(
  api: ApiSession,
  { name, epochs }: { readonly name: string; readonly epochs: number },
): Promise<string> {
  const json = { name, technique: "unet-gan", topics: { key: ["c-major"] }, hyperparameters: { epochs, batchSize: 8 } };
  return (await api.call("POST", "/training-jobs", { json })).json(created).id;
}

export const reachTraining = async (
  api: ApiSession,
  id: string,
  isReached: (job: WatchedJob) => boolean,
): Promise<WatchedJob> => await api.pollUntil(`/training-jobs/${id}`, jobSchema, isReached, 300);

export const endTraining = async (api: ApiSession, id: string): Promise<WatchedJob> =>
  await reachTraining(api, id, ({ state }) => ["READY", "STOPPED", "FAILED"].includes(state));
