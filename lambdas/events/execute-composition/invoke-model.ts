import { toGrid, beatsPerBar, stepsPerBeat, type Melody } from "../../../domain/music/melody";
import { modelFile, modelPrefix } from "../../../domain/names/object-keys";
import { endpointName, type Stage } from "../../../domain/names/resource-names";
import type { Failure } from "../../../domain/schemas/failure";
import {
  invocationAnswerSchema,
  invocationErrorSchema,
  type InvocationAnswer,
  type InvocationRequest,
} from "../../../domain/schemas/invocation";
import type { CompositionItem } from "../../../domain/schemas/items";
import { longestPayloadBytes, type EndpointInvoker } from "../../aws/endpoint-invoker";
import type { Log } from "../../telemetry/logger";

export interface InvokeModelParams {
  readonly composition: CompositionItem;
  readonly melody: Melody;
  readonly stage: Stage;
  readonly endpoint: EndpointInvoker;
  /** A short-lived URL of a user's model; its host is the bucket's, which the container allows. */
  readonly presign: (key: string) => Promise<string>;
  readonly log: Log;
}

export type ModelAnswer =
  | { readonly kind: "GENERATED"; readonly answer: InvocationAnswer }
  /** The same request would fail again. */
  | { readonly kind: "FAILED"; readonly failure: Failure }
  /** It may work later. */
  | { readonly kind: "UNAVAILABLE"; readonly reason: string };

const failed = (code: string, message: string): ModelAnswer => ({
  kind: "FAILED",
  failure: { code, message: message.slice(0, 1024), retryable: false },
});

/** Calls the technique's endpoint once and reads its answer (contracts/invocation-answer). */
export async function invokeModel(params: InvokeModelParams): Promise<ModelAnswer> {
  const { composition, stage, endpoint, log } = params;
  const body = new TextEncoder().encode(JSON.stringify(await invocationRequest(params)));
  if (body.byteLength > longestPayloadBytes) {
    return failed("INPUT_TOO_LARGE", "The melody has too many notes to be sent to the model. Choose fewer bars.");
  }
  const invocation = await endpoint.invoke(endpointName(stage, composition.technique), body);
  switch (invocation.kind) {
    case "UNAVAILABLE":
      return invocation;
    case "MODEL_ERROR":
      return modelError(invocation, log);
    case "ANSWER":
      return readAnswer(invocation.body, composition, log);
  }
}

async function invocationRequest({ composition, melody, presign }: InvokeModelParams): Promise<InvocationRequest> {
  const { sub, model, technique, seed, parameters } = composition;
  const { sha256, bytes } = model;
  return {
    schemaVersion: 1,
    technique,
    model: model.stock
      ? { sha256, bytes }
      : { sha256, bytes, url: await presign(`${modelPrefix({ sub, id: model.id })}${modelFile}`) },
    seed,
    melody: { stepsPerBeat, beatsPerBar, bars: melody.bars, notes: toGrid(melody) },
    parameters,
  };
}

/** The container's 4xx is about this request or this model; its 5xx about the moment. */
function modelError({ status, body }: { readonly status: number; readonly body: string }, log: Log): ModelAnswer {
  const error = invocationErrorSchema.safeParse(parseJson(body));
  const code = error.success ? error.data.code : undefined;
  log.warn("the model's container answered an error", { status, code });
  // These 4xx say that the container is busy or was slow, not that the request is wrong.
  const isPassing = status < 400 || status >= 500 || status === 408 || status === 429;
  if (isPassing) return { kind: "UNAVAILABLE", reason: code ?? `HTTP ${status}` };
  if (!error.success) return failed("MODEL_ERROR", "The model refused the request without giving a reason.");
  return failed(error.data.code, error.data.message);
}

function readAnswer(body: Uint8Array, composition: CompositionItem, log: Log): ModelAnswer {
  if (body.byteLength > longestPayloadBytes) return unreadable(["is larger than 4 MiB"], log);
  const parsed = invocationAnswerSchema.safeParse(parseJson(new TextDecoder().decode(body)));
  if (!parsed.success) {
    return unreadable(
      parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.map(String).join(".")} ${message}`),
      log,
    );
  }
  const { technique, modelSha256 } = parsed.data;
  if (technique !== composition.technique || modelSha256 !== composition.model.sha256) {
    return unreadable(["is of another technique or model"], log);
  }
  return { kind: "GENERATED", answer: parsed.data };
}

function unreadable(faults: readonly string[], log: Log): ModelAnswer {
  log.error("the model's answer is not valid", { faults });
  return failed("MODEL_ANSWER_INVALID", `The model's answer cannot be used: it ${faults.join("; ")}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
