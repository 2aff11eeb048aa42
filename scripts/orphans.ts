/**
 * `npm run orphans -- --stage local`: lists the files of users that no row names and that are older than a week, in
 * both buckets. It removes them when it is told how many it has listed:
 *
 *   npm run orphans -- --stage local                                 lists them; the local cloud must be up
 *   npm run orphans -- --stage local --remove 12                     removes them, if there are still 12
 *   npm run orphans -- --stage dev --outputs-file cdk-outputs.json   does the same on AWS, with your own credentials
 *   npm run orphans -- --stage dev --older-than-days 30
 *
 * After a table was put back to an older state, its users' newer resources may exist only as these files: first find
 * out whether their rows can be restored. On AWS a removed file can be restored from an older version for as long as
 * the stage keeps those. The authors have never run this command on AWS.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { createDynamoDBTable } from "../lambdas/stores/dynamodb-table";
import { createObjectStore } from "../lambdas/stores/objects";
import { createRowsByKey } from "../lambdas/stores/rows-by-key";
import { localCredentials } from "../local/cloud/ministack";
import { outputsSchema } from "../local/outputs";
import { localPaths } from "../local/paths";
import { type Stage, stages } from "../naming/resource-names";
import { readOptions, runCommand } from "../tools/command-line";
import { readStorageOutputs } from "../tools/stacks/storage-outputs";
import { listOrphans, minAgeDays, removeOrphans } from "./orphans/remove-orphans";

interface Place {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly tableName: string;
  readonly artifactsBucket: string;
  readonly workBucket: string;
}

function localPlace(): Place {
  const file = localPaths().outputs;
  if (!existsSync(file)) throw new Error(`There is no ${file}: the local cloud is not up. Start it with npm start.`);
  const { awsEndpointUrl, region, tableName, artifactsBucket, workBucket } = outputsSchema.parse(
    JSON.parse(readFileSync(file, "utf8")),
  );
  const settings = { endpoint: awsEndpointUrl, region, credentials: localCredentials };
  return {
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    dynamodb: new DynamoDBClient(settings),
    tableName,
    artifactsBucket,
    workBucket,
  };
}

function placeOnAws(stage: Stage, file: string): Place {
  return { s3: new S3Client({}), dynamodb: new DynamoDBClient({}), ...readStorageOutputs(file, stage) };
}

function wholeNumber(name: string, text: string): number {
  const parsed = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  if (parsed === undefined) throw new Error(`${name} is "${text}"; it must be a whole number.`);
  return parsed;
}

async function main(): Promise<void> {
  const values = readOptions({
    stage: { type: "string" },
    "outputs-file": { type: "string", default: "cdk-outputs.json" },
    "older-than-days": { type: "string", default: String(minAgeDays) },
    remove: { type: "string" },
  });
  const stage = z.enum(stages).safeParse(values.stage);
  if (!stage.success) throw new Error(`--stage must be ${stages.join(", ")}, not ${values.stage ?? "missing"}.`);
  const ageDays = wholeNumber("--older-than-days", values["older-than-days"]);
  const expected = values.remove === undefined ? undefined : wholeNumber("--remove", values.remove);
  const { s3, dynamodb, tableName, artifactsBucket, workBucket } =
    stage.data === "local" ? localPlace() : placeOnAws(stage.data, resolve(values["outputs-file"]));
  const storeOf = (bucket: string) => createObjectStore({ client: s3, bucket });
  const stores = { artifacts: storeOf(artifactsBucket), work: storeOf(workBucket) };
  const rows = createRowsByKey(createDynamoDBTable({ client: DynamoDBDocumentClient.from(dynamodb), tableName }));

  const orphans = await listOrphans({
    buckets: stores,
    rows,
    ageDays,
    now: new Date(),
  });
  for (const { bucket, key, bytes, modifiedAt } of orphans) {
    console.log(`${bucket}  ${key}  ${bytes} bytes  ${modifiedAt.toISOString()}`);
  }
  const bytes = orphans.reduce((sum, orphan) => sum + orphan.bytes, 0);
  console.log(`${orphans.length} files with ${bytes} bytes, older than ${ageDays} days, have no row that names them.`);
  if (expected === undefined) return;
  console.log(`${await removeOrphans({ orphans, expected, rows, stores })} of them were removed.`);
}

runCommand(main);
