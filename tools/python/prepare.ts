/**
 * Makes Python environments, by name, before `npm start` and `npm test`: `node --import tsx tools/python/prepare.ts
 * cloud inference`. With `dataset` it builds the stock data set as `npm run seed` does, in that environment and no other.
 * It takes a moment when all is there, and is never part of `npm ci`.
 */
import pMap from "p-map";
import { defaultDatasetId } from "../../naming/resource-names";
import { runCommand } from "../command-line";
import { buildStockDataset } from "../seeding/build-dataset";
import { findPython, makeEnvironments, pythonEnvironments } from "./environments";

/** Packages are unpacked by one core. */
const atOnce = 2;

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const names = pythonEnvironments.filter((name) => name !== "dataset" && asked.includes(name));
  const unknown = asked.filter((name) => !pythonEnvironments.some((known) => known === name));
  if (asked.length === 0 || unknown.length > 0) {
    throw new Error(`Name one or more of ${pythonEnvironments.join(", ")}; not ${unknown.join(", ") || "nothing"}.`);
  }
  const report = (line: string): void => {
    console.log(line);
  };
  const python = findPython();
  await pMap(
    asked.includes("dataset") ? [...names, "dataset" as const] : names,
    async (name) => {
      if (name === "dataset") await buildStockDataset(defaultDatasetId, report);
      else await makeEnvironments({ names: [name], python, report });
    },
    { concurrency: atOnce },
  );
}

runCommand(main);
