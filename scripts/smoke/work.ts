/** Waits for compositions and training jobs, and tells how they are doing meanwhile. */
import {
  type ApiClient,
  type Composition,
  type Problem,
  type TrainingJob,
  waitForComposition,
  waitForTrainingJob,
  type WaitOutcome,
} from "../../client/client";
import type { Clock } from "../../client/retry";
import { RequestRefused } from "./requests";
import { StepFailed } from "./step";

export interface WorkParams {
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Seconds after which the run does not wait any more. */
  readonly deadlineSeconds: number;
  readonly tell: (line: string) => void;
}

/** Seconds without news after which the state is told once more. */
const silenceSeconds = 30;

/** Tells each change, and the state again where nothing changes for long. */
class Narrator {
  readonly #begun: number;
  readonly #timer: NodeJS.Timeout;
  #last = "not read yet";
  #toldAt: number;

  constructor(private readonly params: Pick<WorkParams, "clock" | "tell">) {
    this.#begun = params.clock.now();
    this.#toldAt = this.#begun;
    this.#timer = setInterval(() => {
      if (params.clock.now() - this.#toldAt >= silenceSeconds * 1000) this.#say(`still ${this.#last}`);
    }, 1000);
  }

  /** Gets the state as it was read, and tells it if it is another one. */
  read(state: string): void {
    const changed = state !== this.#last;
    this.note(state);
    if (changed) this.#say(state);
  }

  /** Gets the state as it was read, and tells it in a silence only. */
  note(state: string): void {
    this.#last = state;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #say(state: string): void {
    const { clock, tell } = this.params;
    this.#toldAt = clock.now();
    tell(`    ${((this.#toldAt - this.#begun) / 1000).toFixed(0)} s: ${state}`);
  }
}

const lastProblem = (problem: Problem | undefined): string =>
  problem === undefined ? "" : `; the last response was ${problem.status} ${problem.code}: ${problem.detail}`;

/**
 * Returns the resource that was waited for.
 *
 * @throws RequestRefused if the API refused to tell it
 * @throws StepFailed if the time was over first
 */
function resourceOf<Resource extends { readonly state: string }>(
  waited: WaitOutcome<Resource>,
  { request, seconds, code }: { readonly request: string; readonly seconds: number; readonly code: string },
): Resource {
  if (waited.outcome === "final" || waited.outcome === "reached") return waited.resource;
  if (waited.outcome === "refused") throw new RequestRefused(request, waited.problem);
  const { resource, problem } = waited;
  const state = resource === undefined ? "was never read" : `is still ${resource.state}`;
  throw new StepFailed(code, `it ${state} after ${seconds.toFixed(0)} s${lastProblem(problem)}`);
}

/**
 * Waits for the end of a composition.
 *
 * @throws StepFailed if it has failed, or has not ended in time
 */
export async function completedComposition(id: string, params: WorkParams): Promise<Composition> {
  const { api, clock, signal, deadlineSeconds: seconds } = params;
  const narrator = new Narrator(params);
  try {
    const waited = await waitForComposition(api, id, {
      deadlineSeconds: seconds,
      signal,
      clock,
      // The states of a composition follow each other fast.
      onChange: ({ state }) => {
        narrator.note(state);
      },
    });
    const request = `GET /compositions/${id}`;
    const composition = resourceOf(waited, { request, seconds, code: "STEP_DEADLINE_COMPOSITION" });
    if (composition.state === "COMPLETED") return composition;
    const { code, message } = composition.failure ?? { code: "unknown", message: "no failure is given" };
    throw new StepFailed(
      code === "INFERENCE_REFUSED" ? code : "COMPOSITION_FAILED",
      `the composition is ${composition.state}: ${code}: ${message}`,
    );
  } finally {
    narrator.end();
  }
}

/** Failures of a training job that are the account's, and not the container's. */
const ofAccount: ReadonlySet<string> = new Set(["QUOTA_EXCEEDED", "TRAINING_JOB_REFUSED", "CAPACITY_DEADLINE_PASSED"]);

/** The API does not say which of them a job waits for. */
const queuedFor = "it waits for a training slot, or for the data set where that is still built";

function describeJob({ state, progress: { epoch, epochs } }: TrainingJob): string {
  if (state === "QUEUED") return `${state}: ${queuedFor}`;
  return epoch === 0 ? state : `${state}, epoch ${epoch} of ${epochs}`;
}

/**
 * Waits until a training job has ended, or until it is as wanted.
 *
 * @param params.until what is wanted
 * @param params.late the code of the failure if it takes too long
 * @throws StepFailed if it has failed, or is not as wanted in time
 */
export async function followTrainingJob(
  id: string,
  params: WorkParams & { readonly until?: (job: TrainingJob) => boolean; readonly late: string },
): Promise<TrainingJob> {
  const { api, clock, signal, deadlineSeconds: seconds, until, late: code } = params;
  const narrator = new Narrator(params);
  try {
    const waited = await waitForTrainingJob(api, id, {
      deadlineSeconds: seconds,
      signal,
      clock,
      onChange: (job) => {
        narrator.read(describeJob(job));
      },
      ...(until === undefined ? {} : { until }),
    });
    const job = resourceOf(waited, { request: `GET /training-jobs/${id}`, seconds, code });
    if (job.state !== "FAILED") return job;
    const { code: failure, message } = job.failure ?? { code: "unknown", message: "no failure is given" };
    throw new StepFailed(
      ofAccount.has(failure) ? failure : "TRAINING_FAILED",
      `the training job is FAILED: ${failure}: ${message}`,
    );
  } finally {
    narrator.end();
  }
}
