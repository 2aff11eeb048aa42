/**
 * `npm run config-schema`: writes the JSON Schema of a stage's own file (`opencomposer.<stage>.json`), by which editors
 * complete and check it.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { format, resolveConfig } from "prettier";
import * as z from "zod";
import { stageConfigSchema } from "../lib/config/stage-config";
import { type CommandUsage, readOptions, runCommand } from "../tools/command-line";
import { generatorUsage } from "./documents/generator-usage";

const file = path.join(__dirname, "..", "lib", "config", "opencomposer.schema.json");

/**
 * Returns the schema of a file that holds some of the settings: nothing is required, because the defaults have it. One
 * of several forms then fits more than one file, so `oneOf` becomes `anyOf`.
 */
function withNothingRequired(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withNothingRequired);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).filter(([name, value]) => !(name === "required" && Array.isArray(value)));
  return Object.fromEntries(
    entries.map(([name, value]) => [name === "oneOf" ? "anyOf" : name, withNothingRequired(value)]),
  );
}

/** Returns the JSON Schema of a stage's own file. */
function ownValuesSchema(): Record<string, unknown> {
  const whole = z
    .looseObject({ properties: z.record(z.string(), z.unknown()) })
    .parse(withNothingRequired(z.toJSONSchema(stageConfigSchema, { io: "input" })));
  const { stage: _chosenOnTheCommandLine, ...properties } = whole.properties;
  return {
    ...whole,
    title: "OpenComposer: a deployer's own values for a stage",
    properties: { $schema: { type: "string" }, ...properties },
  };
}

const usage = {
  command: "npm run config-schema",
  does: "Writes the JSON Schema of own values of a stage, lib/config/opencomposer.schema.json.",
  ...generatorUsage,
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  const { check } = readOptions(usage);
  const options = await resolveConfig(file);
  const made = await format(JSON.stringify(ownValuesSchema()), { ...options, filepath: file });
  if (!check) {
    await writeFile(file, made);
    return;
  }
  if ((await readFile(file, "utf8")) !== made) {
    throw new Error("lib/config/opencomposer.schema.json is stale: npm run config-schema");
  }
}

runCommand(main);
