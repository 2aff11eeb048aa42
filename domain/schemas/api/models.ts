import * as z from "zod";
import type { ModelItem, StockModelItem } from "../items";
import { idSchema, instantSchema, metricValuesSchema, pageOf, sha256Schema } from "./shared";

export const modelSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    technique: z.string().meta({ description: "One of `GET /techniques`, or one that this deployment does not have." }),
    stock: z.boolean().meta({ description: "Came with the software: everyone's to use, nobody's to delete." }),
    createdAt: instantSchema,
    updatedAt: instantSchema,
    trainingJobId: idSchema.optional(),
    sha256: sha256Schema.meta({ description: "Of the ONNX file." }),
    bytes: z.int(),
    metrics: metricValuesSchema,
    dataset: z.object({
      id: z.string(),
      version: z.string(),
      sha256: sha256Schema,
      licence: z.string(),
      pieces: z.int(),
      topics: z.record(z.string(), z.array(z.string())),
    }),
    limits: z.looseObject({ maxBars: z.int() }),
  })
  .meta({ id: "Model" });
export type ModelResource = z.infer<typeof modelSchema>;
export const modelListSchema = pageOf(modelSchema, "ModelList");

export function modelResource(item: ModelItem | StockModelItem): ModelResource {
  const { id, name, technique, createdAt, updatedAt, sha256, bytes, metrics, dataset, limits } = item;
  return {
    id,
    name,
    technique,
    stock: !("trainingJobId" in item),
    createdAt,
    updatedAt,
    ...("trainingJobId" in item ? { trainingJobId: item.trainingJobId } : {}),
    sha256,
    bytes,
    metrics,
    dataset,
    limits,
  };
}
