import { createCompositionSchema } from "../../../domain/schemas/api/compositions";
import type { UserQuotas } from "../../../domain/schemas/user-quotas";
import { checkParameters } from "../../../domain/techniques/parameter-values";
import { techniques } from "../../../domain/techniques/registry";
import { openWorkOwner } from "../../../naming/table-keys";
import { checkInputOptions, checkParametersFit, resolveInput } from "../../compositions/composition-input";
import { chooseModel, modelsAllowed } from "../../compositions/composition-model";
import { requireFiles } from "../../compositions/needed-file";
import { versionTag } from "../../http/entity-tag";
import { respondOnce } from "../../http/idempotency";
import { Problem } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { shortValue } from "../../http/short-value";
import { techniqueErrors } from "../../http/technique-values";
import { parseBody } from "../../http/validation";
import type { Compositions } from "../../stores/compositions";
import type { IdempotencyRecords } from "../../stores/idempotency-records";
import { type CompositionItem, quotaHeld } from "../../stores/items";
import type { Models, StockModels } from "../../stores/models";
import type { ObjectStore } from "../../stores/objects";
import { doneWith } from "../../stores/outcome";
import type { Tracks } from "../../stores/tracks";
import type { MetricRecorder } from "../../telemetry/metrics";
import { compositionResource } from "./composition-resource";
import { pollAfterSeconds } from "./poll-interval";

export interface CreateCompositionParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get" | "create">;
  readonly tracks: Pick<Tracks, "get">;
  readonly models: Pick<Models, "get">;
  readonly stockModels: Pick<StockModels, "get">;
  readonly files: Pick<ObjectStore, "exists">;
  readonly idempotencyRecords: IdempotencyRecords;
  readonly quotas: UserQuotas;
  readonly metrics: MetricRecorder;
  readonly newId: () => string;
  readonly randomSeed: () => number;
  readonly now: () => Date;
}

/** Accepts a composition. The work itself begins from the table's stream: one write, so nothing can be half begun. */
export async function createComposition(params: CreateCompositionParams): Promise<Response> {
  const { request, compositions, tracks, models, stockModels, files, idempotencyRecords, quotas, metrics } = params;
  const { newId, randomSeed, now } = params;
  const sub = request.subject();
  requireNoQuery(request);
  const body = parseBody({
    request,
    schema: createCompositionSchema,
    alsoCheck: (raw) => techniqueErrors(raw, "parameters"),
  });
  return await respondOnce({
    request,
    records: idempotencyRecords,
    now,
    create: async (recordResponse) => {
      const { name, technique, modelId, input, inputOptions = {} } = body;
      const model = await chooseModel({ sub, modelId, technique, models, stockModels });
      const resolved = await resolveInput({ sub, input, tracks, compositions });
      const bars = checkInputOptions({ resolved, options: inputOptions, maxBars: model.maxBars });
      const parameters = checkParameters(techniques[technique].parameters, body.parameters ?? {}).values;
      checkParametersFit({ technique, parameters, bars });
      await requireFiles(files, [resolved.file, model.file]);
      const id = newId();
      const createdAt = now().toISOString();
      const item: CompositionItem = {
        schemaVersion: 1,
        kind: "COMPOSITION",
        sub,
        id,
        name,
        version: 1,
        createdAt,
        updatedAt: createdAt,
        technique,
        model: model.reference,
        seed: body.seed ?? randomSeed(),
        state: "PENDING",
        input,
        inputOptions,
        parameters,
        attempt: 0,
        openWork: "COMPOSITION",
        openWorkOwner: openWorkOwner(sub, id),
      };
      const response = jsonResponse({ status: 202, body: compositionResource(item) });
      const created = {
        ...response,
        headers: {
          ...response.headers,
          ...retryAfter(pollAfterSeconds(item, now())),
          location: `/compositions/${id}`,
          etag: versionTag(item),
        },
      };
      const outcome = await compositions.create({
        item,
        takes: { openCompositions: 1, ...quotaHeld(item) },
        quotas,
        idempotency: recordResponse(created),
        mustExist: [...resolved.mustExist, model.mustExist],
      });
      if (outcome.kind === "REFERENCE_GONE") {
        const reason = "does not exist any more";
        if (outcome.key.sk === model.mustExist.sk) {
          throw new Problem("MODEL_NOT_FOUND", {
            detail: "The model has just been deleted.",
            errors: [{ pointer: "/modelId", reason, value: modelId, allowed: modelsAllowed(technique) }],
          });
        }
        throw new Problem("trackId" in input ? "TRACK_NOT_FOUND" : "COMPOSITION_NOT_FOUND", {
          detail: "The input has just been deleted.",
          errors: [{ pointer: "/input", reason, ...shortValue(input), allowed: "an input that exists" }],
        });
      }
      if (outcome.kind !== "DONE") return outcome;
      metrics.record("CompositionsSubmitted");
      return doneWith(created);
    },
  });
}
