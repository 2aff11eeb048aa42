import { sha256Of } from "../../domain/digest";
import { extendScore, restsInWords } from "../../domain/music/extended-score";
import { type GivenPiece, heardTracks, scoreOfPiece, trackOfPiece } from "../../domain/music/given-piece";
import { withInstruments } from "../../domain/music/instruments";
import { mendScore, withKeptTracks } from "../../domain/music/mended-score";
import {
  composeScore,
  type GeneratedTrack,
  type Score,
  scoreNoteBars,
  scoreOutput,
  scorePitchSpans,
  writeMidi,
} from "../../domain/music/score";
import { maxRemarks } from "../../domain/schemas/composition-parts";
import type { Failure } from "../../domain/schemas/failure";
import type { InvocationResponse } from "../../domain/schemas/invocation";
import { storableMetrics } from "../../domain/schemas/metrics";
import { isFinalCompositionState } from "../../domain/states/composition-state";
import { midiType } from "../../naming/media-types";
import {
  compositionEditEventsKey,
  compositionInputMidiKey,
  compositionMidiKey,
  compositionScoreKey,
  type OwnedBy,
} from "../../naming/object-keys";
import { isTrainedTechnique, type Stage } from "../../naming/resource-names";
import type { EndpointInvoker } from "../aws/endpoint-invoker";
import type { CompositionResult, Compositions } from "../stores/compositions";
import type { CompositionItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { isDone } from "../stores/outcome";
import type { Tracks } from "../stores/tracks";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { arrangeComposition } from "./arrange-composition";
import { invokeModel, type ModelResponse } from "./invoke-model";
import { performedMidi } from "./performed-midi";
import { resolvePiece } from "./resolve-piece";
import { holdLease, leaseSeconds, type Repeat } from "./worker-lease";

export interface ExecuteCompositionParams {
  /** The composition's owner and id, from the message. */
  readonly owned: OwnedBy;
  /** The instant of the message's first delivery, from which the time for retries counts. */
  readonly firstDeliveredAt: Date;
  readonly compositions: Compositions;
  readonly tracks: Pick<Tracks, "get">;
  readonly artifacts: Pick<ObjectStore, "read" | "write">;
  readonly endpoint: EndpointInvoker;
  readonly presign: (key: string) => Promise<string>;
  /** Makes the message visible to other workers after so many seconds. */
  readonly postpone: (seconds: number) => Promise<void>;
  readonly repeat: Repeat;
  readonly stage: Stage;
  readonly now: () => Date;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

export type ExecuteCompositionResult =
  /** The composition is final or gone, so the message has done its work. */
  | { readonly kind: "DONE" }
  /** The message should come back. */
  | { readonly kind: "AGAIN"; readonly afterSeconds: number };

/** Seconds from the first delivery for which an endpoint that does not respond is called again. */
export const inferenceBudgetSeconds: Readonly<Record<Stage, number>> = { local: 120, dev: 300, prod: 300 };

const firstPauseSeconds = 2;
const maxPauseSeconds = 60;

/** Returns the pause after an attempt. It doubles from attempt to attempt. */
export const pauseSeconds = (attempt: number): number =>
  Math.min(maxPauseSeconds, firstPauseSeconds * 2 ** Math.min(10, Math.max(0, attempt - 1)));

const inferenceUnavailable: Failure = {
  code: "INFERENCE_UNAVAILABLE",
  message: "The model's endpoint did not respond for several minutes. Try again later.",
  retryable: true,
};

/**
 * Composes one piece. It takes the lease, works, and ends the row once; a second delivery of the message finds the row
 * final or leased. The files are written before the row names them. Only this composition writes under their keys, and
 * only this attempt under the MIDI file's.
 */
export async function executeComposition(params: ExecuteCompositionParams): Promise<ExecuteCompositionResult> {
  const { owned, compositions, now } = params;
  const claimed = await compositions.claim(owned, new Date(now().getTime() + leaseSeconds * 1000));
  if (!isDone(claimed)) return await resultWithoutLease(params);
  const composition = claimed.value;
  const lease = holdLease({ ...params, claim: composition });
  // Renewing must stop before the lease is released, or the next delivery would have to wait for it.
  const release = async (): Promise<void> => {
    await lease.stop();
    await compositions.release(composition);
  };
  try {
    const result = await compose(params, composition);
    if (result.kind === "AGAIN") await release();
    else await lease.stop();
    return result;
  } catch (error) {
    // The error is unexpected, so the function fails with it.
    await release();
    throw error;
  }
}

/**
 * Returns the seconds after which a message comes back after an unexpected error. They double from delivery to
 * delivery.
 * @param delivery - the number of the delivery, from 1
 */
export const retrySeconds = (delivery: number): number =>
  Math.min(maxPauseSeconds, 5 * 2 ** Math.min(10, delivery - 1));

async function resultWithoutLease({
  owned,
  compositions,
  now,
  log,
}: ExecuteCompositionParams): Promise<ExecuteCompositionResult> {
  const current = await compositions.get(owned);
  if (current === undefined || isFinalCompositionState(current.state)) return { kind: "DONE" };
  // The message is not deleted, because it brings the work back if that worker dies.
  const leftSeconds = (Date.parse(current.runningUntil ?? now().toISOString()) - now().getTime()) / 1000;
  log.info("another worker has the composition", { leftSeconds });
  return { kind: "AGAIN", afterSeconds: Math.min(leaseSeconds, Math.max(1, Math.ceil(leftSeconds) + 1)) };
}

async function compose(
  params: ExecuteCompositionParams,
  composition: CompositionItem,
): Promise<ExecuteCompositionResult> {
  const { compositions, tracks, artifacts, now, log, metrics } = params;
  const startedAt = now().getTime();
  const resolved = await resolvePiece({ composition, compositions, tracks, artifacts });
  if (resolved.kind === "UNUSABLE") return await fail(params, composition, resolved.failure);

  const generated = await generate(params, composition, resolved.piece);
  switch (generated.kind) {
    case "FAILED":
      return await fail(params, composition, generated.failure);
    case "UNAVAILABLE":
      return await composeLater(params, composition, generated.reason);
    case "GENERATED": {
      const result = await writeResult(params, composition, resolved.piece, generated.response);
      const completed = isDone(await compositions.complete(composition, result));
      if (completed) {
        metrics.record("CompositionsCompleted");
        metrics.record("CompositionSeconds", (now().getTime() - startedAt) / 1000);
      }
      log.info(completed ? "composed" : "composed, but another worker had the lease by then", {
        seconds: generated.response.seconds,
      });
      return { kind: "DONE" };
    }
  }
}

/** What is made of an input, by a model or by rule. */
interface GeneratedPiece extends Omit<
  InvocationResponse,
  "schemaVersion" | "technique" | "modelSha256" | "tracks" | "remarks"
> {
  readonly tracks: readonly GeneratedTrack[];
  readonly remarks?: readonly string[] | undefined;
}

type GenerateResult = Exclude<ModelResponse, { kind: "GENERATED" }> | { kind: "GENERATED"; response: GeneratedPiece };

/** Generates the piece with the composition's model, or by rule if its technique has no models. */
async function generate(
  params: ExecuteCompositionParams,
  composition: CompositionItem,
  piece: GivenPiece,
): Promise<GenerateResult> {
  const { technique, model } = composition;
  if (!isTrainedTechnique(technique)) {
    return arrangeComposition({ composition, melody: trackOfPiece(piece, 0), now: params.now });
  }
  if (model === undefined) throw new Error(`composition ${composition.id} of ${technique} has no model`);
  return await invokeModel({ ...params, composition: { ...composition, technique, model }, piece });
}

async function fail(
  { compositions, log, metrics }: ExecuteCompositionParams,
  composition: CompositionItem,
  failure: Failure,
): Promise<ExecuteCompositionResult> {
  const failed = isDone(await compositions.fail(composition, failure));
  if (failed) metrics.record("CompositionsFailed");
  log.warn("composition failed", { code: failure.code, counted: failed });
  return { kind: "DONE" };
}

async function composeLater(
  params: ExecuteCompositionParams,
  composition: CompositionItem,
  reason: string,
): Promise<ExecuteCompositionResult> {
  const { firstDeliveredAt, stage, now, log, metrics } = params;
  const afterSeconds = pauseSeconds(composition.attempt);
  const spentSeconds = (now().getTime() - firstDeliveredAt.getTime()) / 1000;
  if (spentSeconds + afterSeconds > inferenceBudgetSeconds[stage]) {
    return await fail(params, composition, inferenceUnavailable);
  }
  log.warn("the endpoint is not available", { reason, attempt: composition.attempt, afterSeconds });
  metrics.record("CompositionsRedelivered");
  return { kind: "AGAIN", afterSeconds };
}

/**
 * Writes the files of a piece and returns what the row says of them. The attempt is the MIDI file's revision, so that a
 * worker whose lease was taken over, but which does not know it yet, cannot overwrite the other worker's file. The
 * score and the input are the same from every attempt, because model, seed and melody come from the row. The score has the instruments of
 * melody and model, so that a later change can go back to them. A later change of the instruments or the performance
 * writes the next revision.
 */
async function writeResult(
  { artifacts }: ExecuteCompositionParams,
  composition: CompositionItem,
  piece: GivenPiece,
  generated: GeneratedPiece,
): Promise<CompositionResult> {
  const { metrics, editEvents, phraseEnds, continuation } = generated;
  const composed = scoreOf(composition.name, piece, generated);
  const rests = continuation === undefined ? [] : restsInWords(composed);
  const remarks = [...rests, ...(generated.remarks ?? [])].slice(0, maxRemarks);
  const score = withInstruments(composed, composition.performance?.instruments ?? "model");
  const bytes = performedMidi(score, { ...composition, phraseEnds });
  const revision = composition.attempt;
  const json = { contentType: "application/json" };
  await artifacts.write({ key: compositionScoreKey(composition), body: JSON.stringify(composed), ...json });
  if (editEvents !== undefined) {
    const body = JSON.stringify({ items: editEvents });
    await artifacts.write({ key: compositionEditEventsKey(composition), body, ...json });
  }
  const given = writeMidi(scoreOfPiece({ name: composition.name, piece }));
  await artifacts.write({ key: compositionInputMidiKey(composition), body: given, contentType: midiType });
  const key = compositionMidiKey(composition, { revision });
  await artifacts.write({ key, body: bytes, contentType: midiType });
  return {
    output: {
      ...scoreOutput(score, storableMetrics(metrics), editEvents?.length),
      ...(remarks.length === 0 ? {} : { remarks }),
    },
    midi: { revision, ...digestOf(bytes) },
    inputMidi: digestOf(given),
    barsWithNotes: scoreNoteBars(score),
    pitchSpans: scorePitchSpans(score),
    ...(phraseEnds === undefined ? {} : { phraseEnds }),
  };
}

const digestOf = (bytes: Uint8Array): { readonly sha256: string; readonly bytes: number } => ({
  sha256: sha256Of(bytes),
  bytes: bytes.byteLength,
});

/** Returns the piece: what was given and what was made of it. */
function scoreOf(name: string, piece: GivenPiece, { tracks, melody, continuation }: GeneratedPiece): Score {
  if (continuation !== undefined) return extendScore({ name, piece, continuation, written: tracks });
  const heard = heardTracks(piece);
  if (heard.length > 1) return mendScore({ name, piece, mended: melody?.notes ?? [] });
  const [tune = 0] = heard;
  const score = composeScore({ name, melody: trackOfPiece(piece, tune), rewritten: melody?.notes, generated: tracks });
  return withKeptTracks(score, { ...piece, tracks: piece.tracks.filter((_, index) => index !== tune) });
}
