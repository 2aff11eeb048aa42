import type { OperationsOf } from "../../http/bind-operations";
import { deleteModel } from "./delete-model";
import { getModel } from "./get-model";
import { listModels } from "./list-models";
import { updateModel } from "./update-model";

export const modelOperations = {
  listModels,
  getModel,
  updateModel,
  deleteModel,
} satisfies OperationsOf<"models">;
