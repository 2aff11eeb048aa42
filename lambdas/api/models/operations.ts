import type { OperationsOf } from "../../http/bind-operations";
import { deleteModel } from "./delete-model";
import { getModel } from "./get-model";
import { listModels } from "./list-models";

export const modelOperations = {
  listModels,
  getModel,
  deleteModel,
} satisfies OperationsOf<"models">;
