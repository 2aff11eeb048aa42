/**
 * `npm run stop-all`: stops all training of a stage and waits until it has ended. It comes before `cdk destroy`, which
 * stops nothing: SageMaker would go on, and charge, for as long as the jobs may run.
 *
 * It ends with 1 where the account and Region have no stack of the stage and nothing of it runs: whoever stops a stage
 * thinks that there is one. Nobody should begin a training meanwhile: it would be stopped, too. The authors have never
 * run this command on AWS.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type CommandUsage, readNumber, readOptions, runCommand } from "../tools/command-line";
import { findStacks } from "../tools/stacks/deployed-stage";
import { confirm } from "./operators/confirm";
import { describeAccount, describeStacks, type OpenStage, stageOptions, withStage } from "./operators/open-stage";
import { describeWork, findRunningWork, isNothing, stopTrainings } from "./stop-all/stop-trainings";
import { findTraining } from "./stop-all/training-of-stage";

/** Two minutes are what SageMaker gives a container, a minute is between two monitoring turns, and both may follow each other. */
const executionPatience = 180_000;

async function stopAll(stage: OpenStage, options: { readonly yes: boolean; readonly minutes: number }): Promise<void> {
  const stacks = await findStacks(stage);
  const training = findTraining(stage, stacks);
  const work = await findRunningWork(training);
  console.log(`${describeAccount(stage)}: ${describeWork(work)}`);
  for (const { name, stopping } of work.trainings) console.log(`  ${name}${stopping ? " (stopping)" : ""}`);
  for (const { name } of work.executions) console.log(`  execution ${name}`);
  const found = describeStacks(stage, [...stacks.keys()]);
  if (isNothing(work) && stacks.size === 0) throw new Error(found);
  console.log(found);
  if (isNothing(work)) return;
  await confirm("All of it is to be stopped.", options);
  const left = await stopTrainings({
    stage: training,
    report: (line) => {
      console.log(line);
    },
    now: () => performance.now(),
    wait: async (milliseconds) => {
      await sleep(milliseconds);
    },
    executionPatience,
    patience: options.minutes * 60_000,
  });
  if (!isNothing(left)) {
    const names = [...left.trainings, ...left.executions].map(({ name }) => name);
    throw new Error(`After ${options.minutes} minutes there still are ${describeWork(left)}: ${names.join(", ")}`);
  }
  console.log("Nothing runs any more.");
}

const usage = {
  command: "npm run stop-all",
  does: "Stops all training of a stage and waits until it has ended.",
  options: {
    ...stageOptions,
    yes: { type: "boolean", default: false, does: "does not ask first" },
    "patience-minutes": { type: "string", value: "MINUTES", default: "15", does: "waits no longer for the end" },
  },
  examples: [
    { given: "--stage dev", does: "lists what runs, asks, stops it and waits" },
    { given: "--stage dev --yes", does: "does not ask" },
  ],
} as const satisfies CommandUsage;

runCommand(async () => {
  const values = readOptions(usage);
  const minutes = readNumber("--patience-minutes", values["patience-minutes"], { min: 1, max: 9_999 });
  await withStage({ values, command: usage.command }, async (stage) => {
    await stopAll(stage, { yes: values.yes, minutes });
  });
});
