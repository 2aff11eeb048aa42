/** Follows a training job until it ends. */
import { type TrainingJob, waitForTrainingJob, type WaitOutcome } from "../../../client/client";
import { beginProgress } from "../drawing/progress-bar";
import { describeEpoch, describeJob, drawTraining, type EpochMetrics, type Watched } from "../drawing/training-job";
import { CommandError, exitCodes, RefusedRequest } from "../exit-codes";
import { load } from "../requests";
import { printable, type Screen, write, writeLine } from "../terminal";
import { apiOf, type Run, tell } from "./run";

/** Shows a training as it goes on. */
interface View {
  /** @param isNewState true if the job's state is another than before, or if it is shown for the first time */
  readonly show: (
    watched: Watched,
    news: { readonly isNewState: boolean; readonly epochs: readonly EpochMetrics[] },
  ) => Promise<void>;
}

/** A picture that is drawn over the one before. */
function pictureOn(screen: Screen): View {
  let drawn = 0;
  return {
    show: async (watched) => {
      const lines = drawTraining(watched, screen.columns).map((line) => line.slice(0, screen.columns - 1));
      const up = drawn === 0 ? "" : `\u001b[${drawn}A`;
      drawn = lines.length;
      await write(screen, `${up}\u001b[J${lines.join("\n")}\n`);
    },
  };
}

/** A line for each new state and each epoch. */
function linesOn(screen: Screen): View {
  return {
    show: async ({ job }, { isNewState, epochs }) => {
      for (const item of epochs) await writeLine(screen, describeEpoch(item, job.progress.epochs));
      if (isNewState) await writeLine(screen, job.state);
    },
  };
}

/** A JSON document a line: each epoch as the API has it. */
function documentsOn(screen: Screen): View {
  return {
    show: async (_, { epochs }) => {
      for (const item of epochs) await writeLine(screen, JSON.stringify(item));
    },
  };
}

const nowhere: View = { show: async () => undefined };

function viewOf({ terminal, json, quiet }: Run): View {
  if (json === true) return documentsOn(terminal.output);
  if (quiet === true) return nowhere;
  return terminal.output.isScreen ? pictureOn(terminal.output) : linesOn(terminal.output);
}

/**
 * Watches a job until it has ended, or until an epoch is complete.
 * @throws CommandError if the job has failed, or if the time has passed
 */
export async function watchJob(
  run: Run,
  trainingJobId: string,
  { seconds, untilEpoch }: { readonly seconds: number; readonly untilEpoch?: number | undefined },
): Promise<void> {
  const { terminal } = run;
  const api = apiOf(run);
  const view = viewOf(run);
  const epochs: EpochMetrics[] = [];
  let state: string | undefined;
  const follow = async (job: TrainingJob): Promise<void> => {
    const afterEpoch = epochs.at(-1)?.epoch ?? 0;
    const fresh: EpochMetrics[] = [];
    if (job.progress.epoch > afterEpoch) {
      const params = { path: { trainingJobId }, query: { afterEpoch } };
      const { items } = await load(
        terminal,
        async () => await api.GET("/training-jobs/{trainingJobId}/metrics", { params, signal: terminal.signal }),
      );
      fresh.push(...items);
      epochs.push(...fresh);
    }
    const isNewState = job.state !== state;
    ({ state } = job);
    await view.show({ job, epochs }, { isNewState, epochs: fresh });
  };
  // The versions are shown one after the other, while the waiting goes on.
  let shown: Promise<void> = Promise.resolve();
  const waited = await waitForTrainingJob(api, trainingJobId, {
    deadlineSeconds: seconds,
    signal: terminal.signal,
    onChange: (job) => {
      shown = shown.then(async () => {
        await follow(job);
      });
      // What it throws is thrown below, when the waiting has ended.
      shown.catch(() => undefined);
    },
    ...(untilEpoch === undefined ? {} : { until: ({ progress }) => progress.epoch >= untilEpoch }),
  });
  await shown;
  const job = endOf(waited, trainingJobId, seconds);
  if (run.json === true) await writeLine(terminal.output, JSON.stringify(job));
  else await tell(run, { json: job, ids: [job.modelId ?? job.id], text: describeJob(job) });
}

/** Waits until a job has ended, with a bar. @throws CommandError if it has failed, or if the time has passed */
export async function waitForEnd(run: Run, id: string, seconds: number): Promise<TrainingJob> {
  const { terminal } = run;
  const progress = beginProgress(terminal.errors);
  try {
    const waited = await waitForTrainingJob(apiOf(run), id, {
      deadlineSeconds: seconds,
      signal: terminal.signal,
      onChange: ({ state }) => {
        progress.tell(state);
      },
    });
    return endOf(waited, id, seconds);
  } finally {
    await progress.end();
  }
}

function endOf(waited: WaitOutcome<TrainingJob>, id: string, seconds: number): TrainingJob {
  if (waited.outcome === "refused") throw new RefusedRequest(waited.problem);
  if (waited.outcome === "deadline") {
    throw new CommandError(
      exitCodes.deadline,
      `The training job ${id} has not ended after ${seconds} s. It goes on: opencomposer watch ${id}`,
    );
  }
  const { resource } = waited;
  if (resource.state !== "FAILED") return resource;
  const { code = "FAILED", message = "" } = resource.failure ?? {};
  throw new CommandError(exitCodes.failed, `The training job ${id} has failed. ${code}: ${printable(message)}`);
}
