/** Seeding stock models into a bucket and a table that keep what they are sent. */
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { parseMidi } from "../../../domain/music/song";
import { modelFile, samplesFolder, stockModelPrefix, stockSampleKey } from "../../../naming/object-keys";
import { readStockModels, seedStockModel, type StockModel } from "../../../tools/seeding/stock-models";
import { type ListeningServer, startListeningServer } from "../../support/listening-server";

const objects = new Map<string, Buffer>();
const puts: string[] = [];
let row: unknown;
let server: ListeningServer;
let s3: S3Client;
let table: DynamoDBDocumentClient;

beforeAll(async () => {
  server = await startListeningServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      const operation = String(request.headers["x-amz-target"] ?? "").split(".")[1];
      const key = new URL(request.url ?? "", "http://bucket").pathname.slice(1);
      if (operation === "GetItem") response.end(JSON.stringify(row === undefined ? {} : { Item: row }));
      else if (operation === "PutItem") {
        row = (JSON.parse(body.toString()) as { Item: unknown }).Item;
        response.end("{}");
      } else if (request.method === "PUT") {
        puts.push(key);
        objects.set(key, body);
        response.end();
      } else {
        const found = objects.get(key);
        response.writeHead(found === undefined ? 404 : 200, { "content-length": String(found?.length ?? 0) });
        response.end();
      }
    });
  });
  const client = {
    endpoint: server.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  s3 = new S3Client({ ...client, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });
  table = DynamoDBDocumentClient.from(new DynamoDBClient(client), { marshallOptions: { removeUndefinedValues: true } });
});
afterAll(async () => {
  s3.destroy();
  table.destroy();
  await server.stop();
});

const seed = async (stockModel: StockModel): Promise<void> => {
  await seedStockModel({ stockModel, s3, table, artifactsBucket: "artifacts", tableName: "table" });
};

test("B4: a new version of a stock model leaves the file that waiting compositions name", async () => {
  const [first] = readStockModels("models");
  if (first === undefined) throw new Error("there is no stock model");
  const model = Buffer.concat([first.model, Buffer.from("another version")]);
  const sha256 = createHash("sha256").update(model).digest("hex");
  const second: StockModel = { ...first, model, item: { ...first.item, sha256, bytes: model.length } };

  await seed(first);
  // A composition that is waiting now has this digest in its row, and its worker signs a URL of this key.
  const waiting = `artifacts/${stockModelPrefix(first.item)}${modelFile}`;
  await seed(second);
  expect(objects.get(waiting)?.equals(first.model)).toBe(true);
  expect(objects.get(`artifacts/${stockModelPrefix(second.item)}${modelFile}`)?.equals(model)).toBe(true);
  expect(row).toMatchObject({ sha256: { S: sha256 } });

  const before = puts.length;
  await seed(second);
  expect(puts).toHaveLength(before);
});

test("every stock model of the repository has pieces that it plays, which are seeded with it", async () => {
  for (const stockModel of readStockModels("models")) {
    expect([stockModel.id, [...stockModel.samples.keys()].sort()]).toEqual([
      stockModel.id,
      ["ode-to-joy", "twinkle-twinkle"],
    ]);
    await seed(stockModel);
    for (const [melodyId, piece] of stockModel.samples) {
      expect(objects.get(`artifacts/${stockSampleKey(stockModel.item, melodyId)}`)?.equals(piece)).toBe(true);
      // There are more notes than those of the melody: 30 and 42.
      expect(parseMidi(piece).tracks.flatMap(({ notes }) => notes).length).toBeGreaterThan(50);
    }
  }
});

test("samples that another model file played are refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "stock-models-"));
  try {
    cpSync(join("models", "unet-gan-bach"), join(folder, "unet-gan-bach"), { recursive: true });
    const description = join(folder, "unet-gan-bach", samplesFolder, "samples.json");
    writeFileSync(description, JSON.stringify({ schemaVersion: 1, model: "b".repeat(64) }));
    expect(() => readStockModels(folder)).toThrow(/samples of another model.*play_samples\.py/s);
    rmSync(join(folder, "unet-gan-bach", samplesFolder), { recursive: true });
    expect(readStockModels(folder)[0]?.samples.size).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
