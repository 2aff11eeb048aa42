/**
 * Synthesizes every stage into a temporary folder and checks the templates: by cdk-nag (an unacknowledged finding stops
 * the synthesis), by CDK's own template check and by cfn-lint. asl-validator checks the ASL file. The script has one
 * exit code for all, and needs no credentials and no Docker: `npx tsx scripts/check-templates.ts`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as z from "zod";
import { type Stage, stages } from "../naming/resource-names";
import { type CommandUsage, readOptions, runCommand } from "../tools/command-line";
import { describeResult, runStep, type Step } from "./run-step";

const root = path.join(__dirname, "..");
const cdkFile = z
  .looseObject({ context: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(path.join(root, "cdk.json"), "utf8")));

/**
 * Returns the step that runs the app as the CLI does. Bundles do not depend on the stage, so only one stage makes them.
 */
function synthesis(stage: Stage, outdir: string, config: string): Step {
  const bundles = stage === "local" ? {} : { "aws:cdk:bundling-stacks": [] };
  return {
    name: `synthesize ${stage}`,
    command: process.execPath,
    arguments: ["--import", "tsx", "bin/app.ts"],
    environment: {
      CDK_CONTEXT_JSON: JSON.stringify({ ...cdkFile.context, ...bundles, stage, config }),
      CDK_OUTDIR: outdir,
    },
  };
}

/**
 * Returns the ASL file with an ARN in the place of each substitution, because a validator takes `${…}` for a broken
 * ARN.
 */
function resolvedDefinition(): string {
  const file = readFileSync(path.join(root, "stepfunctions", "training-workflow.asl.json"), "utf8");
  return file.replace(/\$\{(\w+)\}/g, (_, name: string) => `arn:aws:lambda:eu-west-1:123456789012:function:${name}:1`);
}

const usage = {
  command: "npx tsx scripts/check-templates.ts",
  does: "Synthesizes every stage into a temporary folder, and checks the templates and the workflow's definition.",
  options: {},
  examples: [],
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  readOptions(usage);
  const folder = mkdtempSync(path.join(tmpdir(), "opencomposer-templates-"));
  try {
    const outdirs = stages.map((stage) => [stage, path.join(folder, stage)] as const);
    const failed: string[] = [];
    const run = async (step: Step): Promise<boolean> => {
      const result = await runStep(step, { quiet: true });
      console.log(describeResult(result));
      if (!result.passed) failed.push(result.name);
      return result.passed;
    };

    // The example gives prod what only a deployer knows. Own files of this checkout must not change the result.
    const defaults = path.join(folder, "defaults.json");
    writeFileSync(defaults, "{}");
    const ofProd = path.join(folder, "prod.json");
    const example = readFileSync(path.join(root, "docs", "examples", "opencomposer.prod.json"), "utf8");
    // Its addresses are refused, so that nobody deploys with them.
    writeFileSync(ofProd, example.replaceAll("example.org", "opencomposer.test"));

    const made: string[] = [];
    for (const [stage, outdir] of outdirs) {
      if (!(await run(synthesis(stage, outdir, stage === "prod" ? ofProd : defaults)))) continue;
      for (const name of readdirSync(outdir)) {
        if (name.endsWith(".template.json")) made.push(path.join(outdir, name));
      }
    }
    if (made.length > 0) {
      await run({
        name: "cfn-lint",
        command: path.join(root, ".venv", "training", "bin", "cfn-lint"),
        arguments: ["--config-file", path.join(root, ".cfnlintrc"), "--", ...made],
      });
    }
    const definition = path.join(folder, "training-workflow.asl.json");
    writeFileSync(definition, resolvedDefinition());
    await run({
      name: "asl-validator",
      command: path.join(root, "node_modules", ".bin", "asl-validator"),
      arguments: ["--json-path", definition],
    });
    if (failed.length > 0) throw new Error(`failed: ${failed.join(", ")}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

runCommand(main);
