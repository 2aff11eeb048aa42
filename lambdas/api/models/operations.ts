import type { OperationsOf } from "../../http/bind-operations";
import { deleteModel } from "./delete-model";
import { getModel } from "./get-model";
import { getModelSample } from "./get-model-sample";
import { listModelSamples } from "./list-model-samples";
import { listModels } from "./list-models";
import { updateModel } from "./update-model";

export const modelOperations = {
  listModels,
  getModel,
  updateModel,
  deleteModel,
  listModelSamples,
  getModelSample,
} satisfies OperationsOf<"models">;
