/**
 * The use case of `npm run smoke`: does what a user of a stage does, from signing in to a model of their own, by the public
 * API alone, and deletes all that it made.
 */
import {
  type ApiClient,
  type components,
  compositionMidiUrl,
  createClient,
  type PresignedUrl,
  readProblem,
  type TrainingJob,
} from "../../client/client";
import type { Stage } from "../../naming/resource-names";
import { deleteMade, findMade, type Left, type Made, type MadeKind, madeKinds, smokePrefix } from "./made";
import { readPiece, shortestTune, type Tune } from "./music";
import { type Call, type Clock, RequestRefused, respond, send, type SendParams } from "./requests";
import { Spending } from "./spending";
import { formatUsd, StepFailed, type StepResult, Steps } from "./step";
import { secondsOfToken } from "./token-life";
import { compositionUsage, type Rates, requestUsage, sumOf, trainingUsage, type Usage } from "./usage";
import { completedComposition, trainingJobThat, type WorkParams } from "./work";

type Technique = components["schemas"]["Technique"];
/** A technique with models, which can be trained. */
type TrainedTechnique = Technique & { id: CreateTrainingJob["technique"] };
const hasModels = (technique: Technique): technique is TrainedTechnique => !technique.byRule;
type Model = components["schemas"]["Model"];
type Composition = components["schemas"]["Composition"];
export type Topics = Readonly<Record<string, string[]>>;

export interface SmokeParams {
  readonly stage: Stage;
  readonly apiUrl: string;
  /** Returns an access token of the user who does all this. */
  readonly signIn: (signal: AbortSignal) => Promise<string>;
  readonly rates: Rates;
  /** US dollars that the run may cost by its own estimate. */
  readonly ceiling: number;
  /** What the names of everything that this run makes have in common, after {@link smokePrefix}. */
  readonly runId: string;
  readonly tell: (line: string) => void;
  /** Ends the steps. What was made is deleted all the same. */
  readonly signal: AbortSignal;
  /** Ends the deletion, too. */
  readonly deletionSignal: AbortSignal;
  readonly clock: Clock;
  /** True: nothing is tried, and what earlier runs of this user have left is deleted. */
  readonly cleanUp?: boolean;
  /** @default the global fetch */
  readonly fetch?: (request: Request) => Promise<Response>;
}

export interface SmokeReport {
  readonly passed: boolean;
  readonly canceled: boolean;
  readonly steps: readonly StepResult[];
  readonly seconds: number;
  /** The estimate in US dollars. */
  readonly costUsd: number;
  /** What could not be deleted. */
  readonly left: readonly Left[];
}

/** Seconds after which a run ends by itself, so that its token, which is good for an hour, can still delete everything. */
const runSeconds = 2_900;
/** Seconds for which the token has to be good after that. */
const tokenSecondsToDelete = 3_600 - runSeconds;
/** Seconds that the API gives a composition in all, and the way to it. */
const compositionSeconds = 360;
/** Seconds until a training has completed its first epoch: a machine has to be found, and an image fetched. */
const startSeconds = 1_200;
const stopSeconds = 420;
const resumedSeconds = 1_200;
/** Seconds for the deletion of one thing, and for the end of a training that is stopped for it. */
const deletionSeconds = 420;
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

/** One run, until its end. */
interface Run {
  readonly params: SmokeParams;
  readonly api: ApiClient;
  readonly steps: Steps;
  readonly spending: Spending;
  /** The beginning of the name of everything that the run makes. */
  readonly name: string;
  readonly made: Made[];
  /** Returns true if a request was sent that may have made something. */
  readonly hasWritten: () => boolean;
  /** The training jobs whose machine time is counted already. */
  readonly counted: Set<string>;
  /** What a request of the steps needs. */
  readonly sending: SendParams;
  /** Returns what a wait needs, cut to the time that is left of the whole run. */
  readonly waiting: (seconds: number) => WorkParams;
  /** Signs in. From then on requests have the token. */
  readonly signIn: () => Promise<void>;
}

/**
 * Runs all steps and the deletion.
 *
 * @returns what was seen. A step that fails is a result, and so is a run that was canceled
 */
export async function runSmoke(params: SmokeParams): Promise<SmokeReport> {
  const { clock, signal } = params;
  const begun = clock.now();
  const run = openRun(params, begun);
  const { steps, spending } = run;
  try {
    await (params.cleanUp === true ? signInToCleanUp(run) : runSteps(run));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const isDeletion = run.hasWritten() || (params.cleanUp === true && !steps.hasFailed && !signal.aborted);
  const deletion = isDeletion ? await deleteAll(run) : { results: [], left: [] };
  const results = [...steps.results, ...deletion.results];
  return {
    passed: !signal.aborted && results.every(({ result }) => result === "passed"),
    canceled: signal.aborted,
    steps: results,
    seconds: (clock.now() - begun) / 1000,
    costUsd: spending.spent,
    left: deletion.left,
  };
}

function openRun(params: SmokeParams, begun: number): Run {
  const { stage, apiUrl, rates, ceiling, runId, tell, signal, clock, fetch: sendRequest = fetch } = params;
  const spending = new Spending(rates, ceiling);
  let token: string | undefined;
  let hasWritten = false;
  const api = createClient({
    baseUrl: apiUrl,
    accessToken: () => token,
    fetch: async (request) => {
      spending.add(requestUsage);
      hasWritten ||= request.method !== "GET";
      return await sendRequest(request);
    },
  });
  let end = begun + runSeconds * 1000;
  const secondsLeft = (): number => Math.max(1, (end - clock.now()) / 1000);
  return {
    params,
    api,
    spending,
    steps: new Steps({ stage, spending, clock, signal, tell }),
    name: params.cleanUp === true ? smokePrefix : `${smokePrefix}${runId}`,
    made: [],
    counted: new Set(),
    hasWritten: () => hasWritten,
    sending: { signal, clock },
    waiting: (seconds) => ({ api, clock, signal, tell, deadlineSeconds: Math.min(seconds, secondsLeft()) }),
    signIn: async () => {
      token = await params.signIn(signal);
      const seconds = secondsOfToken(token, Date.now());
      if (seconds === undefined || params.cleanUp === true) return;
      if (seconds < tokenSecondsToDelete) {
        const wanted = `after a run its deletion may take ${tokenSecondsToDelete} s`;
        throw new StepFailed("TOKEN_ENDS", `the token is good for ${seconds.toFixed(0)} s, and ${wanted}`);
      }
      // A token of an earlier sign-in ends sooner than the hour. The run ends sooner, too, so that it can delete.
      end = Math.min(end, clock.now() + (seconds - tokenSecondsToDelete) * 1000);
    },
  };
}

async function signInToCleanUp(run: Run): Promise<void> {
  await run.steps.run("sign in", {}, async () => {
    await signInToApi(run);
    return { value: undefined, found: "the API takes the token" };
  });
}

async function runSteps(run: Run): Promise<void> {
  const { steps } = run;
  const techniques = await steps.run("sign in and list the techniques", {}, async () => await listTechniques(run));
  // Whatever comes now would fail for the same reason.
  if (techniques === undefined) return;
  const models = await steps.run(
    "list the stock models",
    {},
    async () => await findStockModels(run, techniques.filter(hasModels)),
  );
  const tune = await steps.run("upload a melody", {}, async () => await uploadTune(run));
  for (const technique of techniques.filter(({ byRule }) => byRule)) {
    await steps.run(
      `compose with ${technique.name}`,
      { melody: tune },
      async ({ melody }) => await compose(run, { technique, ...melody }),
    );
  }
  for (const technique of techniques.filter(hasModels)) {
    await steps.run(
      `compose with ${technique.name}`,
      { melody: tune, "list of stock models": models },
      async ({ melody, "list of stock models": stock }) => {
        const modelId = stock.get(technique.id);
        if (modelId === undefined) throw new StepFailed("NO_STOCK_MODEL", `there is no stock model of ${technique.id}`);
        return await compose(run, { technique, modelId, ...melody });
      },
    );
  }
  const technique = techniques.find(hasModels);
  if (technique === undefined) return;
  const begun = await steps.run(
    `train ${technique.name} until its first epoch`,
    {},
    async () => await beginTraining(run, technique),
  );
  const stopped = await steps.run("stop the training", { training: begun }, async ({ training }) => {
    return await stopTraining(run, training);
  });
  const modelId = await steps.run("resume it to its end", { "stopped training": stopped }, async (needs) => {
    return await resumeTraining(run, technique, needs["stopped training"]);
  });
  await steps.run("compose with the own model", { melody: tune, "own model": modelId }, async (needs) => {
    return await compose(run, { technique, modelId: needs["own model"], ...needs.melody });
  });
}

/** The value and the sentence of a step. */
interface Found<Value> {
  readonly found: string;
  readonly value: Value;
}

/** Signs in, and sends a request that needs the token. */
async function signInToApi({ api, sending, signIn }: Run): Promise<void> {
  await signIn();
  const query = { limit: 1 };
  await send("GET /tracks", async (signal) => await api.GET("/tracks", { params: { query }, signal }), sending);
}

async function listTechniques(run: Run): Promise<Found<readonly [Technique, ...Technique[]]>> {
  const { api, sending } = run;
  await signInToApi(run);
  const { items } = await send("GET /techniques", async (signal) => await api.GET("/techniques", { signal }), sending);
  const [first, ...others] = items;
  if (first === undefined) throw new StepFailed("NO_TECHNIQUE", "the API lists no technique");
  return {
    value: [first, ...others],
    found: `the API takes the token; it has ${items.map(({ id }) => id).join(", ")}`,
  };
}

async function findStockModels(
  run: Run,
  techniques: readonly Technique[],
): Promise<Found<ReadonlyMap<string, string>>> {
  const { api, sending } = run;
  const stock: Model[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 100, ...(cursor === undefined ? {} : { cursor }) };
    const page = await send(
      "GET /models",
      async (signal) => await api.GET("/models", { params: { query }, signal }),
      sending,
    );
    stock.push(...page.items.filter((model) => model.stock));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const models = new Map(
    techniques.flatMap(({ id }) => {
      const model = stock.find(({ technique }) => technique === id);
      return model === undefined ? [] : [[id, model.id] as const];
    }),
  );
  const found = models.size === 0 ? "none" : [...models.values()].join(", ");
  return { value: models, found };
}

/** A tune, and the track of the API that was made from it. */
interface UploadedTune {
  readonly tune: Tune;
  readonly trackId: string;
}

async function uploadTune(run: Run): Promise<Found<UploadedTune>> {
  const { api, sending } = run;
  const tune = shortestTune();
  const name = nameOf(run, "melody");
  const key = { "Idempotency-Key": crypto.randomUUID() };
  const track = await send(
    "POST /tracks",
    async (signal) => await api.POST("/tracks", { params: { query: { name }, header: key }, body: tune.midi, signal }),
    sending,
  );
  keepNote(run, "track", track);
  if (track.noteCount !== tune.notes.length) {
    throw new StepFailed("TUNE_NOT_KEPT", `the track has ${track.noteCount} notes, and the file ${tune.notes.length}`);
  }
  return { value: { tune, trackId: track.id }, found: `${tune.name}, ${track.bars} bars, ${track.noteCount} notes` };
}

/** Returns the name of something that the run makes. */
const nameOf = ({ name }: Run, what: string): string => `${name} ${what}`;

function keepNote({ made }: Run, kind: MadeKind, { id, name }: { readonly id: string; readonly name: string }): void {
  made.push({ kind, id, name });
}

/** The parameter by which a technique that re-writes its input can be told to leave the melody alone. */
const lock = "melodyLock";

async function compose(
  run: Run,
  { technique, modelId, tune, trackId }: { readonly technique: Technique; readonly modelId?: string } & UploadedTune,
): Promise<Found<Composition>> {
  const { api, sending, spending } = run;
  const { clock } = run.params;
  const begun = clock.now();
  const key = { "Idempotency-Key": crypto.randomUUID() };
  const body = {
    name: nameOf(run, `piece of ${modelId ?? technique.id}`).slice(0, 100),
    technique: technique.id,
    ...(modelId === undefined ? {} : { modelId }),
    input: { trackId },
    parameters: technique.parameters.some(({ name }) => name === lock) ? { [lock]: true } : {},
  };
  const created = await send(
    "POST /compositions",
    async (signal) => await api.POST("/compositions", { params: { header: key }, body, signal }),
    sending,
  );
  keepNote(run, "composition", created);
  let composition: Composition;
  try {
    composition = await completedComposition(created.id, run.waiting(compositionSeconds));
  } finally {
    spending.add(compositionUsage((clock.now() - begun) / 1000));
  }
  const midi = await fetchMidi(run, created.id);
  const { tuneNotes, voices, addedNotes } = readPiece(midi, tune);
  const found = `${tuneNotes} notes of the melody kept, ${addedNotes} added in ${voices} ${voices === 1 ? "voice" : "voices"}`;
  return { value: composition, found };
}

/** Requests the presigned address of a piece's file. */
async function midiUrl(api: ApiClient, compositionId: string): ReturnType<Call<PresignedUrl>> {
  const requested = await compositionMidiUrl(api, compositionId);
  if ("data" in requested) return { ...requested, response: new Response() };
  return { ...requested, response: new Response(null, { status: requested.error.status }) };
}

/** Requests a file without a token, as a player does. */
async function download({ params }: Run, url: string, signal: AbortSignal): ReturnType<Call<Uint8Array>> {
  const response = await (params.fetch ?? fetch)(new Request(url, { signal }));
  if (!response.ok) return { error: await readProblem(response), response };
  return { data: new Uint8Array(await response.arrayBuffer()), response };
}

/** Returns a piece's file, by the API and by a presigned address, which must give the same. */
async function fetchMidi(run: Run, compositionId: string): Promise<Uint8Array> {
  const { api, sending } = run;
  const request = `GET /compositions/${compositionId}/midi`;
  const path = { compositionId };
  const call = async (late: AbortSignal) =>
    await api.GET("/compositions/{compositionId}/midi", { params: { path }, signal: late });
  const midi = new Uint8Array(await send(request, call, sending));
  const { url } = await send(`${request} (application/json)`, async () => await midiUrl(api, compositionId), sending);
  const { host } = new URL(url);
  const bytes = await send(
    `GET of a presigned address at ${host}`,
    async (late) => await download(run, url, late),
    sending,
  );
  if (Buffer.compare(bytes, midi) !== 0) {
    throw new StepFailed("NO_MIDI", `the presigned address at ${host} gave another file than the API`);
  }
  return midi;
}

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
function usageToCome(): Usage {
  const { first, resumed, besides } = trainingSeconds;
  return sumOf([
    // An epoch of the smallest selection takes some seconds.
    trainingUsage({ seconds: first + besides, epochs: first / 2 }),
    trainingUsage({ seconds: resumed + besides, epochs: addedEpochs }),
    compositionUsage(usualCompositionSeconds),
    ...Array.from({ length: 500 }, () => requestUsage),
  ]);
}

async function beginTraining(run: Run, technique: TrainedTechnique): Promise<Found<TrainingJob>> {
  const { api, sending, spending } = run;
  const toCome = usageToCome();
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
  const trained = await trainingJobThat(job.id, ({ progress }) => progress.epoch >= 1, {
    ...run.waiting(startSeconds),
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

type CreateTrainingJob = components["schemas"]["CreateTrainingJob"];

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

/** Counts the machine time of a training that has ended, once. */
function countTraining({ counted, spending }: Run, job: TrainingJob): void {
  if (counted.has(job.id)) return;
  counted.add(job.id);
  const { usage, progress } = job;
  spending.add(trainingUsage({ seconds: usage.billableSeconds, epochs: progress.epoch }));
}

async function stopTraining(run: Run, { id: trainingJobId }: TrainingJob): Promise<Found<TrainingJob>> {
  const { api, sending } = run;
  const path = { trainingJobId };
  await respond(
    `POST /training-jobs/${trainingJobId}/stop`,
    async (signal) => await api.POST("/training-jobs/{trainingJobId}/stop", { params: { path }, signal }),
    sending,
  );
  const job = await trainingJobThat(trainingJobId, () => false, {
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

async function resumeTraining(run: Run, technique: TrainedTechnique, stopped: TrainingJob): Promise<Found<string>> {
  const epochs = stopped.progress.epoch + addedEpochs;
  const job = await createTraining(run, {
    name: nameOf(run, "model"),
    technique: technique.id,
    resumeFrom: stopped.id,
    hyperparameters: { epochs },
    maxRuntimeSeconds: trainingSeconds.resumed,
  });
  const ended = await trainingJobThat(job.id, () => false, {
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

/** Returns how many there are of each kind, in words. */
function countByKind(things: readonly Made[]): string {
  const counts = madeKinds.map((kind) => ({ kind, count: things.filter((made) => made.kind === kind).length }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}${count === 1 ? "" : "s"}`)
    .join(", ");
}

/** Deletes everything that has the run's name, and reads that it is gone. */
async function deleteAll(
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
        patienceSeconds: deletionSeconds,
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
