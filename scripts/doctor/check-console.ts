/** Compares the console's files that a stage serves with those that this checkout has built. */
import { S3Client } from "@aws-sdk/client-s3";
import { consoleFolder, isConsoleBuilt } from "../../local/console/build-console";
import { repository } from "../../tools/repository";
import { compareConsole, readConsoleFiles } from "../../tools/seeding/console-files";
import { consoleStack, describeStack, readStackOutputs, storageStack } from "../../tools/stacks/deployed-stage";
import type { OpenStage } from "../operators/open-stage";
import { readConsoleConfig } from "../seed/publish-console";
import { checkConsoleFiles } from "./checks";
import { type Finding, skipped } from "./finding";

export async function checkConsole(stage: OpenStage): Promise<readonly Finding[]> {
  if ((await describeStack(stage, consoleStack.name)) === undefined) {
    const why = stage.local === undefined ? "the stage has no stack for it" : "the local start serves it";
    return [skipped("console", why)];
  }
  const seed = `npm run seed -- --stage ${stage.stage}`;
  // The doctor makes nothing, and builds nothing.
  if (!isConsoleBuilt(repository)) {
    return [
      skipped(
        "console",
        `this checkout has not built it, so there is nothing to compare. ${seed} builds and uploads it`,
      ),
    ];
  }
  const { ConsoleBucketName: bucket } = await readStackOutputs(stage, consoleStack);
  const { WorkBucketName: workBucket } = await readStackOutputs(stage, storageStack);
  const files = readConsoleFiles(consoleFolder(repository), await readConsoleConfig(stage), { workBucket });
  const difference = await compareConsole({ files, s3: new S3Client(stage.settings), bucket });
  return [checkConsoleFiles(difference, { seed })];
}
