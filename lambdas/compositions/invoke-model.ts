import { replayEdits, sameCells, soundingCells } from "../../domain/music/edit-events";
import { seamOf } from "../../domain/music/extended-score";
import { type GivenPiece, heardTracks, trackOfPiece } from "../../domain/music/given-piece";
import { type Melody, type ModelNote, toGrid } from "../../domain/music/melody";
import { barShapes, writtenBarShape } from "../../domain/music/time-signatures";
import { maxRemarkLength, type ModelReference } from "../../domain/schemas/composition-parts";
import type { Failure } from "../../domain/schemas/failure";
import {
  endsInside,
  invocationErrorSchema,
  type InvocationRequest,
  type InvocationResponse,
  invocationResponseSchema,
} from "../../domain/schemas/invocation";
import { sentenceOf } from "../../domain/schemas/sentence";
import { plainText } from "../../domain/schemas/text";
import { techniques } from "../../domain/techniques/registry";
import { modelFile, modelPrefix, stockModelPrefix } from "../../naming/object-keys";
import { endpointName, type Stage, type TrainedTechniqueId } from "../../naming/resource-names";
import { type EndpointInvoker, maxPayloadBytes } from "../aws/endpoint-invoker";
import type { CompositionItem } from "../stores/items";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { noteCountFailure } from "./note-count";

/** A composition of a technique that has models. */
export interface ModelComposition extends CompositionItem {
  readonly technique: TrainedTechniqueId;
  readonly model: ModelReference;
}

export interface InvokeModelParams {
  readonly composition: ModelComposition;
  readonly piece: GivenPiece;
  readonly stage: Stage;
  readonly endpoint: EndpointInvoker;
  /** Returns a short-lived URL of a model's file. Its host is the bucket's, which the container allows. */
  readonly presign: (key: string) => Promise<string>;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

export type ModelResponse =
  | { readonly kind: "GENERATED"; readonly response: InvocationResponse }
  /** The same request would fail again. */
  | { readonly kind: "FAILED"; readonly failure: Failure }
  /** It may work later. */
  | { readonly kind: "UNAVAILABLE"; readonly reason: string };

const failed = (code: string, message: string): ModelResponse => ({
  kind: "FAILED",
  failure: { code, message: message.slice(0, 1024), retryable: false },
});

/** Calls the technique's endpoint once and reads its response (contracts/invocation-response). */
export async function invokeModel(params: InvokeModelParams): Promise<ModelResponse> {
  const { composition, piece, stage, endpoint, log, metrics } = params;
  const heard = heardLines(piece);
  for (const { line, notes } of heard) {
    const tooManyNotes = noteCountFailure(notes, line);
    if (tooManyNotes !== undefined) return { kind: "FAILED", failure: tooManyNotes };
  }
  const [melody, ...others] = heard;
  if (!techniques[composition.technique].extends) {
    // What re-writes hears all tracks on one roll, which has no more room than a melody.
    const tooManyTogether = noteCountFailure(
      heard.flatMap(({ notes }) => notes),
      melody.line,
    );
    if (tooManyTogether !== undefined) return { kind: "FAILED", failure: tooManyTogether };
  }
  const body = new TextEncoder().encode(JSON.stringify(await invocationRequest(params, melody, others)));
  if (body.byteLength > maxPayloadBytes) {
    return failed(
      "INPUT_TOO_LARGE",
      "The tracks have so many notes that the model cannot be told them. Choose fewer bars.",
    );
  }
  const invocation = await endpoint.invoke(endpointName(stage, composition.technique), body);
  switch (invocation.kind) {
    case "UNAVAILABLE":
      return invocation;
    case "ACCESS_DENIED":
      log.error("a policy does not allow the call of the endpoint", { reason: invocation.reason });
      metrics.record("AccessRefusals");
      return failed(
        "INFERENCE_REFUSED",
        "The platform does not allow this deployment to use its models. Its operator has to change that; the logs have the reason.",
      );
    case "MODEL_ERROR":
      return modelError(invocation, composition, log);
    case "RESPONSE":
      return readResponse(invocation.body, { composition, piece, heard, log });
  }
}

/** A track as the model hears it. */
interface HeardLine {
  readonly line: Melody;
  /** Its notes on the grid. */
  readonly notes: readonly ModelNote[];
}

/** Returns the tracks that the model hears. The first is the melody. @throws Error if there is none */
function heardLines(piece: GivenPiece): readonly [HeardLine, ...HeardLine[]] {
  const [melody, ...others] = heardTracks(piece).map((index): HeardLine => {
    const line = trackOfPiece(piece, index);
    return { line, notes: toGrid(line) };
  });
  if (melody === undefined) throw new Error("the piece was not checked: no track can be heard");
  return [melody, ...others];
}

async function invocationRequest(
  { composition, piece, presign }: InvokeModelParams,
  melody: HeardLine,
  others: readonly HeardLine[],
): Promise<InvocationRequest> {
  const { sub, model, technique, seed, parameters } = composition;
  const { sha256, bytes } = model;
  // The container's image has the stock models of the day it was built. It fetches a model of another version.
  const prefix = model.stock ? stockModelPrefix(model) : modelPrefix({ sub, id: model.id });
  return {
    schemaVersion: 1,
    technique,
    model: { sha256, bytes, url: await presign(`${prefix}${modelFile}`) },
    seed,
    melody: {
      ...writtenBarShape(piece.timeSignature),
      bars: piece.bars,
      // Only techniques that go on with a piece have parameters in seconds.
      ...(techniques[technique].extends ? { tempo: piece.tempo } : {}),
      notes: melody.notes,
    },
    // A technique that re-writes is told of other tracks only where there are some.
    ...(techniques[technique].extends || others.length > 0
      ? {
          tracks: others.map(({ line, notes }, index) => ({
            name: plainText(line.name, 64) || `Track ${index + 2}`,
            program: line.program,
            notes,
          })),
        }
      : {}),
    parameters,
  };
}

/** 4xx by which the container says that it is busy or was slow. */
const busyStatuses: ReadonlySet<number> = new Set([408, 429]);

/**
 * 4xx that are about how the request reached the container (path, method, length, type, headers) and not about the
 * piece. Whoever composes is not to blame, and what stands between may change.
 */
const deliveryStatuses: ReadonlySet<number> = new Set([403, 404, 405, 411, 415, 431]);

/** Reads the container's error. Any other 4xx is about this request or this model; a 5xx may pass. */
function modelError(
  { status, body }: { readonly status: number; readonly body: string },
  { model }: ModelComposition,
  log: Log,
): ModelResponse {
  const error = invocationErrorSchema.safeParse(parseJson(body));
  const code = error.success ? error.data.code : undefined;
  log.warn("the model's container responded with an error", { status, code });
  if (deliveryStatuses.has(status) || status === 501) {
    log.error("the container refuses the form of the request: its path, method, length, type or headers", {
      status,
      body: body.slice(0, 1_000),
    });
  }
  const isPassing = status < 400 || status >= 500 || busyStatuses.has(status) || deliveryStatuses.has(status);
  if (isPassing) return { kind: "UNAVAILABLE", reason: code ?? `HTTP ${status}` };
  if (!error.success) return failed("MODEL_ERROR", "The model refused the request without giving a reason.");
  const { code: reason, message, errors = [] } = error.data;
  if (model.stock && reason === "MODEL_NOT_FOUND") {
    log.error("a stock model is neither in the endpoint's image nor in the bucket", { model });
    const cure = "Whoever runs this stage must put it there with `npm run seed`; then compose again.";
    return failed(
      reason,
      `The stock model ${model.id} (sha256 ${model.sha256}) is neither in the endpoint's image nor in the bucket. ${cure}`,
    );
  }
  const unnamed = errors.filter(({ pointer }) => !message.includes(pointer));
  const fields = unnamed.map(
    ({ pointer, value, allowed }) => `; ${pointer} is ${value ?? "missing"}, allowed: ${allowed}`,
  );
  return failed(reason, sentenceOf(`${message}${fields.join("")}`));
}

interface ReadResponseParams {
  readonly composition: ModelComposition;
  readonly piece: GivenPiece;
  /** The tracks as the model got them. The first is the melody. */
  readonly heard: readonly [HeardLine, ...HeardLine[]];
  readonly log: Log;
}

function readResponse(body: Uint8Array, params: ReadResponseParams): ModelResponse {
  const { composition, piece, heard, log } = params;
  const notes = heard.flatMap((line) => line.notes);
  if (body.byteLength > maxPayloadBytes) {
    const advice = "Choose fewer bars, or parameters that ask for fewer edits.";
    return failed("RESPONSE_TOO_LARGE", `The model's response is larger than 4 MiB. ${advice}`);
  }
  const parsed = invocationResponseSchema.safeParse(parseJson(new TextDecoder().decode(body)));
  if (!parsed.success) {
    return invalidResponse(
      parsed.error.issues.slice(0, 5).map(({ path, message }) => {
        const place = path.length === 0 ? "" : ` at ${path.map(String).join(".")}`;
        return `is not what the contract says${place}: ${message}`;
      }),
      log,
    );
  }
  const { technique, modelSha256, tracks, melody, editEvents, continuation } = parsed.data;
  if (technique !== composition.technique || modelSha256 !== composition.model.sha256) {
    return invalidResponse(["is of another technique or model"], log);
  }
  const isOneRoll = heard.length > 1 && !techniques[composition.technique].extends;
  const faults = [
    ...overlapFaults(tracks),
    ...continuationFaults(parsed.data, params),
    ...(isOneRoll && (melody === undefined || tracks.length > 0)
      ? ["is not the whole piece, re-written on one roll"]
      : []),
  ];
  if (faults.length > 0) return invalidResponse(faults, log);
  const result = [...(melody?.notes ?? notes), ...tracks.flatMap((track) => track.notes)];
  const steps = Math.max(piece.bars, continuation?.bars ?? 0) * barShapes[piece.timeSignature].steps;
  if (!result.every((note) => endsInside(note, steps))) {
    return invalidResponse(["has notes after the end of the piece"], log);
  }
  // The edits must lead from the input to the piece.
  const replayed = editEvents === undefined ? undefined : replayEdits(soundingCells(notes), editEvents);
  if (editEvents !== undefined && (replayed === undefined || !sameCells(replayed, soundingCells(result)))) {
    return invalidResponse(["has edit events that do not lead from the input to the result"], log);
  }
  return { kind: "GENERATED", response: withPlainTexts(parsed.data) };
}

/** Returns the response with names and remarks on one line, without characters that are forbidden or cannot be seen. */
function withPlainTexts(response: InvocationResponse): InvocationResponse {
  const { tracks, remarks } = response;
  return {
    ...response,
    tracks: tracks.map((track, index) => ({ ...track, name: plainText(track.name, 64) || `Track ${index + 1}` })),
    ...(remarks === undefined
      ? {}
      : { remarks: remarks.map((remark) => plainText(remark, maxRemarkLength)).filter((remark) => remark !== "") }),
  };
}

/** Returns what is wrong with tracks in which a pitch begins while it sounds: no MIDI file can say which of the two ends. */
function overlapFaults(tracks: InvocationResponse["tracks"]): string[] {
  return tracks.flatMap(({ notes }, index) => {
    const ends = new Map<number, number>();
    const overlaps = [...notes]
      .sort((one, other) => one.onset - other.onset)
      .some(({ onset, duration, pitch }) => {
        const isSounding = onset < (ends.get(pitch) ?? 0);
        ends.set(pitch, onset + duration);
        return isSounding;
      });
    return overlaps ? [`has notes of one pitch that overlap in track ${index}`] : [];
  });
}

/**
 * Returns what is wrong with where a piece goes on. A technique that goes on with its input always says where, and no
 * other does. Its first tracks are those that were given, in their order, and every note is new and inside the piece.
 * The piece is longer than it was, by as many bars as were asked for.
 */
function continuationFaults(
  { continuation, tracks, melody, editEvents }: InvocationResponse,
  { composition, piece, heard }: ReadResponseParams,
): string[] {
  if (!techniques[composition.technique].extends) return continuation === undefined ? [] : ["has a continuation"];
  if (continuation === undefined) return ["has no continuation"];
  const { firstStep, bars } = continuation;
  const seam = seamOf(piece);
  const { extensionBars } = composition.parameters;
  const asked = typeof extensionBars === "number" && extensionBars > 0 ? extensionBars : undefined;
  const added = bars - piece.bars;
  const steps = bars * barShapes[piece.timeSignature].steps;
  const newNotes = tracks.flatMap(({ notes }) => notes);
  const rules: readonly (readonly [boolean, string])[] = [
    [melody === undefined && editEvents === undefined, "changes what was given"],
    [tracks.length >= heard.length, `has ${tracks.length} tracks, and ${heard.length} were given`],
    [firstStep === seam, `goes on from step ${firstStep} instead of ${seam}`],
    [added > 0, `has ${bars} bars, and ${piece.bars} were given`],
    [asked === undefined || added === asked, `has ${added} bars more than were given, and ${asked} were asked for`],
    [newNotes.every(({ onset }) => onset >= firstStep), `has new notes before step ${firstStep}`],
    [newNotes.every((note) => endsInside(note, steps)), `has notes after the end of its ${bars} bars`],
  ];
  return rules.flatMap(([isKept, fault]) => (isKept ? [] : [fault]));
}

function invalidResponse(faults: readonly string[], log: Log): ModelResponse {
  log.error("the model's response is not valid", { faults });
  return failed("MODEL_RESPONSE_INVALID", `The model's response cannot be used: it ${faults.join("; ")}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
