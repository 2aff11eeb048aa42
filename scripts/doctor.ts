/**
 * `npm run doctor`: checks what a stage needs, one line for each check, and says what to do. It changes nothing.
 *
 *   npm run doctor -- --stage dev                  before a deploy and after it; ends with 1 if something is wrong
 *   npm run doctor -- --stage dev --leftovers      lists what a destroyed stage leaves behind, and what it costs
 *   npm run doctor -- --stage local                checks the running local cloud
 *
 * The authors have never run this command on AWS.
 */
import { homedir } from "node:os";
import { loadStageConfig } from "../lib/config/load-stage-config";
import { readOptions, runCommand } from "../tools/command-line";
import { repository } from "../tools/repository";
import { findStacks } from "../tools/stacks/deployed-stage";
import { readBootstrapQualifier } from "./doctor/bootstrap-qualifier";
import { checkStage } from "./doctor/check-stage";
import { describeFinding } from "./doctor/finding";
import { describeLeftover } from "./doctor/leftovers";
import { listLeftovers } from "./doctor/list-leftovers";
import { describeAccount, describeStacks, type OpenStage, stageOptions, withStage } from "./operators/open-stage";

const ownQualifier = (): string => readBootstrapQualifier({ project: repository, home: homedir() });

async function showFindings(stage: OpenStage): Promise<void> {
  const config = loadStageConfig({ stage: stage.stage, folder: repository });
  const findings = await checkStage(stage, { config, qualifier: ownQualifier });
  for (const finding of findings) console.log(describeFinding(finding));
  const isWrong = findings.filter(({ result }) => result === "wrong").length;
  if (isWrong > 0) throw new Error(`${isWrong} of ${findings.length} checks found something that is wrong.`);
}

async function showLeftovers(stage: OpenStage): Promise<void> {
  console.log(describeStacks(stage, await findStacks(stage)));
  const { leftovers, inStacks, unlisted } = await listLeftovers(stage, ownQualifier);
  for (const leftover of leftovers) for (const line of describeLeftover(leftover)) console.log(line);
  const stays = `The stacks of the stage are deployed; their ${inStacks} resources are not listed.`;
  console.log(`${leftovers.length} things are there without a stack.${inStacks > 0 ? ` ${stays}` : ""}`);
  if (unlisted.length > 0) throw new Error(`Could not be listed: ${unlisted.join("; ")}`);
}

runCommand(async () => {
  const values = readOptions({ ...stageOptions, leftovers: { type: "boolean", default: false } });
  await withStage({ values }, async (stage) => {
    console.log(describeAccount(stage));
    await (values.leftovers ? showLeftovers(stage) : showFindings(stage));
  });
});
