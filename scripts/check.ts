/**
 * `npm run check`: runs every static check of both languages, with one exit code for all. It needs the `training`
 * environment with its tools layer, which the npm script makes first.
 */
import pMap from "p-map";
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

/** Each check keeps one core busy. More of them at once would only take more memory on a machine with two. */
const atOnce = 2;

async function main(): Promise<void> {
  const [only] = readArguments(usage).positionals;
  const chosen = only === undefined ? staticChecks : staticChecks.filter(({ name }) => name.includes(only));
  if (chosen.length === 0)
    throw new UsageError(`No check is called ${only}; there are: ${staticChecks.map(({ name }) => name).join(", ")}.`);
  const results = await pMap(
    chosen,
    async (step) => {
      const result = await runStep(step, { quiet: true });
      console.log(describeResult(result));
      return result;
    },
    { concurrency: atOnce },
  );
  const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
  if (failed.length > 0) throw new Error(`failed: ${failed.join(", ")}`);
}

runCommand(main);
