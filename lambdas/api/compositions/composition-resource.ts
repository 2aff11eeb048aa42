/** Shows compositions in the API. */
import { timeSignatureOf } from "../../../domain/music/time-signatures";
import type { CompositionResource } from "../../../domain/schemas/api/compositions";
import type { CompositionItem } from "../../stores/items";

/** Returns the composition in its shape of the API. */
export function compositionResource(item: CompositionItem): CompositionResource {
  const { id, name, technique, seed, state, createdAt, updatedAt, input, inputOptions, parameters, output } = item;
  return {
    id,
    name,
    technique,
    ...(item.model === undefined ? {} : { modelId: item.model.id }),
    seed,
    ...(item.variationGroup === undefined ? {} : { variationGroup: item.variationGroup }),
    state,
    createdAt,
    updatedAt,
    ...(item.startedAt === undefined ? {} : { startedAt: item.startedAt }),
    ...(item.finishedAt === undefined ? {} : { finishedAt: item.finishedAt }),
    input,
    inputOptions,
    parameters,
    ...(item.performance === undefined ? {} : { performance: item.performance }),
    ...(item.correction === undefined ? {} : { edited: true }),
    ...(item.rating === undefined ? {} : { rating: item.rating }),
    ...(item.share === undefined
      ? {}
      : { share: { createdAt: item.share.createdAt, expiresAt: item.share.expiresAt } }),
    ...(item.failure === undefined ? {} : { failure: item.failure }),
    ...(output === undefined
      ? {}
      : { output: { ...output, timeSignature: timeSignatureOf(output), remarks: output.remarks ?? [] } }),
  };
}
