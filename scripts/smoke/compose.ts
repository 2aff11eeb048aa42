/** The steps that compose: a melody is uploaded, and each piece made from it is fetched and read. */
import { type Composition, compositionMidiUrl, readProblem } from "../../client/client";
import { networkFailure } from "../../client/problem";
import type { Technique } from "./catalogue";
import { readPiece, shortestTune, type Tune } from "./music";
import { type Call, send } from "./requests";
import { keepNote, nameOf, type Run } from "./run";
import { type Found, StepFailed } from "./step";
import { compositionUsage } from "./usage";
import { completedComposition } from "./work";

/** Seconds that the API gives a composition in all, and the way to it. */
const compositionSeconds = 360;

/** A tune, and the track of the API that was made from it. */
export interface UploadedTune {
  readonly tune: Tune;
  readonly trackId: string;
}

/** Uploads the shortest of the sample melodies. */
export async function uploadTune(run: Run): Promise<Found<UploadedTune>> {
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

/** The parameter by which a technique that re-writes its input can be told to leave the melody alone. */
const lock = "melodyLock";

/** Composes on the tune, and reads the piece. */
export async function compose(
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
  const { tuneNotes, voices, addedNotes } = readPiece(midi, tune, technique.extends);
  const found = `${tuneNotes} notes of the melody kept, ${addedNotes} added in ${voices} ${voices === 1 ? "voice" : "voices"}`;
  return { value: composition, found };
}

/** Requests a file without a token, as a player does. */
async function download({ params }: Run, url: string, signal: AbortSignal): ReturnType<Call<Uint8Array>> {
  try {
    const response = await (params.fetch ?? fetch)(new Request(url, { signal }));
    if (!response.ok) return { error: await readProblem(response), response };
    return { data: new Uint8Array(await response.arrayBuffer()), response };
  } catch (error) {
    signal.throwIfAborted();
    const problem = networkFailure(error, url);
    return { error: problem, response: new Response(null, { status: problem.status }) };
  }
}

/** Returns a piece's file, by the API and by a presigned address, which must give the same. */
async function fetchMidi(run: Run, compositionId: string): Promise<Uint8Array> {
  const { api, sending } = run;
  const request = `GET /compositions/${compositionId}/midi`;
  const path = { compositionId };
  const call = async (late: AbortSignal) =>
    await api.GET("/compositions/{compositionId}/midi", { params: { path }, signal: late });
  const midi = new Uint8Array(await send(request, call, sending));
  const { url } = await send(
    `${request} (application/json)`,
    async (late) => await compositionMidiUrl(api, compositionId, { signal: late }),
    sending,
  );
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
