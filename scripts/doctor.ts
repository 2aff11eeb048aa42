/**
 * `npm run doctor`: checks what a stage needs, one line for each check, and says what to do. It changes nothing. It begins
 * with this machine, which needs no credentials, and goes on with the account. The authors have never run this command
 * on AWS.
 */
import { homedir } from "node:os";
import { loadStageConfig } from "../lib/config/load-stage-config";
import { stages } from "../naming/resource-names";
import { type CommandUsage, readOptions, runCommand } from "../tools/command-line";
import { repository } from "../tools/repository";
import { findStacks } from "../tools/stacks/deployed-stage";
import { readBootstrapQualifier } from "./doctor/bootstrap-qualifier";
import { checkMachine, checkStage } from "./doctor/check-stage";
import { describeFinding, type Finding } from "./doctor/finding";
import { describeLeftover } from "./doctor/leftovers";
import { listLeftovers } from "./doctor/list-leftovers";
import {
  describeAccount,
  describeStacks,
  type OpenStage,
  readStage,
  stageOptions,
  type StageOptionValues,
  withStage,
} from "./operators/open-stage";

const ownQualifier = (): string => readBootstrapQualifier({ project: repository, home: homedir() });

/** Seconds without a line after which it is told that the next one is still waited for. */
const silentSeconds = 10;

/** Prints each finding as soon as it is known, and returns all of them. */
async function show(findings: AsyncIterable<Finding>): Promise<readonly Finding[]> {
  const shown: Finding[] = [];
  const waiting = setInterval(() => {
    console.error("still asking for the next check");
  }, silentSeconds * 1_000);
  try {
    for await (const finding of findings) {
      waiting.refresh();
      console.log(describeFinding(finding));
      shown.push(finding);
    }
  } finally {
    clearInterval(waiting);
  }
  return shown;
}

async function showFindings(values: StageOptionValues): Promise<void> {
  const stage = readStage(values.stage, { command: usage.command, allowed: stages });
  const config = loadStageConfig({ stage, folder: repository });
  const findings = [...(await show(checkMachine(config)))];
  await withStage({ values, command: usage.command }, async (open) => {
    console.log(describeAccount(open));
    findings.push(...(await show(checkStage(open, { config, qualifier: ownQualifier }))));
  });
  const isWrong = findings.filter(({ result }) => result === "wrong").length;
  if (isWrong > 0) throw new Error(`${isWrong} of ${findings.length} checks found something that is wrong.`);
}

async function showLeftovers(stage: OpenStage): Promise<void> {
  const stacks = [...(await findStacks(stage)).keys()];
  console.log(describeStacks(stage, stacks));
  const { leftovers, inStacks, unlisted } = await listLeftovers(stage, { stacks, qualifier: ownQualifier });
  for (const leftover of leftovers) for (const line of describeLeftover(leftover)) console.log(line);
  const stays = `The stacks of the stage are deployed; their ${inStacks} resources are not listed.`;
  console.log(`${leftovers.length} things are there without a stack.${inStacks > 0 ? ` ${stays}` : ""}`);
  if (unlisted.length > 0) throw new Error(`Could not be listed: ${unlisted.join("; ")}`);
}

const usage = {
  command: "npm run doctor",
  does: "Checks what a stage needs, one line for each check, and says what to do. It changes nothing, and ends with 1 if something is wrong.",
  options: {
    ...stageOptions,
    leftovers: {
      type: "boolean",
      default: false,
      does: "lists what a destroyed stage leaves behind, what it costs, and how it is removed",
    },
  },
  examples: [
    { given: "--stage dev", does: "checks the machine, the account and the stage, before a deploy and after it" },
    { given: "--stage dev --leftovers", does: "lists what a destroyed stage leaves behind" },
    { given: "--stage local", does: "checks the running local cloud" },
  ],
} as const satisfies CommandUsage;

runCommand(async () => {
  const { leftovers, ...values } = readOptions(usage);
  if (!leftovers) {
    await showFindings(values);
    return;
  }
  await withStage({ values, command: usage.command }, async (stage) => {
    console.log(describeAccount(stage));
    await showLeftovers(stage);
  });
});
