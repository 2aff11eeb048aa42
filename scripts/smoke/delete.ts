/** Deletes what a run has made, and reads that it is gone. */
import { type ApiClient, type TrainingJob, waitForTrainingJob } from "../../client/client";
import { countByKind, findMade, kindsOfMade, type Made, planDeletion } from "./made";
import { RequestRefused, respond, type SendParams } from "./requests";
import { countTraining, type Run } from "./run";
import { StepFailed, type StepResult, Steps } from "./step";

/** What could not be deleted, and why. */
export interface Left extends Made {
  readonly reason: string;
}

interface DeletionParams extends SendParams {
  readonly api: ApiClient;
  /** The beginning of the names of what is deleted. */
  readonly name: string;
  /** What the run was told that it has made. */
  readonly known: readonly Made[];
  /** Gets each training job that the deletion found at its end. */
  readonly onEnd: (job: TrainingJob) => void;
}

/** Seconds for the deletion of one thing, and for the end of a training that is stopped for it. */
const deletionSeconds = 420;
const pollSeconds = 3;

/** Deletes everything that has the run's name. A step that fails is a result. */
export async function deleteAll(
  run: Run,
): Promise<{ readonly results: readonly StepResult[]; readonly left: readonly Left[] }> {
  const { api, made, name, spending } = run;
  const { stage, clock, tell, deletionSignal: signal } = run.params;
  // The signal of the other steps may have ended the run.
  const steps = new Steps({ stage, clock, tell, spending, signal });
  let left: readonly Left[] = made.map((thing) => ({ ...thing, reason: "the deletion did not get that far" }));
  try {
    await steps.run("delete all of it", {}, async () => {
      const end = await deleteMade({
        api,
        name,
        known: made,
        clock,
        signal,
        onEnd: (job) => {
          countTraining(run, job);
        },
      });
      left = end.left;
      if (left.length > 0) {
        const reasons = left.map(({ kind, id, reason }) => `${kind} ${id} (${reason})`).join("; ");
        throw new StepFailed("LEFT", `${countByKind(end.deleted) || "nothing"} deleted; left: ${reasons}`);
      }
      const listed = await findMade({ api, name, clock, signal });
      if (listed.length > 0) {
        left = listed.map((thing) => ({ ...thing, reason: "it is still listed after its deletion" }));
        throw new StepFailed("LEFT", `still listed: ${listed.map(({ kind, id }) => `${kind} ${id}`).join(", ")}`);
      }
      return { value: undefined, found: countByKind(end.deleted) || "there was nothing" };
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return { results: steps.results, left };
}

/**
 * First stops the trainings, then deletes everything that has the run's name, also what the run was not told of, because
 * its response was lost.
 *
 * @returns what was deleted, and what is left
 * @throws RequestRefused if the API does not list what is there
 */
async function deleteMade(
  params: DeletionParams,
): Promise<{ readonly deleted: readonly Made[]; readonly left: readonly Left[] }> {
  const { api, known, name, clock, signal } = params;
  const plan = async (): Promise<readonly Made[]> =>
    planDeletion({ known, found: await findMade({ api, name, clock, signal }), name });
  for (const { kind, id } of await plan()) if (kind === "training job") await endTraining(id, params);
  const planned = await plan();
  const deleted: Made[] = [];
  const left: Left[] = [];
  for (const { kind, remove } of kindsOfMade) {
    for (const made of planned.filter((thing) => thing.kind === kind)) {
      const reason = await deleteOne(made, { ...params, remove });
      if (reason === undefined) deleted.push(made);
      else left.push({ ...made, reason });
    }
  }
  return { deleted, left };
}

/** Stops a training job and waits for its end. What it cannot do shows when the job is deleted. */
async function endTraining(trainingJobId: string, { api, clock, signal, onEnd }: DeletionParams): Promise<void> {
  const path = { trainingJobId };
  try {
    await respond(
      `POST /training-jobs/${trainingJobId}/stop`,
      async (late) => await api.POST("/training-jobs/{trainingJobId}/stop", { params: { path }, signal: late }),
      { clock, signal },
    );
  } catch (error) {
    // The job may have ended by itself, or may be gone.
    if (!(error instanceof RequestRefused)) throw error;
  }
  const waited = await waitForTrainingJob(api, trainingJobId, { deadlineSeconds: deletionSeconds, signal, clock });
  if (waited.outcome === "final") onEnd(waited.resource);
}

/** Deletes one thing. @returns why it is still there; undefined if it is gone */
async function deleteOne(
  { kind, id }: Made,
  params: DeletionParams & Pick<(typeof kindsOfMade)[number], "remove">,
): Promise<string | undefined> {
  const { api, clock, signal, remove } = params;
  const end = clock.now() + deletionSeconds * 1000;
  for (;;) {
    try {
      await respond(`DELETE ${kind} ${id}`, async (late) => await remove(api, id, late), { clock, signal });
      return undefined;
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error;
      const { status } = error.problem;
      if (status === 404) return undefined;
      // 409: somebody still works on it or with it.
      if (status !== 409 || clock.now() >= end) return error.message;
    }
    await clock.sleep(pollSeconds * 1000, signal);
  }
}
