/**
 * Writes the catalogue that is committed of the Bach chorales, from the pieces that this checkout has built. It is
 * needed when a new version of the data set is made.
 *
 *   npx tsx scripts/write-catalogue.ts
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../tools/command-line";
import { datasetCache, repository } from "../tools/repository";
import {
  builtDatasetFolder,
  committedCatalogueFile,
  committedDataset,
  committedFolder,
  readDataset,
} from "../tools/seeding/stock-dataset";

runCommand(() => {
  const dataset = committedDataset(repository);
  const { catalogue } = readDataset(builtDatasetFolder(datasetCache, dataset));
  const file = join(committedFolder(repository, dataset.id), committedCatalogueFile);
  writeFileSync(file, `${JSON.stringify(catalogue)}\n`);
  console.log(`${file} has the catalogue of ${dataset.id} ${dataset.version}`);
});
