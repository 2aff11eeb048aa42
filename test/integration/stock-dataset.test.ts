/** The stock data set as it was built here (`pretest` sees to that), against what is committed of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { catalogueItemSchema } from "../../lambdas/stores/items";
import { datasetCatalogueFile, datasetManifestFile } from "../../naming/object-keys";
import { datasetCache, repository } from "../../tools/repository";
import { builtDatasetFolder, committedDataset, isDatasetBuilt } from "../../tools/seeding/stock-dataset";

const committed = (name: string): string => readFileSync(join(repository, "datasets", "bach-chorales", name), "utf8");
const manifest = committedDataset(repository);

test("the build gives the committed manifest and catalogue", () => {
  expect(isDatasetBuilt(datasetCache, manifest)).toBe(true);
  const built = builtDatasetFolder(datasetCache, manifest);
  const readBuilt = (name: string): unknown => JSON.parse(readFileSync(join(built, name), "utf8"));
  expect(readBuilt(datasetCatalogueFile)).toEqual(JSON.parse(committed(datasetCatalogueFile)));
  expect(readBuilt(datasetManifestFile)).toMatchObject(manifest);
});

test("the committed catalogue is a row of the table, of this very data set", () => {
  const text = committed(datasetCatalogueFile);
  const { dataset, pieces: listed } = catalogueItemSchema
    .pick({ dataset: true, pieces: true })
    .strip()
    .parse(JSON.parse(text));
  const { pieces, bars } = z
    .object({ pieces: z.int(), bars: z.int() })
    .parse(JSON.parse(committed(datasetManifestFile)));
  expect(dataset).toMatchObject(manifest);
  expect(listed).toHaveLength(pieces);
  expect(listed.reduce((sum, piece) => sum + piece.bars, 0)).toBe(bars);
  // An item of the table holds 400 kB at most, and every selection of topics reads it whole.
  expect(text.length).toBeLessThan(100_000);
});
