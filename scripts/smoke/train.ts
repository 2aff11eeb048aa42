/** The steps that train: a training is begun, stopped after its first epoch, and resumed until it has a model. */
import type { components, TrainingJob } from "../../client/client";
import type { TrainedTechnique } from "./catalogue";
import { RequestRefused, respond, send } from "./requests";
import { countTraining, keepNote, nameOf, type Run } from "./run";
import { formatUsd, type Found, StepFailed } from "./step";
import { compositionUsage, type MonitoringTurns, requestUsage, sumOf, trainingUsage, type Usage } from "./usage";
import { followTrainingJob } from "./work";

type CreateTrainingJob = components["schemas"]["CreateTrainingJob"];
type Topics = Readonly<Record<string, string[]>>;

/** Seconds until a training has completed its first epoch: a machine has to be found, and an image fetched. */
const startSeconds = 1_200;
const stopSeconds = 420;
const resumedSeconds = 1_200;
/** Seconds in which a data set that is still built may become ready. */
const dataSeconds = 300;

/**
 * Seconds that a training may run (`maxRuntimeSeconds`). They bound what it costs, whatever happens to this command. The
 * machine is charged for some minutes besides, in which it starts and ends.
 */
const trainingSeconds = { first: 600, resumed: 300, besides: 300 };
/** Epochs that the resumed training adds. */
const addedEpochs = 2;
/** Seconds that a composition usually takes at the most: an endpoint that has slept needs some to begin. */
const usualCompositionSeconds = 30;

/**
 * Returns topics by the number of pieces that each selects, fewest first. The API refuses those that select too few for a
 * training.
 */
export function topicsBySize(counts: Readonly<Record<string, Readonly<Record<string, number>>>>): readonly Topics[] {
  return Object.entries(counts)
    .flatMap(([tag, values]) => Object.entries(values).map(([value, pieces]) => ({ tag, value, pieces })))
    .sort((one, other) => one.pieces - other.pieces)
    .map(({ tag, value }) => ({ [tag]: [value] }));
}

/** Returns what the trainings and the own model's composition may cost at the most, without what is spent already. */
function usageToCome(monitor: MonitoringTurns): Usage {
  const { first, resumed, besides } = trainingSeconds;
  return sumOf([
    // An epoch of the smallest selection takes some seconds.
    trainingUsage({ seconds: first + besides, epochs: first / 2, monitor }),
    trainingUsage({ seconds: resumed + besides, epochs: addedEpochs, monitor }),
    compositionUsage(usualCompositionSeconds),
    ...Array.from({ length: 500 }, () => requestUsage),
  ]);
}

/** Begins a training, unless it may be too expensive, and waits for its first epoch. */
export async function beginTraining(run: Run, technique: TrainedTechnique): Promise<Found<TrainingJob>> {
  const { api, sending, spending } = run;
  const toCome = usageToCome(run.params.monitor);
  if (spending.exceeds(toCome)) {
    throw new StepFailed(
      "OVER_CEILING",
      `not begun: with the training, the run may cost ${formatUsd(spending.with(toCome))}, and its ceiling is ${formatUsd(spending.ceiling)} (--max-cost)`,
    );
  }
  const { topics } = await send(
    "GET /training-topics",
    async (signal) => await api.GET("/training-topics", { signal }),
    { ...sending, patienceSeconds: dataSeconds },
  );
  const choices = topicsBySize(topics);
  const epochs = technique.hyperparameters.find(({ name }) => name === "epochs")?.maximum;
  const job = await createFirst(run, choices, (chosen) => ({
    name: nameOf(run, "model"),
    technique: technique.id,
    topics: chosen,
    // More epochs than the time allows, so that the training is not over before it is stopped.
    hyperparameters: epochs === undefined ? {} : { epochs },
    maxRuntimeSeconds: trainingSeconds.first,
  }));
  const trained = await followTrainingJob(job.id, {
    ...run.waiting(startSeconds),
    until: ({ progress }) => progress.epoch >= 1,
    late: "STEP_DEADLINE_START",
  });
  if (trained.state === "READY" || trained.state === "STOPPED") {
    countTraining(run, trained);
    throw new StepFailed(
      "TRAINING_FAILED",
      `the training ended ${trained.state} (${trained.endReason ?? "no reason"}) before it could be stopped`,
    );
  }
  const {
    progress: { epoch },
    latestMetrics,
  } = trained;
  const losses = Object.keys(latestMetrics ?? {}).filter((name) => /loss$/i.test(name));
  if (losses.length === 0) throw new StepFailed("TRAINING_FAILED", `epoch ${epoch} has no losses`);
  const [[tag, values] = ["all pieces", []]] = Object.entries(trained.topics);
  return { value: trained, found: `epoch ${epoch} on ${[tag, ...values].join(" ")}, ${losses.join(", ")}` };
}

/** Creates a training job with the first topics that select enough pieces. */
async function createFirst(
  run: Run,
  choices: readonly Topics[],
  bodyOf: (topics: Topics) => CreateTrainingJob,
): Promise<TrainingJob> {
  for (const topics of choices) {
    try {
      return await createTraining(run, bodyOf(topics));
    } catch (error) {
      if (!(error instanceof RequestRefused) || error.problem.code !== "TOPIC_TOO_SMALL") throw error;
    }
  }
  throw new StepFailed("NO_DATA", "no topic of the data set has enough pieces for a training");
}

async function createTraining(run: Run, body: CreateTrainingJob): Promise<TrainingJob> {
  const { api, sending } = run;
  const key = { "Idempotency-Key": crypto.randomUUID() };
  const job = await send(
    "POST /training-jobs",
    async (signal) => await api.POST("/training-jobs", { params: { header: key }, body, signal }),
    sending,
  );
  keepNote(run, "training job", job);
  return job;
}

/** Stops the training. It has to be resumable then. */
export async function stopTraining(run: Run, { id: trainingJobId }: TrainingJob): Promise<Found<TrainingJob>> {
  const { api, sending } = run;
  const path = { trainingJobId };
  await respond(
    `POST /training-jobs/${trainingJobId}/stop`,
    async (signal) => await api.POST("/training-jobs/{trainingJobId}/stop", { params: { path }, signal }),
    sending,
  );
  const job = await followTrainingJob(trainingJobId, {
    ...run.waiting(stopSeconds),
    late: "STEP_DEADLINE_TRAINING",
  });
  countTraining(run, job);
  const { state, endReason = "no reason", resumable, progress, usage } = job;
  if (state !== "STOPPED" || endReason !== "USER_STOP" || !resumable) {
    const word = resumable ? "can be resumed" : "cannot be resumed";
    throw new StepFailed(
      "TRAINING_FAILED",
      `the training is ${state} (${endReason}) and ${word}; it was to be STOPPED and resumable`,
    );
  }
  return {
    value: job,
    found: `stopped after ${progress.epoch} epochs and ${usage.billableSeconds.toFixed(0)} s of machine time`,
  };
}

/** Resumes the training until it has its model. */
export async function resumeTraining(
  run: Run,
  technique: TrainedTechnique,
  stopped: TrainingJob,
): Promise<Found<string>> {
  const epochs = stopped.progress.epoch + addedEpochs;
  const job = await createTraining(run, {
    name: nameOf(run, "model"),
    technique: technique.id,
    resumeFrom: stopped.id,
    hyperparameters: { epochs },
    maxRuntimeSeconds: trainingSeconds.resumed,
  });
  const ended = await followTrainingJob(job.id, {
    ...run.waiting(resumedSeconds),
    late: "STEP_DEADLINE_TRAINING",
  });
  countTraining(run, ended);
  const { state, endReason = "no reason", modelId, progress, usage } = ended;
  if (state !== "READY" || modelId === undefined || progress.epoch !== epochs) {
    throw new StepFailed(
      "TRAINING_FAILED",
      `the training is ${state} (${endReason}) after ${progress.epoch} epochs, ${modelId === undefined ? "without" : "with"} a model; it was to be READY after ${epochs}`,
    );
  }
  keepNote(run, "model", { id: modelId, name: ended.name });
  return {
    value: modelId,
    found: `READY after ${progress.epoch} epochs and ${usage.billableSeconds.toFixed(0)} s more of machine time`,
  };
}
