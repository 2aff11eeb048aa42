import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { sha256Of } from "../../domain/digest";
import { modelCardSchema } from "../../domain/schemas/model-card";
import { type StockModelItem, stockModelItemSchema } from "../../lambdas/stores/items";
import { midiType } from "../../naming/media-types";
import { modelCardFile, modelFile, samplesFolder, stockModelPrefix, stockSampleKey } from "../../naming/object-keys";
import { trainedTechniqueIds } from "../../naming/resource-names";
import { stockModelKey } from "../../naming/table-keys";

/** A model card as `domain/` reads it, with the other fields that a stock model's row needs. */
const stockModelCardSchema = modelCardSchema.extend({
  technique: z.enum(trainedTechniqueIds),
  name: z.string().min(1).max(100),
  createdAt: z.iso.datetime({ offset: true }),
});

export interface StockModel {
  readonly id: string;
  readonly item: StockModelItem;
  readonly model: Buffer;
  readonly card: Buffer;
  /** The pieces that it plays, by the ids of their melodies. */
  readonly samples: ReadonlyMap<string, Buffer>;
}

/**
 * Reads the stock models, which are folders of `models/` with a `model.onnx` and its card.
 *
 * @throws Error if a card lacks what the row needs, or is not the card of the model beside it
 */
export function readStockModels(directory: string): readonly StockModel[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, modelFile)))
    .map(({ name: id }) => readStockModel(join(directory, id), id))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

function readStockModel(folder: string, id: string): StockModel {
  const model = readFileSync(join(folder, modelFile));
  const card = readFileSync(join(folder, modelCardFile));
  const parsed = stockModelCardSchema.safeParse(JSON.parse(card.toString("utf8")));
  if (!parsed.success)
    throw new Error(`${join(folder, modelCardFile)} is not usable:\n${z.prettifyError(parsed.error)}`);
  const said = parsed.data;
  const sha256 = sha256Of(model);
  if (said.model.sha256 !== sha256) {
    throw new Error(
      `${join(folder, modelCardFile)} is the card of another model: its sha256 is ${said.model.sha256}, the file's ${sha256}.`,
    );
  }
  const createdAt = new Date(said.createdAt).toISOString();
  const item = stockModelItemSchema.parse({
    schemaVersion: 1,
    kind: "MODEL",
    id,
    name: said.name,
    version: 1,
    createdAt,
    updatedAt: createdAt,
    technique: said.technique,
    sha256,
    bytes: model.length,
    metrics: said.metrics,
    dataset: said.dataset,
    limits: said.limits,
  });
  return { id, item, model, card, samples: readSamples(join(folder, samplesFolder), sha256) };
}

const samplesDescriptionSchema = z.object({ schemaVersion: z.literal(1), model: z.string() });

/**
 * Reads the pieces that models/play_samples.py wrote. A model without the folder has none.
 * @throws Error if another model file played them
 */
function readSamples(folder: string, sha256: string): ReadonlyMap<string, Buffer> {
  if (!existsSync(folder)) return new Map();
  const description = samplesDescriptionSchema.parse(JSON.parse(readFileSync(join(folder, "samples.json"), "utf8")));
  if (description.model !== sha256) {
    throw new Error(
      `${folder} has samples of another model: its sha256 is ${description.model}, the file's ${sha256}. ` +
        "Run .venv/training/bin/python models/play_samples.py.",
    );
  }
  const names = readdirSync(folder).filter((name) => name.endsWith(".mid"));
  return new Map(names.map((name) => [basename(name, ".mid"), readFileSync(join(folder, name))]));
}

/**
 * Uploads a stock model, its card and its samples, then puts its row, so that a row always has its objects. Repeating it
 * changes nothing, and objects that are there already are not uploaded again. The objects' keys hold the model's digest, so a
 * composition that was asked for with the version before still finds its own.
 */
export async function seedStockModel(params: {
  readonly stockModel: StockModel;
  readonly s3: S3Client;
  readonly table: DynamoDBDocumentClient;
  readonly artifactsBucket: string;
  readonly tableName: string;
}): Promise<void> {
  const { stockModel, s3, table, artifactsBucket, tableName } = params;
  const { item, samples } = stockModel;
  const prefix = stockModelPrefix(item);
  const objects = [
    { key: `${prefix}${modelFile}`, body: stockModel.model, type: "application/octet-stream" },
    { key: `${prefix}${modelCardFile}`, body: stockModel.card, type: "application/json" },
    ...[...samples].map(([melodyId, body]) => ({ key: stockSampleKey(item, melodyId), body, type: midiType })),
  ];
  for (const { key, body, type } of objects) {
    const object = { Bucket: artifactsBucket, Key: key };
    if ((await sizeOf(s3, object)) !== body.length) {
      await s3.send(new PutObjectCommand({ ...object, Body: body, ContentType: type }));
    }
  }
  const found = await table.send(new GetCommand({ TableName: tableName, Key: stockModelKey(stockModel.id) }));
  if (isDeepStrictEqual(found.Item, { ...stockModelKey(stockModel.id), ...stockModel.item })) return;
  await table.send(
    new PutCommand({ TableName: tableName, Item: { ...stockModelKey(stockModel.id), ...stockModel.item } }),
  );
}

/** Returns the object's size in bytes; undefined if there is no such object. */
async function sizeOf(
  s3: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
): Promise<number | undefined> {
  try {
    return (await s3.send(new HeadObjectCommand(object))).ContentLength;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}
