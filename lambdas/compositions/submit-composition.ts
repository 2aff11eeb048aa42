import type * as z from "zod";
import { maxMelodyBars } from "../../domain/music/input-limits";
import { usualPerformance } from "../../domain/music/performance";
import type { createCompositionSchema } from "../../domain/schemas/api/compositions";
import { maxSeed, performanceOptionsSchema } from "../../domain/schemas/composition-parts";
import type { UserQuotas } from "../../domain/schemas/user-quotas";
import { checkParameters } from "../../domain/techniques/parameter-values";
import { techniques } from "../../domain/techniques/registry";
import { isTrainedTechnique, type TechniqueId } from "../../naming/resource-names";
import { openWorkOwner, type TableKey } from "../../naming/table-keys";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import type { Compositions } from "../stores/compositions";
import type { IdempotencyOf } from "../stores/idempotency-records";
import { type CompositionItem, quotaHeld } from "../stores/items";
import type { Models, StockModels } from "../stores/models";
import type { ObjectStore } from "../stores/objects";
import {
  doneWith,
  isDone,
  type Outcome,
  type QuotaReached,
  type ReferenceGone,
  type Repeated,
  type Stale,
} from "../stores/outcome";
import type { Tracks } from "../stores/tracks";
import { openPlace, type Variation } from "../stores/variation-groups";
import type { MetricRecorder } from "../telemetry/metrics";
import { checkInputOptions, checkParametersFit, resolveInput } from "./composition-input";
import { chooseModel, type ChooseModelParams, type ChosenModel, modelsAllowed } from "./composition-model";
import { requireFiles } from "./needed-file";

export type CreateComposition = z.output<typeof createCompositionSchema>;

/** The rows of a request: one, or as many as it asks variations for, in the order of their seeds. */
export type Submitted = readonly [CompositionItem, ...CompositionItem[]];

export interface SubmitCompositionParams {
  readonly sub: string;
  readonly body: CreateComposition;
  readonly idempotency: IdempotencyOf<Submitted>;
  readonly compositions: Pick<Compositions, "get" | "create" | "createVariations">;
  readonly tracks: Pick<Tracks, "get">;
  readonly models: Pick<Models, "get">;
  readonly stockModels: Pick<StockModels, "get">;
  readonly files: Pick<ObjectStore, "exists">;
  readonly quotas: UserQuotas;
  readonly metrics: MetricRecorder;
  readonly newId: () => string;
  readonly randomSeed: () => number;
  readonly now: () => Date;
}

/**
 * Checks the input of a composition and writes its row, or the rows of its variations. The table's stream then starts the
 * work. There is only one write, so nothing can be half begun.
 * @throws Problem 422 when model, input or parameters cannot be used; FILE_LOST
 */
export async function submitComposition(
  params: SubmitCompositionParams,
): Promise<Outcome<Submitted, Repeated | QuotaReached | Stale>> {
  const { sub, body, idempotency, compositions, tracks, models, stockModels, files, quotas, metrics } = params;
  const { newId, randomSeed, now } = params;
  const { name, technique, modelId, input, inputOptions = {} } = body;
  const model = await modelFor({ sub, modelId, technique, models, stockModels });
  const resolved = await resolveInput({ sub, input, inputOptions, tracks, compositions, technique });
  const maxBars = model?.maxBars ?? maxMelodyBars;
  const chosen = checkInputOptions({ resolved, options: inputOptions, technique, maxBars, model });
  const parameters = checkParameters(techniques[technique].parameters, body.parameters ?? {}).values;
  checkParametersFit({ ...chosen, technique, maxBars, parameters });
  await requireFiles(files, [resolved.file, model?.file]);
  const createdAt = now().toISOString();
  const itemOf = (id: string, seed: number): CompositionItem => ({
    schemaVersion: 1,
    kind: "COMPOSITION",
    sub,
    id,
    name,
    version: 1,
    createdAt,
    updatedAt: createdAt,
    technique,
    ...(model === undefined ? {} : { model: model.reference }),
    seed,
    state: "PENDING",
    input,
    inputOptions,
    parameters,
    performance: performanceOptionsSchema.parse({ ...usualPerformance, ...body.performance }),
    attempt: 0,
    openWork: "COMPOSITION",
    openWorkOwner: openWorkOwner(sub, id),
  });
  const seed = body.seed ?? randomSeed();
  const mustExist = [...resolved.mustExist, ...(model === undefined ? [] : [model.mustExist])];
  const create = async (): Promise<Outcome<Submitted, Repeated | QuotaReached | ReferenceGone | Stale>> => {
    if (body.variations === undefined) {
      const item = itemOf(newId(), seed);
      const takes = { ...openPlace, ...quotaHeld(item) };
      const outcome = await compositions.create({ item, takes, quotas, idempotency: idempotency([item]), mustExist });
      return isDone(outcome) ? doneWith([item]) : outcome;
    }
    const items = variationsOf({ count: body.variations, seed, newId, itemOf });
    const takes = { ...openPlace, compositions: items.length };
    const request = { takes, quotas, idempotency: idempotency(items), mustExist };
    const outcome = await compositions.createVariations({ items, ...request });
    return isDone(outcome) ? doneWith(items) : outcome;
  };
  const outcome = await create();
  if (outcome.kind === "REFERENCE_GONE") throw referenceGone(outcome.key, body, model);
  if (isDone(outcome)) metrics.record("CompositionsSubmitted", outcome.value.length);
  return outcome;
}

interface VariationsParams {
  readonly count: number;
  readonly seed: number;
  readonly newId: () => string;
  readonly itemOf: (id: string, seed: number) => CompositionItem;
}

/** Returns the rows of variations, in the order of their seeds, which is also that of a list with the newest first. */
function variationsOf({ count, seed, newId, itemOf }: VariationsParams): readonly [Variation, ...Variation[]] {
  const variationGroup = newId();
  // A seed that was drawn may be too near to the highest one; one that was given was checked.
  const firstSeed = Math.min(seed, maxSeed - (count - 1));
  const [firstId = newId(), ...otherIds] = Array.from({ length: count }, () => newId())
    .sort()
    .reverse();
  const others = otherIds.map((id, index) => ({ ...itemOf(id, firstSeed + index + 1), variationGroup }));
  return [{ ...itemOf(firstId, firstSeed), variationGroup }, ...others];
}

interface ModelForParams extends Omit<ChooseModelParams, "modelId"> {
  readonly modelId: string | undefined;
  readonly technique: TechniqueId;
}

/** Returns the model of a composition; undefined for a technique by rule. @throws Problem 422 when it cannot be used */
async function modelFor({ modelId, technique, ...params }: ModelForParams): Promise<ChosenModel | undefined> {
  if (!isTrainedTechnique(technique)) return undefined;
  if (modelId === undefined) throw new Error("the request was not checked: it has no modelId");
  return await chooseModel({ ...params, modelId, technique });
}

/** Returns the problem of a request whose model or input was deleted while the request was checked. */
function referenceGone(
  key: TableKey,
  { technique, modelId, input }: CreateComposition,
  model: ChosenModel | undefined,
): Problem {
  const reason = "does not exist any more";
  if (key.sk === model?.mustExist.sk) {
    return new Problem("MODEL_NOT_FOUND", {
      detail: "The model has just been deleted.",
      errors: [{ pointer: "/modelId", reason, value: modelId, allowed: modelsAllowed(technique) }],
    });
  }
  return new Problem("trackId" in input ? "TRACK_NOT_FOUND" : "COMPOSITION_NOT_FOUND", {
    detail: "The input has just been deleted.",
    errors: [{ pointer: "/input", reason, ...shortValue(input), allowed: "an input that exists" }],
  });
}
