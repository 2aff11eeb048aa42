/**
 * Every test file of this folder as one, as `npm test` runs them: jest loads the CDK anew for each file, which takes three
 * seconds of a core, and here a stage is synthesized once for all of them. The project `infra` has the same files one by one.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";

const files = readdirSync(__dirname, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".test.ts"));

describe.each(files.sort())("%s", (file) => {
  jest.requireActual(join(__dirname, file));
});
