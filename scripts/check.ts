/**
 * `npm run check`: runs every static check of both languages, with one exit code for all. It needs the `training`
 * environment with its tools layer, which the npm script makes first.
 */
import { type CommandUsage, readArguments, runCommand, UsageError } from "../tools/command-line";
import { staticChecks } from "./checks/static-checks";
import { describeResult, runStep } from "./run-step";

const usage = {
  command: "npm run check",
  does: "Runs every static check of both languages.",
  options: {},
  positionals: [{ name: "NAME", does: "runs only the checks whose name has this part" }],
  examples: [{ given: "eslint", does: "runs the check eslint alone" }],
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  const [only] = readArguments(usage).positionals;
  const chosen = only === undefined ? staticChecks : staticChecks.filter(({ name }) => name.includes(only));
  if (chosen.length === 0)
    throw new UsageError(`No check is called ${only}; there are: ${staticChecks.map(({ name }) => name).join(", ")}.`);
  const failed: string[] = [];
  for (const step of chosen) {
    const result = await runStep(step, { quiet: true });
    console.log(describeResult(result));
    if (!result.passed) failed.push(result.name);
  }
  if (failed.length > 0) throw new Error(`failed: ${failed.join(", ")}`);
}

runCommand(main);
