/** Chooses the model that a composition asks for: a stock model, or one of the caller's. */
import { type TrainableTimeSignature, trainedTimeSignature } from "../../domain/music/time-signatures";
import type { ModelReference } from "../../domain/schemas/composition-parts";
import { modelFile, modelPrefix } from "../../naming/object-keys";
import { ownedKey, stockModelKey, type TableKey } from "../../naming/table-keys";
import { Problem } from "../problems/problem";
import type { Models, StockModels } from "../stores/models";
import type { NeededFile } from "./needed-file";

export interface ChooseModelParams {
  readonly sub: string;
  readonly modelId: string;
  readonly technique: string;
  readonly models: Pick<Models, "get">;
  readonly stockModels: Pick<StockModels, "get">;
}

export interface ChosenModel {
  readonly reference: ModelReference;
  readonly maxBars: number;
  /** The time signature in which it was trained. */
  readonly timeSignature: TrainableTimeSignature;
  readonly mustExist: TableKey;
  /** The file of one of the caller's models. A stock model may be in the endpoint's image alone. */
  readonly file?: NeededFile;
}

/** Returns a description of the allowed ids, for errors. */
export const modelsAllowed = (technique: string): string => `the id of a ${technique} model of GET /models`;

/** Returns the model of an id. @throws Problem 422 when there is none, or it is of another technique */
export async function chooseModel(params: ChooseModelParams): Promise<ChosenModel> {
  const { sub, modelId, technique, models, stockModels } = params;
  const owned = { sub, id: modelId };
  const own = await models.get(owned);
  const model = own ?? (await stockModels.get(modelId));
  if (model === undefined) {
    throw new Problem("MODEL_NOT_FOUND", {
      detail: `There is no model ${JSON.stringify(modelId)}. GET /models lists the models that you can use.`,
      errors: [{ pointer: "/modelId", reason: "does not exist", value: modelId, allowed: modelsAllowed(technique) }],
    });
  }
  if (model.technique !== technique) {
    throw new Problem("MODEL_OF_ANOTHER_TECHNIQUE", {
      detail: `Model ${modelId} is of the technique ${model.technique}, not ${technique}.`,
      errors: [{ pointer: "/modelId", reason: `is of ${model.technique}`, value: modelId, allowed: technique }],
    });
  }
  const file: NeededFile = {
    key: `${modelPrefix(owned)}${modelFile}`,
    resource: `model ${modelId}`,
    field: { pointer: "/modelId", value: modelId, allowed: "a model whose file is there" },
    isNamed: async () => (await models.get(owned)) !== undefined,
  };
  return {
    ...(own === undefined ? {} : { file }),
    reference: { id: model.id, stock: own === undefined, sha256: model.sha256, bytes: model.bytes },
    maxBars: model.limits.maxBars,
    timeSignature: trainedTimeSignature(model.limits) ?? "4/4",
    mustExist: own === undefined ? stockModelKey(modelId) : ownedKey("MODEL", sub, modelId),
  };
}
