/**
 * `npm run orphans -- --stage local`: lists the files of users that no row names and that are older than a week, in
 * both buckets. It removes them when it is told how many it has listed.
 *
 * After a table was put back to an older state, its users' newer resources may exist only as these files: first find
 * out whether their rows can be restored. On AWS a removed file can be restored from an older version for as long as
 * the stage keeps those. The authors have never run this command on AWS.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createDynamoDBTable } from "../lambdas/stores/dynamodb-table";
import { createObjectStore } from "../lambdas/stores/objects";
import { createRowsByKey } from "../lambdas/stores/rows-by-key";
import { type CommandUsage, readNumber, readOptions, runCommand } from "../tools/command-line";
import { readStackOutputs, storageStack } from "../tools/stacks/deployed-stage";
import { type OpenStage, stageOptions, withStage } from "./operators/open-stage";
import { listOrphans, minAgeDays, removeOrphans } from "./orphans/remove-orphans";

const usage = {
  command: "npm run orphans",
  does: "Lists the files of users that no row names, in both buckets, and removes them when it is told how many it has listed.",
  options: {
    ...stageOptions,
    "older-than-days": {
      type: "string",
      value: "DAYS",
      default: String(minAgeDays),
      does: `lists files that are older, ${minAgeDays} days at least`,
    },
    remove: { type: "string", value: "COUNT", does: "removes them, if there still are as many as this" },
  },
  examples: [
    { given: "--stage local", does: "lists them; the local cloud must be up" },
    { given: "--stage local --remove 12", does: "removes them, if there are still 12" },
    { given: "--stage dev --older-than-days 30", does: "lists those on AWS that are older than 30 days" },
  ],
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  const values = readOptions(usage);
  const ageDays = readNumber("--older-than-days", values["older-than-days"], { min: minAgeDays, max: 99_999 });
  const expected =
    values.remove === undefined ? undefined : readNumber("--remove", values.remove, { min: 0, max: 999_999_999 });
  await withStage({ values, command: usage.command }, async (stage) => {
    await showOrphans({ stage, ageDays, expected });
  });
}

async function showOrphans(params: {
  readonly stage: OpenStage;
  readonly ageDays: number;
  readonly expected: number | undefined;
}): Promise<void> {
  const { stage, ageDays, expected } = params;
  const outputs = await readStackOutputs(stage, storageStack);
  const s3 = new S3Client({ ...stage.settings, forcePathStyle: stage.local !== undefined });
  const storeOf = (bucket: string) => createObjectStore({ client: s3, bucket });
  const stores = { artifacts: storeOf(outputs.ArtifactsBucketName), work: storeOf(outputs.WorkBucketName) };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(stage.settings));
  const rows = createRowsByKey(createDynamoDBTable({ client, tableName: outputs.TableName }));

  const orphans = await listOrphans({ buckets: stores, rows, ageDays, now: new Date() });
  for (const { bucket, key, bytes, modifiedAt } of orphans) {
    console.log(`${bucket}  ${key}  ${bytes} bytes  ${modifiedAt.toISOString()}`);
  }
  const bytes = orphans.reduce((sum, orphan) => sum + orphan.bytes, 0);
  console.log(`${orphans.length} files with ${bytes} bytes, older than ${ageDays} days, have no row that names them.`);
  if (expected === undefined) return;
  console.log(`${await removeOrphans({ orphans, expected, rows, stores })} of them were removed.`);
}

runCommand(main);
