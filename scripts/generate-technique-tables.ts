/**
 * `npm run technique-tables`: writes the tables of parameters in the techniques' READMEs from their documents
 * (contracts/techniques).
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { format, resolveConfig } from "prettier";
import { techniques } from "../domain/techniques/registry";
import type { Parameter } from "../domain/techniques/technique";
import { isTrainedTechnique, type TechniqueId, techniqueIds } from "../naming/resource-names";
import { type CommandUsage, readOptions, runCommand } from "../tools/command-line";
import { withGeneratedTables } from "./documents/generated-tables";
import { generatorUsage } from "./documents/generator-usage";

const root = path.join(__dirname, "..");

function rangeOf(parameter: Parameter): string {
  switch (parameter.type) {
    case "integer":
    case "number":
      return `${parameter.minimum} to ${parameter.maximum}`;
    case "boolean":
      return "true, false";
    case "string":
      return parameter.values.join(", ");
  }
}

/** Returns a Markdown table with one row for each parameter. */
export function tableOf(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return "None: what a model was tuned for is in its metadata.";
  const rows = parameters.map((parameter) => {
    const { name, description, unit = "", fixedOnResume } = parameter;
    const fixed = fixedOnResume === true ? " A job that is resumed cannot change it." : "";
    return [`\`${name}\``, rangeOf(parameter), String(parameter.default), unit, `${description}${fixed}`];
  });
  const cells = [["Name", "Allowed", "Default", "Unit", "Meaning"], Array<string>(5).fill("---"), ...rows];
  return cells.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}

/** Returns the README of a technique: that of its container, or of its rules. */
const readmeOf = (id: TechniqueId): string =>
  path.join(root, isTrainedTechnique(id) ? "sagemaker-containers" : "domain/music", id, "README.md");

const usage = {
  command: "npm run technique-tables",
  does: "Writes the tables of parameters in the techniques' READMEs from their documents.",
  ...generatorUsage,
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  const { check } = readOptions(usage);
  const stale: string[] = [];
  for (const id of techniqueIds) {
    const file = readmeOf(id);
    const { parameters, hyperparameters, byRule } = techniques[id];
    const before = await readFile(file, "utf8");
    const tables = {
      parameters: tableOf(parameters),
      ...(byRule ? {} : { hyperparameters: tableOf(hyperparameters) }),
    };
    const options = await resolveConfig(file);
    const after = await format(withGeneratedTables(before, tables), { ...options, parser: "markdown" });
    if (after === before) continue;
    stale.push(path.relative(root, file));
    if (!check) await writeFile(file, after);
  }
  if (check && stale.length > 0) {
    throw new Error(`${stale.join(" and ")} are stale: run npm run technique-tables and commit the result`);
  }
}

runCommand(main);
