/**
 * Checks, in `npm run check`, that package.json, its lock, client/package.json, cli/package.json, the OpenAPI document
 * and CHANGELOG.md state one version.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { type CommandUsage, readOptions, runCommand } from "../tools/command-line";
import { disagreements, newestRelease } from "./documents/versions";

const root = path.join(__dirname, "..");
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
const packageSchema = z.looseObject({ version: z.string() });
const packageVersion = (file: string): string => packageSchema.parse(JSON.parse(read(file))).version;

const usage = {
  command: "npx tsx scripts/check-versions.ts",
  does: "Checks that all files that state the version of this repository state the same one.",
  options: {},
  examples: [],
} as const satisfies CommandUsage;

function main(): void {
  readOptions(usage);
  const { info } = z.looseObject({ info: packageSchema }).parse(JSON.parse(read("docs/openapi.json")));
  const faults = disagreements(
    packageVersion("package.json"),
    new Map([
      ["package-lock.json", packageVersion("package-lock.json")],
      ["client/package.json", packageVersion("client/package.json")],
      ["cli/package.json", packageVersion("cli/package.json")],
      ["docs/openapi.json", info.version],
      ["CHANGELOG.md", newestRelease(read("CHANGELOG.md"))],
    ]),
  );
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

runCommand(main);
