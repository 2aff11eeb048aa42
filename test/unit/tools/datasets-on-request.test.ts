/** The data sets that are there only where they were asked for. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../../tools/command-line";
import { repository } from "../../../tools/repository";
import {
  builtDatasetFolder,
  committedDataset,
  committedFolder,
  datasetsBuiltOnRequest,
  datasetsWithPieces,
  readDatasetsOnRequest,
} from "../../../tools/seeding/stock-dataset";

test("they are asked for by their names, with commas between them", () => {
  expect(readDatasetsOnRequest(undefined)).toEqual([]);
  expect(readDatasetsOnRequest("string-quartets")).toEqual(["string-quartets"]);
  expect(() => readDatasetsOnRequest("string-quartets, bach-chorales")).toThrow(
    new UsageError("--datasets is string-quartets, bach-chorales; each of its names must be one of string-quartets."),
  );
});

test("one counts as there when this checkout has built it, and none has its pieces in the repository", () => {
  const cache = mkdtempSync(join(tmpdir(), "datasets-on-request-"));
  try {
    expect(datasetsBuiltOnRequest(repository, cache)).toEqual([]);
    const dataset = committedDataset(repository, "string-quartets");
    const folder = builtDatasetFolder(cache, dataset);
    mkdirSync(folder, { recursive: true });
    cpSync(join(committedFolder(repository, dataset.id), "manifest.json"), join(folder, "manifest.json"));
    expect(datasetsBuiltOnRequest(repository, cache)).toEqual([]);
    for (const { file } of dataset.shards) writeFileSync(join(folder, file), "pieces");
    expect(datasetsBuiltOnRequest(repository, cache)).toEqual(["string-quartets"]);
  } finally {
    rmSync(cache, { recursive: true });
  }
  expect(datasetsWithPieces(repository).map(({ id }) => id)).toEqual(["game-rock-band"]);
});
