/**
 * `npm run stop-all`: stops all training of a stage and waits until it has ended. It comes before `cdk destroy`, which
 * stops nothing: SageMaker would go on, and charge, for as long as the jobs may run.
 *
 *   npm run stop-all -- --stage dev              lists what runs, asks, stops it and waits
 *   npm run stop-all -- --stage dev --yes        does not ask
 *
 * It ends with 1 where the account and Region have no stack of the stage and nothing of it runs: whoever stops a stage
 * thinks that there is one. Nobody should begin a training meanwhile: it would be stopped, too. The authors have never run this command on AWS.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { readNumber, readOptions, runCommand } from "../tools/command-line";
import { findStacks } from "../tools/stacks/deployed-stage";
import { confirm } from "./operators/confirm";
import { describeAccount, describeStacks, type OpenStage, stageOptions, withStage } from "./operators/open-stage";
import { describeWork, findRunningWork, isNothing, stopTrainings } from "./stop-all/stop-trainings";
import { findTraining } from "./stop-all/training-of-stage";

/** Two minutes are what SageMaker gives a container, a minute is between two monitoring turns, and both may follow each other. */
const executionPatience = 180_000;

async function stopAll(stage: OpenStage, options: { readonly yes: boolean; readonly minutes: number }): Promise<void> {
  const found = await findStacks(stage);
  const training = await findTraining(stage);
  const work = await findRunningWork(training);
  console.log(`${describeAccount(stage)}: ${describeWork(work)}`);
  for (const { name, stopping } of work.trainings) console.log(`  ${name}${stopping ? " (stopping)" : ""}`);
  for (const { name } of work.executions) console.log(`  execution ${name}`);
  const stacks = describeStacks(stage, found);
  if (isNothing(work) && found.length === 0) throw new Error(stacks);
  console.log(stacks);
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

runCommand(async () => {
  const values = readOptions({
    ...stageOptions,
    yes: { type: "boolean", default: false },
    "patience-minutes": { type: "string", default: "15" },
  });
  const minutes = readNumber("--patience-minutes", values["patience-minutes"], { min: 1, max: 9_999 });
  await withStage({ values }, async (stage) => {
    await stopAll(stage, { yes: values.yes, minutes });
  });
});
