/**
 * Makes Python environments, by name, before `npm start` and `npm test`: `node --import tsx tools/python/prepare.ts
 * cloud inference`. With `dataset` it builds the stock data set as `npm run seed` does, in that environment and no other.
 * It takes a moment when all is there, and is never part of `npm ci`.
 */
import { runCommand } from "../command-line";
import { buildStockDataset } from "../seeding/build-dataset";
import { findPython, makeEnvironments, pythonEnvironments } from "./environments";

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
  if (names.length > 0) await makeEnvironments({ names, python: findPython(), report });
  if (asked.includes("dataset")) await buildStockDataset(report);
}

runCommand(main);
